"""Answers to the exercises of notebook 03: right ones, and typical wrong ones."""

import math

import numpy as np

LAST_BN = ["bn2/gamma", "bn2/beta"]
TO_ZERO = {
    "basic": LAST_BN,
    "pre-activation": ["conv2/kernel"],
    "bottleneck": ["bn3/gamma", "bn3/beta"],
}
THEN_Y = {
    "basic": [0, 0, 3],
    "pre-activation": [-2, 0, 3],
    "bottleneck": [0, 0, 3],
}


def silenced(then_y=None, **other):
    """Answers to 3.1 that differ from the right one in one block."""
    names = {
        **TO_ZERO,
        **{key.replace("_", "-"): value for key, value in other.items()},
    }
    return names, {**THEN_Y, **(then_y or {})}


def stage_output(x, residuals):
    for residual in residuals:
        x = x + residual(x)
    return x


def all_at_once(x, residuals):
    return x + sum(residual(x) for residual in residuals)


def without_shortcuts(x, residuals):
    for residual in residuals:
        x = residual(x)
    return x


def only_residuals(x, residuals):
    total = 0
    for residual in residuals:
        total = total + residual(x)
        x = x + residual(x)
    return total


def with_relu(x, residuals):
    for residual in residuals:
        x = np.maximum(x + residual(x), 0)
    return x


def first_added_each_time(x, residuals):
    y = x
    for residual in residuals:
        y = x + residual(y)
    return y


def averaged(x, residuals):
    for residual in residuals:
        x = (x + residual(x)) / 2
    return x


def blocks_until(scale, share=0.01):
    blocks, carried = 0, 1.0
    while carried >= share:
        blocks += 1
        carried = scale**blocks
    return blocks


def option_a(x, filters, stride=2):
    batch, height, width, channels = x.shape
    shape = batch, -(-height // stride), -(-width // stride), filters
    y = np.zeros(shape, x.dtype)
    y[..., :channels] = x[:, ::stride, ::stride]
    return y


def zeros_in_front(x, filters, stride=2):
    y = option_a(x, filters, stride)
    return np.roll(y, filters - x.shape[-1], axis=-1)


def behind_every_axis(x, filters, stride=2):
    return np.pad(x[:, ::stride, ::stride], (0, filters - x.shape[-1]))


def both_sides(x, filters, stride=2):
    half = (filters - x.shape[-1]) // 2
    x = x[:, ::stride, ::stride]
    widths = ((0, 0), (0, 0), (0, 0), (half, filters - x.shape[-1] - half))
    return np.pad(x, widths)


def averaged_pixels(x, filters, stride=2):
    rows = (x[:, ::2] + x[:, 1::2]) / 2
    return option_a((rows[:, :, ::2] + rows[:, :, 1::2]) / 2, filters, 1)


def channels_first(x, filters, stride=2):
    x = x[:, :, ::stride, ::stride]
    widths = ((0, 0), (0, filters - x.shape[1]), (0, 0), (0, 0))
    return np.pad(x, widths)


def without_batch(x, filters, stride=2):
    x = x[::stride, ::stride]
    return np.concatenate([x, np.zeros((*x.shape[:3], filters - x.shape[3]))], -1)


def centres(size, kernel_size=3, stride=2):
    positions = math.ceil(size / stride)
    padding = max((positions - 1) * stride + kernel_size - size, 0)
    first = (kernel_size - 1) // 2 - padding // 2
    return [first + stride * position for position in range(positions)]


def odd_before(size, kernel_size=3, stride=2):
    positions = math.ceil(size / stride)
    padding = max((positions - 1) * stride + kernel_size - size, 0)
    first = kernel_size // 2 - math.ceil(padding / 2)
    return list(range(first, first + stride * positions, stride))


def windows_begin(size, kernel_size=3, stride=2):
    return [centre - kernel_size // 2 for centre in centres(size, kernel_size, stride)]


def parity(size, kernel_size=3, stride=2):
    return np.arange(1 - size % 2, size, stride)


def repaired(x, activate, weights):
    return np.add(x, weights(activate(x)))


def given(x, activate, weights):
    h = activate(x)
    return np.maximum(weights(h) + h, 0)


VERDICTS = dict.fromkeys("bcd", "refuted") | dict.fromkeys("ef", "not shown")
VERDICTS["a"] = "proved"
TERMS = {"direct": 8, "through": -6, "arrives": 2}

RIGHT = {
    "3.1": silenced(),
    "3.2": stage_output,
    "3.3": TERMS,
    "3.4": blocks_until,
    "3.5": option_a,
    "3.6": centres,
    "3.7": repaired,
    "3.8": VERDICTS,
}

WRONG = {
    "3.1": [
        (silenced(basic=["conv1/kernel", "conv2/kernel"]), "make of zeros?"),
        (silenced(basic=["bn2/gamma"]), "γ is not all"),
        (silenced(bottleneck=LAST_BN), "Which layer is the last one of F"),
        (silenced(pre_activation=LAST_BN[:1]), "γ is not all"),
        (silenced(pre_activation=["conv1/kernel"]), "Which layer is the last"),
        (silenced(pre_activation=["conv2/kernel", *LAST_BN]), "Name what is needed"),
        (silenced(basic=["conv2/kernel", *LAST_BN]), "F is zero without conv2/kernel"),
        (silenced(basic=["conv2/bias"]), "none of conv1/kernel, bn1/gamma"),
        (silenced(basic=["bn2/moving_mean"]), "statistic"),
        (silenced(basic=[]), "Which layer is the last one of F"),
        (silenced({"basic": [0, 0, 0]}), "second term"),
        (silenced({"bottleneck": [-2, 0, 3]}), "A layer follows"),
        (silenced({"pre-activation": [0, 0, 3]}), "Nothing follows"),
        (silenced({"basic": "ReLU(x)"}), "array of finite numbers"),
        (silenced({"basic": 3}), "shape (3,)"),
        ((TO_ZERO, {"basic": [0, 0, 3]}), "keys 'basic', 'pre-activation'"),
    ],
    "3.2": [
        (all_at_once, "reads what comes before it"),
        (without_shortcuts, "where is its shortcut?"),
        (only_residuals, "one more term"),
        (with_relu, "Nothing follows the sum"),
        (lambda x, residuals: stage_output(x, residuals[::-1]), "first block"),
        (first_added_each_time, "instead of 17"),
        (averaged, "gives 4.5 instead of 9"),
        (lambda x, residuals: x + residuals[0](x), "list index out of range"),
        (lambda x, residuals: sum(residuals), "raises TypeError"),
    ],
    "3.3": [
        ({**TERMS, "direct": 1}, "direct: The gradient at x₂ multiplies"),
        ({**TERMS, "direct": 2}, "passes no F"),
        ({**TERMS, "through": -8, "arrives": 0}, "write x₁ as a multiple of x₀"),
        ({**TERMS, "through": -4}, "That is one residual"),
        ({**TERMS, "through": -0.75}, "multiplies every term"),
        ({**TERMS, "through": 10, "arrives": 18}, "through: Mind the sign of w"),
        ({**TERMS, "arrives": 14}, "arrives: Mind the sign"),
        ({**TERMS, "arrives": 0.25}, "multiplies every term"),
        ({**TERMS, "arrives": -48}, "arrives: -48 is not it"),
        ({"direct": 8}, "keys 'direct', 'through', 'arrives'"),
        ([8, -6, 2], "Keep a dictionary"),
    ],
    "3.4": [
        (lambda s, p=0.01: math.ceil(math.log(p) / math.log(s)), "under"),
        (lambda s, p=0.01: int(math.log(p) / math.log(s)), "still carries"),
        (lambda s, p=0.01: int(math.log(p) / math.log(s)) + 1, "rounded logarithms"),
        (lambda s, p=0.01: round(math.log(p) / math.log(s)), "Rounded to the nearest"),
        (lambda s, p=0.01: math.log(p) / math.log(s), "whole numbers"),
        (lambda s, p=0.01: math.log(s) / math.log(p), "Solve"),
        (lambda s, p=0.01: blocks_until(s, p) + 1, "λ⁰"),
        (lambda s, p=0.01: blocks_until(s**2, p), "one factor λ"),
        (lambda s, p=0.01: blocks_until(s), "second argument"),
        (lambda s: blocks_until(s), "raises TypeError"),
        (lambda s, p=0.01: s**54, "instead of 7"),
        (lambda s, p=0.01: s ** blocks_until(s, p), "instead of 7"),
        (lambda s, p=0.01: round(p / s), "instead of 7"),
        (lambda s, p=0.01: [7, 44], "7 is wanted"),
    ],
    "3.5": [
        (zeros_in_front, "not in front"),
        (both_sides, "published code"),
        (averaged_pixels, "does not pool"),
        (channels_first, "(batch, height, width, channels)"),
        (without_batch, "first axis is the batch"),
        (lambda *case: option_a(*case).astype(int), "Fractions are cut off"),
        (lambda x, filters, stride=2: option_a(x, filters), "Use the stride"),
        (lambda x, filters, stride=2: option_a(x, filters + x.shape[-1]), "wanted"),
        (
            lambda x, filters, stride=2: option_a(x, filters + x.shape[-1], stride),
            "counts all channels",
        ),
        (
            lambda x, filters, stride=2: option_a(x, 2 * x.shape[-1], stride),
            "the double or not",
        ),
        (lambda x, filters, stride=2: x[:, ::stride, ::stride], "is wanted"),
        (lambda x, filters, stride=2: option_a(x, filters, 1), "is wanted"),
        (behind_every_axis, "is wanted"),
        (
            lambda x, filters, stride=2: option_a(x[:, 1::2, 1::2], filters, 1),
            "instead of",
        ),
    ],
    "3.6": [
        (lambda size, k=3, s=2: list(range(0, size, s)), "1×1 kernel reads"),
        (lambda size, k=3, s=2: list(range(1, size, s)), "Right for 3×3 on an even"),
        (lambda size, k=3, s=2: list(range(0, size + 2 - k + k % 2, s)), "instead of"),
        (odd_before, "comes *after*"),
        (windows_begin, "first column of each window"),
        (lambda *case: [c + 1 for c in centres(*case)], "column 0"),
        (lambda *case: range(len(centres(*case))), "output's columns"),
        (parity, "instead of"),
        (lambda *case: len(centres(*case)), "is wanted"),
        (lambda *case: centres(*case)[:-1], "is wanted"),
        (lambda size, k=3, s=2: centres(size, s, k), "gives"),
    ],
    "3.7": [
        (given, "a negative x does not come through"),
        (lambda x, a, w: np.maximum(w(a(x)) + x, 0), "negative sum"),
        (lambda x, a, w: w(a(x)) + a(x), "is it x that the shortcut carries"),
        (lambda x, a, w: w(x) + x, "lost its activation"),
        (lambda x, a, w: w(a(x)), "no shortcut left"),
        (lambda x, a, w: a(w(x)) + x, "first the activation"),
        (lambda x, a, w: x, "F has gone"),
        (lambda x, a, w: a(w(a(x)) + x), "negative sum"),
        (lambda x, a, w: w(a(x)) * x, "instead of"),
        (lambda x, a, w: (w(a(x)) + x).sum(), "is wanted"),
        (lambda x, a, w: w(a(x)) - x, "instead of"),
    ],
    "3.8": [
        ({**VERDICTS, "a": "not shown"}, "a: Read Eq. 5"),
        ({**VERDICTS, "b": "proved"}, "b: A term is guaranteed"),
        ({**VERDICTS, "c": "proved"}, "c: Look at the right panel"),
        ({**VERDICTS, "d": "proved"}, "d: 0.9⁵⁴"),
        ({**VERDICTS, "e": "proved"}, "e: Is there a trained network"),
        ({**VERDICTS, "e": "refuted"}, "e: A norm at the start"),
        ({**VERDICTS, "f": "proved"}, "f: How many steps"),
        ({**VERDICTS, "f": "true"}, "none of"),
        (list(VERDICTS.values()), "Keep the dictionary"),
    ],
}
