"""Notebook 03: gradients against depth, scaled shortcuts, and what stride 2 reads."""

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from resnet_lesson.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    PURPLE,
    drawing,
    end_label,
    new_figure,
)

LOOKS = (  # color, line, marker
    (ORANGE, "--", "o"),
    (BLUE, "-", "D"),
    (PURPLE, ":", "s"),
    (GREEN, "-.", "^"),
    (GREY, "-", "v"),
)


@drawing
def gradient_by_depth(panels):
    """Norm of the first layer's gradient against depth: a dot a seed, lines by median.

    Args:
        panels: title -> (label of a line -> (depth -> norms of the seeds)).
    """
    figure, axes = new_figure(10.0, 4.4, 1, len(panels), sharey=True, squeeze=False)
    for axis, (title, lines) in zip(axes[0], panels.items(), strict=True):
        for (label, by_depth), (color, line, marker) in zip(
            lines.items(), LOOKS, strict=False
        ):
            depths = list(by_depth)
            medians = [np.median(norms) for norms in by_depth.values()]
            axis.plot(depths, medians, color=color, ls=line, marker=marker, ms=6)
            for depth, norms in by_depth.items():
                axis.plot([depth] * len(norms), norms, ".", color=color, alpha=0.6)
            end_label(axis, label, depths[-1], medians[-1], color)
        axis.set(title=title, xlabel="depth (weighted layers)", yscale="log")
        axis.set(xticks=depths, xlim=(depths[0] - 4, 1.62 * depths[-1]))
    axes[0, 0].set_ylabel("gradient norm, first kernel")
    return figure


@drawing
def first_losses(panels):
    """Loss of the first training steps: a thin line a seed, a thick one for the mean.

    Each panel has a scale of its own.

    Args:
        panels: title -> (start -> array (seeds, steps) of losses).
    """
    figure, axes = new_figure(10.0, 4.2, 1, len(panels), squeeze=False)
    for axis, (title, starts) in zip(axes[0], panels.items(), strict=True):
        for (label, losses), (color, line, _) in zip(
            starts.items(), LOOKS, strict=False
        ):
            steps = np.arange(1, losses.shape[1] + 1)
            axis.plot(steps, losses.T, color=color, ls=line, lw=1, alpha=0.6)
            axis.plot(steps, losses.mean(axis=0), color=color, ls=line, label=label)
        axis.set(title=title, xlabel="step", ylabel="loss (nats)", ylim=(0, None))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0, -1].legend(loc="upper right")
    return figure


@drawing
def scaled_shortcuts(alone, whole):
    """What comes back through L blocks whose shortcuts are scaled.

    Args:
        alone: scale -> gradient norms after 0, 1, ... blocks, relative to the
            start, with all residual functions at zero.
        whole: the same with residual functions.
    """
    figure, axes = new_figure(10.0, 4.4, 1, 2, sharey=True)
    titles = ("the shortcuts alone (F = 0)", "shortcuts and residual functions")
    for axis, title, curves in zip(axes, titles, (alone, whole), strict=True):
        for (scale, norms), (color, line, marker) in zip(
            curves.items(), LOOKS, strict=False
        ):
            count = np.arange(len(norms))
            axis.plot(
                count, norms, color=color, ls=line, marker=marker, markevery=9, ms=6
            )
            end_label(axis, f"λ = {scale:g}", count[-1], norms[-1], color)
        axis.set(title=title, xlabel="blocks passed on the way back", yscale="log")
        axis.set(xlim=(0, 1.32 * count[-1]), xticks=range(0, count[-1] + 1, 9))
    axes[0].set_ylabel("gradient norm, relative")
    return figure


@drawing
def sampling_grids(cases):
    """Which pixels a 3x3 branch is centred on and which ones the shortcut reads.

    Args:
        cases: title -> (input size, centres, reads): columns of the input, the
            same for rows.
    """
    figure, axes = new_figure(10.0, 4.3, 1, len(cases), squeeze=False)
    for axis, (title, (size, centres, reads)) in zip(
        axes[0], cases.items(), strict=True
    ):
        axis.imshow(np.ones((size, size)), vmin=0, vmax=1)
        _pixel_grid(axis, size, size)
        axis.set(xticks=range(size), yticks=range(size), title=title)
        where = np.meshgrid(centres, centres)
        axis.plot(*where, "o", color=ORANGE, ms=8, zorder=3)
        where = np.meshgrid(reads, reads)
        axis.plot(*where, "s", color=BLUE, ms=15, mfc="none", mew=2.5, zorder=3)
        first = centres[1]
        axis.add_patch(_window(first, ORANGE))
    handles = [
        axes[0, 0].plot([], [], "o", color=ORANGE, ms=8)[0],
        axes[0, 0].plot([], [], "s", color=BLUE, ms=13, mfc="none", mew=2.5)[0],
    ]
    labels = (
        "centre of a 3×3 window (one window outlined)",
        "pixel the shortcut reads",
    )
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def _pixel_grid(axis, rows, columns):
    axis.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    axis.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    axis.grid(which="major", visible=False)
    axis.grid(which="minor", color=PALE, lw=1.5)
    axis.tick_params(which="both", length=0)


def _window(centre, color):
    return Rectangle(
        (centre - 1.5, centre - 1.5), 3, 3, fill=False, ec=color, lw=2.5, ls="--"
    )


@drawing
def impulse_responses(rows):
    """An impulse, and what both paths of a stride-2 block make of it.

    Args:
        rows: label -> ((title, array (height, width)) for each panel).
    """
    columns = max(len(panels) for panels in rows.values())
    figure, axes = new_figure(9.0, 2.9 * len(rows), len(rows), columns, squeeze=False)
    for line, (label, panels) in zip(axes, rows.items(), strict=True):
        for axis, (title, values) in zip(line, panels, strict=True):
            shades = values / max(values.max(), 1)
            axis.imshow(1 - 0.7 * shades, vmin=0, vmax=1)
            for (row, column), value in np.ndenumerate(values):
                if value:
                    axis.text(
                        column,
                        row,
                        f"{value:g}",
                        ha="center",
                        va="center",
                        color=INK if shades[row, column] < 0.6 else "white",
                    )
            for ticks in ("x", "y"):
                size = values.shape[ticks == "x"]
                axis.set(**{f"{ticks}ticks": range(size)})
                axis.set(**{f"{ticks}lim": (-0.5, size - 0.5)})
            axis.invert_yaxis()
            axis.set_title(title, loc="center")
            _pixel_grid(axis, *values.shape)
        line[0].set_ylabel(label)
    return figure
