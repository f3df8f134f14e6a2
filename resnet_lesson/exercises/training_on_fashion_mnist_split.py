"""Checkers of chapter 6, continued: the stratified split, and the paired comparison."""

import math

import numpy as np

from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import call, function, written
from resnet_lesson.exercises.values import read_array, same
from resnet_lesson.lab.comparison import mcnemar

_LABELS = np.array([3, 7, 7, 3, 9, 9, 7, 3, 9, 9, 7, 3, 3, 7, 9, 7, 3, 9, 7, 7])


@exercise(
    "6.5",
    expects="a function of labels, per_class and seed that gives two index arrays",
    notice="Stratified, every class weighs the same in validation as was asked "
    "for; seeded, the split is the same tomorrow.",
)
def stratified_split(answer):
    written(answer)
    train, validation = _parts(answer, 2, 0)
    if len(train) == 6 and len(validation) == 14:
        raise Hint("Training and validation are exchanged: training comes first.")
    chosen = np.bincount(_LABELS[list(validation)], minlength=10)[[3, 7, 9]]
    said = "With classes of 6, 8 and 6 images and per_class=2, your function puts "
    said += f"{', '.join(map(str, chosen))} of them into validation."
    if len(set(validation)) < len(validation):
        raise Hint(
            "An index occurs twice in validation: drawn with replacement, or is it no "
            "index into all of `labels`?"
        )
    if sum(chosen) == 2:
        raise Hint(f"{said} `per_class` counts the images of each class.")
    if sum(chosen) == 6 and set(chosen) != {2}:
        raise Hint(f"{said} Draw within each class, not from all images at once.")
    if set(chosen) != {2}:
        raise Hint(f"{said} It should be 2 of each.")
    if set(train) & set(validation):
        raise Hint(
            "Some indices are in both parts: the network would be validated "
            "on images that it was trained on."
        )
    if sorted([*train, *validation]) != list(range(len(_LABELS))):
        raise Hint(
            "Each index must be in one of the two parts, and just once; "
            f"{len(train)} and {len(validation)} of {len(_LABELS)} are."
        )
    if set(validation) != set(_parts(answer, 2, 0)[1]):
        raise Hint(
            "The same seed gave two different splits: draw from a generator "
            "made of the seed, `np.random.default_rng(seed)`."
        )
    seeds = [_parts(answer, 2, seed)[1] for seed in range(80)]
    drawn = [set(part) for part in seeds]
    if any(len(set(part)) < len(part) for part in seeds):
        raise Hint(
            "With some seeds an index occurs twice in validation: drawn with "
            "replacement, or is it no index into all of `labels`?"
        )
    if all(part == drawn[0] for part in drawn):
        raise Hint(
            "Every seed gives the same split. The first images of a class are "
            "not a random sample of it: the files may be sorted."
        )
    never = set(range(len(_LABELS))) - set().union(*drawn)
    if never:
        raise Hint(
            f"80 seeds, and index {min(never)} was never drawn for validation: "
            "every image of a class should have the same chance."
        )
    last = np.flatnonzero(_LABELS == 9)
    if len({frozenset(part & set(last)) for part in drawn}) <= len(last):
        raise Hint(
            "80 seeds draw only few different pairs of a class: any two images "
            "should be able to go together."
        )
    more = np.arange(40) % 4
    _, validation = _parts(answer, 5, 1, more)
    if np.bincount(more[list(validation)], minlength=4).tolist() != [5] * 4:
        raise Hint("Right for per_class=2, but not for per_class=5 and four classes.")


def _parts(answer, per_class, seed, labels=_LABELS):
    """The two index arrays that an answer gives, as tuples of integers."""
    result = call(answer, (labels, per_class, seed))
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise Hint("Return two arrays of indices: for training, for validation.")
    parts = [read_array(part, "each of the two parts") for part in result]
    for given, part in zip(result, parts, strict=True):
        if np.asarray(given).dtype == bool:
            raise Hint(
                "That is a mask of True and False; `np.flatnonzero` makes "
                "indices of it."
            )
        if part.ndim != 1 or not np.array_equal(part, part.astype(int)):
            raise Hint("Each part must be one row of integers, indices into labels.")
        if part.size and (part.min() < 0 or part.max() >= len(labels)):
            raise Hint(
                "There are indices outside of labels. Did an index within a "
                "class take the place of an index into all labels?"
            )
    return [tuple(map(int, part)) for part in parts]


def _versus(n, only_first, only_second, both_wrong):
    """Predictions of two networks with so many images of each kind."""
    labels = np.arange(n) % 10
    first, second = labels.copy(), labels.copy()
    second[:only_first] += 1
    first[only_first : only_first + only_second] += 1
    wrong = slice(only_first + only_second, only_first + only_second + both_wrong)
    first[wrong], second[wrong] = first[wrong] + 1, second[wrong] + 2
    return first % 10, second % 10, labels


_PAIRS = [
    _versus(10, 3, 1, 1),
    _versus(10, 1, 3, 0),
    _versus(12, 2, 2, 3),
    _versus(10, 0, 0, 2),
    _versus(100, 12, 3, 5),
    _versus(10_000, 180, 130, 500),
    _versus(10_000, 400, 210, 300),
]


def _with_p(change):
    """`mcnemar`, its p changed by a function of the two counts and of itself."""

    def changed(*arrays):
        first, second, p = mcnemar(*arrays)
        return first, second, change(first, second, p)

    return changed


def _right_in_all(first, second, labels):
    p = mcnemar(first, second, labels)[2]
    return int(np.sum(first == labels)), int(np.sum(second == labels)), p


def _normal(b, c, less=0.0):
    chi_squared = max(abs(b - c) - less, 0) ** 2 / (b + c) if b + c else 0.0
    return math.erfc(math.sqrt(chi_squared / 2))


_APPROXIMATE = (
    "That is the normal (chi-squared) approximation, which is poor for few images. "
    "The exact probability of the coin is asked for."
)
_LUCK_MISTAKES = [
    (
        lambda a, b, y: mcnemar(b, a, y),
        "The two counts are exchanged: those that only the first has right come first.",
    ),
    (
        _with_p(lambda b, c, p: _tail(b, c)),
        "That is one side of the distribution. Either network could have been the "
        "better one, so both sides count.",
    ),
    (
        _with_p(lambda b, c, p: 2 * _tail(b, c)),
        "A probability above 1: where the counts are equal both sides overlap.",
    ),
    (
        _with_p(lambda b, c, p: 2 * math.comb(b + c, min(b, c)) / 2 ** (b + c)),
        "That is the probability of just this division; the still more uneven ones "
        "belong to it.",
    ),
    (_with_p(lambda b, c, p: 1 - p), "That is 1 − p."),
    (
        _right_in_all,
        "Images that both have right say nothing of the difference: count those "
        "that only one of them has right.",
    ),
    (_with_p(lambda b, c, p: _normal(b, c)), _APPROXIMATE),
    (_with_p(lambda b, c, p: _normal(b, c, 1)), _APPROXIMATE),
]


def _tail(b, c):
    return sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)


@exercise(
    "6.8",
    expects="a function of two predictions and the labels that gives three numbers",
    notice="Images that both have right, or both wrong, say nothing here. And it "
    "compares these two networks: two recipes need several seeds of each.",
)
def paired(answer):
    written(answer)
    first, second, labels = _PAIRS[0]
    counts = [np.sum(first == labels), np.sum(second == labels)]
    # Before the large cases: such a tail of thousands of tosses takes minutes.
    if same(np.ravel(call(answer, _PAIRS[0]))[:2], counts):
        raise Hint("You count all that each has right. Which images tell them apart?")
    function(
        answer, mcnemar, _PAIRS, mistakes=_LUCK_MISTAKES, own=[mcnemar], tolerance=1e-6
    )
