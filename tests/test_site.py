"""The site: every page and link, on a telephone, in a browser without a network."""

import itertools
import re

import nbformat
import pytest
from browsing import offline_page, violations
from bs4 import BeautifulSoup

from resnet_lesson.commands import pages, site

pytestmark = pytest.mark.slow

PHONE = (390, 844)  # pixels
# What lies outside of the screen, unless it is in a box that scrolls.
OUTSIDE = """() => [document.documentElement.scrollWidth - innerWidth,
  [...document.querySelectorAll("main *")].filter((e) =>
    e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .formula")
  ).map((e) => e.outerHTML.slice(0, 200))]"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    to = tmp_path_factory.mktemp("site")
    site.write_site(to)
    return to


@pytest.fixture(scope="module")
def parsed(folder):
    """Address -> page; the decks have tests of their own."""
    return {
        path.relative_to(folder).as_posix(): BeautifulSoup(
            path.read_text(encoding="utf-8"), "html.parser"
        )
        for path in sorted(folder.rglob("*.html"))
        if path.parent.name != "decks"
    }


def test_every_notebook_has_a_page(parsed):
    for path in [*site.FOLDER.glob("*.ipynb"), *site.FOLDER.glob("solutions/*.ipynb")]:
        address = path.relative_to(site.FOLDER).with_suffix(".html").as_posix()
        title = pages.title(nbformat.read(path, as_version=4))
        assert parsed[address].h1.get_text() == title


def test_no_link_is_broken(folder, parsed):
    anchors = {
        address: {element["id"] for element in page.select("[id]")}
        for address, page in parsed.items()
    }
    count = 0
    for address, page in parsed.items():
        for element in page.select("a[href], img[src], script[src], link[href]"):
            target = element.get("href") or element.get("src")
            if re.match(r"https?:|data:", target):
                continue
            count += 1
            name, _, anchor = target.partition("#")
            path = ((folder / address).parent / name) if name else folder / address
            assert path.is_file(), (address, target)
            inside = path.resolve().relative_to(folder.resolve()).as_posix()
            if anchor and inside in parsed:
                assert anchor in anchors[inside], (address, target)
    print(f"{len(parsed)} pages, {count} links, 0 broken")
    assert count > 20 * len(parsed)


def test_only_links_lead_outside(parsed):
    for address, page in parsed.items():
        for element in page.select("[src], link[href]"):
            target = element.get("src") or element.get("href")
            assert "://" not in target, (address, target)


def test_pages_can_be_turned_from_first_to_last_and_back(parsed):
    lessons = sorted(name for name in parsed if re.match(r"\d", name))
    for one, other in itertools.pairwise(lessons):
        assert parsed[one].select_one("a[rel=next]")["href"] == other
        assert parsed[other].select_one("a[rel=prev]")["href"] == one
        assert parsed[other].select_one("[aria-current=page]")["href"] == other


def test_a_lesson_leads_to_its_slides_and_answers(parsed):
    links = [link["href"] for link in parsed["03_identity_shortcut.html"].select("a")]
    assert "decks/03_identity_shortcut.html" in links
    assert "solutions/03_identity_shortcut.html" in links
    assert "search.html" in links


def test_pages_fit_a_telephone_and_have_no_barrier_that_axe_can_find(
    folder, parsed, chromium
):
    page, wrong = offline_page(chromium, *PHONE)
    for address in parsed:
        page.goto((folder / address).as_uri())
        wider, outside = page.evaluate(OUTSIDE)
        found = violations(page)
        print(
            f"{address}: {wider} pixels too wide, {len(found)} violations, "
            f"{len(wrong)} failed or outside requests"
        )
        assert wider <= 0
        assert not outside + found + wrong
        assert all(page.evaluate("[...document.images].map((img) => img.alt)"))
    page.context.close()


def test_a_search_finds_the_section(folder, chromium):
    page, wrong = offline_page(chromium, *PHONE)
    page.goto((folder / "search.html").as_uri())
    page.get_by_label("Words that a section has").fill("receptive FIELD")
    first = page.locator(".found a").first
    first.wait_for()
    assert page.locator("[aria-live]").inner_text().endswith("sections found")
    target = first.get_attribute("href")
    first.click()
    page.wait_for_url(f"**/{target}")
    page.go_back()
    page.get_by_label("Words that a section has").fill("nowhere-to-be-found")
    assert page.locator(".found a").count() == 0
    assert not wrong
    page.context.close()


def test_words_of_programs_stand_out_from_their_ground():
    """Axe is not asked about them, see `browsing`."""
    style = pages.read("page.css")
    (ground,) = re.findall(r"--code: (#\w{6})", style)
    named = dict(re.findall(r"--(\w+): (#\w{6})", style))
    colors = re.findall(r"^\.[\w., ]+ { color: (#\w{6})", style, re.MULTILINE)
    assert len(colors) >= 6
    for color in [*colors, named["ink"], named["soft"], named["accent"]]:
        assert contrast(color, ground) >= 4.5, color


def contrast(one, other):
    """The ratio of WCAG 2.1 (success criterion 1.4.3)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    ]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
