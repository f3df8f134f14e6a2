"""Drawings of the training chapter: the data, the schedule, the curves."""

import numpy as np

from resnet_lesson.fashion_mnist import CLASS_NAMES, denormalize
from resnet_lesson.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    drawing,
    new_figure,
)

LABELS = ("T-shirt\n/top", *CLASS_NAMES[1:-1], "Ankle\nboot")


@drawing
def sample_grid(split, rows=4):
    """The first images of each class, one column a class.

    Args:
        split: a `fashion_mnist.Split`.
        rows: images of each class.
    """
    figure, axes = new_figure(9.6, 0.95 * rows + 0.55, rows, len(CLASS_NAMES))
    for label, column in enumerate(axes.T):
        for axis, index in zip(
            column, np.flatnonzero(split.labels == label), strict=False
        ):
            _image(axis, split.images[index])
        column[0].set_title(LABELS[label], fontsize=12, loc="center")
    return figure


@drawing
def class_means(split):
    """The mean image of each class, and how dark and light pixels are spread."""
    figure, axes = new_figure(9.6, 1.7, 1, len(CLASS_NAMES))
    for label, axis in enumerate(axes):
        _image(axis, split.images[split.labels == label].mean(axis=0))
        axis.set_title(LABELS[label], fontsize=12, loc="center")
    return figure


@drawing
def pixel_histogram(images):
    """How often each grey value occurs, before and after normalisation."""
    figure, (before, after) = new_figure(9.6, 3.4, 1, 2, sharey=True)
    for axis, values, title in (
        (before, denormalize(images), "scaled to [0, 1]"),
        (after, images, "normalised"),
    ):
        values = values.ravel()
        weights = np.full(len(values), 100 / len(values))
        axis.hist(values, bins=32, weights=weights, color=BLUE)
        axis.axvline(values.mean(), color=ORANGE, linestyle="--")
        axis.text(
            values.mean() + 0.03 * np.ptp(values),
            40,
            f"mean {abs(values.mean()):.2f}, std {values.std():.2f}",
            color=ORANGE,
        )
        axis.set(title=title, xlabel="pixel value")
    before.set_ylabel("% of pixels")
    return figure


@drawing
def schedule(rates, steps_per_epoch):
    """The learning rate at each step, against epochs.

    Args:
        rates: learning rate of every step of the run.
        steps_per_epoch: steps in an epoch.
    """
    figure, axis = new_figure(9.0, 3.2)
    rates = np.asarray(rates)
    epochs = np.arange(len(rates)) / steps_per_epoch
    peak = rates.argmax()
    axis.plot(epochs, rates, color=BLUE)
    axis.plot(epochs[peak], rates[peak], "o", color=ORANGE)
    axis.annotate(
        f"peak {rates[peak]:.3f}",
        (epochs[peak], rates[peak]),
        xytext=(8, 6),
        textcoords="offset points",
        color=ORANGE,
    )
    axis.set(xlabel="epoch", ylabel="learning rate", ylim=(0, 1.15 * rates[peak]))
    axis.set_title("warm-up, then half a cosine")
    return figure


@drawing
def training_curves(history, planned=None):
    """Loss and accuracy by epoch, each of the three ways of measuring them.

    Args:
        history: what `training.train` returns.
        planned: epochs of the whole run, to leave room for those to come.
    """
    figure, (losses, accuracies) = new_figure(10.0, 4.4, 1, 2)
    epochs = np.arange(1, len(history["seconds"]) + 1)
    for axis, key, scale in ((losses, "loss", 1), (accuracies, "accuracy", 100)):
        lines = (
            (f"running_{key}", epochs - 0.5, GREY, ":", "s", "running mean"),
            (f"train_{key}", epochs, BLUE, "-", "o", "training images"),
            (f"validation_{key}", epochs, ORANGE, "--", "D", "validation"),
        )
        for name, x, color, line, marker, label in lines:
            y = scale * np.array(history[name])
            axis.plot(x, y, color=color, linestyle=line, marker=marker, label=label)
        last = planned or len(epochs)
        axis.set_xlim(0, last + 0.3)
        axis.set_xticks(range(0, last + 1, max(1, last // 8)))
        axis.set_xlabel("epoch")
    losses.set(title="loss (nats)", ylim=(0, None))
    accuracies.set(title="accuracy (%)")
    losses.legend(loc="lower left")
    return figure


@drawing
def predictions(images, labels, probabilities):
    """Images, and beneath each the network's three most likely classes.

    Args:
        images: float32 (n, 28, 28, 1), normalised; n around 6.
        labels: int (n,), the true classes.
        probabilities: (n, 10).
    """
    figure, axes = new_figure(10.0, 4.6, 2, len(images), height_ratios=(1.1, 1))
    for (top, bottom), image, label, shares in zip(
        axes.T, images, labels, probabilities, strict=True
    ):
        _image(top, image)
        top.set_title(CLASS_NAMES[label], fontsize=13, loc="center")
        best = np.argsort(shares)[-3:]
        colors = [BLUE if index == label else ORANGE for index in best]
        bottom.barh(range(3), 100 * shares[best], color=colors, height=0.3)
        for row, index in enumerate(best):
            text = f"{CLASS_NAMES[index]} {shares[index]:.0%}"
            bottom.text(0, row + 0.22, text, color=INK, fontsize=12)
        bottom.set(xlim=(0, 100), ylim=(-0.4, 2.7), xticks=(), yticks=())
        bottom.spines[:].set_visible(False)
        bottom.axvline(0, color=PALE)
    return figure


def _image(axis, image):
    axis.imshow(denormalize(image[..., 0]), vmin=0, vmax=1)
    axis.set_axis_off()
