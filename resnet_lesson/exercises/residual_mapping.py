"""Checkers of notebook 02: F for a given H, the shapes of W_s, kinds of sentences.

2.2 and 2.4 are in `residual_mapping_outputs`, 2.5 to 2.7 in `residual_mapping_toy`.
"""

import numpy as np

from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.values import array, choices, number

X = np.array([2.0, -1.0, 0.5])
MAPPINGS = {
    "1.2 x - 1": lambda x: 1.2 * x - 1,
    "x": lambda x: x,
    "-x": lambda x: -x,
    "ReLU(x)": lambda x: np.maximum(x, 0),
    "0": lambda x: 0 * x,
}


@exercise(
    "2.1",
    expects="a dictionary from each H to the three numbers of F",
    notice="F is zero only where the target is the input. For H = 0 and H = −x the "
    "layers of a residual block have more to do than those of a plain one.",
)
def wanted_residuals(answer):
    _keys(answer, MAPPINGS)
    for name, mapping in MAPPINGS.items():
        wanted = mapping(X)
        mistakes = [
            (wanted, "That is H(x), what a plain block's layers must put out."),
            (X - wanted, "The other way round: F is what must be *added to* x."),
            (wanted + X, "The shortcut adds x. F is what is left to the layers."),
            (0 * X, "With F = 0 the block puts out x. Is x the target?"),
            (1 - wanted, "Subtract the input x, value by value."),
            (wanted - 1, "Subtract the input x, not 1."),
        ]
        if name == "1.2 x - 1":
            mistakes += [
                (0.2 * X, "And the constant?"),
                (0.2 * X + 1, "Mind the sign of the constant."),
                (1.2 * X, "1.2 x − 1 − x: collect what belongs to x."),
            ]
        if name == "ReLU(x)":
            unchanged = "At x = 0.5 ReLU changes nothing: what is left to add?"
            mistakes += [([0, 1, 0.5], unchanged), ([0, 1, -0.5], unchanged)]
        try:
            array(answer[name], wanted - X, mistakes=mistakes, name="F")
        except Hint as hint:
            raise Hint(f"H = {name}: {hint}") from None


SHAPES = {
    "matrix": (128, 64),
    "Keras, dense": (64, 128),
    "Keras, 1×1": (1, 1, 64, 128),
}
STRIDE_2 = "The stride is no axis of a kernel: it says where the kernel is laid."


@exercise(
    "2.3",
    expects="a dictionary of three shapes and two numbers",
    notice="Eq. 2 writes W_s x with x a column; Keras keeps inputs before outputs and "
    "multiplies rows, x W. A 1×1 convolution is that same matrix at every pixel, and "
    "the stride adds no weight.",
)
def projection_shapes(answer):
    wanted = SHAPES | {"weights": 8_192, "stride": 2}
    _keys(answer, wanted)
    for name, shape in SHAPES.items():
        _shape(name, answer[name], shape)
    mistakes = {
        "weights": {
            8_320: "There is no bias in W_s.",
            73_728: "That is a 3×3 kernel. The projection looks at one pixel.",
            192: "Every output channel has a weight for *each* input channel.",
            16_384: "The stride adds no weights.",
            32_768: "The stride adds no weights.",
            4_096: "64 channels come in. How many go out?",
            25_690_112: "The same weights serve at every pixel.",
            6_422_528: "The same weights serve at every pixel.",
        },
        "stride": {
            1: "56 × 56 has to become 28 × 28, on the shortcut as well.",
            4: "Each side is halved. The stride counts along one side.",
            28: "The stride is how far the kernel moves from one pixel to the next.",
            0.5: "The stride is how far the kernel moves, in pixels of the input.",
        },
    }
    for key, hints in mistakes.items():
        try:
            number(answer[key], wanted[key], mistakes=hints)
        except Hint as hint:
            raise Hint(f"{key}: {hint}") from None


def _shape(name, given, wanted):
    try:
        given = tuple(int(size) for size in given)
    except (TypeError, ValueError):
        raise Hint(f"{name}: a shape is a tuple of integers, as {(3, 5)}.") from None
    if given == wanted:
        return
    if len(given) != len(wanted):
        fewer = f"{name}: the array has {len(wanted)} axes, yours {len(given)}."
        raise Hint(f"{fewer} Is there a batch axis, or one for the stride?")
    if sorted(given) == sorted(wanted):
        order = {
            "matrix": "W_s x: the matrix stands before a column of 64 numbers.",
            "Keras, dense": "Keras computes x W: x is a row and stands before W.",
            "Keras, 1×1": "Keras' order is height, width, channels in, channels out.",
        }
        raise Hint(f"{name}: the right sizes in another order. {order[name]}")
    if len(given) == 4 and given[:2] == (2, 2):
        raise Hint(f"{name}: {STRIDE_2}")
    if len(given) == 4 and given[:2] != (1, 1):
        raise Hint(f"{name}: this kernel covers more than one pixel.")
    raise Hint(f"{name}: 64 channels come in, 128 go out. Which number is off?")


@exercise(
    "2.8",
    expects="a dictionary from each letter to one of four kinds",
    notice="A definition needs no experiment, a hypothesis waits for one, and a "
    "measurement speaks of what was measured. One counterexample ends an *always*.",
)
def kinds_of_sentences(answer):
    wanted = {"a": "definition", "b": "hypothesis", "c": "refuted"}
    wanted |= {"d": "measured", "e": "refuted", "f": "hypothesis"}
    proof = "Look at the cell in which weights are written down."
    condition = "Read the condition in §3.1, and the word *should*."
    known = "Who knows H of a block inside a trained network?"
    table = "Look at the table of sizes, trained and untrained."
    hints = {
        ("a", "hypothesis"): "Could any experiment show it to be false?",
        ("a", "measured"): "Did it need measuring?",
        ("a", "refuted"): "Put F(x) = H(x) − x into the left side.",
        ("b", "definition"): condition,
        ("b", "measured"): condition + " One toy is not every network.",
        ("b", "refuted"): condition + " Does a target near zero break it?",
        ("c", "definition"): proof,
        ("c", "hypothesis"): proof,
        ("c", "measured"): proof,
        ("d", "definition"): "Nothing in the block's definition says who is faster.",
        ("d", "hypothesis"): "The sentence names a target and a number of steps.",
        ("d", "refuted"): "Look at the race once more, at 100 steps.",
        ("e", "definition"): "The definition says nothing about sizes.",
        ("e", "hypothesis"): table,
        ("e", "measured"): table,
        ("f", "definition"): known,
        ("f", "measured"): known,
        ("f", "refuted"): known + " Neither side can be looked up.",
    }
    choices(answer, wanted, hints)


def _keys(answer, wanted):
    if not isinstance(answer, dict) or set(answer) != set(wanted):
        raise Hint(f"Keep a dictionary with the keys {', '.join(map(repr, wanted))}.")
