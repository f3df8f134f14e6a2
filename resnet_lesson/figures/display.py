"""What a notebook shows: figures with their alt text, tables, source code."""

import ast
import base64
import html
import inspect
import io
import textwrap

from IPython.display import Markdown, display

from resnet_lesson.figures.style import DPI, drawing

SHORTEST_ALT = 30  # characters; less says no more than a file's name


def show(figure, alt=None):
    """Display a figure with a text for those who cannot see it.

    It becomes an HTML element `img` with the picture in it: the alt text of a
    notebook's output of type image/png reaches nobody, JupyterLab and nbconvert's
    usual template leave it in the metadata. Where no HTML is shown, the text is.

    Args:
        figure: a matplotlib `Figure`.
        alt: one or two sentences that say what the picture shows; without it
            the description that the drawing gave its figure, see
            `style.describe`.

    Raises:
        ValueError: there is neither, or it is too short to say anything.
    """
    display(_image(figure, alt), raw=True)


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
        bundle = _image(self._draw(*args), alt)
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


@drawing
def _image(figure, alt):
    alt = alt or getattr(figure, "alt", None)
    if alt is None or len(alt) < SHORTEST_ALT:
        raise ValueError(
            f"figure must carry an alt text of at least {SHORTEST_ALT} characters, "
            f"got {alt!r}"
        )
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    width = round(figure.get_figwidth() * DPI / 2)
    return {"text/html": _element(buffer.getvalue(), alt, width), "text/plain": alt}


def _element(png, alt, width):
    """HTML of a picture that is part of the page, narrower where the page is.

    Args:
        png: bytes of the file.
        alt: what it shows.
        width: in CSS pixels.
    """
    pixels = base64.b64encode(png).decode()
    return (
        f'<img alt="{html.escape(alt)}" width="{width}" style="max-width: 100%" '
        f'src="data:image/png;base64,{pixels}">'
    )


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
