"""The loss around a solution, along random directions in weight space.

Source: Li, Xu, Taylor, Studer & Goldstein, "Visualizing the Loss Landscape of
Neural Nets", arXiv:1712.09913 (2018), section 4: filter normalisation.
"""

import numpy as np

from resnet_lesson.training.evaluation import evaluate


def direction(model, seed):
    """A random direction whose filters are as long as those of the model.

    Without that, a network with small weights looks rough and one with large
    weights smooth, although BN makes their scale irrelevant.

    Args:
        model: a trained model.
        seed: of the direction.

    Returns:
        A list of arrays, one for each of `model.weights`: Gaussian for kernels,
        every filter scaled to the norm of the model's; zero for biases and for
        BN, as in the source.
    """
    rng = np.random.default_rng(seed)
    steps = []
    for weight in model.weights:
        values = np.asarray(weight)
        step = np.zeros_like(values)
        if weight.name == "kernel":
            step = rng.normal(size=values.shape).astype(values.dtype)
            axes = tuple(range(values.ndim - 1))  # all but the filters
            norms = np.sqrt(np.sum(step**2, axis=axes, keepdims=True))
            step *= np.sqrt(np.sum(values**2, axis=axes, keepdims=True)) / norms
        steps.append(step)
    return steps


def losses(model, split, directions, places):
    """Loss and accuracy of the network when it is moved away from its weights.

    Args:
        model: a trained model; it has its own weights again afterwards.
        split: images and labels to evaluate on, in inference mode.
        directions: one or more, see `direction`.
        places: float (n, directions): how far to go along each.

    Returns:
        float (n, 2): cross-entropy in nats and accuracy at each place.
    """
    places = np.asarray(places, dtype=np.float32)
    if places.ndim != 2 or places.shape[1] != len(directions):
        raise ValueError(
            f"places must have shape (n, {len(directions)}), got {places.shape}"
        )
    start = model.get_weights()
    results = []
    try:
        for place in places:
            moved = [
                weight + sum(far * step for far, step in zip(place, steps, strict=True))
                for weight, *steps in zip(start, *directions, strict=True)
            ]
            model.set_weights(moved)
            results.append(evaluate(model, split))
    finally:
        model.set_weights(start)
    return np.array(results)
