"""The course as a static site: every notebook a page, and the decks beside them."""

import base64
import hashlib
import json
import posixpath
import re
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from resnet_lesson.base.files import write_text
from resnet_lesson.commands import decks, mathfont, pages
from resnet_lesson.commands.notebooks import FOLDER

EMBEDDED = re.compile(r'(<img [^>]*?src=")data:image/png;base64,([^"]+)"')


@dataclass(eq=False)
class Page:
    """A page of the site.

    Attributes:
        address: of the page, from the site's folder.
        title: as the contents name it.
        html: its text.
        sections: pairs (heading, anchor).
        links: pairs (text, address) for what belongs to it.
    """

    address: str
    title: str
    html: str = ""
    sections: list = field(default_factory=list)
    links: list = field(default_factory=list)


def write_site(to, folder=FOLDER):
    """Write the course as a folder of pages that needs no server and no network.

    Args:
        to: folder for index.html, a page of every lesson and of its worked answers,
            the decks, and a page that searches them.
        folder: of the lessons; the README above it gives the first page.

    Returns:
        The number of pages, the decks not counted.
    """
    to = Path(to)
    for name in ("solutions", "pictures", "images"):
        (to / name).mkdir(parents=True, exist_ok=True)
    decks.write_decks(to / "decks", folder)
    for image in (folder / "images").iterdir():
        (to / "images" / image.name).write_bytes(image.read_bytes())
    for name in ("page.css", "site.css", "site.js"):
        write_text(to / name, pages.read(name))
    contents = _contents(folder)
    texts = [page.html for group in contents.values() for page in group]
    write_text(to / "font.css", mathfont.font_face(texts))
    for entries in contents.values():
        for before, page, after in zip(
            [None, *entries], entries, [*entries[1:], None], strict=False
        ):
            _write(to, page, contents, before, after)
    search = Page("search.html", "Search", _search(contents))
    _write(to, search, contents)
    return 1 + sum(map(len, contents.values()))


def _contents(folder):
    """The pages by group, their text written."""
    lessons = pages.lessons(folder)
    answers = pages.lessons(folder / "solutions")
    groups = {
        "Start": [Page("index.html", "The course")],
        "Lessons": [Page(f"{n}.html", pages.title(nb)) for n, nb in lessons.items()],
        "Worked answers": [
            Page(f"solutions/{n}.html", pages.title(nb)) for n, nb in answers.items()
        ],
    }
    # Which page a file of the project becomes.
    table = {"README.md": "index.html"}
    for page in groups["Lessons"] + groups["Worked answers"]:
        table[f"notebooks/{page.address.removesuffix('.html')}.ipynb"] = page.address
    for image in (folder / "images").iterdir():
        table[f"notebooks/images/{image.name}"] = f"images/{image.name}"
    table["notebooks/solutions"] = groups["Worked answers"][0].address
    guide = folder / "README.md"
    if guide.exists():
        groups["Start"].append(Page("instructor.html", "For instructors"))
        table["notebooks/README.md"] = table["notebooks"] = "instructor.html"
        text = guide.read_text(encoding="utf-8")
        _write_text(groups["Start"][1], text, "notebooks", table)
    _write_text(
        groups["Start"][0], _course_first(folder.parent / "README.md"), "", table
    )
    for page, (name, notebook) in zip(groups["Lessons"], lessons.items(), strict=True):
        _write_cells(page, notebook, "notebooks", table)
        page.links.append(("Slides", f"decks/{name}.html"))
        if name in answers:
            page.links.append(("Worked answers", f"solutions/{name}.html"))
    for page, (name, notebook) in zip(
        groups["Worked answers"], answers.items(), strict=True
    ):
        _write_cells(page, notebook, "notebooks/solutions", table)
        page.links.append(("The lesson", f"{name}.html"))
    return groups


def _course_first(readme):
    """The README's text, the list of lessons before how to install them."""
    introduction, *sections = re.split(
        r"^(?=## )", readme.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    sections.sort(key=lambda text: not text.startswith("## The course"))
    return introduction + "".join(sections)


def _write_text(page, source, folder, table):
    writer = pages.Writer(_links(page, folder, table))
    page.html = writer.markdown(source)
    page.sections = _sections(writer)


def _write_cells(page, notebook, folder, table):
    writer = pages.Writer(_links(page, folder, table))
    page.html = "".join(_shown(cell, writer) for cell in notebook.cells)
    page.sections = _sections(writer)


def _sections(writer):
    return [(text, anchor) for level, text, anchor in writer.headings if level == 2]


def _shown(cell, writer):
    if cell.metadata.slideshow.slide_type == "notes":
        return ""
    if cell.cell_type == "markdown":
        return writer.markdown(cell.source)
    source = writer.input(cell)
    if not pages.kept(cell):
        source = f"<details><summary>Code</summary>{source}</details>"
    return f'<div class="cell">{source}{"".join(writer.outputs(cell))}</div>\n'


def _links(page, folder, table):
    """A function that turns links between files into those between pages.

    Args:
        page: that the links are on.
        folder: that the file they come from is in.
        table: file -> page.
    """

    def link(target):
        if re.match(r"\w+:|#", target):
            return target
        path, sign, anchor = target.partition("#")
        address = table.get(posixpath.normpath(posixpath.join(folder, path)))
        # Files that are no page, such as the licence, are named and not linked.
        return address and _root(page) + address + sign + anchor

    return link


def _root(page):
    return "../" * page.address.count("/")


def _write(to, page, contents, before=None, after=None):
    """Write a page into the site's folder, its pictures beside it."""
    root = _root(page)

    def own_file(match):
        content = base64.b64decode(match[2])
        name = f"pictures/{hashlib.sha256(content).hexdigest()[:16]}.png"
        (to / name).write_bytes(content)
        return f'{match[1]}{root}{name}" loading="lazy"'

    text = pages.fill(
        "site.html",
        page=page,
        html=EMBEDDED.sub(own_file, page.html),
        root=root,
        contents=contents.items(),
        before=before,
        after=after,
    )
    write_text(to / page.address, text)


def _search(contents):
    """The page that searches: an entry for each section, and a field to type in."""
    entries = []
    for page in (page for group in contents.values() for page in group):
        html = re.sub(r"(?s)<(script|style|pre).*?</\1>", " ", page.html)
        parts = re.split(r'(?s)<h[12] id="([^"]*)">(.*?)</h[12]>', html)[1:]
        for anchor, heading, text in zip(*[iter(parts)] * 3, strict=True):
            name = _plain(heading)
            entries.append(
                {
                    "address": f"{page.address}#{anchor}",
                    "title": page.title + (f": {name}" if name != page.title else ""),
                    "text": _plain(text),
                }
            )
    # Not a file of its own: from a folder a page may read scripts, but no data.
    index = json.dumps(entries, ensure_ascii=False).replace("</", "<\\/")
    return pages.fill("search.html", index=index)


def _plain(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()
