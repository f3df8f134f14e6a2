import base64
import html
import io
import json
import re
import runpy
from pathlib import Path
from xml.etree import ElementTree

import drawings
import matplotlib as mpl
import numpy as np
import pytest
from drawings import HISTORY
from PIL import Image

from resnet_lesson.figures import (
    Live,
    display,
    show,
    show_table,
    start_here,
    style,
)
from resnet_lesson.figures import training_on_fashion_mnist as draw

KINDS = ("plain", "residual")
ALT = "A line that falls from left to right, and a flat one."


@pytest.fixture
def displayed(monkeypatch):
    outputs = []

    def record(*objects, **options):
        outputs.append((objects, options))

    monkeypatch.setattr(display, "display", record)
    return outputs


def test_drawings_say_what_they_show(drawn):
    for figure in drawn:
        assert len(figure.alt) > 30
    curves = draw.training_curves(HISTORY).alt
    assert "training images 0.3, validation 0.3." in curves
    matrix = np.array([[9, 1], [3, 8]])
    assert "17 of them on the diagonal" in draw.confusion(matrix).alt
    assert "Trouser taken for T-shirt/top, 3 times" in draw.confusion(matrix).alt


def test_figures_are_white_whatever_is_behind_them(drawn):
    for figure in drawn:
        assert figure.get_facecolor() == (1, 1, 1, 1)


def test_a_figure_is_shown_as_an_image_with_alt_text(displayed):
    figures = list(drawings.speed_drawings())
    for figure in figures:
        show(figure, ALT)
    assert len(displayed) == len(figures)
    for (bundle,), _ in displayed:
        assert bundle.keys() == {"text/html", "text/plain"}
        assert bundle["text/plain"] == ALT
        image = ElementTree.fromstring(bundle["text/html"].replace(">", "/>"))
        assert (image.tag, image.get("alt")) == ("img", ALT)
        kind, _, pixels = image.get("src").partition(",")
        assert kind == "data:image/png;base64"
        picture = Image.open(io.BytesIO(base64.b64decode(pixels)))
        assert abs(picture.width - 2 * int(image.get("width"))) <= 1  # sharp


def test_an_alt_text_may_hold_any_character(displayed):
    text = """if x < y & z > 0: "F(x)" and 'y', in lines
of $x$ and ⌊o⌋"""
    show(style.new_figure()[0], text)
    image = re.match(r'<img alt="([^"<>]*)"', displayed[0][0][0]["text/html"])
    assert html.unescape(image[1]) == text


def test_of_a_stored_figure_all_but_the_pixels_is_compared(displayed):
    conftest = Path(__file__).parents[1] / "notebooks" / "conftest.py"
    pixels = runpy.run_path(str(conftest))["PIXELS"]
    for height, alt in ((2, ALT), (2, f"{ALT} Both end."), (3, ALT)):
        show(style.new_figure(height, height)[0], alt)
    show(draw.moving_share((0.9,), 9), ALT)
    show(draw.moving_share((0.5,), 9), ALT)
    shown = [bundle["text/html"] for (bundle,), _ in displayed]
    *others, one, other = (re.sub(pixels, "pixels", page) for page in shown)
    assert one == other
    assert shown[-1] != shown[-2]
    assert len({*others, one}) == 4


def test_a_drawing_may_bring_its_own_alt_text(displayed):
    figure = draw.schedule([0.0, 0.1, 0.0], 2)
    assert style.describe(figure, ALT) is figure
    show(figure)
    show(figure, f"{ALT} Said by the notebook.")
    texts = [bundle["text/plain"] for (bundle,), _ in displayed]
    assert texts == [ALT, f"{ALT} Said by the notebook."]


@pytest.mark.parametrize("text", [None, "", "too short to say what it shows"[:29]])
def test_no_figure_is_shown_without_alt_text(displayed, text):
    figure, _ = style.new_figure()
    with pytest.raises(ValueError, match="figure must carry an alt text"):
        show(figure, text)
    with pytest.raises(ValueError, match="figure must carry an alt text"):
        show(style.describe(figure, text))
    assert not displayed


def test_text_is_large_enough_and_inside_the_figure(drawn):
    for figure in drawn:
        for text in figure.findobj(mpl.text.Text):
            assert text.get_fontsize() >= 12 or not text.get_text().strip()
        used, size = figure.get_tightbbox(), figure.get_size_inches()
        assert np.all(used.min >= -0.01), figure.alt
        assert np.all(used.max <= size + 0.01), figure.alt


def test_the_readers_own_matplotlib_settings_are_left_alone():
    before = dict(mpl.rcParams)
    list(drawings.speed_drawings())
    assert dict(mpl.rcParams) == before


def test_tables_set_integers_flush_right_with_commas(displayed):
    show_table(("name", "count"), [("a", 1234567), ("b", 2)])
    ((table,), _), *_ = displayed
    assert table.data.splitlines() == [
        "| name | count |",
        "| :--- | ---: |",
        "| a | 1,234,567 |",
        "| b | 2 |",
    ]


def test_the_map_is_what_the_notebooks_say(tmp_path):
    text = "# 3. Shapes\n\n**The question.** Which?\n"
    core = "**Core path**: sections 1 to 6, 40 minutes to read, 1 to run on two cores."
    cells = [{"source": [text]}, {"source": [core]}, {"source": "## 1. More"}]
    for name in ("03_shapes", "other"):
        notebook = {"cells": cells}
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    own = {"cells": [{"source": "# My notes"}]}
    (tmp_path / "03_notes.ipynb").write_text(json.dumps(own), encoding="utf-8")
    header, rows = start_here.course_map(tmp_path)
    assert rows == [("[3. Shapes](03_shapes.ipynb)", "Which?", 40, 1)]
    assert len(header) == len(rows[0])


def test_a_live_figure_replaces_itself(monkeypatch):
    shown = []

    class Handle:
        def update(self, bundle, raw):
            shown.append(("replaced", bundle["text/plain"]))

    def first(bundle, raw, display_id):
        shown.append(("new", bundle["text/plain"]))
        return Handle()

    def words(history):
        return f"Loss and accuracy fall, epochs: {len(history['seconds'])}"

    def described(history):
        return style.describe(draw.training_curves(history), words(history))

    monkeypatch.setattr(display, "display", first)
    histories = [
        {key: values[:epochs] for key, values in HISTORY.items()}
        for epochs in (1, 2, 3)
    ]
    for live in (Live(draw.training_curves, words), Live(described)):
        shown.clear()
        for history in histories:
            live(history)
        assert [how for how, _ in shown] == ["new", "replaced", "replaced"]
        assert [text for _, text in shown] == [words(history) for history in histories]
