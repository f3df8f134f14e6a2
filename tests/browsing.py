"""A browser without a network, for tests of what the course shows in one."""

import shutil
from contextlib import contextmanager
from importlib.resources import files

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
# WCAG 2.1, levels A and AA. With `preload` axe would read style sheets once more, as
# a page in a folder may not.
AXE = """async () => (await axe.run({
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"],
  preload: false,
})).violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 200)}`))"""
# The words of programs are thousands of elements in a few colors, which `test_site`
# checks by themselves: without their marks axe is done in a fifth of the time.
UNMARK = """() => document.querySelectorAll("pre.code code").forEach(
  (code) => { code.textContent = code.textContent; })"""


@contextmanager
def browser():
    """Chromium; skips the test where it or Playwright is missing."""
    api = pytest.importorskip("playwright.sync_api", reason="no Playwright")
    if CHROMIUM is None:
        pytest.skip("no Chromium")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


def offline_page(chromium, width, height):
    """A page without a network, and a list of what it asked for or said was wrong."""
    context = chromium.new_context(
        viewport={"width": width, "height": height}, offline=True
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    wrong = []
    page.on("requestfailed", lambda request: _failed(request, wrong))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return page, wrong


def _failed(request, wrong):
    if request.failure != "net::ERR_ABORTED":  # a picture of a page that was left
        wrong.append(f"failed: {request.url}")


def violations(page):
    """What axe-core finds on a page, a line each."""
    axe = files("axe_playwright_python").joinpath("axe.min.js")
    page.evaluate(UNMARK)
    page.evaluate(axe.read_text(encoding="utf-8"))
    return page.evaluate(AXE)
