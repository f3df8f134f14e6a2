"""Every exercise: the right answer passes, typical wrong ones get a fitting hint.

The answers are in `answers/`, a module a chapter.
"""

import importlib

import pytest

from resnet_lesson.exercises import check, checking
from resnet_lesson.exercises.checking import CHAPTERS, numbers

ANSWERS = {
    chapter: importlib.import_module(f"answers.{module}")
    for chapter, module in CHAPTERS.items()
}
ALL = [(chapter, number) for chapter in CHAPTERS for number in numbers(chapter)]
by_number = pytest.mark.parametrize(
    ("chapter", "number"), ALL, ids=[number for _, number in ALL]
)


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """What an answer is told does not depend on how busy the machine is."""
    monkeypatch.setattr(checking, "SECONDS", 6 * checking.SECONDS)


def said(capsys, number, answer):
    check(number, answer)
    return " ".join(capsys.readouterr().out.split())


@by_number
def test_the_right_answer_gets_its_tick(chapter, number, capsys):
    text = said(capsys, number, ANSWERS[chapter].RIGHT[number])
    assert text.startswith(f"✓ Exercise {number}: right. ")
    assert len(text) > 50, "no sentence on what to notice"


@by_number
def test_an_untouched_answer_is_not_attempted(chapter, number, capsys):
    assert "not attempted yet" in said(capsys, number, ...)


@by_number
def test_typical_mistakes_get_their_hint(chapter, number, capsys):
    wrong = ANSWERS[chapter].WRONG[number]
    assert len(wrong) >= 3
    for answer, hint in wrong:
        text = said(capsys, number, answer)
        assert text.startswith(f"✗ Exercise {number}: not yet. ")
        assert hint in text


@by_number
def test_nonsense_is_survived(chapter, number, capsys):
    def prints(*args, **options):
        print("noise")

    def raises(*args, **options):
        raise KeyError("?")

    for answer in (None, float("nan"), "text", [], {}, object(), prints, raises, 7j):
        text = said(capsys, number, answer)
        assert text.startswith("✗") or "not attempted" in text
        assert "noise" not in text
