"""Checkers of chapter 6: what runs say, and what may be said of them.

Those of its longer functions stand in `training_on_fashion_mnist_loss` and `..._split`.
"""

import math

import numpy as np

from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import function
from resnet_lesson.exercises.values import choices, number, read_array


@exercise(
    "6.1",
    expects="three numbers in a tuple: mean, variance, steps",
    notice="After n steps the share mⁿ of the statistics is still their starting "
    "value: 44 steps at m = 0.9 are about 460 at Keras' default, 0.99.",
)
def moving_statistics(answer):
    values = read_array(answer, "the tuple").ravel()
    if values.size != 3:
        raise Hint(f"Three numbers are asked for, got {values.size}.")
    mean, variance, steps = values
    swapped = (
        "That is the batch's own value, or nearly so. Which of the two does the "
        "momentum m = 0.9 belong to, the old value or the batch?"
    )
    number(
        mean,
        1.084,
        tolerance=6e-3,
        mistakes={
            3.996: swapped,
            0.4: "The mean: that is after one step. Go on from there, twice.",
            0.76: "The mean: that is after two steps, one is missing.",
            1.3756: "The mean: that is after four steps, one too many.",
            1.813: "The mean starts at 0, not at 1.",
            1.2: "The mean: you add 0.1 · 4 three times. Each step also shrinks what "
            "is there already.",
            2.916: "That is the share 0.9³ of the batch's mean. Is it the old value "
            "or the new one that this share belongs to?",
        },
        otherwise="The mean is not it. Write down the three steps: each keeps 0.9 of "
        "what is there and adds 0.1 · 4.",
    )
    number(
        variance,
        3.168,
        tolerance=6e-3,
        mistakes={
            8.992: swapped,
            2.439: "The mean is right. The variance does not start at 0.",
            1.8: "The mean is right. The variance: that is after one step.",
            2.52: "The mean is right. The variance: that is after two steps.",
            3.7512: "The mean is right. The variance: that is after four steps.",
            math.sqrt(3.168): "A variance is asked for, not a standard deviation.",
            math.sqrt(9): "9 is the variance already: no root is needed.",
        },
        otherwise="The mean is right, the variance is not. It follows the same rule, "
        "from another starting value.",
    )
    number(
        steps,
        44,
        mistakes={
            43: "0.9⁴³ is 0.0108: not below 1 % yet.",
            45: "There is a smaller n whose 0.9ⁿ is below 0.01.",
            22: "0.9²² is just below 10 %; 1 % is asked for.",
            459: "That is for momentum 0.99; here it is 0.9.",
            10: "1 / (1 − m) is the time in which the share falls to about a third.",
            2: "You weight the old value with 0.1: which share does m belong to?",
        },
        otherwise="Mean and variance are right, the number of steps is not: look for "
        "the smallest n with 0.9ⁿ < 0.01, by a logarithm or by trying.",
    )


CURVES = {
    "A": "overfitting",
    "B": "moving statistics lag",
    "C": "stopped too early",
    "D": "rate too high",
}


@exercise(
    "6.2",
    expects="a dictionary from A, B, C and D to one of the words",
    notice="Two curves are not enough: only the training images in inference mode "
    "tell overfitting (A) from lagging statistics (B).",
)
def loss_curves(answer):
    lag = "Where the moving statistics lag, a network does badly on training images too"
    choices(
        answer,
        CURVES,
        {
            ("A", "moving statistics lag"): f"{lag}, in inference mode. Here?",
            ("B", "overfitting"): "Whoever overfits is good on the training images. "
            "Look at these, evaluated in inference mode.",
            ("B", "stopped too early"): "One of the three curves is low already. "
            "What is different about how that one was computed?",
            ("D", "moving statistics lag"): f"{lag}, but the running mean falls all "
            "the same: it does not use them. Does it fall here?",
            "overfitting": "Overfitting needs a gap: training images falling on, "
            "validation rising. Is there one?",
            "moving statistics lag": f"{lag}, while the running mean is low. Is it?",
            "stopped too early": "Whoever stopped too early would still be going "
            "down, evenly, on all curves. Look at the last epochs.",
            "rate too high": "Too high a rate shows on all curves: they jump, and "
            "stay high. Do they?",
            "nothing is wrong": "Look again: at the gap, at the end of the curves, "
            "at their height.",
        },
    )


def _reported(validation, test):
    return float(np.ravel(test)[np.argmax(validation)])


def _best_run_last_epoch(validation, test):
    return test[np.argmax(validation[:, -1]), -1]


_RUNS = [
    (np.array([[0.80, 0.90, 0.85]]), np.array([[0.79, 0.88, 0.89]])),
    (
        np.array([[0.90, 0.91, 0.92], [0.88, 0.94, 0.91]]),
        np.array([[0.89, 0.93, 0.92], [0.87, 0.91, 0.90]]),
    ),
    (
        np.array([[0.70, 0.75], [0.93, 0.92], [0.90, 0.92]]),
        np.array([[0.71, 0.76], [0.92, 0.91], [0.95, 0.94]]),
    ),
    (  # two are equal
        np.array([[0.91, 0.90], [0.91, 0.88]]),
        np.array([[0.90, 0.92], [0.93, 0.89]]),
    ),
]


@exercise(
    "6.6",
    expects="a function of two arrays (runs, epochs)",
    notice="Choosing looks at validation alone; the test accuracy belongs to the "
    "chosen run and epoch, be it the best or not.",
)
def reported(answer):
    function(
        answer,
        _reported,
        _RUNS,
        mistakes=[
            (
                lambda v, t: t.max(),
                "It is still the largest of the test accuracies: a choice made on "
                "test images.",
            ),
            (
                lambda v, t: v.max(),
                "That is the validation accuracy by which was chosen. Chosen as the "
                "largest, it is too good by construction, too.",
            ),
            (
                lambda v, t: t[np.unravel_index(v.argmax(), v.shape)[0]].max(),
                "The run is chosen on validation, its epoch still on test.",
            ),
            (
                lambda v, t: t[np.unravel_index(v.argmax(), v.shape)[0], -1],
                "The run is right. You take its last epoch, not the chosen one.",
            ),
            (
                _best_run_last_epoch,
                "You look at the last epochs only; earlier ones may be chosen too.",
            ),
            (
                lambda v, t: t[0, v[0].argmax()],
                "You choose within the first run; all runs may be chosen from.",
            ),
            (
                lambda v, t: t.mean(),
                "The mean of all is no network's accuracy.",
            ),
            (
                lambda v, t: np.ravel(t)[v.argmin()],
                "That is the worst epoch on validation. Accuracies, not losses.",
            ),
        ],
    )


@exercise(
    "6.7",
    expects="an integer, seeds of each recipe",
    notice="Seeds go with the square: to see half the difference takes four times "
    "as many. That is why tables of one run each say so little.",
)
def seeds_needed(answer):
    number(
        answer,
        11,
        mistakes={
            10: "10 are not quite enough: rounded down?",
            10.58: "Half a run cannot be made: the smallest integer that suffices.",
            6: "Both means scatter. Whose standard error did you take?",
            5: "Both means scatter. Whose standard error did you take?",
            3: "One standard error is not enough here: two are asked for.",
            4: "The standard error of a mean falls with the square root of n.",
            2: "The spread of single runs says little of a mean of n of them; and "
            "two standard errors are asked for.",
            22: "That is the number of runs in all. How many of each recipe?",
            2.3: "Is there a square missing? n stands beneath a root.",
            43: "Two standard errors, squared, are a factor of 4. Yours is 16.",
        },
        tolerance=2e-3,
        otherwise="The difference of two means of n runs each scatters with "
        "√(s² / n + s² / n). Twice that must not exceed the difference: solve for n.",
    )
