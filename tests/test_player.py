"""The player of notebook 04: its page, and the page in a browser by keyboard alone."""

import functools
import re

import browsing
import pytest

from resnet_lesson.figures.convolution_player import player
from resnet_lesson.figures.convolution_steps import SETTINGS, frame, told

FOCUS = "document.activeElement.getAttribute('aria-label')"


built = functools.cache(player)  # drawing takes time


@pytest.mark.parametrize("name", ["plain", "padded"])
def test_a_player_is_small_and_self_contained(name):
    page = built(name)
    assert len(page.encode()) < 400_000
    assert "://" not in page  # nothing is fetched from anywhere
    frames = page.count("data:image/png;base64,")
    assert frames == len(SETTINGS[name].windows) ** 2


def test_a_player_is_the_same_each_time():
    assert player("plain") == built("plain")


def test_without_scripts_a_sentence_stands_in_the_players_place():
    page = built("plain")
    left = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", "", left).strip()
    assert text.startswith("Step-through player, plain convolution.")
    assert text.endswith("shows the same.")
    assert "button" not in left


@pytest.fixture(scope="module")
def page(chromium):
    """A page with the player of the first setting, which keeps what keys get out."""
    page, _ = browsing.offline_page(chromium, 1280, 720)
    page.set_content(
        "<!doctype html><html lang='en'><title>A player</title>"
        f"<body><main>{built('plain')}</main></body></html>"
    )
    page.evaluate(
        "window.out = [];"
        "document.addEventListener('keydown', (event) => out.push(event.key))"
    )
    return page


def test_axe_finds_nothing_wrong_with_a_player(page):
    assert browsing.violations(page) == []


def test_every_control_has_a_name_and_is_reached_by_tab(page):
    controls = page.locator("button, input")
    names = [control.get_attribute("aria-label") for control in controls.all()]
    assert len(set(names)) == len(names) == 6
    assert None not in names
    page.evaluate("document.activeElement.blur()")
    reached = []
    for _ in names:
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUS))
    assert reached == names


def test_the_arrow_keys_step_and_stay_in_the_player(page):
    slider, image, said = (page.locator(what) for what in ("input", "img", "p"))
    pictures, setting = set(), SETTINGS["plain"]
    slider.focus()
    page.keyboard.press("Home")
    for step in range(3):
        assert said.inner_text() == told(setting, step)
        assert image.get_attribute("alt") == frame("plain", step).alt
        pictures.add(image.get_attribute("src"))
        page.keyboard.press("ArrowRight")
    assert len(pictures) == 3
    page.keyboard.press("End")
    assert said.inner_text() == told(setting, setting.output.size - 1)
    assert page.evaluate(FOCUS) == "Step"
    assert set(page.evaluate("out")) <= {"Tab"}


def test_what_a_reader_asks_for_is_announced_and_a_running_player_is_not(page):
    said = page.locator("p")
    assert said.get_attribute("aria-live") == "polite"
    page.locator("[value=first]").focus()
    page.keyboard.press("Space")
    play = page.locator("[value=play]")
    play.focus()
    page.keyboard.press("Enter")
    assert play.get_attribute("aria-label") == "Stop"
    assert said.get_attribute("aria-live") == "off"
    page.wait_for_function(
        "!document.querySelector('p').innerText.includes('position 1 ')"
    )
    page.keyboard.press("Enter")
    assert play.get_attribute("aria-label") == "Play"
    assert said.get_attribute("aria-live") == "polite"
