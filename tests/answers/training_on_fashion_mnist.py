"""Answers to the exercises of chapter 6: right ones, and typical mistakes."""

import math

import numpy as np


def cross_entropy(logits, labels):
    logits = np.asarray(logits, dtype=float)
    logits = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(logits).sum(axis=1))
    return np.mean(log_sum - logits[np.arange(len(labels)), labels])


def naive(logits, labels):
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return -np.mean(np.log(shares[np.arange(len(labels)), labels]))


def capped(logits, labels):
    logits = logits - np.max(logits, axis=1, keepdims=True)
    powers = np.exp(logits)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return -np.mean(np.log(shares[np.arange(len(labels)), labels] + 1e-12))


def by_the_largest_of_all(logits, labels):
    return naive(logits - np.max(logits), labels)


def by_the_mean(logits, labels):
    shifted = logits - np.mean(logits, axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return np.mean(log_sum - shifted[np.arange(len(labels)), labels])


def one_an_image(logits, labels):
    return [
        cross_entropy(logits[i : i + 1], labels[i : i + 1]) for i in range(len(labels))
    ]


def first_image_only(logits, labels):
    return cross_entropy(logits[:1], labels[:1])


def all_pairs(logits, labels):
    """logits[:, labels] in place of one logit an image."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return np.mean((log_sum - shifted)[:, labels])


def rate_at(step, steps, warmup_steps, peak):
    if step < warmup_steps:
        return peak * step / warmup_steps
    part = (step - warmup_steps) / (steps - warmup_steps)
    return peak * (1 + math.cos(math.pi * part)) / 2


def over_all_steps(step, steps, warmup_steps, peak):
    if step < warmup_steps:
        return peak * step / warmup_steps
    return peak * (1 + math.cos(math.pi * step / steps)) / 2


def whole_period(step, steps, warmup_steps, peak):
    if step < warmup_steps:
        return peak * step / warmup_steps
    part = (step - warmup_steps) / (steps - warmup_steps)
    return peak * (1 + math.cos(2 * math.pi * part)) / 2


def divides_by_zero(step, steps, warmup_steps, peak):
    return min(peak * step / warmup_steps, rate_at(step, steps, warmup_steps, peak))


def floors(step, steps, warmup_steps, peak):
    if step < warmup_steps:
        return peak * (step // warmup_steps)
    return rate_at(step, steps, warmup_steps, peak)


def shorter(step, steps, warmup_steps, peak):
    if step < warmup_steps:
        return peak * step / warmup_steps
    return peak * (1 + math.cos(math.pi * (step - warmup_steps) / steps)) / 2


def stratified_split(labels, per_class, seed):
    rng = np.random.default_rng(seed)
    validation = np.concatenate(
        [
            rng.choice(np.flatnonzero(labels == label), per_class, replace=False)
            for label in np.unique(labels)
        ]
    )
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def shuffled(labels, per_class, seed):
    order = np.random.default_rng(seed).permutation(len(labels))
    cut = per_class * len(np.unique(labels))
    return order[cut:], order[:cut]


def first_ones(labels, per_class, seed):
    validation = [
        i for k in np.unique(labels) for i in np.flatnonzero(labels == k)[:per_class]
    ]
    return np.setdiff1d(np.arange(len(labels)), validation), np.array(validation)


def with_replacement(labels, per_class, seed):
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(labels == k) for k in np.unique(labels)]
    validation = np.concatenate([rng.choice(m, per_class) for m in members])
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def from_the_seed_on(labels, per_class, seed):
    """Neighbours in the file, at a place that the seed names."""
    members = [np.flatnonzero(labels == k) for k in np.unique(labels)]
    validation = np.concatenate([np.roll(m, seed)[:per_class] for m in members])
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def within_class(labels, per_class, seed):
    """Positions within a class are taken for indices into all labels."""
    rng = np.random.default_rng(seed)
    counts = [np.sum(labels == k) for k in np.unique(labels)]
    validation = np.concatenate([rng.permutation(n)[:per_class] + 100 for n in counts])
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def overlapping(labels, per_class, seed):
    return np.arange(len(labels)), stratified_split(labels, per_class, seed)[1]


def unseeded(labels, per_class, seed):
    return stratified_split(labels, per_class, None)


def masks(labels, per_class, seed):
    chosen = np.isin(np.arange(len(labels)), stratified_split(labels, per_class, 0)[1])
    return ~chosen, chosen


def in_total(labels, per_class, seed):
    order = np.random.default_rng(seed).permutation(len(labels))
    return order[per_class:], order[:per_class]


def all_but_the_last(labels, per_class, seed):
    rng = np.random.default_rng(seed)
    validation = np.concatenate(
        [
            rng.choice(np.flatnonzero(labels == k)[:-1], per_class, replace=False)
            for k in np.unique(labels)
        ]
    )
    return np.setdiff1d(np.arange(len(labels)), validation), validation


def reported(validation, test):
    run, epoch = np.unravel_index(np.argmax(validation), np.shape(validation))
    return test[run][epoch]


def last_of_equals(validation, test):
    return np.ravel(test)[np.flatnonzero(validation == np.max(validation))[-1]]


def mcnemar(first, second, labels):
    a, b = first == labels, second == labels
    only_a, only_b = np.sum(a & ~b), np.sum(b & ~a)
    n, k = int(only_a + only_b), int(min(only_a, only_b))
    p = 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n
    return only_a, only_b, min(p, 1)


def with_p(p_of):
    def changed(first, second, labels):
        only_a, only_b, p = mcnemar(first, second, labels)
        return only_a, only_b, p_of(int(only_a), int(only_b), p)

    return changed


def one_side(b, c, p):
    n = b + c
    return sum(math.comb(n, i) for i in range(min(b, c) + 1)) / 2**n


def chi_squared(b, c, p):
    return math.erfc(math.sqrt((b - c) ** 2 / (b + c) / 2)) if b + c else 1.0


def divides_by_no_image(b, c, p):
    return math.erfc(math.sqrt((b - c) ** 2 / (b + c) / 2))


def disagreements(first, second, labels):
    """Images on which the two differ, whoever is right."""
    n = int(np.sum(first != second))
    return n, n, mcnemar(first, second, labels)[2]


def unpaired(first, second, labels):
    """The test for two independent samples."""
    only_a, only_b, _ = mcnemar(first, second, labels)
    n, a, b = len(labels), np.mean(first == labels), np.mean(second == labels)
    error = math.sqrt((a * (1 - a) + b * (1 - b)) / n)
    return only_a, only_b, math.erfc(abs(a - b) / error / math.sqrt(2))


RIGHT = {
    "6.1": (1.084, 3.168, 44),
    "6.2": {
        "A": "overfitting",
        "B": "moving statistics lag",
        "C": "stopped too early",
        "D": "rate too high",
    },
    "6.3": cross_entropy,
    "6.4": rate_at,
    "6.5": stratified_split,
    "6.6": reported,
    "6.7": 11,
    "6.8": mcnemar,
}
_CURVES = RIGHT["6.2"]
WRONG = {
    "6.1": [
        ((3.996, 8.992, 44), "Which of the two does the momentum"),
        ((1.084, 2.439, 44), "The variance does not start at 0"),
        ((1.813, 3.168, 44), "starts at 0"),
        ((0.4, 1.8, 44), "after one step"),
        ((1.084, 1.78, 44), "not a standard deviation"),
        ((1.084, 3.168, 43), "not below 1 %"),
        ((1.084, 3.168, 459), "momentum 0.99"),
        ((1.2, 3.7, 44), "Each step also shrinks"),
        ((5, 5, 5), "each keeps 0.9"),
        ((1.084, 3.168), "got 2"),
        (1.084, "got 1"),
    ],
    "6.2": [
        ({**_CURVES, "A": "moving statistics lag"}, "A: Where the moving statistics"),
        ({**_CURVES, "B": "overfitting"}, "evaluated in inference mode"),
        ({**_CURVES, "C": "overfitting"}, "C: Overfitting needs a gap"),
        ({**_CURVES, "D": "nothing is wrong"}, "D: Look again"),
        ({**_CURVES, "C": "rate too high"}, "they jump"),
        ({**_CURVES, "C": "underfitting"}, "none of"),
        ({"A": "overfitting"}, "Keep the dictionary"),
        (list(_CURVES.values()), "Keep the dictionary"),
    ],
    "6.3": [
        (lambda z, y: cross_entropy(z, y) * len(y), "the mean over the batch"),
        (naive, "may be subtracted from one image's logits"),
        (by_the_mean, "may be subtracted from one image's logits"),
        (capped, "Something caps the loss"),
        (by_the_largest_of_all, "may be subtracted from one image's logits"),
        (lambda z, y: cross_entropy(z, y) / np.log(2), "not bits"),
        (lambda z, y: cross_entropy(z, y) / 10, "instead of"),
        (lambda z, y: -cross_entropy(z, y), "never negative"),
        (first_image_only, "instead of"),
        (all_pairs, "instead of"),
        (
            lambda z, y: [
                cross_entropy(a[None], b[None]) for a, b in zip(z, y, strict=True)
            ],
            "mean",
        ),
        (cross_entropy(np.eye(2), [0, 1]), "Answer with a function"),
    ],
    "6.4": [
        (over_all_steps, "as if it had run since step 0"),
        (whole_period, "a whole period"),
        (divides_by_zero, "raises ZeroDivisionError"),
        (floors, "instead of"),
        (shorter, "instead of"),
        (lambda s, n, w, p: 2 * rate_at(s, n, w, p), "instead of"),
        (lambda s, n, w, p: rate_at(s + 1, n, w, p), "instead of"),
        (lambda s, n, w, p: rate_at(s, n, 0, p), "instead of"),
        (lambda s, n: 0.0, "TypeError"),
    ],
    "6.5": [
        (shuffled, "Draw within each class"),
        (first_ones, "not a random sample"),
        (with_replacement, "drawn with replacement"),
        (from_the_seed_on, "any two images should be able to go together"),
        (within_class, "outside of labels"),
        (overlapping, "in both parts"),
        (unseeded, "two different splits"),
        (masks, "flatnonzero"),
        (in_total, "counts the images of each class"),
        (all_but_the_last, "same chance"),
        (lambda y, n, s: stratified_split(y, n, s)[::-1], "exchanged"),
        (lambda y, n, s: stratified_split(y, n, s)[1], "Return two arrays"),
        (lambda y, n, s: stratified_split(y, n + 1, s), "2 of each"),
        (lambda y, n, s: (y[2:], y[:2]), "of them into validation"),
    ],
    "6.6": [
        (lambda v, t: t.max(), "a choice made on test images"),
        (lambda v, t: v.max(), "too good by construction"),
        (lambda v, t: t[v.max(axis=1).argmax()].max(), "its epoch still on test"),
        (lambda v, t: t[v.max(axis=1).argmax()][-1], "last epoch"),
        (lambda v, t: t[-1, -1], "instead of"),
        (lambda v, t: t[v.argmax()], "raises IndexError"),
        (lambda v, t: t.mean(), "no network's accuracy"),
        (lambda v, t: int(v.argmax()), "instead of"),
        (last_of_equals, "instead of"),
    ],
    "6.7": [
        (10, "rounded down"),
        (10.58, "smallest integer"),
        (6, "Both means scatter"),
        (3, "two are asked for"),
        (22, "of each recipe"),
        (4, "square root"),
        (100, "solve for n"),
        ("eleven", "must be a number"),
    ],
    "6.8": [
        (with_p(one_side), "one side"),
        (
            lambda a, b, y: (np.sum(a == y), np.sum(b == y), 1.0),
            "Which images tell them apart?",
        ),
        (with_p(chi_squared), "approximation"),
        (with_p(divides_by_no_image), "raises ZeroDivisionError"),
        (with_p(lambda b, c, p: 1 - p), "1 − p"),
        (with_p(lambda b, c, p: 2 * one_side(b, c, p)), "above 1"),
        (lambda a, b, y: mcnemar(b, a, y), "exchanged"),
        (disagreements, "instead of"),
        (unpaired, "instead of"),
        (lambda a, b, y: mcnemar(a, b, y)[:2], "is wanted"),
        (lambda a, b, y: mcnemar(a, b, y)[2], "is wanted"),
    ],
}
