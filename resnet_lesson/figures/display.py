"""What a notebook shows: figures with their alt text, tables, source code."""

import ast
import inspect
import io
import textwrap

from IPython.display import Markdown, display

from resnet_lesson.figures.style import DPI, drawing

SHORTEST_ALT = 30  # characters; less says no more than a file's name


def show(figure, alt=None):
    """Display a figure as PNG with a text for those who cannot see it.

    Args:
        figure: a matplotlib `Figure`.
        alt: one or two sentences that say what the picture shows; without it
            the description that the drawing gave its figure, see
            `style.describe`.

    Raises:
        ValueError: there is neither, or it is too short to say anything.
    """
    bundle, metadata = _png(figure, alt)
    display(bundle, metadata=metadata, raw=True)


class Live:
    """A figure that is drawn anew, in the same place, at every call.

    Args:
        draw: a function that gives a `Figure`.
        alt: a function of the same arguments that gives its alt text; without
            it each figure must carry its own, see `style.describe`.
    """

    def __init__(self, draw, alt=None):
        self._draw = draw
        self._alt = alt
        self._handle = None

    def __call__(self, *args):
        """Draw with these arguments; what was shown before is replaced."""
        alt = self._alt(*args) if self._alt else None
        bundle, metadata = _png(self._draw(*args), alt)
        if self._handle is None:
            self._handle = display(bundle, metadata=metadata, raw=True, display_id=True)
        else:
            self._handle.update(bundle, metadata=metadata, raw=True)


@drawing
def _png(figure, alt):
    alt = alt or getattr(figure, "alt", None)
    if alt is None or len(alt) < SHORTEST_ALT:
        raise ValueError(
            f"figure must carry an alt text of at least {SHORTEST_ALT} characters, "
            f"got {alt!r}"
        )
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


def show_source(*functions):
    """Display functions as they stand in the package, without docstrings."""
    code = "\n\n".join(source(function) for function in functions)
    # nbconvert sets code inside an output in the text's font: ask for monospace.
    fence = f"```python\n{code}\n```"
    display(Markdown(f'<div style="font-family: monospace">\n\n{fence}\n\n</div>'))


def source(function):
    """The source text of a function or class, without its docstring."""
    text = textwrap.dedent(inspect.getsource(function))
    lines = text.splitlines()
    first = ast.parse(text).body[0].body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        after = first.end_lineno
        while after < len(lines) and not lines[after].strip():
            after += 1
        lines[first.lineno - 1 : after] = []
    return "\n".join(lines)
