import matplotlib as mpl
import numpy as np
import pytest

from resnet_lesson.figures import show, show_table, style
from resnet_lesson.figures import training as draw

HISTORY = {
    f"{kind}_{what}": [0.5, 0.4, 0.3]
    for kind in ("running", "train", "validation")
    for what in ("loss", "accuracy")
} | {"seconds": [1.0, 1.0, 1.0]}


@pytest.fixture
def displayed(monkeypatch):
    outputs = []

    def display(*objects, **options):
        outputs.append((objects, options))

    monkeypatch.setattr(style, "display", display)
    return outputs


def drawings(fashion):
    probabilities = np.full((6, 10), 0.1)
    some = fashion.validation.first(200)
    yield draw.sample_grid(some)
    yield draw.class_means(some)
    yield draw.pixel_histogram(some.images)
    yield draw.schedule([0.0, 0.1, 0.05, 0.0], 2)
    yield draw.training_curves(HISTORY)
    yield draw.predictions(some.images[:6], some.labels[:6], probabilities)


def test_figures_are_shown_with_alt_text_on_white(fashion, displayed):
    for figure in drawings(fashion):
        show(figure, "what it shows")
        assert figure.get_facecolor() == (1, 1, 1, 1)
    assert len(displayed) == 6
    for (bundle,), options in displayed:
        assert bundle["image/png"].startswith(b"\x89PNG")
        assert bundle["text/plain"] == "what it shows"
        assert options["metadata"]["image/png"]["alt"] == "what it shows"


def test_text_is_large_enough_and_inside_the_figure(fashion):
    for figure in drawings(fashion):
        figure.draw_without_rendering()
        for text in figure.findobj(mpl.text.Text):
            if not (text.get_text().strip() and text.get_visible()):
                continue
            assert text.get_fontsize() >= 12
            box = text.get_window_extent()
            assert box.x0 >= -2
            assert box.x1 <= figure.bbox.x1 + 2


def test_the_readers_own_matplotlib_settings_are_left_alone(fashion):
    before = dict(mpl.rcParams)
    list(drawings(fashion))
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
