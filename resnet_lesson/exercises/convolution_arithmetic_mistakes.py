"""What the functions of exercises 4.2, 4.3 and 4.6 should do, and mistakes.

Each `*_MISTAKES` is a list of pairs: a wrong function, and the hint for whoever
has its results. Letters as in notebook 04, b and a for padding before and after.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from resnet_lesson import conv_arithmetic as arithmetic


def size(i, k, s, before, after, d):
    """The output size; arguments as in exercise 4.2."""
    return arithmetic.output_size(i, k, s, (before, after), d)


def span(k, d):
    """Columns from the first tap to the last, both included."""
    return k + (k - 1) * (d - 1)


SIZE_MISTAKES = [
    (
        lambda i, k, s, b, a, d: (i + b + a - span(k, d)) / s + 1,
        "Half positions do not exist: only whole steps count.",
    ),
    (
        lambda i, k, s, b, a, d: round((i + b + a - span(k, d)) / s) + 1,
        "A window that sticks out is left away; rounding to the nearest keeps some.",
    ),
    (
        lambda i, k, s, b, a, d: math.ceil((i + b + a - span(k, d)) / s) + 1,
        "Rounded up, a window that sticks out is counted.",
    ),
    (
        lambda i, k, s, b, a, d: (i + b + a - span(k, d)) // s,
        "These are the steps. How many positions have n steps between them?",
    ),
    (
        lambda i, k, s, b, a, d: (i + b + a - span(k, d) + 1) // s,
        "The first window needs no step: divide first, then count it.",
    ),
    (
        lambda i, k, s, b, a, d: (i + b + a) // s,
        "The kernel has a size, too: its first tap cannot stand on every column.",
    ),
    (
        lambda i, k, s, b, a, d: (i + b + a - k) // s + 1,
        "The dilation is not used: how many columns does the kernel span?",
    ),
    (
        lambda i, k, s, b, a, d: (i + b + a - k * d) // s + 1,
        "A kernel of k taps has k − 1 gaps, not k. Draw three taps at dilation 2.",
    ),
    (
        lambda i, k, s, b, a, d: (i + b + a - k - (k - 1) * d) // s + 1,
        "Dilation 1 is the ordinary kernel, without room between its taps.",
    ),
    (
        lambda i, k, s, b, a, d: (i + 2 * b - span(k, d)) // s + 1,
        "The padding before counts twice, that after not at all.",
    ),
    (
        lambda i, k, s, b, a, d: (i + 2 * a - span(k, d)) // s + 1,
        "The padding after counts twice, that before not at all.",
    ),
    (
        lambda i, k, s, b, a, d: (i + 2 * (b + a) - span(k, d)) // s + 1,
        "Before and after are counted already: their sum is the whole padding.",
    ),
    (
        lambda i, k, s, b, a, d: (i - span(k, d)) // s + 1,
        "The padding is not used.",
    ),
    (
        lambda i, k, s, b, a, d: (i - span(k, d)) // s + 1 + b + a,
        "Padding widens the image before the window moves: it is divided, too.",
    ),
    (
        lambda i, k, s, b, a, d: (i + b + a - span(k, s)) // d + 1,
        "Stride and dilation are exchanged.",
    ),
]


def same(i, k, s, d):
    """TensorFlow's padding; arguments as in exercise 4.3."""
    return arithmetic.same_padding(i, k, s, d)


def _lacking(i, k, s, o):
    return (o - 1) * s + k - i


def _halves(total):
    return total // 2, total - total // 2


SAME_MISTAKES = [
    (
        lambda i, k, s, d: same(i, k, s, d)[::-1],
        "The odd zero is on the wrong side.",
    ),
    (
        lambda i, k, s, d: sum(same(i, k, s, d)),
        "This is the padding in all. Asked is a pair (before, after).",
    ),
    (
        lambda i, k, s, d: (sum(same(i, k, s, d)) / 2,) * 2,
        "There is no half zero: an odd one goes to one side.",
    ),
    (
        lambda i, k, s, d: (sum(same(i, k, s, d)) // 2,) * 2,
        "The odd zero is lost.",
    ),
    (
        lambda i, k, s, d: (-(-sum(same(i, k, s, d)) // 2),) * 2,
        "The odd zero is there twice; TensorFlow adds it on one side only.",
    ),
    (
        lambda i, k, s, d: _halves(_lacking(i, span(k, d), s, -(-i // s))),
        "Negative padding: there the image has more than the windows need.",
    ),
    (
        lambda i, k, s, d: _halves(max(0, _lacking(i, span(k, d), s, i // s))),
        'How many positions does "same" promise where s does not divide i?',
    ),
    (
        lambda i, k, s, d: _halves(max(0, _lacking(i, k, s, -(-i // s)))),
        "The dilation is not used: how many columns does the kernel span?",
    ),
    (
        lambda i, k, s, d: _halves(max(0, _lacking(i, k * d, s, -(-i // s)))),
        "A kernel of k taps has k − 1 gaps, not k.",
    ),
    (
        lambda i, k, s, d: _halves(max(0, -(-i // s) * s + span(k, d) - i)),
        "From the first of o windows to the last there are o − 1 steps.",
    ),
    (
        lambda i, k, s, d: (span(k, d) // 2,) * 2,
        "⌊k'/2⌋ on both sides is sure only for odd k' at stride 1.",
    ),
    (
        lambda i, k, s, d: _halves(span(k, d) - 1),
        "That is the padding at stride 1. With larger steps fewer windows, and "
        "often fewer zeros, are needed.",
    ),
    (lambda i, k, s, d: (1, 1), "One zero on both sides suits k = 3, s = 1 only."),
    (
        lambda i, k, s, d: same(i, k, d, s),
        "Stride and dilation are exchanged.",
    ),
]


def convolve(images, kernel, s, d):
    """A convolution without padding; arguments as in exercise 4.6."""
    spans = [span(k, d) for k in kernel.shape[:2]]
    windows = sliding_window_view(images, spans, axis=(1, 2))
    windows = windows[:, ::s, ::s, :, ::d, ::d]
    return np.einsum("bhwcij,ijcf->bhwf", windows, kernel)


CONVOLVE_MISTAKES = [
    (
        lambda *case: convolve(*case).astype(int),
        "Fractions are cut off: the array that you fill holds integers.",
    ),
    (lambda x, w, s, d: convolve(x, w, d, s), "Stride and dilation are exchanged."),
    (
        lambda x, w, s, d: convolve(x, w[::-1, ::-1], s, d),
        "The kernel is turned by 180°: deep learning's convolution does not turn it.",
    ),
    (lambda x, w, s, d: convolve(x, w, s, 1), "The dilation is not used."),
    (lambda x, w, s, d: convolve(x, w, 1, d), "The stride is not used."),
    (lambda x, w, s, d: convolve(x, w, 1, 1), "Stride and dilation are not used."),
    (
        lambda x, w, s, d: convolve(x, w, s, d + 1),
        "d is the distance from one tap to the next, not the columns between them.",
    ),
    (
        lambda x, w, s, d: convolve(x, w, s, d)[0],
        "This is the first image's output alone; there is a batch of them.",
    ),
    (
        lambda x, w, s, d: convolve(x, w, s, d).transpose(0, 3, 1, 2),
        "Channels stand last in Keras: (batch, height, width, out).",
    ),
    (
        lambda x, w, s, d: convolve(x[..., :1], w[:, :, :1], s, d),
        "Only the first input channel is read; each filter spans all of them.",
    ),
    (
        lambda x, w, s, d: convolve(x, w, s, d) / w[..., 0].size,
        "The products are added up, not averaged.",
    ),
    (
        lambda x, w, s, d: convolve(x, w, s, d)[:, :-1, :-1],
        "The last row and the last column of windows are missing.",
    ),
    (
        lambda x, w, s, d: convolve(x, w, s, d).transpose(0, 2, 1, 3),
        "Height and width are exchanged.",
    ),
]
