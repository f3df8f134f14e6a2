"""Answers to the exercises of notebook 04: right ones, and typical wrong ones."""

import math

import numpy as np


def right_size(i, k, s, before, after, d):
    return math.floor((i + before + after - (k + (k - 1) * (d - 1))) / s) + 1


def right_same(i, k, s, d):
    windows = math.ceil(i / s)
    lacking = (windows - 1) * s + (k - 1) * d + 1 - i
    return [max(lacking, 0) // 2, (max(lacking, 0) + 1) // 2]


def right_convolution(images, kernel, s, d):
    """By taps, where the checker's own goes by windows."""
    rows, columns = (
        (size - (taps - 1) * d - 1) // s + 1
        for size, taps in zip(images.shape[1:3], kernel.shape[:2], strict=True)
    )
    output = 0.0
    for i, j in np.ndindex(kernel.shape[:2]):
        part = images[:, i * d :: s, j * d :: s][:, :rows, :columns]
        output = output + part @ kernel[i, j]
    return output


def by_loops(images, kernel, s, d):
    high, wide = kernel.shape[:2]
    rows = (images.shape[1] - (high - 1) * d - 1) // s + 1
    columns = (images.shape[2] - (wide - 1) * d - 1) // s + 1
    output = np.zeros((len(images), rows, columns, kernel.shape[-1]))
    for b, r, c, f in np.ndindex(output.shape):
        for i in range(high):
            for j in range(wide):
                pixel = images[b, r * s + i * d, c * s + j * d]
                output[b, r, c, f] += pixel @ kernel[i, j, :, f]
    return output


def right_cost(o, k, c_in, c_out, groups):
    weights = groups * k**2 * (c_in / groups) * (c_out / groups)
    return np.array([weights, weights * o**2])


def taps_for_gaps(i, k, s, before, after, d):
    return (i + before + after - k * d + d) // s + 1


def padding_outside(i, k, s, before, after, d):
    return (i - k * d + d - 1) // s + 1 + (before + after) // s


def one_sided(i, k, s, d):
    return 0, sum(right_same(i, k, s, d))


def valid_size(i, k, s, d):
    windows = right_size(i, k, s, 0, 0, d)
    lacking = max((windows - 1) * s + (k - 1) * d + 1 - i, 0)
    return lacking // 2, lacking - lacking // 2


def first_filter(images, kernel, s, d):
    return right_convolution(images, kernel[..., :1], s, d)


def added_twice(images, kernel, s, d):
    return 2 * right_convolution(images, kernel, s, d)


def one_image(images, kernel, s, d):
    return right_convolution(images[np.newaxis, ..., 0], kernel, s, d)


def product(o, k, c_in, c_out, groups):
    return o * o * k * k * (c_in // groups) * c_out


PADDING = {
    "conv 7×7 / 2 on 224": (2, 3),
    "pool 3×3 / 2 on 112": (0, 1),
    "conv 3×3 / 1 on 56": (1, 1),
    "conv 3×3 / 2 on 56": (0, 1),
    "conv 1×1 / 2 on 56": (0, 0),
    "conv 3×3 / 2 on 57": (1, 1),
}

RIGHT = {
    "4.1": [3, 7, 11, 12, 13],
    "4.2": right_size,
    "4.3": right_same,
    "4.4": [(5, 2), (6, 2)],
    "4.5": PADDING,
    "4.6": right_convolution,
    "4.7": 435,
    "4.8": [1, 3, 9],
    "4.9": right_cost,
}

WRONG = {
    "4.1": [
        ([11, 12, 13], "between two windows"),
        ([3, 7], "behind the last one"),
        ([4, 8, 12, 13, 14], "Count from 0"),
        ([3, 7, 11], "stick out"),
        ([0, 1, 2, 4, 5, 6, 8, 9, 10], "Asked are the others"),
        ([3, 7, 8, 11, 12, 13], "Column 8 is read by window 2"),
        ([3, 7, 13], "there are more"),
        ([3, 7, 11, 12, 13, 14], "columns 0 to 13 only"),
        (5, "list of whole numbers"),
        ([3.5], "whole number"),
    ],
    "4.2": [
        (lambda i, k, s, b, a, d: (i + b + a - (k - 1) * d - 1) / s + 1, "Half"),
        (lambda i, k, s, b, a, d: (i + b + a - (k - 1) * d - 1) // s, "steps"),
        (lambda i, k, s, b, a, d: (i + 2 * b - (k - 1) * d - 1) // s + 1, "twice"),
        (lambda i, k, s, b, a, d: (i + b + a - k) // s + 1, "dilation is not used"),
        (lambda i, k, s, b, a, d: (i + b + a - k * d) // s + 1, "k − 1 gaps"),
        (
            lambda i, k, s, b, a, d: (i + b + a - (k - 1) * s - 1) // d + 1,
            "Stride and dilation",
        ),
        (lambda i, k, s, b, a, d: i + b + a - k + 1, "instead of"),
        (taps_for_gaps, "gives 6 instead of 5"),
        (padding_outside, "instead of"),
        (lambda i, k: i - k + 1, "raises TypeError"),
        (lambda i, k, s, b, a, d: (1, i, i, 1), "is wanted"),
    ],
    "4.3": [
        (lambda i, k, s, d: right_same(i, k, s, d)[::-1], "wrong side"),
        (lambda i, k, s, d: sum(right_same(i, k, s, d)), "a pair"),
        (lambda i, k, s, d: (k // 2, k // 2), "instead of"),
        (lambda i, k, s, d: ((k - 1) * d // 2,) * 2, "instead of"),
        (lambda i, k, s, d: (1, 1), "k = 3, s = 1"),
        (lambda i, k, s, d: right_same(i, k, s, 1), "dilation is not used"),
        (lambda i, k, s, d: (sum(right_same(i, k, s, d)) / 2,) * 2, "half zero"),
        (one_sided, "instead of"),
        (valid_size, "instead of"),
        (lambda i, k, s, d: "same", "is wanted"),
    ],
    "4.4": [
        ([5, 2, 6, 2], "Put each P with its s into a pair"),
        ([(6, 2)], "be equal"),
        ([(3, 2)], "both sides together"),
        ([(2, 5), (2, 6)], "padding comes first"),
        ([(5, 2)], "not all"),
        ([(5, 2), (6, 2), (7, 2)], "(7, 2) gives 113"),
        ([(5, 2), (6, 2), (116, 3)], "at most"),
        ([(4, 2), (5, 2), (6, 2)], "gives 111"),
        ([5, 6], "(5, 6) gives"),
        (6, "list of pairs"),
    ],
    "4.5": [
        ({name: pair * 2 for name, pair in PADDING.items()}, "a pair is enough"),
        ({name: pair[::-1] for name, pair in PADDING.items()}, "wrong side"),
        (PADDING | {"conv 7×7 / 2 on 224": (3, 3)}, "fault to be repaired"),
        (PADDING | {"pool 3×3 / 2 on 112": 1}, "pair"),
        (PADDING | {"conv 3×3 / 2 on 57": (0, 1)}, "29 windows of 3 columns"),
        (PADDING | {"conv 1×1 / 2 on 56": (0, 1)}, "28 windows"),
        (PADDING | {"conv 3×3 / 2 on 56": (1, 2)}, "How many columns"),
        ({}, "six keys"),
    ],
    "4.6": [
        (lambda x, w, s, d: right_convolution(x, w, d, s), "exchanged"),
        (lambda x, w, s, d: right_convolution(x, w[::-1, ::-1], s, d), "turned"),
        (lambda x, w, s, d: right_convolution(x, w, s, 1), "dilation is not used"),
        (lambda x, w, s, d: right_convolution(x, w, s, d)[0], "batch"),
        (
            lambda x, w, s, d: right_convolution(x, w, s, d).transpose(0, 3, 1, 2),
            "Channels stand last",
        ),
        (lambda x, w, s, d: right_convolution(x, w, s, d).mean(-1), "is wanted"),
        (lambda *case: right_convolution(*case).astype(int), "Fractions are cut off"),
        (first_filter, "is wanted"),
        (added_twice, "instead of"),
        (one_image, "raises"),
        (lambda x, w, s, d: right_convolution(x, w, s, d + 1), "columns between them"),
    ],
    "4.7": [
        (434, "r begins at 1"),
        (899, "ResNet-34"),
        (39, "max-pool are left out"),
        (41, "Strides are left out"),
        (219, "max-pool is a window"),
        (224, "wider than the image"),
        (435**2, "one axis"),
        (500, "43 after stage 1"),
    ],
    "4.8": [
        ([1, 2, 4], "No holes, 15 columns"),
        ([2, 2, 2], "never read"),
        ([1, 4, 8], "never read"),
        ([3, 9, 27], "never read"),
        ([1, 1, 1], "No holes, 7 columns"),
        ([1, 2], "three dilations"),
        ([0, 3, 9], "at least 1"),
    ],
    "4.9": [
        (lambda o, k, c, f, g: (k * k * c * f, o * o * k * k * c * f), "not used"),
        (
            lambda o, k, c, f, g: (
                k * k * (c // g) * (f // g),
                o * o * k * k * (c // g) * (f // g),
            ),
            "That is one group",
        ),
        (lambda *case: right_cost(*case)[::-1], "Parameters come first"),
        (lambda *case: tuple(right_cost(*case) * (1, 2)), "count it once"),
        (product, "is wanted"),
        (lambda o, k, c, f, g: (k * k * c * f // g, o * k * k * c * f // g), "o rows"),
        (lambda o, k, c, f, g: (k * k * f // g, o * o * k * k * f // g), "instead of"),
    ],
}
