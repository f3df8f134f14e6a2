"""One look for every figure, readable from the back of a room."""

import functools

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from resnet_lesson.figures import colours

# Okabe & Ito's palette: told apart with any kind of colour vision. A line also
# gets a style or a direct label, never colour alone. Words in a colour: `words_in`.
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
PURPLE, SKY, YELLOW = "#CC79A7", "#56B4E9", "#E69F00"
INK, GREY, PALE = "#222222", "#626262", "#E8E8E8"

SIGNED = LinearSegmentedColormap.from_list("signed", (BLUE, "white", ORANGE))


def look(color, line="-", marker=""):
    """Options of `plot` that tell one line from another."""
    return {"color": color, "linestyle": line, "marker": marker}


NO_MARKER = {"marker": ""}  # `look(...) | NO_MARKER`: the same line without dots
# Networks of either kind look the same in every figure.
KINDS = {"plain": look(ORANGE, "--", "o"), "residual": look(BLUE, "-", "D")}

STYLE = {
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "font.size": 14,
    "axes.titlesize": 15,
    "axes.labelsize": 14,
    "xtick.labelsize": 13,
    "ytick.labelsize": 13,
    "legend.fontsize": 13,
    "legend.frameon": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "lines.linewidth": 2.5,
    "lines.markersize": 8,
    "image.cmap": "gray",
}
DPI = 144  # drawn at twice the size it is shown at, for sharp projection


def drawing(function):
    """Decorator: draw in the course's style, whatever the reader's settings are."""

    @functools.wraps(function)
    def styled(*args, **kwargs):
        with matplotlib.rc_context(STYLE):
            return function(*args, **kwargs)

    return styled


def words_in(color):
    """The shade of a colour for words: legible on white and across grid lines."""
    return colours.readable(color, PALE)


def new_figure(width=9.0, height=4.2, rows=1, columns=1, **options):
    """A figure and its axes, outside pyplot, so nothing is shown twice.

    Args:
        width, height: in inches; 9 inches fill a notebook's text column.
        rows, columns: of axes.
        options: for `Figure.subplots`.

    Returns:
        (figure, axes) as `Figure.subplots` gives them.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def panel_row(width, height, titles, **options):
    """A figure with its panels side by side, one for each title.

    Returns:
        (figure, axes), the axes always as an array.
    """
    figure, axes = new_figure(width, height, 1, len(titles), squeeze=False, **options)
    for axis, title in zip(axes[0], titles, strict=True):
        axis.set_title(title)
    return figure, axes[0]


def picture(axis, values, frame=False, **options):
    """Show an array as an image, without ticks; give what `imshow` returns."""
    axis.set(xticks=(), yticks=())
    axis.grid(visible=False)
    if not frame:
        axis.spines[:].set_visible(False)
    return axis.imshow(values, **options)


def signed_picture(axis, values, limit):
    """Show an array in blue below zero and orange above, white at zero."""
    return picture(axis, values, frame=True, cmap=SIGNED, vmin=-limit, vmax=limit)


def spread(axis, x, values, options, center=np.median, alpha=0.2):
    """A line through the middle of several runs, and a band over all of them.

    Args:
        x: n places.
        values: for each place, its runs.
        options: of the line.
        center: gives the middle of some runs.
        alpha: of the band.
    """
    low, high = [min(runs) for runs in values], [max(runs) for runs in values]
    axis.fill_between(x, low, high, color=options["color"], alpha=alpha)
    axis.plot(x, [center(runs) for runs in values], **options)


def seeds(axis, by_place, options, center=np.median, alpha=0.5):
    """A dot for each run, and a line through the middle; give the line's end.

    Args:
        by_place: place -> its runs.
        options: of the line.
        center: gives the middle of some runs.
        alpha: of the dots.
    """
    middles = [center(runs) for runs in by_place.values()]
    axis.plot(list(by_place), middles, **options)
    dots = look(options["color"], "", options["marker"]) | {"markersize": 4}
    for place, runs in by_place.items():
        axis.plot([place] * len(runs), runs, alpha=alpha, **dots)
    return max(by_place), middles[-1]


def note(axis, text, place, color, offset=(9, 0), va="center", **options):
    """Write beside a point of the data, in a shade of its color; by default right.

    Args:
        place: (x, y) in the data.
        offset: of the text from there, in points.
    """
    look = {"color": words_in(color), "va": va, **options}
    axis.annotate(text, place, offset, textcoords="offset points", **look)


def canvas(width, height):
    """A figure that one pair of axes fills, for drawings to scale; see `fit`."""
    figure = Figure(figsize=(width, height))
    return figure, figure.add_axes((0, 0, 1, 1))


def fit(axes, x_limits, y_limits):
    """Show this part of the plane, a unit as high as it is wide, without axes."""
    axes.set(xlim=x_limits, ylim=y_limits, aspect="equal")
    axes.axis("off")


def box(axes, left, top, width, height=None, face="none", edge=GREY, **options):
    """Draw a rectangle, a square if no height is given."""
    corner, height = (left, top), width if height is None else height
    axes.add_patch(
        Rectangle(corner, width, height, facecolor=face, edgecolor=edge, **options)
    )


def cell(axes, left, top, text, face, ink=INK, size=1, hatch=""):
    """Draw a square with a number or a word in it."""
    box(axes, left, top, size, face=face, linewidth=1, hatch=hatch)
    if text != "":
        place, text = (left + size / 2, top + 0.52 * size), str(text).replace("-", "−")
        # No strokes behind the word.
        patch = {"facecolor": face, "edgecolor": "none", "pad": 1} if hatch else None
        axes.text(*place, text, color=ink, ha="center", va="center", bbox=patch)


def describe(figure, text):
    """Attach to a figure what it shows, for those who cannot see it.

    Args:
        figure: a matplotlib `Figure`.
        text: one or two sentences, computed from the data drawn where it can be.

    Returns:
        The figure; `figures.show` finds the text in its attribute `alt`.
    """
    figure.alt = text
    return figure
