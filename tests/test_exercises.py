"""The machinery of the exercises; each chapter's have a test of their own."""

import contextlib
import itertools
import math

import numpy as np
import pytest

from resnet_lesson.exercises import check, checking, progress
from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import function, written
from resnet_lesson.exercises.values import array, choice, choices, number


def halve(n):
    return n // 2


@pytest.fixture(autouse=True)
def chapter(monkeypatch):
    """Two exercises of a chapter that no notebook has."""
    monkeypatch.setattr(checking, "_exercises", {})
    monkeypatch.setattr(checking, "_outcomes", {})
    monkeypatch.setitem(checking.CHAPTERS, "0", "values")  # any module to import
    monkeypatch.setattr(checking, "SECONDS", 1)

    @exercise("0.1", expects="an integer", notice="Six times seven.")
    def product(answer):
        number(answer, 42, mistakes={13: "You added."})

    @exercise("0.2", expects="a function", notice="Rounded down.")
    def half(answer):
        wrong = (lambda n: -(-n // 2), "You round up.")
        function(answer, halve, [(n,) for n in range(1, 9)], mistakes=[wrong])


def said(capsys, number, answer):
    check(number, answer)
    return " ".join(capsys.readouterr().out.split())


def test_right_untouched_wrong(capsys):
    assert said(capsys, "0.1", 42) == "✓ Exercise 0.1: right. Six times seven."
    assert said(capsys, "0.1", ...) == "… Exercise 0.1: not attempted yet."
    assert said(capsys, "0.1", 13) == "✗ Exercise 0.1: not yet. You added."
    assert "✗" in said(capsys, "0.1", 41)


def test_progress_counts_what_is_right(capsys):
    progress()
    assert "No exercise" in capsys.readouterr().out
    check("0.1", 42)
    check("0.2", ...)
    capsys.readouterr()
    progress()
    assert capsys.readouterr().out == "✓ 0.1  … 0.2   1 of 2 done\n"


@pytest.mark.parametrize("answer", [42, 42.0, np.int64(42), np.array([42.0])])
def test_numbers_of_every_kind_count(capsys, answer):
    assert said(capsys, "0.1", answer).startswith("✓")


@pytest.mark.parametrize(
    "answer",
    [None, "42", True, math.nan, math.inf, 42j, [42, 42], np.zeros((3, 3)), {}, halve],
)
def test_nonsense_gets_a_sentence_and_no_tick(capsys, answer):
    text = said(capsys, "0.1", answer)
    assert text.startswith("✗ Exercise 0.1: not yet.")
    assert len(text) > 40


def test_an_unwritten_function_is_not_attempted(capsys):
    def bare(n): ...

    def documented(n):
        """What it should do."""
        ...

    def annotated(n: int, m: float = 2.0) -> int: ...

    for answer in (bare, documented, annotated, (1, ...), [..., 2], {"a": ...}):
        assert "not attempted" in said(capsys, "0.2", answer)

    def constant(n):
        return 7

    assert "not attempted" not in said(capsys, "0.2", constant)


def endless(n):
    while True:
        pass


def stubborn(n):
    while True:
        with contextlib.suppress(Exception):
            raise ValueError


def noisy(n):
    print("here", n)
    return -(-n // 2)


def failing(n):
    return n // 0


def forgetful(n):
    n // 2


def test_functions_that_misbehave_get_a_sentence(capsys):
    assert "loop" in said(capsys, "0.2", endless)
    assert "loop" in said(capsys, "0.2", stubborn)
    assert "failing(1) raises ZeroDivisionError" in said(capsys, "0.2", failing)
    assert "return" in said(capsys, "0.2", forgetful)
    text = said(capsys, "0.2", noisy)
    assert "here" not in text
    assert "You round up. noisy(1) gives 1 instead of 0." in text
    assert "instead of" in said(capsys, "0.2", lambda n: n)
    for answer in (3, None, print, "halve", lambda: 2, int):
        assert said(capsys, "0.2", answer).startswith("✗")


def test_a_system_exit_does_not_end_the_notebook(capsys):
    def leaving(n):
        raise SystemExit

    assert said(capsys, "0.2", leaving).startswith("✗")


def test_the_packages_own_function_is_not_an_answer():
    def renamed(n):
        return halve(n)

    def helped(n):
        return renamed(n)

    for answer in (halve, renamed, helped, lambda n: halve(n)):
        with pytest.raises(Hint, match="Write yours"):
            written(answer, [halve])
    written(lambda n: n // 2, [halve])


def test_choices_name_the_key():
    wanted = {"a": "left", "b": "right"}
    choices({"a": "Left", "b": " right "}, wanted, {"up": "No."})
    with pytest.raises(Hint, match="b: No"):
        choices({"a": "left", "b": "up"}, wanted, {"up": "No."})
    with pytest.raises(Hint, match="'a', 'b'"):
        choices({"a": "left"}, wanted, {})
    with pytest.raises(Hint, match="none of 'x', 'y'"):
        choice("z", "x", {"y": ""})


def test_arrays_by_shape_and_value():
    array([[1, 2]], [[1.0, 2.0]])
    with pytest.raises(Hint, match="Transposed"):
        array(
            [[1, 3], [2, 4]],
            [[1, 2], [3, 4]],
            mistakes=[(((1, 3), (2, 4)), "Transposed")],
        )
    with pytest.raises(Hint, match=r"shape \(2,\)"):
        array([1], [1, 2])
    with pytest.raises(Hint, match="the first at"):
        array([1, 3], [1, 2])
    for nonsense in (None, "text", [1, None], [math.nan], {}, itertools.count()):
        with pytest.raises(Hint):
            array(nonsense, [1.0])


def test_functions_may_not_change_the_case():
    seen = np.arange(3.0)

    def spoil(x):
        x += 1
        return x

    with pytest.raises(Hint):
        function(spoil, lambda x: x, [(seen,)])
    assert seen.tolist() == [0, 1, 2]


@pytest.mark.parametrize("number", ["0.9", "17.1", "x", 4.1, None])
def test_unknown_exercises_are_named(number):
    with pytest.raises(ValueError, match="number must be"):
        check(number, 1)
