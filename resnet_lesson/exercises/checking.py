"""`check` and `progress`: what a notebook calls, and how an exercise is declared.

A chapter's module declares its exercises:

    @exercise("4.1", expects="an integer", notice="Half of the pixels ...")
    def columns_read(answer):
        number(answer, 7, mistakes={8: "You counted the padding, too."})

A checker returns nothing where the answer is right and raises a `Hint` where it
is not. Whatever else goes wrong inside it, an answer of another kind, an
exception of the reader's function, a loop without end, ends in a sentence too.
"""

import contextlib
import dis
import importlib
import inspect
import io
import os
import pkgutil
import sys
import sysconfig
import textwrap
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

CHAPTERS = {  # number of the notebook: its checkers, in modules of that name
    "1": "degradation",
    "2": "residual_mapping",
    "3": "identity_shortcut",
    "4": "convolution_arithmetic",
    "5": "building_resnet",
    "6": "training_on_fashion_mnist",
    "7": "looking_inside",
    "8": "reading_code_critically",
    "9": "where_the_seconds_go",
}
SECONDS = 20  # that a check may take, everything included
MARKS = {"right": "✓", "wrong": "✗", "open": "…"}
WIDTH = 88  # characters of a line

_exercises = {}  # number: Exercise, of every chapter that was imported
_outcomes = {}  # number: "right", "wrong" or "open", of this session's checks


class Hint(Exception):
    """Why an answer is not right yet, without giving the right one away.

    Args:
        text: one to three sentences that lead on from this very mistake.
        figure: a drawing that shows it, where a drawing says more; see
            `figures.style.describe` for its alt text.
    """

    def __init__(self, text, figure=None):
        super().__init__(text)
        self.figure = figure


class TimeUp(BaseException):
    """A check took too long; no `except Exception` of a reader's can stop it."""


@dataclass(frozen=True)
class Exercise:
    """What `exercise` declares.

    number: chapter and number, "4.1".
    expects: what an answer looks like, "an integer".
    notice: one sentence on what to notice, shown once the answer is right.
    checker: a function of the answer that raises `Hint` or returns.
    """

    number: str
    expects: str
    notice: str
    checker: Callable


def exercise(number, *, expects, notice):
    """Decorator: declare a checker; the arguments are fields of `Exercise`."""

    def declare(checker):
        if number in _exercises:
            raise ValueError(f"number must be unique, got {number!r} a second time")
        _exercises[number] = Exercise(number, expects, notice, checker)
        return checker

    return declare


def check(number, answer):
    """Say whether an answer is right, and if not, what may have gone wrong.

    Args:
        number: of the exercise, such as "4.1".
        answer: the reader's; `...`, a function whose body is `...`, or
            anything that holds a `...`, counts as not attempted.

    Raises:
        ValueError: there is no such exercise.
    """
    task = _find(number)
    if _is_untouched(answer):
        _outcomes[number] = "open"
        _say("open", f"Exercise {number}: not attempted yet.")
        return
    hint = _hint(task, answer)
    _outcomes[number] = "right" if hint is None else "wrong"
    if hint is None:
        _say("right", f"Exercise {number}: right. {task.notice}")
        return
    _say("wrong", f"Exercise {number}: not yet. {hint}")
    if hint.figure is not None:
        from resnet_lesson.figures import show

        show(hint.figure)


def progress():
    """Show which exercises of the chapters checked in this session are done."""
    chapters = dict.fromkeys(number.split(".")[0] for number in _outcomes)
    if not chapters:
        print("No exercise has been checked in this session yet.")
    for chapter in chapters:
        states = {n: _outcomes.get(n, "open") for n in numbers(chapter)}
        done = sum(state == "right" for state in states.values())
        marks = "  ".join(f"{MARKS[state]} {n}" for n, state in states.items())
        print(f"{marks}   {done} of {len(states)} done")


def numbers(chapter):
    """The numbers of a chapter's exercises, in order: ["4.1", "4.2", ...]."""
    _load(chapter)
    own = [n for n in _exercises if n.split(".")[0] == chapter]
    return sorted(own, key=lambda n: int(n.split(".")[1]))


def _find(number):
    if isinstance(number, str) and number.split(".")[0] in CHAPTERS:
        chapter = number.split(".")[0]
        _load(chapter)
        if number in _exercises:
            return _exercises[number]
        raise ValueError(f"number must be one of {numbers(chapter)}, got {number!r}")
    raise ValueError(
        f'number must be chapter and exercise, such as "4.1", got {number!r}'
    )


def _load(chapter):
    """Import the chapter's modules: the one of its name, and "name_..." """
    for _, module, _ in pkgutil.iter_modules([os.path.dirname(__file__)]):
        if f"{module}_".startswith(f"{CHAPTERS[chapter]}_"):
            importlib.import_module(f"resnet_lesson.exercises.{module}")


def _is_untouched(answer):
    if answer is ...:
        return True
    if isinstance(answer, dict):
        return any(map(_is_untouched, answer.values()))
    if isinstance(answer, (tuple, list)):
        return any(map(_is_untouched, answer))
    if not inspect.isfunction(answer):
        return False
    # A body of `...`, with or without a docstring, compiles to "return None".
    steps = [step for step in dis.get_instructions(answer) if step.opname in _RETURNS]
    body = [step for step in dis.get_instructions(answer) if step.opname not in _IDLE]
    return body == steps and all(step.argval is None for step in steps)


_RETURNS = {"LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
_IDLE = {"RESUME", "NOP"}


def _hint(task, answer):
    """The hint for an answer, or None where it is right."""
    try:
        with _guarded():
            task.checker(answer)
    except Hint as hint:
        return hint
    except TimeUp:
        return Hint(
            f"The check gave up after {SECONDS} seconds. Is there a loop that never "
            "ends? If not, the machine may be busy: run the check again."
        )
    except (Exception, SystemExit) as error:
        return Hint(
            f"This answer could not be read ({type(error).__name__}: {error}). "
            f"Expected is {task.expects}."
        )
    return None


@contextlib.contextmanager
def _guarded():
    """Keep what a reader's code prints and warns to itself, and end endless loops."""
    end = time.monotonic() + SECONDS

    def trace(frame, event, _):
        if frame.f_code.co_filename.startswith(_LIBRARIES):
            return None  # libraries run untraced, at their own speed
        if time.monotonic() > end:
            raise TimeUp
        return trace

    before = sys.gettrace()
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        sys.settrace(trace)
        try:
            yield
        finally:
            sys.settrace(before)


_LIBRARIES = (
    *{sysconfig.get_paths()[key] for key in ("stdlib", "purelib", "platlib")},
    os.path.dirname(os.path.dirname(__file__)),  # resnet_lesson itself
    "<frozen",
)


def _say(outcome, text):
    text = f"{MARKS[outcome]} {' '.join(text.split())}"
    print(textwrap.fill(text, WIDTH, subsequent_indent="  ", break_long_words=False))
