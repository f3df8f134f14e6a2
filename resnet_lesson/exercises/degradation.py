"""Checkers of notebook 01: depth, the two modes, and what a run can show."""

from functools import partial

import numpy as np

from resnet_lesson.exercises import degradation_modes as modes
from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import call, function, written
from resnet_lesson.exercises.values import array, choices, number, read_number
from resnet_lesson.lab.identity import dirac_kernel


@exercise(
    "1.1",
    expects='a dictionary from "a", "b", "c", "d" to one of the four words',
    notice="a and b have the same test errors: only the training errors tell "
    "overfitting from degradation.",
)
def which_failure(answer):
    risen = "is the deep network's training error above the shallow one's?"
    hints = {
        ("c", "degradation"): "The two depths hardly differ. What do they share?",
        ("c", "none of them"): "Others reach 5 % on these images. Do these two fit?",
        ("d", "overfitting"): "The gap has grown, but did any error rise?",
        "degradation": f"Degradation is about the training images: {risen}",
        "overfitting": "Overfitting: training error falls and test error rises.",
        "underfitting": "Underfitting: bad even on the training images, both depths.",
        "none of them": "One of the words fits. Compare the training errors first.",
    }
    right = ("overfitting", "degradation", "underfitting", "none of them")
    choices(answer, dict(zip("abcd", right, strict=True)), hints)


@exercise(
    "1.2",
    expects="an integer",
    notice="Table 6 of He et al. (2015) says 1.7M; the residual twin with option A has "
    "as many, because that shortcut has no weights.",
)
def parameters_of_plain_110(answer):
    length = "Count the convolutions: 110 = 1 + 3 · (…) + 1."
    value, right = read_number(answer), _parameters()
    mistakes = {
        _parameters(norm=0): "BN is missing: γ and β of every channel.",
        _parameters(norm=1): "BN trains two numbers a channel: γ and β.",
        _parameters(norm=4): "BN's moving mean and variance are not trained.",
        _parameters(bias=1): "These convolutions have no biases: BN's β serves.",
        _parameters(channels=1): "RGB: the first layer reads three channels.",
        _parameters(head=640): "The dense layer has biases, one for each class.",
        _parameters(head=0): "The dense layer is missing: 64 channels to 10 classes.",
        _parameters(entry=1): "The first layer of stage 2 reads 16 channels, not 32.",
        _parameters(kernel=3): "3×3 is nine weights for each pair of channels.",
        _parameters(length=18): "n = 18 blocks a stage, of two convolutions each.",
        _parameters(length=35): length,
        _parameters(length=37): length,
    }
    text = f"{value:,.10g} is not it. Go layer by layer: kernel, γ and β; dense layer."
    if abs(value - right) < 0.01 * right:
        text = "Nearly: check the small things, BN, first layer, dense layer's biases."
    number(answer, right, mistakes=mistakes, otherwise=text)


def _parameters(channels=3, length=36, kernel=9, bias=0, norm=2, entry=1 / 2, head=650):
    """Those of plain-110; each argument is one way to miscount them."""
    count = kernel * channels * 16 + bias * 16 + norm * 16 + head
    for width in (16, 32, 64):
        first = width if width == 16 else int(entry * width)
        inputs = first + (length - 1) * width
        count += kernel * inputs * width + length * (bias + norm) * width
    return count


@exercise(
    "1.3",
    expects='a dictionary with "inference" and "training", four numbers each',
    notice="What is the identity in inference mode is none in training mode: BN "
    "subtracts the batch's mean, and ReLU cuts what fell below zero.",
)
def two_modes(answer):
    if not isinstance(answer, dict) or set(answer) != {"inference", "training"}:
        raise Hint('Keep the dictionary with the keys "inference" and "training".')
    x = np.array([0.0, 2.0, 4.0, 6.0])
    centred = x - x.mean()
    normal, by_variance = centred / x.std(), centred / x.var()
    passed, sample = np.maximum(normal, 0), np.maximum(centred, 0) / x.std(ddof=1)
    statistics = "Training mode takes mean and variance of these four numbers"
    stored = f"{statistics}; inference mode the stored 0 and 1."
    root = "Divide by the square root of the variance."
    in_inference = [(passed, stored), (normal, stored)]
    in_training = [
        (x, f"{statistics}, not the stored 0 and 1."),
        (normal, "Behind BN comes ReLU: it cuts what is negative."),
        (centred, "The mean is off. Divide by the deviation, then ReLU."),
        (np.maximum(centred, 0), "The mean is off. Now divide by the deviation."),
        (by_variance, root),
        (np.maximum(by_variance, 0), root),
        (sample, "BN divides the sum of squares by 4, not by 3."),
        (x / x.std(), "Subtract the mean first."),
    ]
    modes = {"inference": (x, in_inference), "training": (passed, in_training)}
    for name, (right, wrong) in modes.items():
        array(answer[name], right, mistakes=wrong, tolerance=0.01, name=f'"{name}"')


@exercise(
    "1.4",
    expects="a function that gives an array (k, k, channels, filters)",
    notice="With this kernel a layer passes its input on: plain networks can "
    "represent the identity. Filters beyond the channels put out zero.",
)
def dirac(answer):
    def reference(k, i, o):
        return dirac_kernel((k, k, i, o))

    def ones_at(k, place, block):
        result = np.zeros((k, k, *block.shape))
        result[place, place] = block
        return result

    middle = "Only the middle of the kernel may be 1, the other places are 0."
    corner = "The 1 stands in a corner of the kernel."
    summed = "Each filter reads the channel of its own number only: here it sums all."
    axes = "The axes are (k, k, channels, filters), in this order."
    function(
        answer,
        reference,
        [(1, 1, 1), (3, 1, 1), (1, 2, 2), (3, 3, 3), (5, 2, 2), (3, 2, 4), (7, 3, 5)],
        own=[dirac_kernel],
        mistakes=[
            (lambda k, i, o: ones_at(k, k // 2, np.ones((i, o))), summed),
            (lambda k, i, o: ones_at(k, slice(None), np.eye(i, o)), middle),
            (lambda k, i, o: ones_at(k, 0, np.eye(i, o)), corner),
            (lambda k, i, o: ones_at(k, k - 1, np.eye(i, o)), corner),
            (lambda k, i, o: reference(k, i, o).transpose(3, 2, 0, 1), axes),
            (lambda k, i, o: reference(k, i, o).swapaxes(2, 3), axes),
        ],
    )


@exercise(
    "1.5",
    expects="a function of model, images and labels that gives a number in percent",
    notice="In inference mode the answer for an image does not depend on the others "
    "in the batch, and to evaluate moves nothing in the network.",
)
def error_in_the_right_mode(answer):
    from resnet_lesson.training.evaluation import evaluate

    written(answer, [evaluate])
    for count in (40, 32):
        _ask_for_error(answer, count)


def _ask_for_error(answer, count):
    *arguments, wrong, in_training = modes.case(count)
    model = arguments[0]
    before = model.get_weights()
    value = read_number(call(answer, tuple(arguments)), "what comes back")
    mode = "This is in training mode: BN used the statistics of this very batch."
    accuracy = "This is the accuracy. An error counts what is wrong."
    mistakes = {
        100 * in_training: mode,
        in_training: mode,
        100 * (1 - in_training): f"{mode} And an error counts what is wrong.",
        100 * (1 - wrong): accuracy,
        1 - wrong: accuracy,
        wrong: "This is a fraction. Nearly: in percent, please.",
        count * wrong: "This counts the wrong: divide by the number of images.",
        100 * count * wrong: "A sum stands where the mean over images should.",
    }
    otherwise = f"On {count} images it gives {value:g} instead of {100 * wrong:g}: in "
    otherwise += "percent, the share of images whose largest logit has not the label's "
    otherwise += "place."
    number(value, 100 * wrong, mistakes=mistakes, otherwise=otherwise, tolerance=1e-6)
    for old, new in zip(before, model.get_weights(), strict=True):
        if not np.array_equal(old, new):
            raise Hint("Right, but the call moved the moving statistics of the model.")


@exercise(
    "1.6",
    expects="a dictionary with the five keys and one of the choices for each",
    notice='"Given enough steps" is refuted where still longer runs end no lower, at '
    "a fair rate. Even then it is evidence, not proof.",
)
def refute_only_slower(answer):
    wanted = {
        "network": "plain-56",
        "length": "ever longer, until that ends no lower",
        "peak rate": "the best of several for this length",
        "measured": "training error",
        "result": "it ends above plain-20",
    }
    hints = {
        "residual-56": "The claim is about plain-56; another network cannot refute it.",
        "plain-20": "Plain-20 is what it is compared with; the claim is on plain-56.",
        "as long as plain-20": 'Then it is behind: that is what "slower" says.',
        "three times as long": "That helped. Would still longer help more?",
        "that of the short run": "A defender says: wrong rate for so long a run.",
        "validation error": "It can differ for another reason: overfitting.",
        "it ends at or below plain-20": "That is what the claim predicts.",
    }
    choices(answer, wanted, hints)


@exercise(
    "1.7",
    expects="a function that gives two numbers, mean and standard deviation",
    notice="With three seeds the divisor is no detail: n − 1 gives √(3/2), 1.22 times, "
    "what n gives.",
)
def mean_and_spread(answer):
    def of(first, second):
        return lambda errors: (first(errors), second(np.array(errors)))

    deviation = partial(np.std, ddof=1)
    standard = "This is the standard error of the mean; asked is the spread of runs."
    function(
        answer,
        of(np.mean, deviation),
        [([1.0, 3.0],), ([20.0, 25.5, 22.0],), ([9.1, 9.1, 9.1, 9.1],)],
        mistakes=[
            (of(np.mean, np.std), "This divides by n; a sample of n runs has n − 1."),
            (of(np.mean, partial(np.var, ddof=1)), "The root is missing."),
            (of(np.sum, deviation), "The first number is the sum: divide by n."),
            (of(np.median, deviation), "The first number is the median."),
            (of(deviation, np.mean), "The other way round: first the mean."),
            (of(np.mean, lambda e: deviation(e) / len(e) ** 0.5), standard),
            (of(np.mean, np.ptp), "This is the range, from smallest to largest."),
        ],
    )


@exercise(
    "1.8",
    expects='a dictionary with "output", "layer 3" and "layer 7", a number each',
    notice="The same function, and one kernel's gradient is halved, another's doubled: "
    "such norms do not tell whether a signal fades on its way.",
)
def what_a_kernels_gradient_cannot_tell(answer):
    if not isinstance(answer, dict) or set(answer) != {"output", "layer 3", "layer 7"}:
        raise Hint('Keep the dictionary with "output", "layer 3" and "layer 7".')
    rule = "the loss is the same; if W = 2 V, what is ∂L/∂W next to ∂L/∂V? Chain rule."
    number(answer["output"], 1, otherwise="ReLU(2 x) is 2 ReLU(x). And then the half?")
    for key, right in (("layer 3", 0.5), ("layer 7", 2)):
        number(answer[key], right, otherwise=f"{key}: {rule}", tolerance=1e-6)
