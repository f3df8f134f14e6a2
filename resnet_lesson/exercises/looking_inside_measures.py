"""Checkers of notebook 07: a filter-normalised direction, a calibration error."""

import contextlib

import numpy as np

from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import call, function, written
from resnet_lesson.lab import surface
from resnet_lesson.training import evaluation


def _norm(values, axes=(0, 1, 2)):
    return np.sqrt(np.sum(np.square(values), axis=axes, keepdims=True))


def _normalised(step, kernel, axes=(0, 1, 2)):
    return step * _norm(kernel, axes) / _norm(step, axes)


@exercise(
    "7.3",
    expects="a function of two arrays that gives an array of their shape",
    notice="The step is now as long as the kernel, filter by filter: multiply a "
    "filter by 4 and its step is four times as long.",
)
def filter_normalised(answer):
    rng = np.random.default_rng(0)
    shapes = ((3, 3, 1, 2), (1, 1, 4, 3), (3, 3, 2, 6), (3, 3, 4, 4), (2, 3, 5, 2))
    ours = [tuple(rng.normal(size=(2, *shape))) for shape in shapes]
    small = np.array([[[[0.8, 3.0], [0.6, 4.0]]], [[[6.0, 5.0], [8.0, 12.0]]]])
    cases = [tuple(small[:, np.newaxis]), *ours]
    cases += [(step, kernel * range(1, kernel.shape[-1] + 1)) for step, kernel in ours]
    near = "Each filter reads all rows, columns and input channels"
    mistakes = [
        (
            lambda s, k: _normalised(s, k, (0, 1, 2, 3)),
            "One factor for the whole layer: every *filter* needs its own.",
        ),
        (lambda s, k: _normalised(s, k, (0, 1)), f"{near}: one norm over them all."),
        (lambda s, k: _normalised(s, k, (0, 1, 3)), "The filters are the *last* axis."),
        (lambda s, k: _normalised(s, k, (1, 2, 3)), "The filters are the *last* axis."),
        (lambda s, k: _normalised(s, k, (2,)), f"{near}: one norm over them all."),
        (lambda s, k: _normalised(s, k, (3,)), "This norm runs over the filters."),
        (lambda s, k: s / _norm(s), "Each filter has length 1 now. Which should it?"),
        (
            lambda s, k: s * _norm(k),
            "The step's own length is still in it: divide by it first.",
        ),
        (
            lambda s, k: s * (_norm(k) / _norm(s)) ** 2,
            "That is a ratio of sums of squares. A norm has a square root.",
        ),
        (lambda s, k: s * _norm(s) / _norm(k), "The ratio stands upside down."),
        (lambda s, k: k * _norm(s) / _norm(k), "It is the step that is to be scaled."),
        (
            lambda s, k: k + _normalised(s, k),
            "That is the place the step leads to. Return the step alone.",
        ),
        (
            lambda s, k: s * np.abs(k).sum((0, 1, 2)) / np.abs(s).sum((0, 1, 2)),
            "You add absolute values. The norm is Euclidean.",
        ),
        (
            lambda s, k: s * k.std((0, 1, 2)) / s.std((0, 1, 2)),
            "A standard deviation takes the mean away first; a norm does not.",
        ),
        (lambda s, k: s * np.abs(k) / np.abs(s), "That scales weight by weight."),
        (lambda s, k: s, "The step is as it was."),
    ]
    function(answer, _normalised, cases, mistakes=mistakes, own=[surface.direction])


def _bins(probabilities, labels, bins):
    """(gap, count) of the bins that are not empty."""
    confidence, accuracy, count = evaluation.reliability(
        np.asarray(probabilities), labels, bins
    )
    filled = count > 0
    return (confidence - accuracy)[filled], count[filled]


def _calibration(probabilities, labels, bins=10):
    gap, count = _bins(probabilities, labels, bins)
    return np.average(np.abs(gap), weights=count)


def _signed(probabilities, labels, bins=10):
    gap, count = _bins(probabilities, labels, bins)
    return np.average(gap, weights=count)


def _true_class(probabilities, labels, bins=10):
    """The error with the true class's probability for the confidence."""
    confidence = probabilities[np.arange(len(labels)), labels]
    right = probabilities.argmax(axis=1) == labels
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    groups = [which == index for index in range(bins)]
    return sum(abs((confidence - right)[group].sum()) for group in groups) / len(labels)


def _centres(probabilities, labels, bins=10):
    """The error with the middle of each bin for its mean confidence."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = (which + 0.5) / bins - right
    return sum(abs(gaps[which == b].sum()) for b in range(bins)) / len(labels)


def _open_end(probabilities, labels, bins=10):
    """The error with images of confidence 1 in no bin."""
    inside = probabilities.max(axis=1) < 1
    rest = _calibration(probabilities[inside], labels[inside], bins)
    return rest * inside.mean()


def _random_case(n, classes, sharpness, seed, bins=None):
    """Probabilities whose largest lies on no edge between bins, and labels."""
    rng = np.random.default_rng(seed)
    logits = sharpness * rng.normal(size=(n, classes))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.where(
        rng.random(n) < 0.6, probabilities.argmax(axis=1), rng.integers(classes, size=n)
    )
    return (probabilities, labels) if bins is None else (probabilities, labels, bins)


FEW = np.array([[0.93, 0.07], [0.92, 0.08], [0.35, 0.65], [0.36, 0.64]])
SURE = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.1, 0.75, 0.15]])


@exercise(
    "7.4",
    expects="a function of probabilities, labels and a number of bins that gives a "
    "number",
    notice="A small error is no praise by itself: who always answers 10 % for each "
    "of ten equally frequent classes has none, and knows nothing.",
)
def calibration(answer):
    cases = [(FEW, np.array([0, 1, 1, 1])), (SURE, np.array([0, 2, 1]))]
    cases += [_random_case(40, 3, 2, 0), _random_case(300, 10, 3, 1)]
    cases += [_random_case(300, 10, 3, 2, bins) for bins in (15, 5, 1)]
    written(answer, [evaluation.reliability])
    for case in cases:
        result = call(answer, case)
        with contextlib.suppress(TypeError):
            if np.isnan(result):
                raise Hint("It gives NaN: an empty bin has no mean. Leave it out.")
    weights = "A bin counts by its share of the images"
    mistakes = [
        (
            lambda p, y, b=10: np.abs(_bins(p, y, b)[0]).mean(),
            f"{weights}; yours all count the same.",
        ),
        (
            lambda p, y, b=10: np.abs(_bins(p, y, b)[0]).sum() / b,
            f"{weights}; yours all count the same.",
        ),
        (
            lambda p, y, b=10: np.abs(_bins(p, y, b)[0]).sum(),
            f"{weights}; yours are added up as they are.",
        ),
        (
            _signed,
            "Too sure in one bin makes up for too careful in another: |…| is missing.",
        ),
        (
            lambda p, y, b=10: (
                -np.average(_bins(p, y, b)[0], weights=_bins(p, y, b)[1])
            ),
            "Too sure in one bin makes up for too careful in another: |…| is missing.",
        ),
        (
            lambda p, y, b=10: _calibration(p, y, 1),
            "This compares the two means over all images. Compare bin by bin.",
        ),
        (lambda p, y, b=10: _calibration(p, y), "The number of bins is not used."),
        (
            lambda p, y, b=10: np.abs(_bins(p, y, b)[0]).max(),
            "That is the *maximum* calibration error; the expected one is a mean.",
        ),
        (_true_class, "Confidence is the largest probability, not the true class's."),
        (
            _centres,
            "Take the mean confidence of a bin's images, not the bin's middle.",
        ),
        (_open_end, "A confidence of exactly 1 falls behind your last bin."),
        (
            lambda p, y, b=10: 100 * _calibration(p, y, b),
            "A share between 0 and 1 is asked for, not per cent.",
        ),
        (
            lambda p, y, b=10: _calibration(p, y, b) * len(y),
            "Divide by the number of images.",
        ),
        (
            lambda p, y, b=10: _calibration(p, y, b) * len(y) / b,
            "Divide by the number of images, not of bins.",
        ),
        (
            lambda p, y, b=10: np.average(
                _bins(p, y, b)[0] ** 2, weights=_bins(p, y, b)[1]
            ),
            "The absolute gap, not its square.",
        ),
        (
            lambda p, y, b=10: np.mean(p.argmax(axis=1) != y),
            "That is the error rate. Where is the confidence?",
        ),
    ]
    function(answer, _calibration, cases, mistakes=mistakes)
