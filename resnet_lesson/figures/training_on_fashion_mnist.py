"""Drawings of the training chapter: the data, the schedule, the curves."""

import numpy as np

from resnet_lesson.fashion_mnist import CLASS_NAMES, denormalize
from resnet_lesson.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    PURPLE,
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
            if name not in history:  # trained without validation images
                continue
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
def long_run(history, small_epochs):
    """Error on training images by epoch, with the change to full-size images.

    Args:
        history: what `training.train` returns.
        small_epochs: of its recipe.
    """
    figure, axis = new_figure(9.0, 4.2)
    epochs = np.arange(1, len(history["seconds"]) + 1)
    for name, x, color, line, label in (
        ("running_accuracy", epochs - 0.5, GREY, ":", "running mean, altered images"),
        ("train_accuracy", epochs, BLUE, "-", "after the epoch, unaltered"),
    ):
        error = 100 * (1 - np.array(history[name]))
        axis.plot(x, error, color=color, linestyle=line, marker="o", label=label)
    axis.axvline(small_epochs, color=ORANGE, linewidth=1.5)
    for side, text in (("right", "14 × 14 pixels "), ("left", " 28 × 28 pixels")):
        axis.text(small_epochs, axis.get_ylim()[1], text, ha=side, va="top", color=INK)
    axis.set(xlabel="epoch", ylim=(0, None))
    axis.set_title("Recorded: training error of the long run (%)")
    axis.legend(loc="lower left")
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


@drawing
def augmentations(image, changed):
    """One training image, and what augmentation makes of it.

    Args:
        image: float32 (28, 28, 1), normalised.
        changed: float32 (n, 28, 28, 1), versions of it.
    """
    figure, axes = new_figure(9.6, 1.7, 1, 1 + len(changed))
    for axis, version in zip(axes, (image, *changed), strict=True):
        _image(axis, version)
    axes[0].set_title("original", loc="center", color=ORANGE)
    axes[1].set_title("as the network sees it")
    return figure


@drawing
def losses_by_step(losses):
    """Training loss of each step for several settings, smoothed for the eye.

    Args:
        losses: label -> losses of the steps, float (steps,).
    """
    figure, axis = new_figure(9.0, 3.8)
    for (label, values), color, line in zip(
        losses.items(),
        (BLUE, ORANGE, GREEN, PURPLE),
        ("-", "--", "-.", ":"),
        strict=False,
    ):
        axis.plot(values, color=color, linestyle=line, linewidth=0.6, alpha=0.35)
        smooth = np.convolve(values, np.ones(15) / 15, mode="valid")
        steps = np.arange(len(smooth)) + 7
        axis.plot(steps, smooth, color=color, linestyle=line, label=label)
    axis.set(xlabel="step", ylabel="training loss (nats)", ylim=(0, 4))
    axis.legend(loc="upper right")
    return figure


@drawing
def moving_share(momenta, steps):
    """How much of the moving statistics comes from data, by step.

    Args:
        momenta: BatchNormalization's momentum, several values.
        steps: how far to draw.
    """
    figure, axis = new_figure(9.0, 3.4)
    n = np.arange(steps + 1)
    for momentum, color, line in zip(momenta, (BLUE, ORANGE), ("-", "--"), strict=True):
        axis.plot(n, 100 * (1 - momentum**n), color=color, linestyle=line)
        at = int(0.4 * steps)
        axis.annotate(
            f"momentum {momentum}",
            (at, 100 * (1 - momentum**at)),
            xytext=(0, -20),
            textcoords="offset points",
            color=color,
        )
    axis.set(xlabel="steps of training", ylabel="% learned", xlim=(0, steps))
    axis.set_ylim(0, 105)
    axis.set_title("share of the moving statistics that comes from data")
    return figure


@drawing
def seed_spread(histories):
    """Validation accuracy by epoch, one thin line for each seed.

    Args:
        histories: of the same recipe with different seeds.
    """
    figure, axis = new_figure(9.0, 3.8)
    curves = 100 * np.array([history["validation_accuracy"] for history in histories])
    epochs = np.arange(1, curves.shape[1] + 1)
    for curve in curves:
        axis.plot(epochs, curve, color=GREY, linewidth=1.2, marker="o", markersize=4)
    axis.plot(epochs, curves.mean(axis=0), color=BLUE, marker="D")
    axis.text(
        epochs[-1] + 0.06,
        curves[:, -1].mean(),
        f"mean {curves[:, -1].mean():.1f} %",
        color=BLUE,
        va="center",
    )
    axis.set(xlabel="epoch", ylabel="validation accuracy (%)", xticks=epochs)
    axis.set_xlim(0.9, epochs[-1] + 0.6)
    axis.set_title(f"recorded: the same recipe, {len(curves)} seeds")
    return figure


@drawing
def steps_to_the_course(results):
    """Validation error after each change, a dot for each seed, a bar for the mean.

    Args:
        results: label -> validation accuracies of the seeds, from the baseline
            to the course.
    """
    figure, axis = new_figure(9.6, 0.62 * len(results) + 1.1)
    for row, accuracies in enumerate(results.values()):
        errors = 100 * (1 - np.array(accuracies))
        axis.plot(errors, np.full(len(errors), row), "o", color=GREY, markersize=6)
        axis.plot(errors.mean(), row, "|", color=ORANGE, markersize=26, mew=4)
        axis.text(
            errors.max() + 0.25,
            row,
            f"{errors.mean():.1f} ± {errors.std(ddof=1):.1f}",
            va="center",
            color=ORANGE,
        )
    axis.set_yticks(range(len(results)), results)
    axis.invert_yaxis()
    axis.set_xlim(0, 118 * (1 - min(map(min, results.values()))))
    axis.set_xlabel("validation error (%), mean ± standard deviation")
    axis.set_title("recorded: from the baseline to the course")
    return figure


@drawing
def confusion(matrix):
    """A confusion matrix, mistakes shaded, the right answers left white.

    Args:
        matrix: int (10, 10), see `evaluation.confusion_matrix`.
    """
    figure, axis = new_figure(9.0, 7.2)
    mistakes = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    axis.imshow(mistakes, cmap="Oranges", vmax=1.4 * mistakes.max())
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            weight = "bold" if row == column else "normal"
            axis.text(column, row, count, ha="center", va="center", weight=weight)
    names = [name.replace("\n", " ") for name in CLASS_NAMES]
    axis.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="predicted class", ylabel="true class")
    axis.grid(visible=False)
    return figure


@drawing
def mistakes(images, labels, predicted, confidence):
    """The most confident mistakes, each with its label and the network's answer.

    Args:
        images: float32 (n, 28, 28, 1), normalised; n a multiple of 5.
        labels: int (n,), the labels in the dataset.
        predicted: int (n,), the network's classes.
        confidence: float (n,), the probability of the predicted class.
    """
    figure, axes = new_figure(9.6, 2.6 * (len(images) // 5), len(images) // 5, 5)
    for axis, image, label, answer, share in zip(
        np.ravel(axes), images, labels, predicted, confidence, strict=True
    ):
        _image(axis, image)
        axis.set_title(
            f"label: {CLASS_NAMES[label]}\n{CLASS_NAMES[answer]} {share:.0%}",
            fontsize=12,
            loc="center",
        )
    return figure
