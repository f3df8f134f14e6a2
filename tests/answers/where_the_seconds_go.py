"""Answers to the exercises of chapter 9: right ones, and typical mistakes."""

import statistics
import time

import numpy as np


def least_seconds(macs, images, peak):
    forward = 2 * macs
    return images * (forward + 2 * forward) / peak


def whole_gradient(gradients, sizes):
    return np.average(gradients, axis=0, weights=sizes)


def pooled(gradients, sizes):
    """Right, by a loop."""
    total = 0
    for gradient, size in zip(gradients, sizes, strict=True):
        total = total + gradient * size
    return total / sum(sizes)


def last_part(gradients, sizes):
    return gradients[-1]


def weighed_by_the_largest(gradients, sizes):
    return np.average(gradients, axis=0, weights=sizes) * sizes.sum() / sizes.max()


def images_per_second(step, images, calls, clock):
    step()
    seconds = []
    for _ in range(calls):
        start = clock()
        step()
        seconds.append(clock() - start)
    return images / np.median(seconds)


def as_given(step, images, calls, clock):
    start = clock()
    for _ in range(calls):
        step()
    return images / (clock() - start)


def warm_only(step, images, calls, clock):
    step()
    start = clock()
    for _ in range(calls):
        step()
    return images / (clock() - start)


def counted_only(step, images, calls, clock):
    start = clock()
    for _ in range(calls):
        step()
    return images * calls / (clock() - start)


def by_the_mean(step, images, calls, clock):
    step()
    start = clock()
    for _ in range(calls):
        step()
    return images * calls / (clock() - start)


def cold(step, images, calls, clock):
    seconds = []
    for _ in range(calls):
        start = clock()
        step()
        seconds.append(clock() - start)
    return images / np.median(seconds)


def another_clock(step, images, calls, clock):
    step()
    start = time.perf_counter()
    for _ in range(calls):
        step()
    return images * calls / (time.perf_counter() - start)


def never_steps(step, images, calls, clock):
    return images / (clock() + 1)


def steps_with_an_argument(step, images, calls, clock):
    return images_per_second(lambda: step(images), images, calls, clock)


def one_call_less(step, images, calls, clock):
    return images_per_second(step, images, calls - 1, clock)


def warmed_up_twice(step, images, calls, clock):
    step()
    return images_per_second(step, images, calls, clock)


def upper_median(step, images, calls, clock):
    step()
    seconds = []
    for _ in range(calls):
        start = clock()
        step()
        seconds.append(clock() - start)
    return images / sorted(seconds)[calls // 2]


def speedup(slow, fast):
    return statistics.median(f / s for s, f in zip(slow, fast, strict=True))


def network_within(networks, images, seconds):
    best = None
    for network in networks:
        if images // 64 * np.median(network["seconds"]) > seconds:
            continue
        if best is None or network["macs"] > best["macs"]:
            best = network
    return best["depth"], best["width"], best["size"]


def choosing(key, steps=lambda images: images // 64, time=statistics.median):
    def network(networks, images, seconds):
        fitting = [n for n in networks if steps(images) * time(n["seconds"]) <= seconds]
        best = max(fitting, key=key)
        return best["depth"], best["width"], best["size"]

    return network


def macs(network):
    return network["macs"]


def by_the_bound(networks, images, seconds):
    fitting = [
        n for n in networks if images // 64 * 384 * n["macs"] / 197.5e9 <= seconds
    ]
    best = max(fitting, key=macs)
    return best["depth"], best["width"], best["size"]


def a_dict(networks, images, seconds):
    return max(networks, key=macs)


SAME_LOSS = {
    "halves, without BN": "equal",
    "halves, with BN, in training mode": "different",
    "halves, with BN, in inference mode": "equal",
    "halves, with BN that exchanges its statistics": "equal",
    "48 and 16 images, without BN": "different",
    "halves, without BN, label smoothing 0.1": "equal",
}
RACE = dict(
    zip(
        "ABCDEF",
        ("shown", "not shown", "refuted", "not shown", "shown", "not shown"),
        strict=True,
    )
)

RIGHT = {
    "9.1": least_seconds,
    "9.2": whole_gradient,
    "9.3": SAME_LOSS,
    "9.4": images_per_second,
    "9.5": speedup,
    "9.6": network_within,
    "9.7": RACE,
    "9.8": 70,
}

WRONG = {
    "9.1": [
        (lambda macs, images, peak: 2 * macs * images / peak, "goes backward"),
        (lambda macs, images, peak: 4 * macs * images / peak, "two products"),
        (lambda macs, images, peak: 3 * macs * images / peak, "Three passes"),
        (lambda macs, images, peak: 6 * macs / peak, "for one image"),
        (lambda macs, images, peak: 6 * macs * images // peak, "fraction"),
        (lambda macs, images, peak: peak / (6 * macs * images), "Upside down"),
        (lambda macs, images, peak: 6 * macs * images / peak / 1e9, "FLOP/s already"),
        (lambda macs, images, peak: 6e3 * macs * images / peak, "milliseconds"),
        (lambda macs, images, peak: 6 * macs * images, "counts the operations"),
        (lambda macs, images, peak: 6 * macs + images / peak, "instead of"),
        (lambda peak, images, macs: least_seconds(macs, images, peak), "instead of"),
        (lambda macs, images: 6 * macs * images, "raises TypeError"),
        (least_seconds(1, 1, 1), "with a function"),
    ],
    "9.2": [
        (lambda g, n: np.mean(g, axis=0), "counts the same"),
        (lambda g, n: sum(g), "grows with the number of parts"),
        (lambda g, n: sum(w * p for w, p in zip(n, g, strict=True)), "by their number"),
        (lambda g, n: np.tensordot(n, g, 1) / len(n), "number of parts"),
        (lambda g, n: np.average(g, axis=0, weights=1 / n), "not less"),
        (lambda g, n: np.sum(g, axis=0) / n.sum(), "mean already"),
        (lambda g, n: np.mean(g), "axis 0"),
        (lambda g, n: np.mean(g, axis=-1), "counts the parts"),
        (lambda g, n: np.average(g, weights=n), "raises TypeError"),
        (lambda g, n: np.median(g, axis=0), "instead of"),
        (last_part, "instead of"),
        (weighed_by_the_largest, "instead of"),
        (lambda g, n: -whole_gradient(g, n), "instead of"),
        (lambda g, n: np.array(g) * n[0] / n.sum(), "is wanted"),
    ],
    "9.3": [
        (SAME_LOSS | {"halves, without BN": "different"}, "mean of 64 losses"),
        (
            SAME_LOSS | {"halves, with BN, in training mode": "equal"},
            "Which images do mean and variance come from here",
        ),
        (
            SAME_LOSS | {"halves, with BN, in inference mode": "different"},
            "in inference mode? Do they depend",
        ),
        (SAME_LOSS | {"48 and 16 images, without BN": "equal"}, "the small part"),
        (dict.fromkeys(SAME_LOSS, "equal"), "in training mode"),
        (SAME_LOSS | {"halves, without BN": True}, "as text"),
        ({"halves, without BN": "equal"}, "Keep the dictionary"),
    ],
    "9.4": [
        (as_given, "by the time of all. And the first call"),
        (warm_only, "by the time of all."),
        (counted_only, "is still timed"),
        (by_the_mean, "still decides"),
        (cold, "still among those timed"),
        (another_clock, "`clock` is never read"),
        (never_steps, "never called"),
        (lambda *a: 1 / images_per_second(*a), "per image"),
        (lambda *a: a[1] / images_per_second(*a), "per call"),
        (lambda *a: images_per_second(*a) / a[1], "calls per second"),
        (one_call_less, "per second are wanted"),
        (warmed_up_twice, "and once before"),
        (upper_median, "the mean of the two in the middle"),
        (lambda *a: int(images_per_second(*a)), "gives 5, 5.33333 images"),
        (lambda step, images, calls: 1, "raises TypeError"),
    ],
    "9.5": [
        (lambda s, f: np.median(f) / np.median(s), "different turns"),
        (lambda s, f: np.mean(f) / np.mean(s), "busy machine"),
        (lambda s, f: sum(f) / sum(s), "busy machine"),
        (lambda s, f: np.mean(f / s), "moves the mean"),
        (lambda s, f: np.median(s / f), "Upside down"),
        (lambda s, f: np.median(s) / np.median(f), "instead of"),
        (lambda s, f: f / s, "one number is wanted"),
        (lambda s, f: np.median(f - s), "no unit"),
        (lambda s, f: np.median(f / s) - 1, "the gain"),
        (lambda s, f: max(f / s), "luckiest"),
        (lambda s, f: sorted(f / s)[len(f) // 2], "instead of"),
        (lambda s, f: np.exp(np.mean(np.log(f / s))), "instead of"),
        (lambda s, f: 100 * np.median(f / s), "instead of"),
    ],
    "9.6": [
        (choosing(lambda n: -np.median(n["seconds"])), "fastest of all"),
        (choosing(lambda n: np.median(n["seconds"])), "slowest that fits"),
        (choosing(lambda n: -n["macs"]), "fewest MACs"),
        (choosing(lambda n: n["depth"]), "deepest"),
        (by_the_bound, "By the lower bound"),
        (choosing(macs, time=min), "fastest round"),
        (choosing(macs, time=max), "slowest round"),
        (choosing(macs, time=np.mean), "the mean of the rounds"),
        (choosing(macs, time=lambda s: s[0]), "first round only"),
        (choosing(macs, steps=lambda i: -(-i // 64)), "steps down"),
        (choosing(macs, steps=lambda i: i / 64), "steps down"),
        (choosing(macs, steps=lambda i: 1), "a single step"),
        (choosing(macs, steps=lambda i: i), "raises ValueError"),
        (choosing(macs, steps=lambda i: i // 32), "instead of"),
        (choosing(macs, time=lambda s: 1000 * np.median(s)), "raises ValueError"),
        (choosing(lambda n: n["width"]), "instead of"),
        (a_dict, "is wanted"),
    ],
    "9.7": [
        (RACE | {"A": "not shown"}, "turn by turn"),
        (RACE | {"B": "shown"}, "change one alone"),
        (RACE | {"C": "shown"}, "10.15 million three times"),
        (RACE | {"C": "not shown"}, "can be counted"),
        (RACE | {"D": "shown"}, "which size"),
        (RACE | {"E": "not shown"}, "Three turns"),
        (RACE | {"F": "shown"}, "How many machines"),
        (dict.fromkeys(RACE, "shown"), "change one alone"),
        (dict.fromkeys(RACE, "not shown"), "turn by turn"),
        (RACE | {"A": "yes"}, "none of"),
    ],
    "9.8": [
        (69, "a little more than a tenth"),
        (69.35, "whole"),
        (7, "as long as the arithmetic"),
        (9, "number of bits"),
        (63, "not of the whole step"),
        (93, "a factor of 2"),
        (47, "a factor of 1"),
        (35, "The 2 is missing"),
        (139, "A factor of 2 too large"),
        (209, "6 FLOP for each MAC"),
        (18, "4 bytes"),
        (278, "four devices together"),
        (555, "Bits and bytes"),
        (64, "2 (n − 1) / n"),
    ],
}
