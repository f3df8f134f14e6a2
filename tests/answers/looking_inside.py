"""Answers to the exercises of notebook 07: right ones, and typical wrong ones."""

import itertools
import math

import numpy as np

PATHS = {"paths": 64, "through_two": 15, "left": 32, "left_plain": 0}


def path_lengths(layers):
    counts = [1]
    for more in layers:
        longer = counts + [0] * more
        for length, count in enumerate(counts):
            longer[length + more] += count
        counts = longer
    return counts


def by_blocks(layers):
    return [math.comb(len(layers), k) for k in range(len(layers) + 1)]


def half_way(layers):
    return [math.comb(sum(layers), k) for k in range(sum(layers) + 1)]


def filter_normalised(step, kernel):
    result = np.empty_like(step)
    for index in range(step.shape[-1]):
        one, other = step[..., index], kernel[..., index]
        result[..., index] = one * np.linalg.norm(other) / np.linalg.norm(one)
    return result


def scaled_over(*axes):
    def wrong(step, kernel):
        sizes = [np.sqrt((a**2).sum(axes, keepdims=True)) for a in (kernel, step)]
        return step * sizes[0] / sizes[1]

    return wrong


def squares(step, kernel):
    return step * (kernel**2).sum((0, 1, 2)) / (step**2).sum((0, 1, 2))


def sums(step, kernel):
    return step * kernel.sum((0, 1, 2)) / step.sum((0, 1, 2))


def calibration_error(probabilities, labels, bins=10):
    confidence = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == labels).astype(float)
    edges = np.linspace(0, 1, bins + 1)
    error = 0.0
    for low, high in itertools.pairwise(edges):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            error += inside.mean() * abs(
                right[inside].mean() - confidence[inside].mean()
            )
    return error


def binned(combine, *, of_empty=None, last=True, spread=np.mean):
    """A wrong calibration error that treats its bins by `combine(gaps, shares)`."""

    def wrong(probabilities, labels, bins=10):
        confidence = probabilities.max(axis=1)
        right = probabilities.argmax(axis=1) == labels
        which = np.floor(confidence * bins)
        if last:
            which = np.minimum(which, bins - 1)
        gaps, shares = [], []
        for index in range(bins):
            inside = which == index
            if inside.any():
                gaps.append(spread(confidence[inside]) - right[inside].mean())
                shares.append(inside.mean())
            elif of_empty is not None:
                gaps.append(of_empty)
                shares.append(0.0)
        return combine(np.array(gaps), np.array(shares))

    return wrong


def weighted(gaps, shares):
    return np.sum(np.abs(gaps) * shares)


def without_each(x, residuals):
    outputs = []
    for index in range(len(residuals)):
        y = x
        for residual in residuals[:index] + residuals[index + 1 :]:
            y = y + residual(y)
        outputs.append(y)
    return outputs


def study(replacement, *, once=False, in_place=False):
    """The exercise's study, with one or both of its faults."""

    def wrong(x, residuals):
        outputs = []
        left = residuals if in_place else list(residuals)
        for index in range(len(residuals)):
            if not once:
                left = list(residuals)
            left[index] = replacement
            y = x
            for residual in left:
                y = y + residual(y)
            outputs.append(y)
        return outputs

    return wrong


def silent(y):
    return 0 * y


def plain_study(x, residuals):
    outputs = []
    for index in range(len(residuals)):
        y = x
        for residual in residuals[:index] + residuals[index + 1 :]:
            y = residual(y)
        outputs.append(y)
    return outputs


VERDICTS = dict.fromkeys("abdf", "also untrained")
VERDICTS |= {"c": "only trained", "e": "not shown"}
SCALES = {"a": "same", "b": "change", "c": "same", "d": "change"}

RIGHT = {
    "7.1": PATHS,
    "7.2": path_lengths,
    "7.3": filter_normalised,
    "7.4": calibration_error,
    "7.5": VERDICTS,
    "7.6": without_each,
    "7.7": 3_600,
    "7.8": SCALES,
}

WRONG = {
    "7.1": [
        ({**PATHS, "paths": 12}, "paths: Every block offers two ways"),
        ({**PATHS, "paths": 36}, "paths: Every block offers two ways"),
        ({**PATHS, "paths": 63}, "through no F at all"),
        ({**PATHS, "paths": 65}, "paths: 65 is not it"),
        ({**PATHS, "through_two": 30}, "meets them in order"),
        ({**PATHS, "through_two": 12}, "Choose two of the six"),
        ({**PATHS, "through_two": 22}, "not up to two"),
        ({**PATHS, "left": 63}, "More than one path"),
        ({**PATHS, "left": 5}, "keeps its shortcut"),
        ({**PATHS, "left": 0}, "keeps its shortcut"),
        ({**PATHS, "left_plain": 1}, "no shortcut"),
        ({**PATHS, "left_plain": 32}, "no shortcut"),
        ([64, 15, 32, 0], "Keep a dictionary"),
    ],
    "7.2": [
        (by_blocks, "by blocks"),
        (half_way, "half-way"),
        (lambda layers: [0] * sum(layers) + [1], "plain network's one path"),
        (lambda layers: path_lengths(layers)[1:], "through no layer at all"),
        (lambda layers: [0, *path_lengths(layers)[1:]], "One path runs through no F"),
        (lambda layers: np.array(path_lengths(layers)) / 2 ** len(layers), "shares"),
        (lambda layers: 2 ** len(layers), "number of all paths"),
        (lambda layers: np.cumsum(path_lengths(layers)), "*up to*"),
        (lambda layers: [n for n in path_lengths(layers) if n], "with a 0"),
        (lambda layers: dict(enumerate(path_lengths(layers))), "wanted"),
        (lambda layers: [2 * n for n in path_lengths(layers)], "instead of"),
        (lambda layers: [1] * (sum(layers) + 1), "instead of"),
        (lambda layers: [*path_lengths(layers), 0], "wanted"),
        (lambda layers: layers, "wanted"),
    ],
    "7.3": [
        (scaled_over(0, 1, 2, 3), "whole layer"),
        (scaled_over(0, 1), "one norm over them all"),
        (scaled_over(0, 1, 3), "*last* axis"),
        (scaled_over(1, 2, 3), "*last* axis"),
        (scaled_over(2), "one norm over them all"),
        (lambda s, k: s / np.sqrt((s**2).sum((0, 1, 2))), "length 1"),
        (lambda s, k: s * np.sqrt((k**2).sum((0, 1, 2))), "divide by it first"),
        (squares, "square root"),
        (lambda s, k: filter_normalised(k, s), "the step that is to be scaled"),
        (lambda s, k: k + filter_normalised(s, k), "the step alone"),
        (lambda s, k: s, "as it was"),
        (lambda s, k: s.std((0, 1, 2)), "wanted"),
        (sums, "instead of"),
        (lambda s, k: np.linalg.norm(filter_normalised(s, k)), "wanted"),
        (lambda s, k: -filter_normalised(s, k), "instead of"),
        (lambda s, k: s * k.max((0, 1, 2)) / s.max((0, 1, 2)), "instead of"),
        (lambda s, k: s * np.linalg.norm(k) / np.linalg.norm(s), "whole layer"),
    ],
    "7.4": [
        (binned(lambda gaps, shares: np.mean(np.abs(gaps))), "all count the same"),
        (binned(lambda gaps, shares: np.sum(np.abs(gaps))), "added up"),
        (binned(lambda gaps, shares: np.sum(gaps * shares)), "|…| is missing"),
        (binned(lambda gaps, shares: -np.sum(gaps * shares)), "|…| is missing"),
        (binned(lambda gaps, shares: abs(np.sum(gaps * shares))), "bin by bin"),
        (binned(lambda gaps, shares: np.max(np.abs(gaps))), "*maximum*"),
        (binned(weighted, of_empty=np.nan), "empty bin has no mean"),
        (binned(weighted, last=False), "exactly 1"),
        (lambda p, y, bins=10: calibration_error(p, y), "not used"),
        (lambda p, y, bins=10: 100 * calibration_error(p, y, bins), "per cent"),
        (
            lambda p, y, bins=10: len(y) * calibration_error(p, y, bins),
            "number of images",
        ),
        (lambda p, y, bins=10: np.mean(p.argmax(1) != y), "error rate"),
        (lambda p, y, bins=10: 1 - calibration_error(p, y, bins), "instead of"),
        (binned(weighted, spread=np.median), "instead of"),
        (lambda p, y, bins=10: np.sqrt(calibration_error(p, y, bins)), "instead of"),
        (lambda p, y, bins=10: np.mean(p.max(1)), "instead of"),
        (lambda p, y, bins=10: calibration_error(p[:, :-1], y, bins), "instead of"),
        (lambda p, y, bins=10: calibration_error(p.T, y, bins), "raises"),
    ],
    "7.5": [
        ({**VERDICTS, "a": "only trained"}, "a: How many filters"),
        ({**VERDICTS, "b": "only trained"}, "b: Compare"),
        ({**VERDICTS, "c": "also untrained"}, "c: Look at the last stage"),
        ({**VERDICTS, "d": "only trained"}, "d: The change of the logits"),
        ({**VERDICTS, "e": "only trained"}, "e: How many kinds"),
        ({**VERDICTS, "f": "not shown"}, "f: The chapter measured"),
        ({**VERDICTS, "f": "yes"}, "none of"),
        (list(VERDICTS.values()), "Keep the dictionary"),
    ],
    "7.6": [
        (study(lambda y: y, once=True), "Both faults"),
        (study(silent, once=True), "still missing"),
        (study(lambda y: y), "doubles its input"),
        (study(lambda y: -y), "puts out 0"),
        (study(silent, once=True, in_place=True), "Work on a copy"),
        (study(lambda y: y, once=True, in_place=True), "Work on a copy"),
        (plain_study, "instead of"),
        (lambda x, r: without_each(x, r)[::-1], "instead of"),
        (lambda x, r: without_each(x, r)[-1:], "wanted"),
        (lambda x, r: without_each(x, r)[0], "wanted"),
        (lambda x, r: [y - x for y in without_each(x, r)], "instead of"),
        (lambda x, r: [sum(without_each(x, r))] * len(r), "instead of"),
    ],
    "7.7": [
        (60, "is √n"),
        (18, "has to be squared"),
        (0.36, "0.005"),
        (13_830, "95 %"),
        (14_400, "not two"),
        (7_200, "not the difference"),
        (4_000, "factor 1 − p"),
        (10_000, "p = ½"),
        (36_000, "p is 0.1"),
        (900, "not a whole one"),
        (5_000, "square it"),
        ("3600", "text"),
    ],
    "7.8": [
        ({**SCALES, "a": "change"}, "a: BN divides"),
        ({**SCALES, "b": "same"}, "b: In inference mode"),
        ({**SCALES, "c": "change"}, "c: Write"),
        ({**SCALES, "d": "same"}, "d: γ stands"),
        (dict.fromkeys("abcd", "same"), "b: "),
        (dict.fromkeys("abcd", True), "as text in quotes"),
    ],
}
