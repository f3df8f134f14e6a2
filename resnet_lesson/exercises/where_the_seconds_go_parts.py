"""Checkers of chapter 9, continued: the gradient of a batch from those of its parts."""

import numpy as np

from resnet_lesson.exercises.checking import exercise
from resnet_lesson.exercises.functions import function


def _parts(sizes, weights, seed):
    """Gradients of a mean squared error, one for each part, and the parts' sizes."""
    rng = np.random.default_rng(seed)
    w = rng.normal(size=weights)
    gradients = []
    for size in sizes:
        x = rng.normal(rng.normal(), 1, size=(size, weights[0]))
        y = rng.normal(rng.normal(), 1, size=(size, *weights[1:]))
        gradients.append(2 / size * x.T @ (x @ w - y))
    return np.array(gradients), np.array(sizes)


def _weighted(gradients, sizes):
    return np.tensordot(sizes, gradients, axes=1) / np.sum(sizes)


_PARTS = [
    (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([8, 8])),
    (np.array([[0.0], [4.0]]), np.array([3, 1])),
    (np.array([[1.0, -1.0]]), np.array([64])),
    _parts((32, 32), (5,), 0),
    _parts((48, 16), (4, 3), 1),
    _parts((10, 20, 3), (3, 3), 2),
    _parts((7, 1, 1, 5), (4,), 3),
]


@exercise(
    "9.2",
    expects="a function of the parts' gradients and sizes",
    notice="With equal parts the weights are equal too, and the plain mean is right: "
    "that is why `replicas` must divide the batch size.",
)
def whole_gradient(answer):
    function(
        answer,
        _weighted,
        _PARTS,
        mistakes=[
            (
                lambda g, n: np.mean(g, axis=0),
                "Every part counts the same, however few images it has. In the whole "
                "batch's mean every image counts the same.",
            ),
            (
                lambda g, n: np.sum(g, axis=0),
                "The sum of the parts' gradients grows with the number of parts: a "
                "mean is asked for.",
            ),
            (
                lambda g, n: np.tensordot(n, g, axes=1),
                "That is the sum over all images. The mean divides it by their number.",
            ),
            (
                lambda g, n: np.tensordot(n, g, axes=1) / len(n),
                "You divide by the number of parts. How many images are there?",
            ),
            (
                lambda g, n: np.tensordot(1 / n, g, axes=1) / np.sum(1 / n),
                "A part with more images should count more, not less.",
            ),
            (
                lambda g, n: np.sum(g, axis=0) / np.sum(n),
                "Each gradient is its part's mean already: before it is divided by "
                "all images, it must become its part's sum.",
            ),
            (
                lambda g, n: np.mean(g),
                "One number comes out: average over the parts only, axis 0.",
            ),
            (
                lambda g, n: np.mean(g, axis=-1),
                "You average over the weights. Axis 0 counts the parts.",
            ),
        ],
    )
