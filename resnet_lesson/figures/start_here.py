"""Notebook 00: the map of the course, and one block of a trained network at work."""

import json
import re
from pathlib import Path

import numpy as np

from resnet_lesson.figures import style
from resnet_lesson.figures.fashion_images import clothing

SAID = (  # title, question and minutes of a notebook, in its first cells
    r"^# (.+)",
    r"\*\*The question\.\*\* (.+)",
    r"\*\*Core path\*\*.*?(\d+) minutes? to read, (\d+)",
)


def course_map(folder):
    """What the notebooks of a folder say of themselves, for `figures.show_table`.

    Args:
        folder: with notebooks whose first cells hold a title, "**The
            question.**" and "**Core path**: ... 30 minutes to read, 1 to run".

    Returns:
        (header, rows), a row for each such notebook in the order of their names.
    """
    header = ("notebook", "the question it answers", "minutes to read", "to run")
    rows = []
    for path in sorted(Path(folder).glob("0*_*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells[:3])
        found = [re.search(words, text, re.MULTILINE) for words in SAID]
        if all(found):  # else it is a notebook of the reader's own
            title, question, minutes = (match.groups() for match in found)
            link = f"[{title[0]}]({path.name})"
            rows.append((link, *question, *map(int, minutes)))
    return header, rows


@style.drawing
def trained_block(image, x, residual):
    """What a block gets, what its layers add, and the sum, in one channel.

    Args:
        image: (height, width, 1), normalised: what the network was shown.
        x, residual: (height, width), the block's input and F of it.
    """
    titles = ("image", "x", "F(x)", "x + F(x)")
    figure, axes = style.panel_row(10.0, 2.9, titles)
    clothing(axes[0], image, "image", fontsize=15)
    axes[0].set_title("", loc="left")
    maps = {"x": x, "F(x)": residual, "x + F(x)": x + residual}
    limit = max(np.abs(values).max() for values in maps.values())
    for axis, (title, values) in zip(axes[1:], maps.items(), strict=True):
        drawn = style.signed_picture(axis, values, limit)
        axis.set_title("", loc="left")
        axis.set_title(title, loc="center")
    figure.colorbar(drawn, ax=axes[-1], shrink=0.85)
    sizes = ", ".join(
        f"{title} {np.sqrt(np.mean(values**2)):.2f}" for title, values in maps.items()
    )
    return style.describe(
        figure,
        "An image of a piece of clothing, and three maps of one channel in the same "
        f"colour scale; root mean square: {sizes}.",
    )
