"""Checkers of notebook 03: silent blocks, sums of residuals, scaled shortcuts.

Those of 3.5 to 3.7 are in `identity_shortcut_shapes`.
"""

import numpy as np

from resnet_lesson import blocks
from resnet_lesson.base.quiet import keras
from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import Named, function
from resnet_lesson.exercises.identity_shortcut_shapes import BACK
from resnet_lesson.exercises.values import array, choices, number
from resnet_lesson.lab import shortcuts

X = (-2.0, 0.0, 3.0)
SILENT = {"basic": (0, 0, 3), "pre-activation": X, "bottleneck": (0, 0, 3)}


@exercise(
    "3.1",
    expects="two dictionaries: for each block names of variables, and three numbers",
    notice="The last layer of F decides: BN adds β to whatever it is given, a "
    "convolution without bias makes zeros of a zero kernel. And F = 0 makes the block "
    "the identity for every x only where nothing follows the sum.",
)
def silenced(answer):
    to_zero, then_y = answer
    for given in (to_zero, then_y):
        _keys(given, SILENT)
    for kind, names in to_zero.items():
        _silences(kind, [names] if isinstance(names, str) else list(names))
    for kind, wanted in SILENT.items():
        other, follows = (SILENT["basic"], "Nothing") if wanted == X else (X, "A layer")
        mistakes = [
            (np.zeros(3), f"{kind}: F is zero, but the sum has a second term."),
            (other, f"{kind}: {follows} follows the sum in this block; look again."),
        ]
        array(then_y[kind], wanted, mistakes=mistakes, name=f"then_y[{kind!r}]")


def _silences(kind, names):
    """Zero these variables in a real block, and look at what F puts out."""
    left = _Residual(kind)
    names = [str(name).strip().lower().replace(".", "/") for name in names]
    for name in names:
        if "moving" in name:
            raise Hint(f"{kind}: {name} is a stored statistic, not a learned weight.")
        if name not in left.variables:
            raise Hint(f"{kind}: {name!r} is none of {', '.join(left.variables)}.")
    largest, mode = left(names)
    if largest:
        still = f"F(x) still reaches {largest:.2g} in {mode} mode"
        raise Hint(f"{kind}: with these at zero {still}. {_why(kind, names)}")
    for name in names:
        if not left([other for other in names if other != name])[0]:
            raise Hint(f"{kind}: F is zero without {name}, too. Name what is needed.")


def _why(kind, names):
    gammas = {name for name in names if name.endswith("gamma")}
    if gammas and not {name.replace("gamma", "beta") for name in gammas} <= set(names):
        return "γ is not all that a BN has: what does it add?"
    if names and all("kernel" in name for name in names) and kind != "pre-activation":
        return "What does the BN behind that convolution make of zeros?"
    return "Which layer is the last one of F, and when does it put out zeros?"


class _Residual:
    """F of a real block, to be tried with some of its variables at zero."""

    def __init__(self, kind):
        builder = getattr(blocks, f"{kind.replace('-', '')}_block")
        block = shortcuts.one_block(builder, size=5, channels=8)
        self._model = keras.Model(block.input, block.get_layer("block_add").input[0])
        self._x = np.random.default_rng(0).normal(size=(4, 5, 5, 8)).astype("float32")
        trained = self._model.trainable_variables
        self.variables = {v.path.removeprefix("block_"): v for v in trained}

    def __call__(self, names):
        """The largest value of F, 0.0 if it is only rounding, and its mode."""
        before = {name: np.array(self.variables[name]) for name in names}
        for name in names:
            self.variables[name].assign(0 * before[name])
        largest = max(
            (float(np.abs(self._model(self._x, training=training)).max()), mode)
            for training, mode in ((True, "training"), (False, "inference"))
        )
        for name, value in before.items():
            self.variables[name].assign(value)
        return largest if largest[0] > 1e-6 else (0.0, "either")


def _keys(answer, wanted):
    if not isinstance(answer, dict) or set(answer) != set(wanted):
        raise Hint(f"Keep a dictionary with the keys {', '.join(map(repr, wanted))}.")


DOUBLE, LESS = Named("x → 2x", lambda x: 2 * x), Named("x → x − 1", lambda x: x - 1)
SQUARE = Named("x → x²", lambda x: x**2)


def _unrolled(x, residuals, follows=lambda x: x, carried=1):
    for residual in residuals:
        x = follows(carried * x + residual(x))
    return x


@exercise(
    "3.2",
    expects="a function of x and a list of residual functions",
    notice="The output is x plus a sum, but its terms are not independent: each F "
    "reads what all blocks before it have made of x.",
)
def stage_output(answer):
    some = np.array([[1.0, -2.0], [0.5, 0.0]])
    cases = [(3.0, []), (3.0, [DOUBLE]), (3.0, [DOUBLE, LESS]), (-1.0, [DOUBLE, BACK])]
    cases += [(2.0, [SQUARE, LESS, DOUBLE, SQUARE]), (some, [LESS, SQUARE, DOUBLE])]
    mistakes = [
        (
            lambda x, residuals: x + sum(residual(x) for residual in residuals),
            "Every F reads x itself here. In a stage it reads what comes before it.",
        ),
        (
            lambda x, residuals: _unrolled(x, residuals, carried=0),
            "Each block puts out F(x) alone here: where is its shortcut?",
        ),
        (
            lambda x, residuals: _unrolled(x, residuals) - x,
            "This is the sum of the residuals. The shortcuts bring one more term.",
        ),
        (
            lambda x, residuals: _unrolled(x, residuals, lambda y: np.maximum(y, 0)),
            "Nothing follows the sum in a pre-activation block.",
        ),
        (
            lambda x, residuals: _unrolled(x, residuals[::-1]),
            "The first function of the list belongs to the first block.",
        ),
    ]
    function(answer, _unrolled, cases, mistakes=mistakes)


@exercise(
    "3.3",
    expects="a dictionary of three numbers",
    notice="In two blocks the gradient fell to a quarter, although its direct term "
    "arrived unchanged: Eq. 5 guarantees the term, not the sum.",
)
def two_terms(answer):
    wanted = {"direct": 8, "through": -6, "arrives": 2}
    _keys(answer, wanted)
    factor = "The gradient at x₂ multiplies every term of Eq. 5."
    shrinks = "The direct term passes no F, so nothing changes it on its way."
    sign, one = "Mind the sign of w.", "That is one residual. The sum has two."
    both = "F(x₁) depends on x₀, too, through x₁: write x₁ as a multiple of x₀."
    add = "What arrives is the sum of the two terms."
    mistakes = {
        "direct": {1: factor, 2: shrinks, 4: shrinks, 16: shrinks, -8: shrinks},
        "through": {-0.75: factor, -1: factor, -8: both, -4: one, -2: one}
        | {6: sign, 8: sign, 10: sign, 2: "That is all that arrives."},
        "arrives": {0.25: factor, 0: add, 4: add, 8: add, 14: sign, -6: add, 18: sign},
    }
    for key, value in wanted.items():
        try:
            number(answer[key], value, mistakes=mistakes[key], tolerance=1e-6)
        except Hint as hint:
            raise Hint(f"{key}: {hint}") from None


@exercise(
    "3.8",
    expects="a dictionary from each letter to one of three verdicts",
    notice="An equation proves what it says for every network; one measured case "
    "refutes a rule; neither says what happens at the end of a training.",
)
def verdicts(answer):
    wanted = {"a": "proved", "b": "refuted", "c": "refuted", "d": "refuted"}
    wanted |= {"e": "not shown", "f": "not shown"}
    hints = {
        ("a", "refuted"): "Did the measured case break it, or a condition of it?",
        ("a", "not shown"): "Read Eq. 5 and the word *term*.",
        ("b", "proved"): "A term is guaranteed. What can the other one do to it?",
        ("b", "not shown"): "One network was built for which it fails.",
        ("c", "proved"): "Look at the right panel of the gradients against depth.",
        ("c", "not shown"): "It was measured, with BN, for 8 to 56 layers.",
        ("d", "proved"): "0.9⁵⁴ is the shortcut's own term. What else arrives?",
        ("d", "not shown"): "It was measured: compare both panels of that figure.",
        ("e", "proved"): "Is there a trained network in the measurements?",
        ("e", "refuted"): "A norm at the start says nothing of an error at the end.",
        ("f", "proved"): "How many steps were trained in this chapter's core?",
        ("f", "refuted"): "How many steps were trained in this chapter's core?",
    }
    choices(answer, wanted, hints)
