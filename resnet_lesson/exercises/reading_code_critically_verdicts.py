"""What checkers ask of a reader's check: to fail on a defect and pass on its fix."""

import contextlib
import dis
import inspect
import re
import types

import numpy as np

from resnet_lesson.exercises.checking import Hint
from resnet_lesson.exercises.functions import written
from resnet_lesson.exercises.values import short


def catches(answer, *, fixes, defects, mistakes=()):
    """Ask for a function whose assert fails on every defect and on no fix.

    Args:
        answer: the reader's check.
        fixes: what the subject is, in words -> arguments on which it must pass.
        defects: the same for subjects on which its assert must fail.
        mistakes: pairs of a wrong check and the hint for readers whose check
            says the same as it on every subject.
    """
    written(answer)
    said = {name: _verdict(answer, args) for name, args in {**fixes, **defects}.items()}
    _nothing_else_raised(said, fixes)
    if all(verdict == "passes" for verdict, _ in said.values()):
        _not_vacuous(answer, said)
    for wrong, hint in mistakes:
        verdicts = [_verdict(wrong, args)[0] for args in (fixes | defects).values()]
        if verdicts == [verdict for verdict, _ in said.values()]:
            raise Hint(hint)
    failed = [name for name in fixes if said[name][0] == "fails"]
    missed = [name for name in defects if said[name][0] == "passes"]
    if failed:
        all_of_them = len(failed) == len(fixes) and not missed
        everything = "everything, also on" if all_of_them else "the fix,"
        message = said[failed[0]][1] or "without a message"
        raise Hint(f"It fails on {everything} {failed[0]}: {message}.")
    if len(missed) == len(defects):
        raise Hint(
            f"It passes on the defect, {missed[0]}, as it does on the fix. What "
            "differs between the two?"
        )
    if missed:
        caught = next(name for name in defects if name not in missed)
        raise Hint(f"It catches {caught}, but passes on this defect: {missed[0]}.")


def claim(condition):
    """An assert as an expression, for wrong checks of one line."""
    assert condition


def _verdict(check, args):
    """("passes" | "fails" | "raises", what was returned or said)."""
    args = [np.copy(arg) if isinstance(arg, np.ndarray) else arg for arg in args]
    try:
        return "passes", check(*args)
    except AssertionError as error:
        return "fails", str(error).strip().split("\n")[0][:80].rstrip(".")
    except (Exception, SystemExit) as error:
        return "raises", f"{type(error).__name__}: {error}"


def _nothing_else_raised(said, fixes):
    for name, (verdict, message) in said.items():
        if verdict == "raises":
            where = "the fix" if name in fixes else "the defect"
            raise Hint(
                f"On {where}, {name}, your check raises {message}. A check says what "
                "is wrong by an `assert` of its own that fails."
            )


def _not_vacuous(answer, said):
    """Hints for a check that passes on everything because of how it is written."""
    returned = [value for _, value in said.values() if value is not None]
    if returned:
        raise Hint(
            f"Your check returns {short(returned[-1])}, and nobody looks at what a "
            "check returns. Write `assert condition, message`."
        )
    source = ""
    with contextlib.suppress(Exception):
        source = inspect.getsource(answer)
    if re.search(r"assert\s*\((?:[^()]|\([^()]*\))*,\s*f?[\"']", source):
        raise Hint(
            "`assert (condition, message)` asserts a pair, and a pair is always true. "
            "Leave the parentheses out."
        )
    if not _asserts(answer.__code__):
        raise Hint(
            "It passes on everything. Is there an `assert` in it, with a condition "
            "that can be false?"
        )


def _asserts(code):
    """Whether a function's own code asserts or calls something named so."""
    words = (f"{step.opname} {step.argval}" for step in dis.get_instructions(code))
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return any("assert" in word.lower() for word in words) or any(map(_asserts, inner))
