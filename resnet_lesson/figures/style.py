"""One look for every figure, readable from the back of a room."""

import functools

import matplotlib
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

# Okabe & Ito's palette: told apart with any kind of colour vision. A line also
# gets a style or a direct label, never colour alone.
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
PURPLE, SKY, YELLOW = "#CC79A7", "#56B4E9", "#E69F00"
INK, GREY, PALE = "#222222", "#767676", "#E8E8E8"

SIGNED = LinearSegmentedColormap.from_list("signed", (BLUE, "white", ORANGE))
# Networks of either kind look the same in every figure: color, line, marker.
KINDS = {"plain": (ORANGE, "--", "o"), "residual": (BLUE, "-", "D")}

STYLE = {
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


def end_label(axis, label, x, y, color):
    """Write a line's label behind its last point, in the line's color."""
    axis.annotate(
        label,
        (x, y),
        xytext=(9, 0),
        textcoords="offset points",
        va="center",
        color=color,
    )


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
