"""Notebook 03: gradients against depth, scaled shortcuts, and what stride 2 reads.

Each drawing describes itself, in numbers of what it draws; see `style.describe`.
"""

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
    ends = {
        title: {
            label: [np.median(by_depth[depth]) for depth in (depths[0], depths[-1])]
            for label, by_depth in lines.items()
        }
        for title, lines in panels.items()
    }
    return style.describe(
        figure,
        "Norm of the first kernel's gradient against depth, logarithmic, medians from "
        f"{depths[0]} to {depths[-1]} layers. {_courses(ends)}",
    )


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
    ends = {
        title: {start: losses.mean(axis=0)[[0, -1]] for start, losses in starts.items()}
        for title, starts in panels.items()
    }
    return style.describe(
        figure,
        f"Loss in nats over {len(steps)} steps, means of seeds. {_courses(ends)}",
    )


def _courses(ends):
    """In words: where lines begin and end; title -> (label -> (first, last))."""
    told = {
        title: [f"{k} from {_short(a)} to {_short(b)}" for k, (a, b) in lines.items()]
        for title, lines in ends.items()
    }
    return "; ".join(f"{title}: {', '.join(of)}" for title, of in told.items()) + "."


def _short(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


@style.drawing
def scaled_shortcuts(alone, whole):
    """What comes back through L blocks whose shortcuts are scaled.

    Args:
        alone: scale -> gradient norms after 0, 1, ... blocks, relative to the
            start, with all residual functions at zero.
        whole: the same with residual functions; it may hold more scales, such
            as 0, which a logarithmic axis cannot show alone.
    """
    scales = dict.fromkeys((*alone, *whole))
    lines = dict(zip(scales, LINES, strict=False))
    titles = ("the shortcuts alone (F = 0)", "shortcuts and residual functions")
    figure, axes = style.panel_row(10.0, 4.4, titles, sharey=True)
    for axis, curves in zip(axes, (alone, whole), strict=True):
        for scale, norms in curves.items():
            last, line = len(norms) - 1, lines[scale]
            axis.plot(norms, markevery=9, ms=6, **line)
            near = [n[-1] for n in curves.values() if 1 / 4 < n[-1] / norms[-1] < 4]
            lift = 8 * (2 * sorted(near).index(norms[-1]) - len(near) + 1)
            end, text = (last, norms[-1]), f"λ = {scale:g}"
            style.note(axis, text, end, line["color"], offset=(9, lift))
        axis.set(xlabel="blocks passed on the way back", yscale="log")
        axis.set(xlim=(0, 1.32 * last), xticks=range(0, last + 1, 9))
    axes[0].set_ylabel("gradient norm, relative")
    ends = {
        title: {
            f"λ = {scale:g}": (norms[0], norms[-1]) for scale, norms in curves.items()
        }
        for title, curves in zip(titles, (alone, whole), strict=True)
    }
    return style.describe(
        figure,
        "Relative gradient norm against the number of blocks passed, logarithmic, from "
        f"0 to {last} blocks. {_courses(ends)}",
    )


@style.drawing
def sampling_grids(cases):
    """Which pixels a 3x3 branch is centred on and which ones the shortcut reads.

    Args:
        cases: title -> (input size, centres, reads): columns of the input, the
            same for rows.
    """
    width = max(6.0, 10 / 3 * len(cases))  # the legend's width at least
    figure, axes = style.panel_row(width, 4.3, cases)
    for axis, (size, centres, reads) in zip(axes, cases.values(), strict=True):
        _pixels(axis, np.ones((size, size)))
        axis.plot(*np.meshgrid(centres, centres), zorder=3, **CENTRE)
        axis.plot(*np.meshgrid(reads, reads), zorder=3, **READ)
        corner = centres[1] - 1.5
        style.box(axis, corner, corner, 3, edge=style.ORANGE, lw=2.5, ls="--")
    handles = Line2D([], [], **CENTRE), Line2D([], [], **READ | {"ms": 13})
    words = "centre of a 3×3 window (one window outlined)", "pixel the shortcut reads"
    figure.legend(handles, words, loc="outside lower center", ncols=min(2, len(cases)))
    told = "; ".join(
        f"{title}: windows centred on {_listed(centres)}, shortcut at {_listed(reads)}"
        for title, (_, centres, reads) in cases.items()
    )
    return style.describe(
        figure, f"Grids of pixels; the numbers hold for rows and columns. {told}."
    )


def _listed(columns):
    return ", ".join(f"{column:g}" for column in columns)


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
    told = "; ".join(
        f"{label}: " + ", ".join(_lit(*panel) for panel in panels)
        for label, panels in rows.items()
    )
    return style.describe(figure, f"Rows of pixel grids with a few values lit. {told}.")


def _lit(title, values):
    """In words: how many values of an array are not zero, and around which place."""
    places = np.argwhere(values)
    row, column = places.mean(axis=0)
    return f"{title} lit at {len(places)} around row {row:g}, column {column:g}"


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
