"""Checkers of notebook 02, 2.2 and 2.4: what y tells of F, a shortcut undone."""

import numpy as np

from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import call, function, written
from resnet_lesson.exercises.values import same


def possible_residuals(x, y, relu):
    """The lowest and the highest F(x) that fit x and y."""
    exact = y - x
    open_below = relu & (y == 0)
    return np.where(open_below, -np.inf, exact), exact


def _with_floor(floor, open_below=lambda x, y: y == 0):
    def wrong(x, y, relu):
        _, high = possible_residuals(x, y, relu)
        return np.where(relu & open_below(x, y), floor(x, y), y - x), high

    return wrong


POSSIBLE_MISTAKES = [
    (
        lambda x, y, relu: (y - x, y - x),
        "With a ReLU behind the sum, y = 0 says only that the sum was not positive.",
    ),
    (
        lambda x, y, relu: possible_residuals(x, y, True),
        "Without a ReLU behind the sum, y = 0 is a sum of exactly 0.",
    ),
    (
        lambda x, y, relu: possible_residuals(x, y, not relu),
        "`relu` is true where a ReLU follows the sum.",
    ),
    (
        lambda x, y, relu: possible_residuals(-x, y, relu),
        "y is the *sum* of F(x) and x.",
    ),
    (
        lambda x, y, relu: tuple(-b for b in possible_residuals(-x, -y, relu)),
        "y is the *sum* of F(x) and x.",
    ),
    (
        lambda x, y, relu: tuple(-b for b in possible_residuals(x, y, relu)),
        "F(x) is y − x, not x − y.",
    ),
    (
        lambda x, y, relu: (
            possible_residuals(x, y, relu)[0],
            np.where(relu & (y == 0), np.inf, y - x),
        ),
        "y = 0 tells something still: F(x) + x ≤ 0. How large can F(x) be?",
    ),
    (
        lambda x, y, relu: (
            y - x,
            np.where(relu & (y == 0), np.inf, y - x),
        ),
        "Which sums does the ReLU turn into 0: those below zero or those above?",
    ),
    (
        lambda x, y, relu: (
            possible_residuals(x, y, relu)[0],
            np.where(relu & (y == 0), 0, y - x),
        ),
        "Where y = 0 the *sum* is at most 0. F(x) may be positive if x is negative.",
    ),
    (
        _with_floor(lambda x, y: np.full_like(y, -np.inf), lambda x, y: y <= x),
        "What matters is whether the ReLU has cut: y = 0, whatever x is.",
    ),
    (
        _with_floor(lambda x, y: np.full_like(y, -np.inf), lambda x, y: x < 0),
        "The ReLU acts on the sum. The sign of x alone decides nothing.",
    ),
    (
        _with_floor(lambda x, y: 0 * y),
        "Where y = 0 nothing bounds F(x) from below: it may be any negative number.",
    ),
    (
        lambda x, y, relu: possible_residuals(x, y, relu)[::-1],
        "First the lowest, then the highest.",
    ),
    (
        lambda x, y, relu: possible_residuals(0 * x, y, relu),
        "This bounds the sum F(x) + x. Take off what the shortcut has added.",
    ),
]


@exercise(
    "2.2",
    expects="a function of x, y and relu that gives two arrays",
    notice="Where the sum is seen, x and y give F(x) exactly, up to rounding. Behind "
    "a ReLU each zero of y leaves only a bound: F(x) ≤ −x.",
)
def recovered(answer):
    cases = [((1.0,), (3.0,), False), ((1.0,), (3.0,), True), ((1.0,), (0.0,), False)]
    cases += [((1.0,), (0.0,), True), ((-1.0,), (0.0,), True), ((4.0,), (1.0,), True)]
    cases += [((-2.0,), (-3.0,), False), ((-2.0, 3.0, 0.0), (0.5, 0.0, 0.0), True)]
    cases += [(((1.0, -2.0), (0.5, 4.0)), ((0.0, 1.0), (0.5, 0.0)), True)]
    cases = [(np.array(x), np.array(y), relu) for x, y, relu in cases]
    function(answer, possible_residuals, cases, mistakes=POSSIBLE_MISTAKES)


def _projected_sum(x, first, second, projection):
    return np.maximum(_sum(x, first, second) @ projection, 0)


def _without_projection(x, first, second, projection=None):
    return np.maximum(_layers(x, first, second) + x, 0)


def _layers(x, first, second):
    return np.maximum(x @ first, 0) @ second


def _sum(x, first, second, projection=None, sign=1):
    carried = x if projection is None else x @ projection
    return _layers(x, first, second) + sign * carried


def _block(*case):
    return np.maximum(_sum(*case), 0)


def _cut_before(x, first, second, projection=None):
    carried = x if projection is None else x @ projection
    return np.maximum(_layers(x, first, second), 0) + carried


def _cut_shortcut(x, first, second, projection=None, *, always):
    carried = x if projection is None else x @ projection
    if always or projection is not None:
        carried = np.maximum(carried, 0)
    return np.maximum(_layers(x, first, second) + carried, 0)


BLOCK_MISTAKES = [
    (
        lambda x, first, second, projection=None: np.maximum(
            _layers(x, first, second), 0
        ),
        "This is what a plain block gives: the shortcut cancels out, or is missing.",
    ),
    (
        _cut_before,
        "The shortcut counts now. But F is cut before the sum, so that it can only "
        "add. Where has the paper its second ReLU?",
    ),
    (
        lambda *case: np.maximum(_cut_before(*case), 0),
        "F is cut before the sum, so that it can only add.",
    ),
    (_sum, "The sum is right. What follows it in §3.2?"),
    (
        lambda *case: (
            np.maximum(_sum(*case, sign=-1), 0)
            if len(case) == 4
            else np.maximum(_sum(*case, None, -1), 0)
        ),
        "The shortcut is subtracted here. Nothing in a block subtracts.",
    ),
    (
        lambda x, first, second, projection=None: np.maximum(
            x @ first @ second + (x if projection is None else x @ projection), 0
        ),
        "F has lost the ReLU between its two layers.",
    ),
    (
        lambda x, first, second, projection=None: np.maximum(
            x if projection is None else x @ projection, 0
        ),
        "F has gone: this is the shortcut alone.",
    ),
    (
        lambda *case: _cut_shortcut(*case, always=True),
        "A ReLU stands on the shortcut. It carries what it carries, negative or not.",
    ),
    (
        lambda *case: _cut_shortcut(*case, always=False),
        "A ReLU stands behind Ws. The projection goes into the sum as it is.",
    ),
]


@exercise(
    "2.4",
    expects="a function of x, W1, W2 and Ws that gives an array",
    notice="F := H − x defines what the layers are asked for. No line of a block "
    "computes it: the block only adds, and training does the rest.",
)
def repaired(answer):
    written(answer)
    row, one = np.array([[1.0, -2.0]]), np.eye(2)
    second = np.array([[1.0, 0.0], [-3.0, 1.0]])
    wide = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, -1.0]])
    cases = [(row, one, one), (row, -one, second), (-row, one, second)]
    square = (row, one, second, np.array([[1.0, 2.0], [0.0, -1.0]]))
    if same(call(answer, square), _without_projection(*square)):
        raise Hint("Where Ws is given, the shortcut carries x @ Ws: equation (2).")
    if same(call(answer, square), _projected_sum(*square)):
        raise Hint("Ws belongs to the shortcut: it is x that it projects, not the sum.")
    cases += [square, (row, one, wide, wide[:, ::-1])]
    rng = np.random.default_rng(0)
    sizes = [((5, 3), (3, 4), (4, 3)), ((5, 3), (3, 4), (4, 2), (3, 2))]
    cases += [tuple(rng.normal(size=size) for size in some) for some in sizes]
    function(answer, _block, cases, mistakes=BLOCK_MISTAKES)
