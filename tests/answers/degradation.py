"""Right and wrong answers to the exercises of notebook 01."""

import numpy as np

from resnet_lesson.lab.identity import dirac_kernel
from resnet_lesson.recorded.recordings import by_variant
from resnet_lesson.training import evaluation

# --- 1.1

FAILURES = {
    "a": "overfitting",
    "b": "degradation",
    "c": "underfitting",
    "d": "none of them",
}

# --- 1.2

STAGES = ((16, 16), (16, 32), (32, 64))
PLAIN_110 = 9 * 3 * 16 + 2 * 16 + 64 * 10 + 10
for before, width in STAGES:
    PLAIN_110 += 9 * width * (before + 35 * width) + 36 * 2 * width
BN_CHANNELS = 16 + 36 * (16 + 32 + 64)

# --- 1.3

CHANNEL = [0, 2, 4, 6]
TRAINING = [0, 0, 1 / 5**0.5, 3 / 5**0.5]

# --- 1.4


def dirac(kernel_size, channels, filters):
    kernel = np.zeros((kernel_size, kernel_size, channels, filters))
    for channel in range(channels):
        kernel[kernel_size // 2, kernel_size // 2, channel, channel] = 1
    return kernel


def all_channels(kernel_size, channels, filters):
    kernel = np.zeros((kernel_size, kernel_size, channels, filters))
    kernel[kernel_size // 2, kernel_size // 2] = 1
    return kernel


def corner(kernel_size, channels, filters):
    kernel = np.zeros((kernel_size, kernel_size, channels, filters))
    kernel[0, 0] = np.eye(channels, filters)
    return kernel


def off_by_one(kernel_size, channels, filters):
    kernel = np.zeros((kernel_size, kernel_size, channels, filters))
    kernel[kernel_size // 2 - 1, kernel_size // 2 - 1] = np.eye(channels, filters)
    return kernel


def pytorch_layout(kernel_size, channels, filters):
    return np.moveaxis(dirac(kernel_size, channels, filters), (2, 3), (1, 0))


def swapped(kernel_size, channels, filters):
    return np.swapaxes(dirac(kernel_size, channels, filters), 2, 3)


def two_axes(kernel_size, channels, filters):
    return dirac(kernel_size, 1, 1)[..., 0, 0]


def one_middle(kernel_size, channels, filters):
    kernel = np.zeros((kernel_size, kernel_size, channels, filters))
    kernel[1, 1] = np.eye(channels, filters)
    return kernel


def first_channel(kernel_size, channels, filters):
    kernel = np.zeros((kernel_size, kernel_size, channels, filters))
    kernel[kernel_size // 2, kernel_size // 2, 0, 0] = 1
    return kernel


def borrowed(kernel_size, channels, filters):
    return dirac_kernel((kernel_size, kernel_size, channels, filters))


# --- 1.5


def error(model, images, labels):
    logits = np.array(model(images, training=False))
    return 100 * np.mean(logits.argmax(axis=1) != labels)


def predicted(model, images, labels):
    right = model.predict_on_batch(images).argmax(axis=-1) == labels
    return 100 * (1 - right.sum() / len(right))


def in_training(model, images, labels):
    logits = np.array(model(images, training=True))
    return 100 * np.mean(logits.argmax(axis=1) != labels)


def accuracy(model, images, labels):
    return 100 - error(model, images, labels)


def fraction(model, images, labels):
    return error(model, images, labels) / 100


def number_of_wrong(model, images, labels):
    return error(model, images, labels) / 100 * len(labels)


def over_images(model, images, labels):
    logits = np.array(model(images, training=False))
    return 100 * np.mean(logits.argmax(axis=0) != labels)


def smallest_logit(model, images, labels):
    logits = np.array(model(images, training=False))
    return 100 * np.mean(logits.argmin(axis=1) != labels)


def by_image(model, images, labels):
    return 100 * (np.array(model(images)).argmax(axis=1) != labels)


def warmed_up(model, images, labels):
    number = error(model, images, labels)
    model(images, training=True)
    return number


def both_modes(model, images, labels):
    model(images, training=True)
    return error(model, images, labels)


def evaluated(model, images, labels):
    return 100 - 100 * evaluation.evaluate(model, images)[1]


# --- 1.6

DESIGN = {
    "network": "plain-56",
    "length": "ever longer, until that ends no lower",
    "peak rate": "the best of several for this length",
    "measured": "training error",
    "result": "it ends above plain-20",
}

# --- 1.7

RUNS = [
    100 * (1 - run["history"]["train_accuracy"][-1])
    for run in by_variant("degradation")["plain-56"]
]


def mean_and_spread(errors):
    mean = sum(errors) / len(errors)
    squares = sum((error - mean) ** 2 for error in errors)
    return mean, (squares / (len(errors) - 1)) ** 0.5


def divided_by_n(errors):
    return np.mean(errors), np.std(errors)


def no_root(errors):
    return np.mean(errors), np.var(errors, ddof=1)


def no_root_by_n(errors):
    return np.mean(errors), np.var(errors)


def of_the_mean(errors):
    return np.mean(errors), np.std(errors, ddof=1) / len(errors) ** 0.5


def summed(errors):
    return np.sum(errors), np.std(errors, ddof=1)


def middle_run(errors):
    return np.median(errors), np.std(errors, ddof=1)


def turned_round(errors):
    return np.std(errors, ddof=1), np.mean(errors)


def half_range(errors):
    return np.mean(errors), (max(errors) - min(errors)) / 2


def only_mean(errors):
    return np.mean(errors)


RIGHT = {
    "1.1": FAILURES,
    "1.2": PLAIN_110,
    "1.3": {"inference": CHANNEL, "training": TRAINING},
    "1.4": dirac,
    "1.5": error,
    "1.6": DESIGN,
    "1.7": mean_and_spread,
    "1.8": {"output": 1, "layer 3": 1 / 2, "layer 7": 2},
}

WRONG = {
    "1.1": [
        (FAILURES | {"a": "degradation"}, "a: Degradation is about the training"),
        (FAILURES | {"b": "overfitting"}, "b: Overfitting: training error falls"),
        (FAILURES | {"c": "degradation"}, "What do they share?"),
        (FAILURES | {"c": "none of them"}, "Do these two fit?"),
        (FAILURES | {"d": "overfitting"}, "did any error rise?"),
        (FAILURES | {"d": "degradation"}, "d: Degradation is about the training"),
        (FAILURES | {"a": "none of them"}, "a: One of the words fits."),
        (FAILURES | {"b": "depth"}, "b: 'depth' is none of"),
        (["overfitting", "degradation"], "Keep the dictionary"),
    ],
    "1.2": [
        (PLAIN_110 - 2 * BN_CHANNELS, "BN is missing"),
        (PLAIN_110 - BN_CHANNELS, "two numbers a channel"),
        (PLAIN_110 + 2 * BN_CHANNELS, "moving mean and variance"),
        (PLAIN_110 + BN_CHANNELS, "no biases"),
        (PLAIN_110 - 288, "RGB"),
        (PLAIN_110 - 10, "one for each class"),
        (PLAIN_110 - 650, "The dense layer is missing"),
        (PLAIN_110 + 9 * 16 * 32 + 9 * 32 * 64, "reads 16 channels, not 32"),
        (PLAIN_110 - 9 * (16**2 + 32**2 + 64**2) - 2 * 112, "110 = 1 + 3"),
        (PLAIN_110 + 9 * (16**2 + 32**2 + 64**2) + 2 * 112, "110 = 1 + 3"),
        # not on the list
        (1.7e6, "Go layer by layer"),
        (PLAIN_110 - 32, "Nearly"),
        (PLAIN_110 + 1, "Nearly"),
        (850_000, "Go layer by layer"),
        ("1,727,962", "must be a number"),
    ],
    "1.3": [
        ({"inference": TRAINING, "training": TRAINING}, "inference mode the stored"),
        ({"inference": CHANNEL, "training": CHANNEL}, "not the stored 0 and 1"),
        (
            {"inference": CHANNEL, "training": [-1.342, -0.447, 0.447, 1.342]},
            "it cuts what is negative",
        ),
        ({"inference": CHANNEL, "training": [0, 0, 1, 3]}, "divide by the deviation"),
        ({"inference": CHANNEL, "training": [0, 0, 0.2, 0.6]}, "square root"),
        ({"inference": CHANNEL, "training": [0, 0, 0.387, 1.162]}, "not by 3"),
        (
            {"inference": CHANNEL, "training": [0, 0.894, 1.789, 2.683]},
            "Subtract the mean",
        ),
        # not on the list
        ({"inference": [-3, -1, 1, 3], "training": TRAINING}, '"inference" has the'),
        ({"inference": CHANNEL, "training": [0.447, 1.342]}, "shape (4,)"),
        ({"inference": CHANNEL, "training": TRAINING[::-1]}, "the first at (0,)"),
        (CHANNEL, "Keep the dictionary"),
        ({"inference": CHANNEL, "training": 1.34}, "shape (4,)"),
    ],
    "1.4": [
        (all_channels, "here it sums all"),
        (corner, "in a corner"),
        (pytorch_layout, "The axes are"),
        (swapped, "The axes are"),
        # not on the list
        (off_by_one, "off_by_one(3, 1, 1)"),
        (two_axes, "two_axes(1, 1, 1)"),
        (one_middle, "one_middle(1, 1, 1) raises IndexError"),
        (first_channel, "first_channel(1, 2, 2)"),
        (borrowed, "package's own function"),
        (dirac_kernel, "package's own function"),
        (dirac(3, 1, 1), "Answer with a function"),
    ],
    "1.5": [
        (in_training, "in training mode"),
        (accuracy, "This is the accuracy"),
        (fraction, "This is a fraction"),
        (number_of_wrong, "divide by the number of images"),
        (warmed_up, "moved the moving statistics"),
        (both_modes, "moved the moving statistics"),
        # not on the list
        (over_images, "raises ValueError"),
        (smallest_logit, "largest logit"),
        (by_image, "must be one number"),
        (evaluated, "package's own function"),
        (lambda model, images, labels: 35, "instead of 18.75"),
    ],
    "1.6": [
        (DESIGN | {"network": "residual-56"}, "another network cannot"),
        (DESIGN | {"length": "three times as long"}, "still longer"),
        (DESIGN | {"length": "as long as plain-20"}, '"slower" says'),
        (DESIGN | {"peak rate": "that of the short run"}, "wrong rate"),
        (DESIGN | {"measured": "validation error"}, "overfitting"),
        (DESIGN | {"result": "it ends at or below plain-20"}, "claim predicts"),
        (DESIGN | {"result": "plain-56"}, "does not fit result"),
        ({"network": "plain-56"}, "Keep the dictionary"),
    ],
    "1.7": [
        (divided_by_n, "divides by n"),
        (no_root, "root is missing"),
        (of_the_mean, "standard error"),
        (summed, "is the sum"),
        (middle_run, "is the median"),
        (turned_round, "first the mean"),
        # not on the list
        (no_root_by_n, "no_root_by_n([1.0, 3.0]) gives"),
        (half_range, "instead of"),
        (only_mean, "is wanted"),
        (mean_and_spread(RUNS), "Answer with a function"),
    ],
    "1.8": [
        ({"output": 2, "layer 3": 0.5, "layer 7": 2}, "And then the half?"),
        ({"output": 1, "layer 3": 2, "layer 7": 0.5}, "layer 3: the loss is the same"),
        ({"output": 1, "layer 3": 1, "layer 7": 1}, "Chain rule"),
        ({"output": 1, "layer 3": 0.5, "layer 7": 0.5}, "layer 7: the loss"),
        ({"output": 1, "layer 3": 0.25, "layer 7": 4}, "Chain rule"),
        ([1, 0.5, 2], "Keep the dictionary"),
    ],
}
