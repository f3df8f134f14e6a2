"""Notebook 06: pictures of the data, of what augmentation does, and of mistakes."""

import itertools

import numpy as np

from resnet_lesson.fashion_mnist import CLASS_NAMES, denormalize
from resnet_lesson.figures import style

LABELS = ("T-shirt\n/top", *CLASS_NAMES[1:-1], "Ankle\nboot")
RIGHT = {"color": style.BLUE, "hatch": ""}
WRONG = {"color": style.ORANGE, "hatch": "////"}


def clothing(axis, image, title="", fontsize=12):
    """Show one image of the dataset, normalised, with a title over its middle."""
    style.picture(axis, denormalize(image[..., 0]), vmin=0, vmax=1)
    axis.set_title(title, loc="center", fontsize=fontsize)


@style.drawing
def sample_grid(split, rows=4):
    """The first images of each class, one column a class.

    Args:
        split: a `fashion_mnist.Split`.
        rows: images of each class.
    """
    figure, axes = style.new_figure(9.6, 0.95 * rows + 0.55, rows, len(LABELS))
    for label, column in enumerate(axes.T):
        chosen = split.images[split.labels == label][:rows]
        for axis, image in zip(column, chosen, strict=True):
            clothing(axis, image)
        column[0].set_title(LABELS[label], fontsize=12, loc="center")
    return style.describe(
        figure,
        f"{rows} images of each of the ten classes, one column a class: "
        f"{', '.join(CLASS_NAMES)}.",
    )


@style.drawing
def class_means(split):
    """The mean image of each class, and how dark and light pixels are spread."""
    figure, axes = style.panel_row(9.6, 1.7, [""] * len(LABELS))
    means = [split.images[split.labels == k].mean(axis=0) for k in range(len(LABELS))]
    for mean, title, axis in zip(means, LABELS, axes, strict=True):
        clothing(axis, mean, title)
    pairs = itertools.combinations(range(len(means)), 2)
    one, other = min(
        pairs, key=lambda pair: np.sum((means[pair[0]] - means[pair[1]]) ** 2)
    )
    return style.describe(
        figure,
        f"The mean image of each class, {', '.join(CLASS_NAMES)}. The two most alike "
        f"are {CLASS_NAMES[one]} and {CLASS_NAMES[other]}.",
    )


@style.drawing
def pixel_histogram(images):
    """How often each grey value occurs, before and after normalisation."""
    titles = ("scaled to [0, 1]", "normalised")
    figure, axes = style.panel_row(9.6, 3.4, titles, sharey=True)
    for axis, values in zip(axes, (denormalize(images), images), strict=True):
        values = values.ravel()
        mean = values.mean()
        weights = np.full(len(values), 100 / len(values))
        axis.hist(values, bins=32, weights=weights, color=style.BLUE)
        axis.axvline(mean, color=style.ORANGE, linestyle="--")
        text = f"mean {abs(mean):.2f}, std {values.std():.2f}"
        look = {"color": style.words_in(style.ORANGE)}
        axis.text(mean + 0.03 * np.ptp(values), 40, text, **look)
        axis.set_xlabel("pixel value")
    axes[0].set_ylabel("% of pixels")
    values = images.ravel()
    tallest = np.histogram(values, bins=32)[0].max() / len(values)
    return style.describe(
        figure,
        "Two histograms of the same pixels, scaled to the range 0 to 1 and normalised "
        f"to mean {abs(values.mean()):.2f} and standard deviation {values.std():.2f}. "
        f"The tallest bar holds {tallest:.0%} of the pixels.",
    )


@style.drawing
def augmentations(image, changed):
    """One training image, and what augmentation makes of it.

    Args:
        image: float32 (28, 28, 1), normalised.
        changed: float32 (n, 28, 28, 1), versions of it.
    """
    figure, axes = style.new_figure(9.6, 1.7, 1, 1 + len(changed))
    for axis, version in zip(axes, (image, *changed), strict=True):
        clothing(axis, version)
    look = {"color": style.words_in(style.ORANGE), "fontsize": 15}
    axes[0].set_title("original", loc="center", **look)
    axes[1].set_title("as the network sees it")
    return style.describe(
        figure,
        f"A training image, and {len(changed)} augmented versions of it beside it.",
    )


@style.drawing
def predictions(images, labels, probabilities):
    """Images, and beneath each the network's three most likely classes.

    Args:
        images: float32 (n, 28, 28, 1), normalised; n around 6.
        labels: int (n,), the true classes.
        probabilities: (n, 10).
    """
    figure, axes = style.new_figure(10.0, 4.6, 2, len(images), height_ratios=(1.1, 1))
    for (top, bottom), image, label, shares in zip(
        axes.T, images, labels, probabilities, strict=True
    ):
        clothing(top, image, CLASS_NAMES[label], fontsize=13)
        best = np.argsort(shares)[-3:]
        looks = [RIGHT if index == label else WRONG for index in best]
        bars = {key: [look[key] for look in looks] for key in RIGHT}
        bottom.barh(range(3), 100 * shares[best], 0.3, edgecolor="white", **bars)
        for row, index in enumerate(best):
            text = f"{CLASS_NAMES[index]} {shares[index]:.0%}"
            bottom.text(0, row + 0.22, text, color=style.INK, fontsize=12)
        bottom.set(xlim=(0, 100), ylim=(-0.4, 2.7), xticks=(), yticks=())
        bottom.spines[:].set_visible(False)
        bottom.axvline(0, color=style.PALE)
    right = np.sum(probabilities.argmax(axis=1) == labels)
    return style.describe(
        figure,
        f"{len(images)} images, above each its class and below the network's three "
        f"likeliest classes; {right} of the likeliest ones are right.",
    )


@style.drawing
def mistakes(images, labels, predicted, confidence):
    """The most confident mistakes, each with its label and the network's answer.

    Args:
        images: float32 (n, 28, 28, 1), normalised; n a multiple of 5.
        labels: int (n,), the labels in the dataset.
        predicted: int (n,), the network's classes.
        confidence: float (n,), the probability of the predicted class.
    """
    rows = len(images) // 5
    figure, axes = style.new_figure(9.6, 2.6 * rows, rows, 5, squeeze=False)
    for axis, image, label, answer, share in zip(
        axes.flat, images, labels, predicted, confidence, strict=True
    ):
        words = f"label: {CLASS_NAMES[label]}\n{CLASS_NAMES[answer]} {share:.0%}"
        clothing(axis, image, words)
    return style.describe(
        figure,
        f"{len(images)} images, each with its label, and the network's answer with a "
        f"confidence between {min(confidence):.1%} and {max(confidence):.1%}.",
    )
