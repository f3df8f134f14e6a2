"""Checkers of notebook 03, 3.5 to 3.7: option A, pixels that meet, a repair."""

from functools import partial

import numpy as np

from resnet_lesson import parts
from resnet_lesson.conv_arithmetic import same_padding, window_columns
from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import Named, call, function, written
from resnet_lesson.exercises.values import same


def _append(x, filters, front=0.0):
    """Channels of zeros behind x; a share of them, rounded down, in front of it."""
    missing = filters - x.shape[-1]
    before = int(front * missing)
    return np.pad(x, [(0, 0)] * 3 + [(before, missing - before)])


def _option_a(x, filters, stride=2, front=0.0):
    return _append(x[:, ::stride, ::stride], filters, front)


def _pooled(x, filters, reduce):
    batch, height, width, channels = x.shape
    tiles = x.reshape(batch, height // 2, 2, width // 2, 2, channels)
    return _append(reduce(tiles, axis=(2, 4)), filters)


def _late(x, filters, stride=2):
    first = min(1, stride - 1)
    return _append(x[:, first::stride, first::stride], filters)


def _channels_first(x, filters, stride=2):
    x = x[:, :, ::stride, ::stride]
    return np.pad(x, [(0, 0), (0, filters - x.shape[1]), (0, 0), (0, 0)])


def _copies(x, filters, stride=2):
    return x[:, ::stride, ::stride, np.arange(filters) % x.shape[-1]]


POOLING = "Option A takes pixels as they are; it does not pool them."
EVEN = [((1, 4, 4, 1), 2), ((2, 2, 2, 1), 3)]
EARLY_MISTAKES = [  # those that fail on other sizes than these
    (
        _channels_first,
        [((1, 4, 4, 1), 5), ((2, 2, 2, 1), 3)],
        "The axes are (batch, height, width, channels).",
    ),
    (partial(_pooled, reduce=np.mean), EVEN, POOLING),
    (partial(_pooled, reduce=np.max), EVEN, POOLING),
]
OPTION_A_MISTAKES = [
    (
        lambda *case: _option_a(*case).astype(int),
        "Fractions are cut off: the array that you fill holds integers.",
    ),
    (
        lambda x, filters, stride=2: _option_a(x, filters, stride, 1),
        "The zeros come behind the old channels, not in front of them.",
    ),
    (
        lambda x, filters, stride=2: _option_a(x, filters, stride, 0.5),
        "Zeros on both sides are found in published code, and work as well. Here all "
        "of them come behind the old channels.",
    ),
    (_late, "The first pixel to keep is pixel 0."),
    (
        lambda x, filters, stride=2: _append(x[::stride, ::stride], filters),
        "The first axis is the batch: all its images stay.",
    ),
    (
        lambda x, filters, stride=2: _append(x[:, ::stride], filters),
        "Rows are left out here. And columns?",
    ),
    (
        lambda x, filters, stride=2: _append(x[:, :, ::stride], filters),
        "Columns are left out here. And rows?",
    ),
    (
        lambda x, filters, stride=2: _option_a(x, x.shape[-1] + filters, stride),
        "`filters` counts all channels, not only the new ones.",
    ),
    (
        lambda x, filters, stride=2: _option_a(x, 2 * x.shape[-1], stride),
        "There are `filters` channels in the end, the double or not.",
    ),
    (lambda x, filters, stride=2: _option_a(x, filters), "Use the stride given."),
    (_copies, "The new channels hold zeros, not copies of the old ones."),
]


@exercise(
    "3.5",
    expects="a function of x, filters and stride that gives an array",
    notice="Two slices and zeros: option A has nothing to learn, which is why a "
    "residual network with it has exactly the parameters of its plain twin.",
)
def option_a(answer):
    written(answer, own=[parts.ZeroPadShortcut, parts.shortcut_path])
    for wrong, cases, hint in EARLY_MISTAKES:
        cases = [(_numbers(*shape), filters) for shape, filters in cases]
        if all(same(call(answer, case), wrong(*case)) for case in cases):
            raise Hint(hint)
    cases = [((1, 4, 4, 1), 2), ((2, 2, 2, 1), 3), ((1, 4, 4, 1), 3)]
    cases += [((1, 3, 2, 2), 5), ((1, 2, 2, 2), 2), ((1, 2, 2, 1), 2, 1)]
    cases += [((1, 4, 5, 1), 3, 3)]
    cases = [(_numbers(*shape), *rest) for shape, *rest in cases]
    cases += [(_numbers(1, 2, 2, 1) / 4, 2, 1)]
    function(answer, _option_a, cases, mistakes=OPTION_A_MISTAKES)


def _numbers(*shape):
    order = np.random.default_rng(1).permutation(np.prod(shape))
    return 1.0 + order.reshape(shape)


def _centres(size, kernel_size, stride, padding="same"):
    windows = window_columns(size, kernel_size, stride, padding)
    return [window[kernel_size // 2] for window in windows]


def _drawn(size, kernel_size, stride):
    if (kernel_size, stride) != (3, 2) or size > 14:
        return None
    from resnet_lesson.figures import identity_shortcut as draw

    columns = _centres(size, 3, 2), _centres(size, 1, 2)
    return draw.sampling_grids({f'{size} × {size}, "same"': (size, *columns)})


CENTRE_MISTAKES = [
    (
        lambda i, k, s: range(0, i, s),
        "These are the columns that a 1×1 kernel reads. A larger kernel needs padding, "
        'and "same" puts the odd column *after* the image.',
    ),
    (
        lambda i, k, s: range(1, i, s),
        "Right for 3×3 on an even size. How much padding does an odd one need?",
    ),
    (
        lambda i, k, s: _centres(i, k, s, k // 2),
        "This is symmetric padding, PyTorch's.",
    ),
    (
        lambda i, k, s: _centres(i, k, s, same_padding(i, k, s)[::-1]),
        "An odd column of padding comes *after* the image, not before it.",
    ),
    (
        lambda i, k, s: _centres(i, k, s, "valid"),
        'This is "valid", without padding.',
    ),
    (
        lambda i, k, s: [centre - k // 2 for centre in _centres(i, k, s)],
        "This is the first column of each window. Asked is its centre.",
    ),
    (
        lambda i, k, s: [centre + 1 for centre in _centres(i, k, s)],
        "The image's first column is column 0.",
    ),
    (
        lambda i, k, s: [c + same_padding(i, k, s)[0] for c in _centres(i, k, s)],
        "You count from the first column of padding, not from the image's.",
    ),
    (
        lambda i, k, s: range(len(_centres(i, k, s))),
        "These are the output's columns. Asked are the input's.",
    ),
]


@exercise(
    "3.6",
    expects="a function of size, kernel_size and stride that gives a list of columns",
    notice="With 3×3 and stride 2 the centres are 1, 3, 5, … on an even size and "
    "0, 2, 4, … on an odd one; the projection always reads 0, 2, 4, …. On an even "
    "size they never meet.",
)
def columns_at_the_centre(answer):
    cases = [(8, 3), (7, 3), (8, 1), (5, 3, 1), (28, 3), (10, 5), (9, 5), (12, 7)]
    cases += [(11, 7), (9, 3, 3), (12, 3, 4), (10, 3, 4), (6, 1, 3)]
    cases = [(*case, 2)[:3] for case in cases]
    function(answer, _centres, cases, mistakes=CENTRE_MISTAKES, figure=_drawn)


RELU = Named("relu", lambda x: np.maximum(x, 0))
ZERO, TRIPLE = Named("x → 0", lambda x: 0 * x), Named("x → 3x", lambda x: 3 * x)
BACK, SHIFT = Named("x → −x", lambda x: -x), Named("x → x + 2", lambda x: x + 2)


def _preactivation(x, activate, weights):
    return weights(activate(x)) + x


REPAIR_MISTAKES = [
    (
        lambda *case: np.maximum(_preactivation(*case), 0),
        "The shortcut carries x now. What becomes of a negative sum?",
    ),
    (
        lambda x, activate, weights: activate(_preactivation(x, activate, weights)),
        "The shortcut carries x now. What becomes of a negative sum?",
    ),
    (
        lambda x, activate, weights: weights(activate(x)) + activate(x),
        "Nothing follows the sum now. But is it x that the shortcut carries?",
    ),
    (
        lambda x, activate, weights: np.maximum(weights(activate(x)) + activate(x), 0),
        "Silence it, F = 0: a negative x does not come through.",
    ),
    (
        lambda x, activate, weights: weights(x) + x,
        "The shortcut is mended, but F has lost its activation.",
    ),
    (lambda x, activate, weights: weights(activate(x)), "There is no shortcut left."),
    (lambda x, activate, weights: x, "F has gone."),
    (
        lambda x, activate, weights: activate(weights(x)) + x,
        "Pre-activation: first the activation, then the weights.",
    ),
]


@exercise(
    "3.7",
    expects="a function of x, activate and weights",
    notice="Both faults leave all shapes and counts as they are. The silent block "
    "finds them: with F = 0, whatever goes in must come out.",
)
def repaired(answer):
    x = np.array([-2.0, 0.0, 3.0])
    pairs = [(RELU, ZERO), (RELU, TRIPLE), (SHIFT, BACK), (RELU, BACK), (BACK, SHIFT)]
    cases = [(x, *pair) for pair in pairs]
    function(answer, _preactivation, cases, mistakes=REPAIR_MISTAKES)
