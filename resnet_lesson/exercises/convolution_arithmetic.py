"""Checkers of notebook 04: sizes, padding, the convolution itself.

Those about receptive fields and cost stand in `convolution_arithmetic_costs`.
"""

import itertools
import sys

import numpy as np

from resnet_lesson import conv_arithmetic as arithmetic
from resnet_lesson.exercises import convolution_arithmetic_mistakes as ours
from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import function
from resnet_lesson.exercises.values import array, read_number, short

WRITTEN = [arithmetic.output_size, arithmetic.window_columns, arithmetic.same_padding]
MOST_COLUMNS = 14  # that a drawn hint has room for


@exercise(
    "4.1",
    expects="a list of column numbers, counted from 0",
    notice="More than a third of the image has no influence on any output value: some "
    "columns fall between the windows, some behind the last one.",
)
def columns_never_read(answer):
    columns = set(_integers(answer, "A column"))
    right = _never_read(14, 3, 4)
    if columns == right:
        return
    hints = [
        (set(range(14)) - right, "These columns are read. Asked are the others."),
        ({3, 7}, "These fall between two windows. And behind the last one?"),
        ({11, 12, 13}, "These lie behind the last window. And between two windows?"),
        ({c + 1 for c in right}, "Count from 0: the first column is column 0."),
        ({3, 7, 11}, "A window that begins at column 12 would stick out."),
        (_never_read(14, 3, 2), "That is stride 2; here the stride is 4."),
        (_never_read(14, 4, 3), "Kernel size and stride are exchanged."),
        (set(), "A stride of 4 steps over a column: the kernel has 3 taps."),
    ]
    for wrong, hint in hints:
        if columns == wrong:
            raise Hint(hint)
    if not columns <= set(range(14)):
        raise Hint("The image has the columns 0 to 13 only.")
    for place, window in enumerate(arithmetic.window_columns(14, 3, 4)):
        if columns & set(window):
            raise Hint(
                f"Column {min(columns & set(window))} is read by window {place}."
            )
    raise Hint(
        "None of these is read, but there are more. Draw the windows, and go through "
        "the columns one by one."
    )


def _never_read(i, k, s):
    windows = arithmetic.window_columns(i, k, s)
    return set(range(i)) - set(itertools.chain(*windows))


def _integers(answer, name):
    if isinstance(answer, (str, dict)) or not hasattr(answer, "__iter__"):
        raise Hint(f"Answer with a list of whole numbers, got {short(answer)}.")
    values = [read_number(value, name) for value in answer]
    for value in values:
        if value != int(value):
            raise Hint(f"{name} must be a whole number, got {value}.")
    return [int(value) for value in values]


@exercise(
    "4.2",
    expects="a function of i, k, s, before, after and d",
    notice="This one line gives the size of every convolution and pooling layer.",
)
def output_size(answer):
    cases = [  # i, k, s, before, after, d, from the simple to the general
        *((7, 3, 1, 0, 0, 1), (7, 3, 1, 1, 1, 1), (8, 3, 1, 0, 1, 1)),
        *((8, 3, 1, 2, 0, 1), (7, 3, 2, 0, 0, 1), (8, 3, 2, 0, 0, 1)),
        *((7, 2, 3, 0, 0, 1), (8, 2, 3, 1, 1, 1), (9, 3, 1, 0, 0, 2)),
        *((9, 2, 1, 0, 0, 4), (12, 3, 2, 1, 0, 2), (5, 1, 2, 0, 0, 3)),
        *((13, 5, 2, 3, 2, 2), (28, 3, 2, 0, 1, 1), (224, 7, 2, 3, 3, 1)),
        *((4, 3, 1, 0, 0, 1), (3, 3, 2, 0, 0, 1), (1, 1, 1, 0, 0, 1)),
    ]
    function(
        answer,
        ours.size,
        cases,
        mistakes=ours.SIZE_MISTAKES,
        own=WRITTEN,
        figure=lambda i, k, s, b, a, d: _windows(i, k, s, (b, a), d),
    )


@exercise(
    "4.3",
    expects="a function of i, k, s and d that returns (before, after)",
    notice="The size comes first, the padding follows from it; PyTorch does it the "
    "other way round.",
)
def same_padding(answer):
    cases = [  # i, k, s, d
        *((6, 3, 1, 1), (6, 3, 2, 1), (7, 3, 2, 1), (8, 5, 1, 1), (6, 2, 1, 1)),
        *((8, 2, 4, 1), (6, 1, 2, 1), (9, 3, 1, 2), (9, 2, 1, 3), (13, 3, 3, 2)),
        *((10, 2, 3, 1), (1, 7, 2, 1), (3, 1, 5, 2), (28, 3, 2, 1), (224, 7, 2, 1)),
    ]
    function(
        answer,
        ours.same,
        cases,
        mistakes=ours.SAME_MISTAKES,
        own=WRITTEN,
        figure=lambda i, k, s, d: _windows(i, k, s, "same", d),
    )


def _windows(i, k, s, padding, d):
    """The failing case, drawn where there is room."""
    from resnet_lesson.figures import convolution_arithmetic as draw

    if i > MOST_COLUMNS:
        return None
    case = {"input_size": i, "kernel_size": k, "stride": s, "dilation": d}
    title = f"i = {i}, k = {k}, s = {s}, d = {d}"
    return draw.windows({"title": title, "padding": padding, **case})


@exercise(
    "4.4",
    expects="a list of pairs (P, s)",
    notice="P = 5 is TensorFlow's \"same\", P = 6 is PyTorch's padding=3: equal sizes, "
    "and the windows stand on different columns.",
)
def from_224_to_112(answer):
    if isinstance(answer, (str, dict)) or not hasattr(answer, "__iter__"):
        raise Hint(f"Answer with a list of pairs (P, s), got {short(answer)}.")
    pairs = list(answer)
    if len(pairs) > 2 and not any(hasattr(entry, "__iter__") for entry in pairs):
        raise Hint("Put each P with its s into a pair, such as [(0, 1), (2, 3)].")
    if len(pairs) == 2 and not any(hasattr(entry, "__iter__") for entry in pairs):
        pairs = [pairs]
    pairs = {tuple(_integers(pair, "P and s")) for pair in pairs}
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise Hint("Answer with a list of pairs (P, s), such as [(0, 1), (2, 3)].")
    right = {(p, s) for p in range(13) for s in range(1, 224) if _takes(p, s) == 112}
    if pairs == right:
        return
    if pairs == {pair[::-1] for pair in right}:
        raise Hint("The padding comes first in each pair, then the stride.")
    if pairs in ({(3, 2)}, {(2, 2), (3, 2)}):
        raise Hint("P counts the zeros of both sides together.")
    for p, s in sorted(pairs - right):
        if not 0 <= p <= 12 or s < 1:
            raise Hint(f"({p}, {s}): P is at most 2(k − 1) = 12, s at least 1.")
        raise Hint(f"(P, s) = ({p}, {s}) gives {_takes(p, s)} positions, not 112.")
    if pairs == {(6, 2)}:
        raise Hint("Right so far. Must before and after be equal?")
    raise Hint(
        "What you have is right, but not all. For which P is the floor of "
        "(224 + P − 7) / s equal to 111?"
    )


def _takes(p, s):
    return (224 + p - 7) // s + 1


@exercise(
    "4.5",
    expects="the dictionary, each value a pair (before, after)",
    notice="The shapes were right with ⌊k/2⌋ on both sides, too; only a comparison of "
    "values finds this mistake.",
)
def padding(answer):
    layers = {  # i, k, s
        "conv 7×7 / 2 on 224": (224, 7, 2),
        "pool 3×3 / 2 on 112": (112, 3, 2),
        "conv 3×3 / 1 on 56": (56, 3, 1),
        "conv 3×3 / 2 on 56": (56, 3, 2),
        "conv 1×1 / 2 on 56": (56, 1, 2),
        "conv 3×3 / 2 on 57": (57, 3, 2),
    }
    if not isinstance(answer, dict) or set(answer) != set(layers):
        raise Hint("Keep the dictionary with its six keys.")
    for name, (i, k, s) in layers.items():
        before, after = arithmetic.same_padding(i, k, s)
        total = before + after
        mistakes = [
            ((after, before), f"{name}: the odd zero is on the wrong side."),
            ((k // 2, k // 2), f"{name}: that is ⌊k/2⌋, the fault to be repaired."),
            (total, f"{name}: give a pair (before, after)."),
            ((before,) * 4, f"{name}: a pair is enough, for one axis."),
            ((before, after) * 2, f"{name}: a pair is enough, for one axis."),
            ((k - 1 - k // 2, k // 2), f"{name}: that would be for stride 1."),
        ]
        try:
            array(answer[name], (before, after), mistakes=mistakes, name=name)
        except Hint as hint:
            if hint.args[0] in [text for _, text in mistakes]:
                raise
            needed = f"{-(-i // s)} windows of {k} columns in steps of {s}"
            raise Hint(f"{name}: {needed}. How many columns do they need?") from None


@exercise(
    "4.6",
    expects="a function of images, kernel, s and d",
    notice="Stride moves the window, dilation moves the taps inside it: two numbers at "
    "two different places of the code.",
)
def convolve(answer):
    rng = np.random.default_rng(0)
    shapes = [  # of images and kernel, s, d; wide enough for mistakes to fit in
        *(((1, 4, 4, 1), (2, 2, 1, 1), 1, 1), ((1, 6, 6, 1), (2, 2, 1, 1), 2, 1)),
        *(((1, 6, 6, 1), (2, 2, 1, 1), 1, 3), ((1, 4, 4, 2), (2, 2, 2, 1), 1, 1)),
        *(((2, 3, 3, 1), (2, 2, 1, 1), 1, 1), ((1, 5, 6, 1), (2, 3, 1, 1), 1, 1)),
        *(((3, 9, 7, 3), (3, 2, 3, 4), 1, 1), ((2, 9, 8, 3), (3, 3, 3, 2), 2, 1)),
        *(((2, 11, 10, 3), (3, 3, 3, 2), 1, 3), ((3, 12, 11, 2), (3, 2, 2, 5), 2, 3)),
        *(((1, 12, 11, 3), (1, 1, 3, 3), 3, 2), ((2, 10, 10, 4), (3, 3, 4, 4), 3, 3)),
        ((2, 14, 8, 2), (5, 1, 2, 3), 3, 1),
    ]
    cases = [
        (rng.integers(0, 5, image), rng.integers(-2, 3, kernel), s, d)
        for image, kernel, s, d in shapes
    ]
    images, kernel, s, d = cases[0]
    cases.append((images / 2, kernel, s, d))
    function(
        answer,
        ours.convolve,
        cases,
        mistakes=ours.CONVOLVE_MISTAKES,
        own=[ours.convolve, *_frameworks()],
    )


def _frameworks():
    """Convolutions of whatever framework the reader has imported."""
    keras, tensorflow = sys.modules.get("keras"), sys.modules.get("tensorflow")
    if keras:
        yield from (keras.ops.conv, keras.layers.Conv2D)
    if tensorflow:
        yield from (tensorflow.nn.conv2d, tensorflow.nn.convolution)
