"""Exercises of notebook 8: what fails, what a check sees, faults to repair.

8.4 to 8.6 are declared in `reading_code_critically_defects`.
"""

import numpy as np

from resnet_lesson import blocks
from resnet_lesson.exercises import reading_code_critically_lines
from resnet_lesson.exercises.checking import exercise
from resnet_lesson.exercises.reading_code_critically_verdicts import catches, claim
from resnet_lesson.exercises.values import choices

MAPPED = (32, 28, 28, 16)  # F(x)
CARRIED = {  # what is added to it
    "half the channels": (32, 28, 28, 8),
    "one channel": (32, 28, 28, 1),
    "half the size": (32, 14, 14, 16),
    "pooled": (32, 1, 1, 16),
    "one image": (1, 28, 28, 16),
}


@exercise(
    "8.1",
    expects="a dictionary with 'runs' or 'error' for each of the five",
    notice="Three of five wrong sums run; asking for equal shapes finds all five.",
)
def sums_that_run(answer):
    def outcome(shape):
        try:
            np.broadcast_shapes(MAPPED, shape)
        except ValueError:
            return "error"
        return "runs"

    hints = {"error": "Every axis is equal or has length 1 on one side."}
    hints["runs"] = "Compare axis by axis: only an axis of length 1 is stretched."
    choices(answer, {name: outcome(s) for name, s in CARRIED.items()}, hints)


@exercise(
    "8.2",
    expects="a function check(predictions, labels)",
    notice=(
        "== between (n,) and (n, 1) compares each with each, n × n pairs; their mean "
        "is still a number between 0 and 1."
    ),
)
def one_axis_too_many(answer):
    rng = np.random.default_rng(2)

    def pair(n, right=True):
        labels = rng.integers(10, size=n)
        return (labels if right else (labels + 1) % 10), labels

    fixes = {
        "32 predictions and 32 labels": pair(32),
        "7 predictions, all of them wrong": pair(7, right=False),
    }
    defects = {
        "labels of shape (32, 1)": (pair(32)[0], pair(32)[1][:, None]),
        "labels of shape (7, 1)": (pair(7)[0], pair(7)[1][:, None]),
        "predictions of shape (32, 1)": (pair(32)[0][:, None], pair(32)[1]),
        "one prediction for 32 labels": (pair(1)[0], pair(32)[1]),
    }
    lengths = (
        "Lengths and sizes agree on the defect too: 32 and 32. What differs is where "
        "those 32 stand."
    )
    catches(
        answer,
        fixes=fixes,
        defects=defects,
        mistakes=[
            (lambda predictions, labels: None, lengths),
            (
                lambda predictions, labels: claim(len(predictions) == len(labels)),
                lengths,
            ),
            (
                lambda predictions, labels: claim(predictions.ndim == labels.ndim),
                "As many axes are not enough: one prediction is stretched over all "
                "labels. Which lengths must agree?",
            ),
            (
                lambda predictions, labels: claim(labels.ndim == 1),
                "You look at the labels alone; the predictions can bring the axis too.",
            ),
            (
                lambda predictions, labels: claim(predictions.ndim == 1),
                "You look at the predictions alone; the labels can bring the axis too.",
            ),
            (
                lambda predictions, labels: claim(np.mean(predictions == labels) > 0.5),
                "It fails on a network that is wrong everywhere. That is a poor "
                "network, and no defect of the comparison: look at the shapes.",
            ),
        ],
    )


@exercise(
    "8.3",
    expects="a function check(layers)",
    notice="A list times 3 holds one object three times: one set of weights.",
)
def weights_of_their_own(answer):
    a, b, c, d = (blocks.BasicBlock(16, name=f"block{n}") for n in range(4))
    catches(
        answer,
        fixes={
            "three blocks": ([a, b, c],),
            "four blocks": ([d, a, c, b],),
            "two blocks of one name": ([a, blocks.BasicBlock(16, name="block0")],),
        },
        defects={
            "one block, three times": ([a] * 3,),
            "the first two the same": ([a, a, b],),
            "the last two the same": ([a, b, b],),
            "first and last the same": ([a, b, a],),
            "one of four twice": ([a, b, c, b],),
        },
        mistakes=[
            (
                lambda layers: None,
                "The list is as long as it should be, and all are blocks of the same "
                "settings. Ask whether two of them are the same *object*.",
            ),
            (
                lambda layers: claim(len({x.name for x in layers}) == len(layers)),
                "You compare names, alone or among the settings. Two layers may well "
                "have one name: ask for the object.",
            ),
            (
                lambda layers: claim(layers[0] is not layers[1]),
                "You compare the first two. Any two may be the same.",
            ),
            (
                lambda layers: claim(all(map(_differ, layers, layers[1:]))),
                "You compare neighbours. First and last may be the same, too.",
            ),
            (
                lambda layers: claim(all(_differ(layers[0], x) for x in layers[1:])),
                "You compare all with the first. Two later ones may be the same, too.",
            ),
        ],
    )


@exercise(
    "8.7",
    expects="a dictionary {line number: 'the line as it should be'}",
    notice=(
        "All three run without an error: a shape, a value and a look at how it is run "
        "find one each."
    ),
)
def three_faults(answer):
    reading_code_critically_lines.check_repairs(answer)


REASONS = {
    "the parameter count is right": "C",
    "the loss falls": "E",
    "no negative value reaches pooling": "A",
    "one batch, equal loss in training and evaluation": "B",
    "validation and test images are disjoint": "D",
}


@exercise(
    "8.8",
    expects="a dictionary with a letter from 'A' to 'E' for each check",
    notice="A check that passes has ruled out what it can see, and nothing else.",
)
def what_a_check_cannot_see(answer):
    sees = {
        "the parameter count is right": "It counts weights. What costs none?",
        "the loss falls": "Remember the network without BN inside its blocks.",
        "no negative value reaches pooling": "Which of the two layers does this see?",
        "one batch, equal loss in training and evaluation": (
            "It compares two runs. When are two wrong runs equal?"
        ),
        "validation and test images are disjoint": (
            "It looks at two arrays. Does it see what the program does with them?"
        ),
    }
    hints = {
        (check, letter): sees[check]
        for check in REASONS
        for letter in "ABCDE"
        if letter != REASONS[check]
    }
    choices(answer, REASONS, hints)


def _differ(a, b):
    return a is not b
