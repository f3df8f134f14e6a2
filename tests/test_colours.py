"""Figures for every reader: contrast of words, colours for any kind of sight."""

import itertools
from unittest import mock

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.container import BarContainer
from matplotlib.text import Text

from resnet_lesson.figures import (
    colours,
    style,
)

PALETTE = {
    name: getattr(style, name)
    for name in ("BLUE", "ORANGE", "GREEN", "PURPLE", "SKY", "YELLOW", "INK", "GREY")
}
# Machado, Oliveira & Fernandes 2009, "A physiologically-based model for simulation
# of color vision deficiency", severity 1.0, for amounts of light (linear RGB).
SIGHTS = {
    "trichromacy": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
SRGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
LEAST_DISTANCE = 15  # CIE 1976; about 2.3 is just noticeable


def lab(light):
    """CIE 1976 L*, a*, b* of an amount of red, green and blue light."""
    relative = SRGB_TO_XYZ @ np.clip(light, 0, 1) / SRGB_TO_XYZ.sum(axis=1)
    x, y, z = np.where(
        relative > (6 / 29) ** 3, np.cbrt(relative), relative * 841 / 108 + 4 / 29
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one, other, sight="trichromacy"):
    seen = (lab(SIGHTS[sight] @ colours.linear(color)) for color in (one, other))
    return np.linalg.norm(np.subtract(*seen))


def test_distances_are_those_of_cie_1976():
    assert lab(np.ones(3)) == pytest.approx([100, 0, 0], abs=1e-3)
    assert lab(colours.linear("#ff0000")) == pytest.approx(
        [53.24, 80.09, 67.20], abs=0.1
    )
    # Red and a green of the same brightness: what the simulation must take away.
    red, green = "#c00000", "#006f00"
    assert distance(red, green) > 100
    assert distance(red, green, "deuteranopia") < distance(red, green) / 2


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("pair", [*itertools.combinations(PALETTE, 2)], ids="-".join)
def test_colours_are_told_apart_with_any_kind_of_sight(pair, sight):
    one, other = (PALETTE[name] for name in pair)
    assert distance(one, other, sight) >= LEAST_DISTANCE


def test_contrast_is_that_of_wcag():
    assert colours.contrast("white", "black") == pytest.approx(21)
    assert colours.contrast("#767676", "white") == pytest.approx(4.54, abs=0.01)
    assert colours.contrast("white", "#767676") == colours.contrast("#767676", "white")


@pytest.mark.parametrize("name", PALETTE)
def test_words_in_a_colour_are_legible_and_of_its_hue(name):
    words = style.words_in(PALETTE[name])
    for behind in ("white", style.PALE):
        assert colours.contrast(words, behind) >= colours.ENOUGH
    light, dimmed = colours.linear(PALETTE[name]), colours.linear(words)
    shares = light / light.sum(), dimmed / dimmed.sum()
    assert shares[1] == pytest.approx(shares[0], abs=0.02)


def faint(figure):
    """Words of a figure that over a quarter of what is behind makes hard to read."""
    canvas, texts, draw = FigureCanvasAgg(figure), [], Text.draw

    def leave_out(text, renderer):
        if text.get_text().strip():
            texts.append(text)
        alpha = text.get_alpha()
        text.set_alpha(0)
        draw(text, renderer)
        text.set_alpha(alpha)

    with mock.patch.object(Text, "draw", leave_out):
        canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[::-1, :, :3] / 255  # from the bottom
    for text in texts:
        behind = _behind(text, pixels)
        hard = colours.contrast(to_rgb(text.get_color()), behind) < colours.ENOUGH
        if hard.mean() > 0.25:
            yield text.get_text(), text.get_color(), round(hard.mean(), 2)


def _behind(text, pixels):
    for effect in text.get_path_effects():  # an outline
        return np.array([to_rgb(effect._gc["foreground"])])
    box = text.get_window_extent().expanded(0.8, 0.8)  # it reaches beyond the letters
    left, bottom, right, top = box.extents.round().astype(int)
    return pixels[max(bottom, 0) : top, max(left, 0) : right].reshape(-1, 3)


def test_faint_words_are_found():
    figure, axis = style.new_figure()
    axis.text(0.5, 0.5, "faint", color=style.ORANGE)
    axis.text(0.5, 0.2, "legible", color=style.words_in(style.ORANGE))
    axis.fill_between([0, 0.4], 0, 1, color=style.INK)
    axis.text(0.1, 0.5, "lost", color=style.GREY)
    assert [words for words, *_ in faint(figure)] == ["faint", "lost"]


def test_words_in_figures_are_legible(drawn):
    for figure in drawn:
        assert not list(faint(figure)), figure.alt


def alike(figure):
    """Series of one axes that nothing but their colour tells apart."""
    for axes in figure.axes:
        if not axes.axison:  # a diagram, whose parts have names
            continue
        looks = {}
        for line in axes.lines:
            if len(line.get_xdata()):
                dashes = str(line._unscaled_dash_pattern)
                look = dashes, line.get_marker(), line.get_fillstyle()
                looks.setdefault(look, set()).add(to_hex(line.get_color()))
        for bars in axes.containers:
            if isinstance(bars, BarContainer):
                for bar in bars:
                    look = "bar", bar.get_hatch() or ""
                    looks.setdefault(look, set()).add(to_hex(bar.get_facecolor()))
        yield from (look for look, hues in looks.items() if len(hues) > 1)


def test_series_alike_but_for_their_colour_are_found():
    figure, axis = style.new_figure()
    axis.plot([1, 2], color=style.BLUE)
    axis.plot([1, 3], color=style.BLUE)
    axis.plot([2, 3], **style.look(style.ORANGE, "--", "o"))
    axis.bar([1, 2], [1, 2], color=[style.BLUE, style.ORANGE], hatch=["", "//"])
    assert not list(alike(figure))
    axis.plot([2, 1], color=style.ORANGE)
    axis.bar([3], [1], color=style.GREEN)
    assert len(list(alike(figure))) == 2


def test_nothing_is_told_by_its_colour_alone(drawn):
    for figure in drawn:
        # In the map of notebook 8 each colour has a column with a name.
        if not figure.alt.startswith("One dot for each"):
            assert not list(alike(figure)), figure.alt
