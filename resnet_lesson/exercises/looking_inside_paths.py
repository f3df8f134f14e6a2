"""Checkers of notebook 07: the paths through a network, a lesion study."""

import numpy as np

from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import Named, call, function, written


def _paths(layers):
    counts = np.ones(1, dtype=int)
    for more in layers:
        counts = np.convolve(counts, [1, *[0] * (more - 1), 1])
    return counts


@exercise(
    "7.2",
    expects="a function of a list of numbers of layers that gives a list of counts",
    notice="With the same F in every block the counts are binomial: few paths are "
    "very short or very long, and half the depth is the rule.",
)
def path_lengths(answer):
    lists = ([1], [2], [1, 1], [2, 2], [3, 1], [2, 3, 1], [3] * 4, [2] * 9, [])
    mistakes = [
        (
            lambda layers: _paths([1] * len(layers)),
            "These are paths by blocks. Each block brings all layers of its F.",
        ),
        (
            lambda layers: _paths([1] * sum(layers)),
            "A path cannot leave F half-way: it takes all its layers or none.",
        ),
        (
            lambda layers: [0] * sum(layers) + [1],
            "That is the plain network's one path. Where are the shortcuts?",
        ),
        (
            lambda layers: _paths(layers)[1:],
            "Begin with the number of paths through no layer at all.",
        ),
        (lambda layers: [0, *_paths(layers)[1:]], "One path runs through no F."),
        (
            lambda layers: _paths(layers) / 2 ** len(layers),
            "These are shares. Counts are asked for.",
        ),
        (
            lambda layers: int(_paths(layers).sum()),
            "That is the number of all paths. Sort them by their layers.",
        ),
        (
            lambda layers: np.cumsum(_paths(layers)),
            "These are the paths through *up to* so many layers.",
        ),
        (
            lambda layers: np.minimum(_paths(layers), 1),
            "Several paths may run through the same number of layers: add them up.",
        ),
        (
            lambda layers: _paths(layers)[_paths(layers) > 0],
            "Lengths that no path has need a place in the list, too, with a 0.",
        ),
    ]
    function(answer, _paths, [(layers,) for layers in lists], mistakes=mistakes)


def _without_each(x, residuals):
    outputs = []
    for deleted in range(len(residuals)):
        y = x
        for index, residual in enumerate(residuals):
            y = y if index == deleted else y + residual(y)
        outputs.append(y)
    return outputs


def _lesion(x, residuals, put, keeps):
    """The exercise's faulty study: what F is replaced by, and whether for good."""
    outputs, left = [], list(residuals)
    for index in range(len(residuals)):
        left = left if keeps else list(residuals)
        left[index] = put
        y = x
        for residual in left:
            y = y + residual(y)
        outputs.append(y)
    return outputs


def _zero(y):
    return 0 * y


@exercise(
    "7.6",
    expects="a function of x and a list of residual functions that gives a list",
    notice="Both faults run without an error and draw a plausible curve. A test with "
    "numbers that one can follow by hand finds them.",
)
def lesion_study(answer):
    plus, double = Named("y → y + 1", lambda y: y + 1), Named("y → 2y", lambda y: 2 * y)
    square = Named("y → y²", lambda y: y**2)
    lists = ([plus], [plus, double], [double, plus, square], [square, square, plus])
    cases = [(float(x), list(given)) for given in lists for x in (1, 3)]
    cases += [(np.array([1.0, -2.0]), [double, square, plus, plus])]
    written(answer)
    for x, given in cases:
        before = list(given)
        call(answer, (x, given))
        changed = given != before
        given[:] = before
        if changed:
            raise Hint(
                "Your function changes the list that it was given: the caller's "
                "network stays lesioned. Work on a copy."
            )
    mistakes = [
        (
            lambda x, r: _lesion(x, r, lambda y: y, True),
            "Both faults are still there. Follow x = 1 with F(y) = y + 1 by hand.",
        ),
        (
            lambda x, r: _lesion(x, r, _zero, True),
            "The second deletion finds the first block still missing.",
        ),
        (
            lambda x, r: _lesion(x, r, lambda y: y, False),
            "A block with F(y) = y doubles its input. Which F leaves the shortcut?",
        ),
        (
            lambda x, r: _lesion(x, r, lambda y: -y, False),
            "With F(y) = −y the block puts out 0: its shortcut is gone, too.",
        ),
        (
            lambda x, r: [_lesion(x, r, _zero, True)[-1]] * len(r),
            "Each output should lack one block only.",
        ),
    ]
    function(answer, _without_each, cases, mistakes=mistakes)
