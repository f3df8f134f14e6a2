"""Notebook 07: how sure a network is, and how often it is right."""

import numpy as np

from resnet_lesson.figures import style


@style.drawing
def reliability(confidence, accuracy, count):
    """Accuracy against confidence, and how many images lie in each bin.

    Args:
        confidence, accuracy, count: see `evaluation.reliability`.
    """
    titles = ("reliability", "how often it is that sure")
    figure, (left, right) = style.panel_row(10.0, 4.2, titles)
    left.plot((0, 1), (0, 1), color=style.GREY, linestyle=":", linewidth=1.5)
    left.text(0.62, 0.5, "as sure as right", color=style.GREY, fontsize=13)
    filled = count > 0
    left.plot(confidence[filled], accuracy[filled], color=style.BLUE, marker="o")
    left.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    edges = np.linspace(0, 1, len(count) + 1)
    right.stairs(100 * count / count.sum(), edges, fill=True, color=style.GREEN)
    right.set(xlabel="confidence", ylabel="% of images", xlim=(0, 1))
    gap = np.abs(confidence - accuracy)[filled]
    return style.describe(
        figure,
        f"Left accuracy against confidence in {np.sum(filled)} bins, at most "
        f"{gap.max():.2f} off the diagonal. Right the share of images in each bin, "
        f"{count[-1] / count.sum():.0%} of them in the last.",
    )
