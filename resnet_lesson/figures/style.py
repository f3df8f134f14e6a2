"""One look for every figure and table, readable from the back of a room."""

import functools
import io

import matplotlib
from IPython.display import Markdown, display
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


def show(figure, alt):
    """Display a figure as PNG with a text for those who cannot see it.

    Args:
        figure: a matplotlib `Figure`.
        alt: one or two sentences that say what the picture shows.
    """
    bundle, metadata = _png(figure, alt)
    display(bundle, metadata=metadata, raw=True)


class Live:
    """A figure that is drawn anew, in the same place, at every call.

    Args:
        draw: a function that gives a `Figure`.
        alt: a function of the same arguments that gives its alt text.
    """

    def __init__(self, draw, alt):
        self._draw = draw
        self._alt = alt
        self._handle = None

    def __call__(self, *args):
        """Draw with these arguments; what was shown before is replaced."""
        bundle, metadata = _png(self._draw(*args), self._alt(*args))
        if self._handle is None:
            self._handle = display(bundle, metadata=metadata, raw=True, display_id=True)
        else:
            self._handle.update(bundle, metadata=metadata, raw=True)


@drawing
def _png(figure, alt):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    width, height = (round(size * DPI / 2) for size in figure.get_size_inches())
    bundle = {"image/png": buffer.getvalue(), "text/plain": alt}
    return bundle, {"image/png": {"alt": alt, "width": width, "height": height}}


def show_table(header, rows):
    """Display a table; numbers are set flush right, integers with thousands commas.

    Args:
        header: the columns' titles.
        rows: sequences of cells, as long as the header: text or numbers
            (format floats beforehand).
    """
    rows = [tuple(row) for row in rows]
    numeric = [
        all(isinstance(row[column], int) for row in rows)
        for column in range(len(header))
    ]
    lines = [
        _line(header),
        _line("---:" if right else ":---" for right in numeric),
        *(
            _line(f"{cell:,}" if isinstance(cell, int) else cell for cell in row)
            for row in rows
        ),
    ]
    display(Markdown("\n".join(lines)))


def _line(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
