"""Checkers of chapter 6, continued: the loss from logits, and the rate by step."""

import sys

import numpy as np

from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import call, function

_GIVEN = ("keras.losses", "keras.optimizers", "tensorflow._api.v2.nn")


def _own(*more):
    """What a reader must not call: ours, and Keras' if it is there already."""
    return [*more, *(sys.modules[name] for name in _GIVEN if name in sys.modules)]


def _cross_entropy(logits, labels, reduce=np.mean, rows=1):
    logits = np.asarray(logits, dtype=float)
    shifted = logits - logits.max(axis=rows, keepdims=True)
    spread = np.log(np.exp(shifted).sum(axis=rows, keepdims=True))
    return reduce((spread - shifted)[np.arange(len(logits)), labels])


def _softmax(logits):
    powers = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


_SOME = np.random.default_rng(6).normal(0, 3, size=(2, 64, 10)).round(1)
_CLASSES = np.random.default_rng(7).integers(0, 10, size=64)
_ORDINARY = [
    (np.array([[2.0, 1.0, -1.0]]), np.array([0])),
    (np.array([[2.0, 1.0, -1.0], [0.0, 0.0, 0.0]]), np.array([2, 1])),
    (np.array([[1, 3], [0, -2], [5, 5]]), np.array([1, 0, 1])),
    (_SOME[0], _CLASSES),
    (_SOME[1], _CLASSES),
]
_LARGE = [
    (np.array([[1000.0, 0.0]]), np.array([0])),
    (np.array([[1000.0, 0.0]]), np.array([1])),
    (np.array([[-1000.0, -1001.0], [500.0, 0.0]]), np.array([0, 1])),
    (np.array([[1000.0, -1000.0, -1000.0]]), np.array([0])),
]
_LOSS_MISTAKES = [
    (
        lambda z, y: _cross_entropy(z, y, np.sum),
        "You add up the images; the mean over the batch is asked for.",
    ),
    (
        lambda z, y: _cross_entropy(z, y) / np.shape(z)[1],
        "You also divide by the number of classes. Each image has one loss.",
    ),
    (lambda z, y: -_cross_entropy(z, y), "The sign: a loss is never negative."),
    (
        lambda z, y: _cross_entropy(z, y, lambda losses: losses),
        "One loss an image comes out; their mean is asked for.",
    ),
    (
        lambda z, y: _cross_entropy(_softmax(z), y),
        "You take a softmax of a softmax: the arguments are logits.",
    ),
    (
        lambda z, y: _cross_entropy(z, y) / np.log(2),
        "The natural logarithm is asked for: nats, not bits.",
    ),
    (
        lambda z, y: _cross_entropy(z, y) / np.log(10),
        "The natural logarithm is asked for, not that to base 10.",
    ),
    (
        lambda z, y: _cross_entropy(z, y, rows=0),
        "Your softmax runs over the images. Which axis holds the classes?",
    ),
    (
        lambda z, y: _cross_entropy(z, np.argmax(z, axis=1)),
        "You take the likeliest class. The loss asks for the true one.",
    ),
    (
        lambda z, y: _cross_entropy(z, y, lambda x: -np.mean(np.exp(-x))),
        "The logarithm of the probability is missing.",
    ),
]


@exercise(
    "6.3",
    expects="a function of logits and labels",
    notice="Subtracting each row's largest logit changes no softmax and keeps every "
    "exponential in [0, 1]. This is what `from_logits=True` makes possible.",
)
def cross_entropy(answer):
    function(answer, _cross_entropy, _ORDINARY, mistakes=_LOSS_MISTAKES, own=_own())
    for case in _LARGE:
        value, wanted = np.asarray(call(answer, case)), _cross_entropy(*case)
        if value.shape or np.isclose(value, wanted, rtol=1e-5, atol=1e-5):
            continue
        text = f"Right for ordinary logits. For {case[0].tolist()} and labels "
        text += f"{case[1].tolist()} it gives {value:g} instead of {wanted:g}."
        if not np.isfinite(value):
            text += (
                " exp(1000) is more than a float holds, exp(−1000) is 0. What may be "
                "subtracted from one image's logits without changing its softmax?"
            )
        else:
            text += (
                " Something caps the loss: an ε inside the logarithm, or clipped "
                "logits? Take the logarithm before anything can become 0."
            )
        raise Hint(text)


def _rate(step, steps, warmup, peak, fall=lambda part: (1 + np.cos(np.pi * part)) / 2):
    if step < warmup:
        return peak * step / warmup
    return peak * fall((step - warmup) / (steps - warmup))


_SCHEDULES = [
    (0, 100, 20, 0.1),
    (1, 100, 20, 0.1),
    (10, 100, 20, 0.1),
    (20, 100, 20, 0.1),
    (40, 100, 20, 0.1),
    (60, 100, 20, 0.1),
    (99, 100, 20, 0.1),
    (100, 100, 20, 0.1),
    (250, 1000, 100, 0.005),
    (0, 10, 0, 0.5),
    (5, 10, 0, 0.5),
    (3, 10, 4, 1),
]
_RATE_MISTAKES = [
    (
        lambda s, n, w, p: _rate(s, n, w, p) if s < w else _rate(s, n, 0, p),
        "After the warm-up your cosine begins as if it had run since step 0. It "
        "has to start at its top when the warm-up ends.",
    ),
    (
        lambda s, n, w, p: _rate(s, n, w, p, lambda x: (1 + np.cos(2 * np.pi * x)) / 2),
        "That is a whole period: down and up again. Half a one is asked for.",
    ),
    (
        lambda s, n, w, p: _rate(s, n, w, p, lambda x: np.cos(np.pi * x / 2)),
        "That is a quarter of a period, which ends steep. Half a period falls from "
        "1 to −1; shift and scale it.",
    ),
    (
        lambda s, n, w, p: _rate(s, n, w, p, lambda x: 1 + np.cos(np.pi * x)),
        "1 + cos runs from 2 to 0: your rate jumps to twice the peak.",
    ),
    (
        lambda s, n, w, p: _rate(s, n, w, p, lambda x: np.cos(np.pi * x)),
        "Your rate becomes negative: half a cosine ends at −1.",
    ),
    (
        lambda s, n, w, p: _rate(s, n, w, p, lambda x: 1 - x),
        "You fall along a straight line, not along a cosine.",
    ),
    (
        lambda s, n, w, p: _rate(s, n, w, p, lambda x: 1.0),
        "After the warm-up your rate stays at the peak.",
    ),
    (
        lambda s, n, w, p: p * (s + 1) / w if s < w else _rate(s, n, w, p),
        "Your warm-up is one step ahead: step 0 has rate 0 here.",
    ),
    (
        lambda s, n, w, p: (
            p / 25 + (p - p / 25) * s / w if s < w else _rate(s, n, w, p)
        ),
        "The course's own recipe begins at a 25th of the peak; here step 0 has rate 0.",
    ),
    (
        lambda s, n, w, p: _rate(s, n, w, p, lambda x: (1 + np.cos(180 * x)) / 2),
        "The cosine takes radians, not degrees.",
    ),
]


@exercise(
    "6.4",
    expects="a function of step, steps, warmup_steps and peak",
    notice="At both ends half a cosine is flat: the rate leaves its peak gently, "
    "and the last steps only settle.",
)
def rate_at(answer):
    loop = sys.modules.get("resnet_lesson.training.loop")
    own = _own(loop.learning_rate) if loop else _own()
    function(
        answer,
        _rate,
        _SCHEDULES,
        mistakes=_RATE_MISTAKES,
        own=own,
        figure=lambda *case: _picture_of(answer),
    )


def _picture_of(answer):
    """The reader's schedule drawn, if it gives numbers all along."""
    from resnet_lesson.figures.training_exercises import your_schedule

    try:
        rates = [float(answer(step, 100, 20, 0.1)) for step in range(101)]
    except Exception:
        return None
    return your_schedule(rates, 20, 0.1) if np.isfinite(rates).all() else None
