"""Checkers of notebook 02, 2.5 to 2.7: the toy's gradients, targets and runs."""

import inspect

import numpy as np

from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import call, function, short
from resnet_lesson.exercises.values import number, read_array
from resnet_lesson.lab import toy


def _gradients(x, wanted, first, second):
    return toy.gradients(x, wanted, (first, second), shortcut=True)


def _scaled(factor):
    """Right but for a factor of both gradients."""

    def wrong(x, wanted, first, second):
        slopes = _gradients(x, wanted, first, second)
        return tuple(factor(*x.shape) * slope for slope in slopes)

    return wrong


def _by_hand(shortcut=1, mask=True, hidden=True, last=False):
    """The gradients with one thing changed."""

    def wrong(x, wanted, first, second):
        before = x @ first
        active = np.maximum(before, 0)
        off = active @ second + shortcut * x - wanted
        if last:
            off = np.where(active @ second + x > 0, off, 0)
        slope = 2 * off / off.size
        back = slope @ second.T
        back = back * (before > 0) if mask else back
        return x.T @ back, (active if hidden else before).T @ slope

    return wrong


GRADIENT_MISTAKES = [
    (
        _scaled(lambda batch, size: batch * size),
        "The loss is a mean, not a sum: over what?",
    ),
    (
        _scaled(lambda batch, size: size),
        "The mean goes over the components of y, too, not over the examples alone.",
    ),
    (
        _scaled(lambda batch, size: batch),
        "The mean goes over the examples, too, not over the components alone.",
    ),
    (_scaled(lambda batch, size: 0.5), "The derivative of a square has a factor."),
    (
        _scaled(lambda batch, size: batch * size / 2),
        "Two factors are missing: the one of the square, and the one of the mean.",
    ),
    (
        _scaled(lambda batch, size: size / 2),
        "Two factors are missing: the one of the square, and part of the mean's.",
    ),
    (
        _scaled(lambda batch, size: -1),
        "This points downhill. The gradient points uphill: y − wanted.",
    ),
    (
        _by_hand(shortcut=0),
        "There is no shortcut in your y: it changes the error, hence both gradients.",
    ),
    (_by_hand(shortcut=-1), "The shortcut adds x to F(x)."),
    (
        _by_hand(mask=False),
        "On the way back through the ReLU: which hidden units pass nothing on?",
    ),
    (
        _by_hand(hidden=False),
        "W2 is fed what comes out of the ReLU, not what goes into it.",
    ),
    (_by_hand(last=True), "The toy has no ReLU behind the sum."),
    (
        lambda *case: _gradients(*case)[::-1],
        "First the gradient of W1, then that of W2.",
    ),
    (
        lambda *case: tuple(slope.T for slope in _gradients(*case)),
        "A gradient has the shape of its weights: yours are transposed.",
    ),
]


@exercise(
    "2.5",
    expects="a function of x, wanted, W1 and W2 that gives two arrays",
    notice="The shortcut stands in neither formula; it only moves the error y − H(x). "
    "And each gradient has the other layer as a factor: when both are near zero, both "
    "learn slowly.",
)
def toy_gradients(answer):
    def case(*shapes):
        return tuple(rng.integers(-3, 4, shape) + 0.5 for shape in shapes)

    rng = np.random.default_rng(23)
    sizes = [(1, 1, 1), (1, 1, 3), (2, 1, 1), (1, 2, 1), (3, 2, 4), (8, 5, 7)]
    cases = [
        case((batch, size), (batch, size), (size, units), (units, size))
        for batch, size, units in sizes
    ]
    function(answer, _gradients, cases, mistakes=GRADIENT_MISTAKES, own=[toy.gradients])


STEPS, SEEDS, LEAD = 100, range(3), 0.5


@exercise(
    "2.6",
    expects="a function of x, (batch, 16), that gives H(x) of the same shape",
    notice="Its H(x) − x is the harder task for these two layers. A shortcut is a bet "
    "on the target, and in a network nobody knows the targets beforehand.",
)
def hindering_target(answer):
    if not callable(answer) or inspect.isclass(answer):
        raise Hint(f"Answer with a function of x, made by `def`, got {short(answer)}.")
    x = np.random.default_rng(0).normal(size=(500, toy.SIZE))
    wanted = _values(answer, x)
    power = float(np.mean(wanted**2))
    if not np.allclose(_values(answer, x), wanted):
        raise Hint("The same x must have the same H(x) each time.")
    if not np.allclose(_values(answer, x[:7]), wanted[:7], atol=1e-6):
        raise Hint("Each example must have its own H(x), whatever the others are.")
    if not 0.4 <= power <= 2:
        raise Hint(
            f"The mean square of H(x) is {power:.2g}; 0.4 to 2 is asked for, so that "
            "the target is neither zero itself nor far larger than x."
        )
    yours = {"your H": lambda x, q: _stacked(answer, x)}
    when, errors = toy.race(yours, steps=STEPS, seeds=SEEDS)
    plain, residual = (errors["your H"][kind][:, -1] for kind in toy.KINDS)
    ratio = plain / residual
    if np.all(ratio < LEAD):
        return
    near = float(np.mean((wanted - x) ** 2))
    text = (
        f"After {STEPS} steps plain error / residual error is {ratio.min():.2g} to "
        f"{ratio.max():.2g} over three seeds; below {LEAD} is asked for in each. "
    )
    if np.mean(ratio) > 1:
        text += "With your target the shortcut helps, or at least does not hinder. "
    text += (
        f"The mean square of H(x) is {power:.2g}, and of H(x) − x {near:.2g}: which "
        "of the two is each block's task?"
    )
    from resnet_lesson.figures import residual_mapping as draw

    raise Hint(text, draw.races(when, errors, {"your H": "your H"}))


def _values(answer, x):
    values = read_array(call(answer, (x,)), "H(x)")
    if values.shape != x.shape:
        raise Hint(f"H(x) must have the shape of x, {x.shape}, got {values.shape}.")
    return values


def _stacked(answer, x):
    """H for (seeds, batch, SIZE)."""
    return np.stack([_values(answer, seed) for seed in x])


@exercise(
    "2.7",
    expects="a dictionary of four numbers",
    notice="A shortcut moves the target and nothing else. What carries a share λ of x "
    "moves it by λ, so the best shortcut for a target near a·x is a itself: the "
    "identity is the bet a = 1.",
)
def same_run(answer):
    wanted = {"a": 0.5, "b": -2, "c": 0.7, "d": 0.4}
    if not isinstance(answer, dict) or set(answer) != set(wanted):
        raise Hint('Keep a dictionary with the keys "a", "b", "c" and "d".')
    added = "The shortcut's x is taken *off* what the layers have to learn."
    same = "That is the target of the whole block. What is left to its layers?"
    sign = "Mind the sign: it is H(x) minus what the shortcut carries."
    share = "This shortcut carries 0.3 x, not x."
    mistakes = {
        "a": {2.5: added, 1.5: same, -0.5: sign, 1: same},
        "b": {0: added, -1: same, 2: sign, 1: sign},
        "c": {1.3: added, 1: same, 0: share, 0.3: "Take 0.3 off a.", -0.7: sign},
        "d": {
            1: "With the whole x on the shortcut the layers have −0.6 x to learn.",
            0: "Without a shortcut the layers have 0.4 x to learn.",
            0.6: "With λ = 0.6 the layers have −0.2 x to learn.",
            -0.4: "A negative λ takes the target further away.",
            -0.6: "A negative λ takes the target further away.",
            1.4: "With λ = 1.4 the layers have −x to learn.",
        },
    }
    for key, value in wanted.items():
        try:
            number(answer[key], value, mistakes=mistakes[key], tolerance=1e-9)
        except Hint as hint:
            raise Hint(f"{key}: {hint}") from None
