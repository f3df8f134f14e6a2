"""Controls for what a trained network shows: the same network before training.

A `model` is a functional model of this package.
"""

import numpy as np

from resnet_lesson.base.quiet import keras


def untrained(build, images, seed):
    """A network as its training begins, made fit for inference mode.

    A new network's BatchNormalization has stored mean 0 and variance 1, which
    fit no layer. Here it stores the statistics of some images instead; the
    weights are the initial ones.

    Args:
        build: a function without arguments that gives a new model.
        images: float32 (n, height, width, channels), all of them one batch.
        seed: of the initial weights: with a recorded run's seed, those that it
            began with.

    Returns:
        The model.
    """
    keras.utils.set_random_seed(seed)
    model = build()
    layers = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = 0.0  # what is stored becomes the batch's at once
    model(images, training=True)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    return model


def filter_cosines(first, second):
    """How far two networks of one architecture point their filters the same way.

    Args:
        first, second: models with convolutions of the same names and shapes.

    Returns:
        A dict from layer name to float (filters,): the cosine between the two
        networks' weights of each filter; 1 where only its length differs.
    """
    cosines = {}
    for layer in first.layers:
        if isinstance(layer, keras.layers.Conv2D):
            pair = (layer, second.get_layer(layer.name))
            one, other = (
                _unit_filters(keras.ops.convert_to_numpy(x.kernel)) for x in pair
            )
            cosines[layer.name] = np.sum(one * other, axis=0)
    return cosines


def nearest_mean(known, labels, new):
    """Classify by the nearest class mean: what can be read off without learning.

    Args:
        known: float (n, ...), features of images whose classes are known.
        labels: int (n,), their classes; each of 0..classes - 1 occurs.
        new: float (m, ...), features of other images.

    Returns:
        int (m,): for each of them the class whose mean is nearest (Euclidean).
    """
    known, new = known.reshape(len(known), -1), new.reshape(len(new), -1)
    means = np.array(
        [known[labels == label].mean(axis=0) for label in np.unique(labels)]
    )
    # |a - b|^2 = |a|^2 - 2 a b + |b|^2, and |a|^2 is the same for every class.
    return np.argmin(np.sum(means**2, axis=1) - 2 * new @ means.T, axis=1)


def _unit_filters(kernel):
    flat = kernel.reshape(-1, kernel.shape[-1])
    return flat / np.linalg.norm(flat, axis=0)
