"""Numbers about recordings in notebook 6."""

import itertools
import math

import numpy as np
from claims.say import errors, scores, seeds, source_lesson, word

from resnet_lesson.recorded import experiments, recordings

HE_TABLE_2 = "He et al. (2015), table 2"
EXCEPTIONS = [
    ("06 twin-explained", "27.94 % error plain, 27.88 % residual", HE_TABLE_2),
    (
        "06 long-takeaway",
        "one seed's curve",
        "cell long-figure draws the first run",
    ),
    ("06 long-takeaway", "costs twice the time", "definition: two forward passes"),
    (
        "06 long-takeaway",
        "trained for 300 epochs, the same depth and width reaches 95.6 %",
        "Zhong et al. (2017), the authors' page: 95.61",
    ),
    (
        "06 long-takeaway",
        "the list's ResNet-18 has forty times the weights",
        "11 million by the dataset's list, 0.27 million in cell long-table",
    ),
    ("06 steps-takeaway", "no image is seen twice", "definition of an epoch"),
    (
        "06 luck-explained",
        "How many images would it take to tell 93.0 % from 93.2 %?",
        "a question; cell luck-size answers it",
    ),
    (
        "06 luck-explained",
        "so many that the difference is 1.96 standard errors (even then it is found "
        "only every second time)",
        "z = 1.96 in cell luck-size; half of a normal distribution lies above its mean",
    ),
]


def validation(runs):
    return 100 - errors(runs, "validation")


def points(width):
    """A width in points, in words, to half a point."""
    halves = round(2 * width)
    return word(halves // 2) + " and a half" * (halves % 2)


def computed():
    course = recordings.by_variant("course")["course"]
    patient = recordings.by_variant("fashion")["resnet20"]
    twins = recordings.by_variant("twins")
    yield "06 twin-heading", f"`record course` the one with {seeds(course)} of our own"
    count = word(len(course))
    yield "06 seeds-heading", f"Here are the {count} recorded runs one by one."
    yield "06 seeds-heading", f"the best and the worst of {seeds(course)}, in points"

    once = source_lesson()
    apart = points(np.ptp(scores(once)))
    twice = recordings.by_variant("baseline")
    here, there = twice["baseline"], twice["baseline, another machine"]
    yield (
        "06 baseline-explained",
        f"{word(len(here)).capitalize()} runs of the source lesson's program on one "
        f"machine lie {points(np.ptp(scores(here)))} points apart. "
        f"{word(len(there)).capitalize()} of the seeds had been run before",
    )
    lower = max(scores(here)[: len(there)] - scores(there))
    yield (
        "06 baseline-twice-explained",
        f"there each ended lower, one by {points(lower)} points.",
    )
    yield (
        "06 steps-takeaway",
        f"{word(len(once))} other runs of it (section 11, on all 60,000 images, judged "
        f"on test images) scatter over {apart} points.",
    )

    long = experiments.LONG
    yield (
        "06 long-heading",
        f"{long.epochs} epochs, the first {long.small_epochs} at 14 × 14 pixels, the "
        f"other {long.epochs - long.small_epochs} at 28 × 28.",
    )
    seconds = [np.mean([run["seconds"] for run in runs]) for runs in (patient, course)]
    yield (
        "06 long-heading",
        f"Some {word(round(seconds[0] / seconds[1]))} times the training time",
    )
    yield (
        "06 long-takeaway",
        f"but of the plain network there is {seeds(twins['plain20'])} only.",
    )
    yield from steps(course)
    yield (
        "06 luck-heading",
        f"{scores(course)[0]:.1f} % against {scores(patient)[0]:.1f} %: of the",
    )
    deviation = validation(course).std(ddof=1)
    yield (
        "06 exercise-6-7",
        f"with a standard deviation of {deviation:.2f} points, as section 9 measured",
    )
    enough = math.ceil(8 * round(deviation, 2) ** 2 / 0.2**2)
    yield (
        "solutions/06 seeds-text",
        f"So {enough} seeds of each recipe, {2 * enough} runs, to see two tenths",
    )


def steps(course):
    runs = recordings.by_variant("steps")["baseline"]
    plainest, ours = experiments.PLAINEST, experiments.COURSE
    each, last = word(plainest.epochs), word(ours.epochs)
    yield "06 steps-heading", f"trains a network of the same size for {each} epoch"
    yield (
        "06 steps-heading",
        f"{seeds(runs)} each, all of {each} epoch; the last row is the course itself, "
        f"{last} epochs and {seeds(course)}.",
    )
    times = word(round(ours.peak_rate / plainest.peak_rate))
    yield "06 steps-heading", f"{times} times the peak rate"
    yield "06 steps-heading", f"{last} epochs instead of {each}?"
    further = word(ours.epochs - plainest.epochs)
    yield "06 steps-takeaway", f"and {further} further epochs."
    yield "06 steps-takeaway", f"Which of them more, {seeds(runs)} cannot say."
    yield "06 steps-takeaway", f"Two changes *cost* accuracy in {each} epoch."
    yield "06 steps-takeaway", f"Does mirroring pay over the course's {last} epochs?"


def stated():
    course = recordings.by_variant("course")["course"]
    pairs = itertools.combinations(validation(course), 2)
    yield (
        "06 seeds-takeaway",
        'improved the accuracy by 0.2 points."* With one run of each, nobody can know: '
        "two seeds of the *same* recipe differ by as much on average.",
        np.mean([abs(one - other) for one, other in pairs]) >= 0.2,
    )
    patient = recordings.by_variant("fashion")["resnet20"]
    plain = recordings.by_variant("twins")["plain20"]
    wrong = {
        "course": 100 - scores(course).mean(),
        "long": 100 - scores(patient).mean(),
        "mirrored": 100 - scores(patient, "mirrored_test_accuracy").mean(),
    }
    yield (
        "06 long-takeaway",
        "makes about a quarter fewer errors than the course's.",
        0.2 < 1 - wrong["long"] / wrong["course"] < 0.3,
    )
    yield (
        "06 long-takeaway",
        "takes away another twentieth.",
        0.03 < 1 - wrong["mirrored"] / wrong["long"] < 0.07,
    )
    yield (
        "06 long-takeaway",
        "With shortcuts the 20 layers are half a point better than without",
        0.4 < scores(patient).mean() - scores(plain).mean() < 0.6,
    )
    changes = [*recordings.by_variant("steps").values(), course]
    means = [validation(runs).mean() for runs in changes]
    gains = np.diff(means)
    yield (
        "06 steps-takeaway",
        "Two changes bring about three points or more",
        sum(gains > 2.7) == 2,
    )
    yield (
        "06 steps-takeaway",
        "follows with about two points",
        1.5 < gains[2] < 2.5,
    )
    widths = [validation(runs).std(ddof=1) for runs in changes]
    yield (
        "06 steps-takeaway",
        "and its three seeds lie closest together.",
        np.argmin(widths) == 3,
    )
    before, after = (
        experiments.EXPERIMENTS["steps"].variants[name].recipe.batch_size
        for name in (
            "schedule and weight decay",
            "batches of 64, two halves at a time",
        )
    )
    yield (
        "06 steps-takeaway",
        "Batches of 64 take half as many steps",
        (before, after) == (32, 64),
    )
    seconds = [min(run["seconds"] for run in runs) for runs in changes]
    yield (
        "06 steps-takeaway",
        "with the two parts side by side a run takes a fifth less time",
        0.15 < 1 - seconds[4] / seconds[3] < 0.25,
    )
