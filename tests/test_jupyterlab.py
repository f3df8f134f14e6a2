"""A new student's first minutes, in a browser: the README's command, notebook 0.

Started as the README says, in a folder, a home and with settings that are new, so
that JupyterLab trusts no notebook. Skipped where there is no Chromium.
"""

import html
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import time

import pytest

from resnet_lesson.commands import start

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium"),
]

WRONG = dict.fromkeys("abcd", "overfitting")
RIGHT = {**WRONG, "b": "degradation", "c": "underfitting", "d": "none of them"}
ERRORS = "[data-mime-type*='error'], [data-mime-type*='stderr']"
BUSY = 300  # seconds that a busy machine may take for what takes a few


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A clone's folder, as far as a reader's copy needs it."""
    root = tmp_path_factory.mktemp("clone")
    (root / start.COURSE).symlink_to(start.ROOT / start.COURSE)
    return root


@pytest.fixture(scope="module")
def address(course, tmp_path_factory):
    """Where the first command sends the browser; JupyterLab runs behind it."""
    home = tmp_path_factory.mktemp("home")
    # Stands for the reader's browser: keeps the page that it is sent to.
    browser = home / "browser.sh"
    browser.write_text(f'#!/bin/sh\necho "$1" > {home}/sent\n', encoding="utf-8")
    browser.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--port={port}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container
    own = {"HOME": str(home), "BROWSER": f"{browser} %s"}
    kept = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")}
    log = (home / "log").open("w", encoding="utf-8")
    servers = []

    def launch(command):
        servers.append(
            subprocess.Popen(
                command, env={**kept, **own}, cwd=course, stdout=log, stderr=log
            )
        )

    start.start(options, root=course, launch=launch)
    try:
        sent = home / "sent"
        end = time.monotonic() + BUSY
        while not (sent.exists() and sent.read_text()):
            assert time.monotonic() < end, (home / "log").read_text()
            assert servers[0].poll() is None, (home / "log").read_text()
            time.sleep(0.1)
        yield sent.read_text().strip()
    finally:
        servers[0].terminate()
        servers[0].wait(30)
        log.close()


@pytest.fixture(scope="module")
def page(address):
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(BUSY * 1000)
        page.goto(address)
        yield page
        browser.close()


@pytest.fixture(scope="module")
def own(course):
    return course / start.OWN


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def displays(notebook):
    """What a notebook's outputs hold: dicts from MIME type to text."""
    outputs = (o for cell in notebook["cells"] for o in cell.get("outputs", []))
    for output in outputs:
        data = output.get("data", {})
        yield {kind: "".join(data[kind]) for kind in data if "json" not in kind}


def code_cell(page, text):
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").filter(
        has_text=text
    )


def write(page, text, answers):
    """Replace a cell's code by typing, as a student does."""
    editor = code_cell(page, text).locator(".cm-content")
    editor.click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(f"failures = {json.dumps(answers)}")
    assert editor.inner_text() == f"failures = {json.dumps(answers)}"


def wait_for_idle(page):
    page.wait_for_selector(
        ".jp-NotebookPanel:not(.lm-mod-hidden) "
        ".jp-Notebook-ExecutionIndicator[data-status='idle']"
    )


def save(page, path):
    """Save the notebook on top; returns the file's lines before and after."""
    before = path.read_text("utf-8")
    with page.expect_response(_is_saved):
        page.keyboard.press("ControlOrMeta+S")
    return before.splitlines(), path.read_text("utf-8").splitlines()


def _is_saved(response):
    return response.request.method == "PUT" and "/api/contents/" in response.url


def assert_same_but_for_the_version(before, after):
    """On the Python of the build all is as it was, on another all but its version."""
    mine = f'"version": "{platform.python_version()}"'
    before, after = ([line.strip() for line in lines] for lines in (before, after))
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == ([] if mine in before else [mine])


def test_the_copy_opens_with_its_outputs(page, own):
    page.wait_for_selector(".jp-Notebook .jp-MarkdownOutput h1")
    assert "my_course" in page.locator(".jp-BreadCrumbs").inner_text()
    names = page.locator(".jp-DirListing-itemText").all_inner_texts()
    assert {"images", "solutions", start.FIRST} <= set(names)
    assert len(names) == 12
    page.wait_for_selector("text=Exercise 1.1: not attempted yet")
    assert page.locator(ERRORS).count() == 0
    data = list(displays(read(own / start.FIRST)))
    pages = "".join(d.get("text/html", "") for d in data)
    pictures = page.locator(".jp-OutputArea-output img")
    stored = pages.count("<img ") + sum("image/png" in d for d in data)
    assert pictures.count() == stored >= 5
    # Those that bring their own element: its alt text arrives, trusted or not.
    alts = [html.unescape(alt) for alt in re.findall(r'<img alt="([^"]*)"', pages)]
    seen = [picture.get_attribute("alt") for picture in pictures.all()]
    assert [alt for alt in seen if alt] == alts


def test_opening_and_saving_changes_nothing(page, own):
    wait_for_idle(page)
    assert_same_but_for_the_version(*save(page, own / start.FIRST))


def test_a_wrong_answer_gets_a_hint_and_the_right_one_its_tick(page, own):
    before = read(own / start.FIRST)
    write(page, "failures = {", WRONG)
    page.click(".lm-MenuBar-itemLabel:text-is('Kernel')")
    page.click("text=Restart Kernel and Run All Cells…")
    page.click(".jp-Dialog button:has-text('Restart')")
    page.wait_for_selector("text=✗ Exercise 1.1: not yet. b: Overfitting")
    last = page.locator(".jp-CodeCell").last
    count = sum(cell["cell_type"] == "code" for cell in before["cells"])
    last.locator(f".jp-InputPrompt:has-text('[{count}]:')").wait_for()
    wait_for_idle(page)
    assert page.locator(ERRORS).count() == 0

    write(page, "failures = {", RIGHT)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector("text=✓ Exercise 1.1: right.")
    assert page.locator("text=✗ Exercise 1.1").count() == 1  # the stored example
    save(page, own / start.FIRST)
    after = read(own / start.FIRST)
    assert after["metadata"].keys() == before["metadata"].keys()
    sources = [
        "".join(old["source"])
        for old, new in zip(before["cells"], after["cells"], strict=True)
        if old["source"] != new["source"]
    ]
    assert sources == ['failures = {"a": ..., "b": ..., "c": ..., "d": ...}']


def test_on_another_python_the_version_is_all_that_changes(page, own):
    """Of a lesson with players and sliders."""
    path = next(own.glob("04_*.ipynb"))
    other = re.sub(r'"version": "3\.\d+\.\d+"', '"version": "3.0.0"', path.read_text())
    assert '"version": "3.0.0"' in other
    path.write_text(other, encoding="utf-8")  # as if built by another Python
    page.dblclick(f".jp-DirListing-itemText:has-text('{path.name}')")
    page.wait_for_selector(".jp-MarkdownOutput h2:has-text('one dot product')")
    wait_for_idle(page)
    assert_same_but_for_the_version(*save(page, path))


def test_the_work_is_there_when_it_is_opened_again(own, course, capsys):
    mine = (own / start.FIRST).read_bytes()
    start.start(copy_only=True, root=course)
    assert (own / start.FIRST).read_bytes() == mine
    assert "as you left it" in capsys.readouterr().out
