"""Decks: what is on the slides, and that it fits, in a browser without a network."""

import os

import nbformat
import pytest
from browsing import offline_page, violations
from bs4 import BeautifulSoup

from resnet_lesson.commands import decks, pages

pytestmark = pytest.mark.slow

LESSONS = pages.lessons(decks.FOLDER)
SIZES = ((1280, 720), (1920, 1080))
# Axe takes half a minute and more for a deck; it sees all lessons in `test_site`.
# With EVERY_DECK in the environment it sees all decks, too.
JUDGED = ("00_start_here", "04_convolution_arithmetic", "09_where_the_seconds_go")
LEAST_TYPE = 18  # pixels of 720; the script's limits are higher except for code

# Every slide in turn, everything on it shown. Lengths in pixels of a slide.
WALK = """() => Reveal.getSlides().map((slide) => {
  const {h, v} = Reveal.getIndices(slide);
  Reveal.slide(h, v, 1000);
  const scale = Reveal.getScale(), found = {
    place: `${h}.${v}`, over: 0, cut: 0, least: 99, math: 0, empty: true,
    hidden: slide.querySelectorAll(".fragment:not(.visible)").length,
    scrolls: slide.matches(".scrolls"),
    alts: [...slide.querySelectorAll("img")].map((img) => img.alt),
  };
  for (const e of slide.querySelectorAll("*:not(pre *, .notes, .notes *)")) {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height) {
      if (e.localName === "math") found.math++;
      continue;
    }
    found.empty = false;
    found.over = Math.max(found.over, box.right - innerWidth, box.bottom - innerHeight,
                          -box.left, -box.top);
    if (e.tagName === "PRE" && e.scrollWidth > e.clientWidth) found.cut++;
    const speaks = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if ((speaks || e.tagName === "PRE") && !e.closest("math")) {
      const size = parseFloat(getComputedStyle(e).fontSize) * scale * 720 / innerHeight;
      found.least = Math.min(found.least, size);
    }
  }
  return found;
})"""

SHOWN = """() => document.querySelectorAll("section").forEach((section) => {
  section.removeAttribute("hidden");
  section.removeAttribute("aria-hidden");
})"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    to = tmp_path_factory.mktemp("decks")
    decks.write_decks(to)
    return to


def opened(chromium, path, query=""):
    page, wrong = offline_page(chromium, *SIZES[0])
    page.goto(path.as_uri() + query)
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    return page, wrong


def test_every_slide_fits_and_can_be_read_without_a_network(folder, chromium):
    for name in LESSONS:
        page, wrong = opened(chromium, folder / f"{name}.html")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(
                f"Math.abs(Reveal.getScale() - {height / 720}) < .01"
            )
            slides = page.evaluate(WALK)
            over = [slide for slide in slides if slide["over"] > 0.5]
            cut = [slide for slide in slides if slide["cut"]]
            scroll = [slide for slide in slides if slide["scrolls"]]
            least = min(slide["least"] for slide in slides)
            print(
                f"{name}, {width} × {height}: {len(slides)} slides, {len(over)} over, "
                f"{len(cut)} with code cut off, {len(scroll)} scroll, smallest type "
                f"{least:.1f} of 720, {len(wrong)} failed or outside requests"
            )
            assert not over + cut + wrong
            assert not scroll
            assert least >= LEAST_TYPE
            # Nothing is left hidden, no slide is bare, no formula without a size.
            assert not [s for s in slides if s["hidden"] or s["empty"] or s["math"]]
            assert all(alt for slide in slides for alt in slide["alts"])
        page.context.close()


def test_decks_have_no_barrier_that_axe_can_find(folder, chromium):
    page, wrong = offline_page(chromium, *SIZES[0])
    page.goto((folder / "index.html").as_uri())
    assert not violations(page) + wrong
    page.context.close()
    for name in LESSONS if os.environ.get("EVERY_DECK") else JUDGED:
        # Printed, a deck has all its slides on one page; each is to be judged as
        # it is when it is shown.
        page, _ = opened(chromium, folder / f"{name}.html", "?print-pdf")
        page.wait_for_function(
            "document.querySelectorAll('.pdf-page').length == Reveal.getTotalSlides()"
        )
        page.evaluate(SHOWN)
        found = violations(page)
        print(f"{name}: {len(found)} violations")
        assert not found
        page.context.close()


def test_the_buttons_around_a_slide_have_no_barrier(folder, chromium):
    page, _ = opened(chromium, folder / "00_start_here.html")
    assert page.locator(".controls button:visible").count() > 0
    assert not violations(page)
    page.context.close()


def test_the_speaker_sees_the_notes_without_a_server(folder, chromium):
    page, _ = opened(chromium, folder / "03_identity_shortcut.html")
    with page.context.expect_page() as waiting:
        page.keyboard.press("s")
    speaker = waiting.value
    notes = speaker.locator(".speaker-controls-notes")
    notes.get_by_text("For the instructor: sections 1 and 2").wait_for(timeout=60_000)
    page.keyboard.press("Space")
    notes.get_by_text("For the instructor").wait_for(state="hidden")
    page.context.close()


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request, folder):
    """(cells, deck) of a lesson, the deck parsed as it is before its script runs."""
    deck = (folder / f"{request.param}.html").read_text(encoding="utf-8")
    return LESSONS[request.param].cells, BeautifulSoup(deck, "html.parser")


def test_code_is_there_and_scaffolding_is_not(lesson):
    cells, deck = lesson
    shown = {pre.get_text() for pre in deck.select(".part > .scroll > pre.code")}
    for cell in cells:
        if cell.cell_type == "code":
            wanted = cell.metadata.slideshow.slide_type != "skip" and pages.kept(cell)
            assert (cell.source in shown) == wanted, cell.id


def test_notes_and_mathematics_are_there(lesson):
    cells, deck = lesson
    kinds = [cell.metadata.slideshow.slide_type for cell in cells]
    assert len(deck.select("aside.notes")) == kinds.count("notes")
    for element in deck.select("script, style, pre, code"):
        element.extract()
    assert "$" not in deck.body.get_text()


def test_links_lead_to_decks(lesson, folder):
    for link in lesson[1].select("a[href]"):
        target = link["href"]
        assert "://" in target or (folder / target).exists(), target


def cell(kind, text, code=False, tags=()):
    new = nbformat.v4.new_code_cell if code else nbformat.v4.new_markdown_cell
    metadata = {"slideshow": {"slide_type": kind}, "tags": list(tags)}
    return new(text, metadata=metadata)


def test_slide_types_say_where_slides_begin():
    cells = [
        cell("slide", "# One"),
        cell("notes", "said"),
        cell("skip", "left out"),
        cell("subslide", "import x", code=True, tags=["scaffolding"]),  # shows nothing
        cell("-", "below"),
        cell("fragment", "later"),
        cell("slide", "two"),
    ]
    first, second = decks.stacks(nbformat.v4.new_notebook(cells=cells))
    assert [[part.html for part in slide.parts] for slide in first] == [
        ['<h1 id="one">One</h1>\n'],
        ["<p>below</p>\n", "<p>later</p>\n"],
    ]
    assert first[0].notes == ["<p>said</p>\n"]
    assert [part.waits for part in first[1].parts] == [False, True]
    assert [part.html for part in second[0].parts] == ["<p>two</p>\n"]


def test_what_is_too_long_goes_on_and_loses_nothing(tmp_path, chromium):
    rows = "".join(f"| row {n} | {n} |\n" for n in range(60))
    cells = [
        cell("slide", "# Long\n\n" + "\n".join(f"- item {n}" for n in range(60))),
        cell("slide", "## Code\n\nAnd so:"),
        cell("-", "\n".join(f"x{n} = {n}" for n in range(99)), code=True),
        cell("slide", f"## Rows\n\n| a | b |\n|---|---|\n{rows}"),
        cell("slide", "## Words\n\n" + "a word and another " * 200),
    ]
    source = tmp_path / "lessons"
    source.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), source / "00_long.ipynb")
    decks.write_decks(tmp_path, source)
    page, wrong = opened(chromium, tmp_path / "00_long.html")
    slides = page.evaluate(WALK)
    assert not wrong
    assert max(slide["over"] for slide in slides if not slide["scrolls"]) <= 0.5
    code = page.eval_on_selector_all("pre", "all => all.map((e) => e.textContent)")
    assert len(code) > 2
    assert "\n".join(code) == cells[2].source
    count = "all => all.length"
    assert page.eval_on_selector_all("li", count) == 60
    assert page.eval_on_selector_all("tbody tr", count) == 60
    assert page.eval_on_selector_all("table:not(:has(thead))", count) == 0
    # A paragraph is not cut: it scrolls, and the slide says so.
    assert [slide["scrolls"] for slide in slides].count(True) == 1
    assert page.inner_text(".scrolls").startswith("Scroll for more.")
    page.context.close()
