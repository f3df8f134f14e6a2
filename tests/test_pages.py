"""Cells as HTML: formulas, links, figures of both kinds."""

import base64
import re
from html import unescape

import pytest
from fontTools.ttLib import TTFont
from nbformat import v4

from resnet_lesson.commands import mathfont, pages


def test_limits_of_a_sum_stand_above_and_below_it_in_a_formula_of_its_own():
    sum_in_brackets = r"\left( 1 + \sum_{i=l}^{L-1} F(x_i) \right)"
    assert "<munderover>" in pages.mathml(sum_in_brackets, "block")
    assert "<msubsup>" in pages.mathml(sum_in_brackets, "inline")
    assert pages.mathml("x_i^2", "block").count("<msubsup>") == 1


def test_text_in_a_formula_stays_text():
    assert "&lt;" in pages.mathml(r"\text{a<b}", "inline")


@pytest.mark.parametrize(
    ("tex", "parts"),
    [("a = b", 1), ("a = b = c", 3), (r"\frac{a = b}{c = d} = e", 1), ("0 < x < 1", 3)],
)
def test_only_a_chain_may_break_between_its_steps(tex, parts):
    assert pages.Writer().markdown(f"${tex}$").count("<math") == parts


def test_a_link_leads_where_it_is_told_or_is_none():
    writer = pages.Writer({"a.ipynb": "a.html"}.get)
    html = writer.markdown("[one](a.ipynb), [two](../LICENSE)")
    assert html == '<p><a href="a.html">one</a>, two</p>\n'


def test_headings_get_anchors_of_their_own():
    writer = pages.Writer()
    writer.markdown("## Same, $x$\n\n## Same, $x$")
    anchors = [anchor for _, _, anchor in writer.headings]
    assert len(set(anchors)) == 2


def test_outputs_of_every_kind_arrive_with_their_alt_text():
    image = v4.new_output(
        "display_data",
        {"image/png": "AA\nBB", "text/plain": "words"},
        metadata={"image/png": {"alt": 'a "figure"', "width": 6, "height": 4}},
    )
    html = v4.new_output("display_data", {"text/html": "<b>x</b>", "text/plain": "x"})
    said = v4.new_output("stream", text="1 < 2\n")
    plain = v4.new_output("execute_result", {"text/plain": "3"}, execution_count=1)
    cell = v4.new_code_cell("", outputs=[image, html, said, plain])
    first, second, third, fourth = pages.Writer().outputs(cell)
    assert 'alt="a &quot;figure&quot;" width="6" height="4"' in first
    assert "base64,AABB" in first
    assert second == "<b>x</b>"
    assert "<samp>1 &lt; 2</samp>" in third
    assert "<samp>3</samp>" in fourth


def test_the_font_has_what_the_formulas_need_and_little_more(tmp_path):
    formula = pages.mathml(
        r"\mathcal{F}(x) = \left\lfloor \sum_i x_i \right\rfloor", "block"
    )
    face = mathfont.font_face([formula, "outside"])
    path = tmp_path / "font.woff"
    path.write_bytes(base64.b64decode(re.search(r"base64,([^\"]+)", face)[1]))
    font = TTFont(path)
    letters = set(unescape(re.sub(r"<[^>]+>", "", formula)))
    assert {ord(letter) for letter in letters} <= font.getBestCmap().keys()
    assert "MATH" in font  # brackets that grow
    assert len(face) < 100_000
