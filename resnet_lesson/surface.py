"""The loss around a solution, along random directions in weight space.

`python -m resnet_lesson record surface` computes the grids that notebook 07
draws, from the weights that the recording "degradation" kept.

Source: Li, Xu, Taylor, Studer & Goldstein, "Visualizing the Loss Landscape of
Neural Nets", arXiv:1712.09913 (2018), section 4: filter normalisation.
"""

import json
import time

import numpy as np

from resnet_lesson import fashion_mnist, recordings
from resnet_lesson.checkpoints import write_json
from resnet_lesson.evaluation import evaluate

PATH = recordings.FOLDER / "surface.json"
NETWORKS = ("plain-56", "residual-56")
SEEDS = (1, 2)  # of the two directions, in each network's own weight space
PLACES = tuple(round(0.1 * step, 1) for step in range(-10, 11))
IMAGES = 1_000


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


def sample():
    """The training images on which the recorded loss is computed."""
    data = fashion_mnist.load()
    return data.train.first(IMAGES).half_size()


def record():
    """Compute the loss over a plane for each network, and keep what is finished."""
    runs, images = [], sample()
    for name in NETWORKS:
        model, _ = recordings.trained_model("degradation", name)
        directions = [direction(model, seed) for seed in SEEDS]
        start = time.perf_counter()
        plane = [(first, second) for second in PLACES for first in PLACES]
        loss = losses(model, images, directions, plane)[:, 0]
        seconds = round(time.perf_counter() - start, 1)
        run = {
            "variant": name,
            "seeds": SEEDS,
            "images": IMAGES,
            "places": PLACES,
            "loss": np.round(loss, 5).reshape(len(PLACES), -1).tolist(),
            "seconds": seconds,
            "machine": recordings.machine(),
        }
        runs.append(run)
        write_json(PATH, {"experiment": "surface", "runs": runs})
        print(f"surface: {name}: {seconds:.0f} s", flush=True)


def read():
    """The recorded planes: network name -> (places, loss[second, first])."""
    runs = json.loads(PATH.read_text(encoding="utf-8"))["runs"]
    return {
        run["variant"]: (np.array(run["places"]), np.array(run["loss"])) for run in runs
    }
