"""Checkers of chapter 9, continued: a stopwatch, and ratios by pairs."""

import itertools
import statistics

import numpy as np

from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import call, function, written
from resnet_lesson.exercises.values import read_number, same, short


def _speed(images, seconds, use=statistics.median):
    return images / use(seconds)


# images, what the first call takes, and the others
_RUNS = [
    (1, 1.0, [1.0, 1.0]),
    (64, 5.0, [0.5, 0.5, 0.5, 0.5]),
    (64, 9.0, [0.25, 0.5, 0.25, 4.0, 0.25]),
    (32, 0.5, [1.0, 2.0, 4.0, 1.0, 2.0]),
    (10, 2.0, [3.0, 1.0, 2.0, 8.0, 9.0, 1.0, 2.0]),
    (16, 3.0, [1.0, 2.0, 4.0, 8.0]),
]
_STOPWATCH_MISTAKES = [
    (
        lambda n, first, s: n / (first + sum(s[:-1])),
        "The images of one call are divided by the time of all. And the first call, "
        "which compiles, is among them.",
    ),
    (
        lambda n, first, s: n / sum(s),
        "The images of one call are divided by the time of all.",
    ),
    (
        lambda n, first, s: n * len(s) / (first + sum(s[:-1])),
        "The first call, which compiles, is still timed.",
    ),
    (
        lambda n, first, s: n * len(s) / (first + sum(s)),
        "The first call, which compiles, is still timed.",
    ),
    (
        lambda n, first, s: _speed(n, [first, *s[:-1]]),
        "The first call, which compiles, is still among those timed.",
    ),
    (
        lambda n, first, s: _speed(n, [first, *s]),
        "The first call, which compiles, is still among those timed.",
    ),
    (
        lambda n, first, s: _speed(n, s, statistics.mean),
        "One call that the machine disturbed still decides: you divide by the mean "
        "time. Time every call by itself and take what such a call hardly moves.",
    ),
    (
        lambda n, first, s: statistics.mean(n / t for t in s),
        "The mean of the calls' speeds: a few quick calls decide. Take what single "
        "calls hardly move.",
    ),
    (
        lambda n, first, s: _speed(n, s, min),
        "That is the fastest call. What is typical of all?",
    ),
    (lambda n, first, s: _speed(n, s, max), "That is the slowest call."),
    (
        lambda n, first, s: 1 / _speed(n, s),
        "Upside down: that is in seconds per image.",
    ),
    (
        lambda n, first, s: _speed(n, s, statistics.median_high),
        "Of an even number of times the median is the mean of the two in the middle.",
    ),
    (lambda n, first, s: statistics.median(s), "That is in seconds per call."),
    (lambda n, first, s: 1 / statistics.median(s), "That is in calls per second."),
]


class _Named:
    """A function that messages can name."""

    def __init__(self, name, function):
        self.name, self.function, self.calls = name, function, 0

    def __call__(self, *args):
        self.calls += 1
        return self.function()

    def __repr__(self):
        return self.name


def _timed(answer, images, first, seconds):
    """What the reader's stopwatch says of a step whose calls take known times."""
    durations = itertools.chain([first], itertools.cycle(seconds))
    spent = []
    step = _Named("step", lambda: spent.append(next(durations)))
    clock = _Named("clock", lambda: sum(spent))
    value = read_number(call(answer, (step, images, len(seconds), clock)))
    if not step.calls:
        raise Hint("`step` is never called.")
    extra = step.calls - len(seconds) - 1
    if not clock.calls:
        raise Hint("`clock` is never read; the argument, not one of Python's clocks.")
    return value, extra


@exercise(
    "9.4",
    expects="a function of step, images, calls and clock",
    notice="The same three things make any timing honest: warm up, count what was "
    "done, and let no single disturbed call decide.",
)
def stopwatch(answer):
    written(answer)
    timed = [_timed(answer, *run) for run in _RUNS]
    results = [value for value, _ in timed]
    for run, result in zip(_RUNS, results, strict=True):
        images, first, seconds = run
        wanted = _speed(images, seconds)
        if same(result, wanted):
            continue
        shown = (
            f"Calls of {images} images: the first takes {first:g} s, the others "
            f"{', '.join(f'{s:g}' for s in seconds)} s. Yours gives {short(result)}, "
            f"{wanted:g} images per second are wanted."
        )
        for wrong, hint in _STOPWATCH_MISTAKES:
            if same(results, [wrong(*run) for run in _RUNS]):
                raise Hint(f"{hint} {shown}")
        raise Hint(shown)
    if any(extra for _, extra in timed):
        raise Hint("The speed is right. Call `step` `calls` times, and once before.")


_TURNS = [
    (np.array([100.0, 50.0, 80.0]), np.array([150.0, 100.0, 80.0])),
    (np.array([100.0, 50.0]), np.array([150.0, 100.0])),
    (np.array([20.0]), np.array([30.0])),
    (np.array([500, 310, 300, 600]), np.array([600, 700, 250, 610])),
    (
        np.array([525.0, 513.0, 311.0, 514.0, 569.0]),
        np.array([626.0, 766.0, 1004.0, 1037.0, 1089.0]),
    ),
]


@exercise(
    "9.5",
    expects="a function of two arrays, images per second by turn",
    notice="What disturbs a turn hits both of its neighbours alike, and drops out of "
    "their ratio. Medians of each way alone throw that away.",
)
def speedup(answer):
    function(
        answer,
        lambda slow, fast: np.median(fast / slow),
        _TURNS,
        mistakes=[
            (
                lambda slow, fast: np.median(fast) / np.median(slow),
                "The two medians may come from different turns. Compare within each "
                "turn first.",
            ),
            (
                lambda slow, fast: np.mean(fast) / np.mean(slow),
                "The means mix turns of a quiet and of a busy machine. Compare within "
                "each turn first.",
            ),
            (
                lambda slow, fast: np.mean(fast / slow),
                "Turn by turn, good. But one disturbed turn moves the mean.",
            ),
            (
                lambda slow, fast: np.median(slow / fast),
                "Upside down: above 1 should mean that the second way is faster.",
            ),
            (
                lambda slow, fast: np.median(np.sort(fast) / np.sort(slow)),
                "Sorting tears the pairs apart.",
            ),
            (
                lambda slow, fast: fast / slow,
                "One ratio for each turn comes out; one number is wanted.",
            ),
            (
                lambda slow, fast: np.median(fast - slow),
                "A difference is in images per second; a ratio has no unit.",
            ),
            (lambda slow, fast: np.max(fast / slow), "That is the luckiest turn."),
            (
                lambda slow, fast: np.median(fast / slow) - 1,
                "That is the gain. The factor is asked for: 1 where both are equal.",
            ),
        ],
    )
