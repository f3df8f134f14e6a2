"""Notebook 03: gradients against depth, scaled shortcuts, and what stride 2 reads."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from resnet_lesson.figures import style
from resnet_lesson.figures.style import look

LINES = (
    look(style.ORANGE, "--", "o"),
    look(style.BLUE, "-", "D"),
    look(style.PURPLE, ":", "s"),
    look(style.GREEN, "-.", "^"),
    look(style.GREY, "-", "v"),
)
CENTRE = {**look(style.ORANGE, "", "o"), "ms": 8}
READ = {**look(style.BLUE, "", "s"), "ms": 15, "mfc": "none", "mew": 2.5}


@style.drawing
def gradient_by_depth(panels):
    """Norm of the first layer's gradient against depth: a dot a seed, lines by median.

    Args:
        panels: title -> (label of a line -> (depth -> norms of the seeds)).
    """
    figure, axes = style.panel_row(10.0, 4.4, panels, sharey=True)
    for axis, lines in zip(axes, panels.values(), strict=True):
        for (label, by_depth), line in zip(lines.items(), LINES, strict=False):
            end = style.seeds(axis, by_depth, {**line, "ms": 6}, alpha=0.6)
            style.note(axis, label, end, line["color"])
        depths = list(by_depth)
        axis.set(xlabel="depth (weighted layers)", yscale="log", xticks=depths)
        axis.set_xlim(depths[0] - 4, 1.62 * depths[-1])
    axes[0].set_ylabel("gradient norm, first kernel")
    return figure


@style.drawing
def first_losses(panels):
    """Loss of the first training steps: a thin line a seed, a thick one for the mean.

    Each panel has a scale of its own.

    Args:
        panels: title -> (start -> array (seeds, steps) of losses).
    """
    figure, axes = style.panel_row(10.0, 4.2, panels)
    for axis, starts in zip(axes, panels.values(), strict=True):
        for (label, losses), line in zip(starts.items(), LINES, strict=False):
            steps, line = np.arange(1, losses.shape[1] + 1), line | style.NO_MARKER
            axis.plot(steps, losses.T, lw=1, alpha=0.6, **line)
            axis.plot(steps, losses.mean(axis=0), label=label, **line)
        axis.set(xlabel="step", ylabel="loss (nats)", ylim=(0, None))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[-1].legend(loc="upper right")
    return figure


@style.drawing
def scaled_shortcuts(alone, whole):
    """What comes back through L blocks whose shortcuts are scaled.

    Args:
        alone: scale -> gradient norms after 0, 1, ... blocks, relative to the
            start, with all residual functions at zero.
        whole: the same with residual functions.
    """
    titles = ("the shortcuts alone (F = 0)", "shortcuts and residual functions")
    figure, axes = style.panel_row(10.0, 4.4, titles, sharey=True)
    for axis, curves in zip(axes, (alone, whole), strict=True):
        for (scale, norms), line in zip(curves.items(), LINES, strict=False):
            last = len(norms) - 1
            axis.plot(norms, markevery=9, ms=6, **line)
            style.note(axis, f"λ = {scale:g}", (last, norms[-1]), line["color"])
        axis.set(xlabel="blocks passed on the way back", yscale="log")
        axis.set(xlim=(0, 1.32 * last), xticks=range(0, last + 1, 9))
    axes[0].set_ylabel("gradient norm, relative")
    return figure


@style.drawing
def sampling_grids(cases):
    """Which pixels a 3x3 branch is centred on and which ones the shortcut reads.

    Args:
        cases: title -> (input size, centres, reads): columns of the input, the
            same for rows.
    """
    figure, axes = style.panel_row(10.0, 4.3, cases)
    for axis, (size, centres, reads) in zip(axes, cases.values(), strict=True):
        _pixels(axis, np.ones((size, size)))
        axis.plot(*np.meshgrid(centres, centres), zorder=3, **CENTRE)
        axis.plot(*np.meshgrid(reads, reads), zorder=3, **READ)
        corner = centres[1] - 1.5
        style.box(axis, corner, corner, 3, edge=style.ORANGE, lw=2.5, ls="--")
    handles = Line2D([], [], **CENTRE), Line2D([], [], **READ | {"ms": 13})
    words = "centre of a 3×3 window (one window outlined)", "pixel the shortcut reads"
    figure.legend(handles, words, loc="outside lower center", ncols=2)
    return figure


@style.drawing
def impulse_responses(rows):
    """An impulse, and what both paths of a stride-2 block make of it.

    Args:
        rows: label -> ((title, array (height, width)) for each panel).
    """
    columns = max(len(panels) for panels in rows.values())
    figure, axes = style.new_figure(
        9.0, 2.9 * len(rows), len(rows), columns, squeeze=False
    )
    for line, (label, panels) in zip(axes, rows.items(), strict=True):
        for axis, (title, values) in zip(line, panels, strict=True):
            shades = values / max(values.max(), 1)
            _pixels(axis, 1 - 0.7 * shades)
            for row, column in np.argwhere(values):
                ink = style.INK if shades[row, column] < 0.6 else "white"
                text = f"{values[row, column]:g}"
                axis.text(column, row, text, ha="center", va="center", color=ink)
            axis.set_title(title, loc="center")
        line[0].set_ylabel(label)
    return figure


def _pixels(axis, values):
    """Show each pixel as a cell, its row and column on the axes."""
    axis.imshow(values, vmin=0, vmax=1)
    rows, columns = values.shape
    axis.set(xticks=range(columns), yticks=range(rows))
    axis.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    axis.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    axis.grid(which="major", visible=False)
    axis.grid(which="minor", color=style.PALE, lw=1.5)
    axis.tick_params(which="both", length=0)
