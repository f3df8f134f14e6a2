"""Slides of the lessons, each deck one file that needs no network and no server."""

import re
from dataclasses import dataclass, field
from importlib.metadata import distribution
from pathlib import Path

from resnet_lesson.base.files import write_text
from resnet_lesson.commands import mathfont, pages
from resnet_lesson.commands.notebooks import FOLDER

CARRIED = "sphinx_revealjs/_static/revealjs"  # reveal.js as published


@dataclass
class Part:
    """What one cell puts on a slide; `waits`: it appears at the speaker's click."""

    html: str
    cell: int
    waits: bool


@dataclass
class Slide:
    """One slide as its notebook has it; `deck.js` divides what is too long."""

    parts: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def write_decks(to, folder=FOLDER):
    """Write a deck of every lesson and a page that lists them.

    Args:
        to: folder for index.html and, named as the notebooks, the decks.
        folder: of the lessons.

    Returns:
        The files' paths, the list's first.
    """
    to = Path(to)
    to.mkdir(parents=True, exist_ok=True)
    lessons = pages.lessons(folder)
    slides = {name: stacks(notebook) for name, notebook in lessons.items()}
    styles = {name: pages.read(f"{name}.css") for name in ("page", "deck")}
    styles["font"] = mathfont.font_face(_texts(slides.values()))
    entries = [(f"{name}.html", pages.title(nb)) for name, nb in lessons.items()]
    files = {"index.html": pages.fill("list.html", entries=entries, styles=styles)}
    for name, notebook in lessons.items():
        files[f"{name}.html"] = pages.fill(
            "deck.html",
            title=pages.title(notebook),
            stacks=slides[name],
            styles=styles,
            script=pages.read("deck.js"),
            reveal=reveal(),
        )
    for name, text in files.items():
        write_text(to / name, text)
    return [to / name for name in files]


def stacks(notebook):
    """The slides of a notebook: lists of those below each other, side by side.

    The cells' slide types say what begins a slide. Left out are cells of type
    "skip" (exercises among them) and the code of scaffolding.
    """
    writer = pages.Writer(link=_to_deck)
    found, begins = [], "slide"
    for number, cell in enumerate(notebook.cells):
        kind = cell.metadata.slideshow.slide_type
        if kind == "skip":
            continue
        if kind == "notes":
            found[-1][-1].notes.append(writer.markdown(cell.source))
            continue
        # A cell that shows nothing leaves its place to the next.
        begins = kind if kind in ("slide", "subslide") else begins
        html = _shown(cell, writer)
        if not html:
            continue
        if begins == "slide":
            found.append([Slide()])
        elif begins == "subslide":
            found[-1].append(Slide())
        begins = None
        found[-1][-1].parts.append(Part(html, number, waits=kind == "fragment"))
    return found


def _shown(cell, writer):
    if cell.cell_type == "markdown":
        return writer.markdown(cell.source)
    source = writer.input(cell) if pages.kept(cell) else ""
    return source + "".join(writer.outputs(cell))


def _texts(decks):
    for deck in decks:
        for stack in deck:
            for slide in stack:
                yield from (part.html for part in slide.parts)
                yield from slide.notes


def _to_deck(target):
    """Links between notebooks lead to their decks."""
    if re.match(r"\w+:", target):
        return target
    lesson = re.fullmatch(r"(\w+)\.ipynb", target)
    return lesson and f"{lesson[1]}.html"  # the rest has no deck: no link


def reveal():
    """reveal.js, which shows the slides, from the package that carries it."""
    folder = Path(distribution("sphinx-revealjs").locate_file(CARRIED))
    files = {
        "css": "dist/reveal.css",
        "js": "dist/reveal.js",
        "notes": "plugin/notes/notes.js",
        "licence": "LICENSE",
    }
    return {
        name: (folder / file).read_text(encoding="utf-8")
        for name, file in files.items()
    }
