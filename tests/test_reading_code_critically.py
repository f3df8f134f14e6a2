"""Notebook 08: its map of defects, and the tests that its text points to."""

import re
from pathlib import Path

import nbformat
import pytest

from resnet_lesson.figures import reading_code_critically

TESTS = Path(__file__).parent
NOTEBOOK = TESTS.parent / "notebooks" / "08_reading_code_critically.ipynb"


def exhibits():
    return [
        {"name": f"{kind}, {error}", "kind": kind, "error": error}
        for kind in reading_code_critically.KINDS
        for error in reading_code_critically.FILLS
    ]


def test_map_has_one_marker_an_exhibit_in_the_column_of_its_kind():
    entries = exhibits()
    axes = reading_code_critically.museum_map(entries).axes[0]
    markers = [line for line in axes.lines if len(line.get_xdata())]
    assert len(markers) == len(entries)
    for row, (marker, entry) in enumerate(zip(markers, entries, strict=True)):
        assert list(marker.get_ydata()) == [row]
        assert list(marker.get_xdata()) == [
            reading_code_critically.KINDS.index(entry["kind"])
        ]
        assert (
            marker.get_fillstyle() == reading_code_critically.FILLS[entry["error"]][0]
        )


@pytest.mark.parametrize("key", ["kind", "error"])
def test_map_refuses_what_has_no_place(key):
    entry = {**exhibits()[0], key: "other"}
    with pytest.raises(ValueError, match=f"{key} must be one of .*got 'other'"):
        reading_code_critically.museum_map([entry])


def test_tests_named_in_the_notebook_exist():
    source = "\n".join(path.read_text("utf-8") for path in TESTS.glob("test_*.py"))
    defined = re.findall(r"^def (test_\w+)", source, re.MULTILINE)
    cells = {cell.id: cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells}
    named = re.findall(r"`(test_\w+)(?:\.\.\.)?`", cells["checklist-tests"].source)
    assert len(named) >= 8
    for name in named:
        assert any(test.startswith(name) for test in defined), name
