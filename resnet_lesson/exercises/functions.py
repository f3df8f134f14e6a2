"""What checkers ask of a reader's function: our results, in the reader's own words.

Typical mistakes are given as wrong functions: whoever has the results of one
of them gets its hint.
"""

import contextlib
import inspect
import types

import numpy as np

from resnet_lesson.exercises.checking import Hint
from resnet_lesson.exercises.values import same, short


def function(
    answer, reference, cases, *, mistakes=(), own=(), tolerance=1e-5, figure=None
):
    """Ask for a function that agrees with ours on every case.

    Args:
        answer: the reader's function.
        reference: ours.
        cases: argument tuples, the smallest first; a final dict in a tuple is
            passed as keywords.
        mistakes: pairs of a wrong function and the hint for readers whose
            results are the same as its results on all cases.
        own: functions of the package that the reader's must not be or call.
        tolerance: as for `array`.
        figure: a function of the first failing case's arguments that draws it,
            or gives None where a drawing says no more.

    The hint for any other mistake shows the first case that fails, what came
    out, and what should have.
    """
    written(answer, own)
    results = [call(answer, case) for case in cases]
    wanted = [reference(*args, **options) for args, options in map(_split, cases)]
    failing = [
        index
        for index, pair in enumerate(zip(results, wanted, strict=True))
        if not same(*pair, tolerance)
    ]
    if not failing:
        return
    first = failing[0]
    shown = _failure(answer, cases[first], results[first], wanted[first])
    args, options = _split(cases[first])
    picture = figure(*args, **options) if figure else None
    for wrong, hint in mistakes:
        if _agrees(wrong, cases, results, tolerance):
            raise Hint(f"{hint} {shown}", picture)
    raise Hint(shown, picture)


class Named:
    """A function of one argument that shows what it computes, for a hint's case."""

    def __init__(self, text, compute):
        self._text, self._compute = text, compute

    def __call__(self, x):
        return self._compute(x)

    def __repr__(self):
        return self._text


def call(answer, case):
    """What a reader's function returns for a case; an exception becomes a `Hint`."""
    args, options = _split(case)
    # Copies: a function that changes its arguments must not change the case.
    args = [np.copy(arg) if isinstance(arg, np.ndarray) else arg for arg in args]
    try:
        result = answer(*args, **options)
    except (Exception, SystemExit) as error:
        raise Hint(
            f"{_case(answer, case)} raises {type(error).__name__}: {error}."
        ) from None
    if result is None:
        raise Hint(f"{_case(answer, case)} returns None: is there a `return`?")
    return result


def written(answer, own=()):
    """Insist on a function that the reader wrote, and that does not call `own`."""
    if not inspect.isfunction(answer):
        raise Hint(f"Answer with a function, made by `def`, got {short(answer)}.")
    used = set(map(id, _used(answer)))
    for given in own:
        if answer is given or id(given) in used:
            raise Hint(
                f"`{given.__name__}` is the package's own function. Write yours "
                "without it: that is the exercise."
            )
    if answer.__module__.startswith("resnet_lesson"):
        raise Hint("This is a function of the package. Write your own with `def`.")


def _used(answer, seen=()):
    """What a function's names stand for, and those of the reader's helpers."""
    if answer in seen:
        return
    cells = zip(answer.__code__.co_freevars, answer.__closure__ or (), strict=True)
    scope = dict(answer.__globals__)
    for name, cell in cells:
        with contextlib.suppress(ValueError):  # not bound yet
            scope[name] = cell.cell_contents
    words = set(_words(answer.__code__))
    for value in [scope[word] for word in words if word in scope]:
        yield value
        if isinstance(value, types.ModuleType):
            yield from (getattr(value, word) for word in words if hasattr(value, word))
        elif inspect.isfunction(value) and value.__module__ == answer.__module__:
            yield from _used(value, (*seen, answer))


def _words(code):
    """The names in a function's code, functions inside it included."""
    yield from (*code.co_names, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _words(constant)


def _agrees(wrong, cases, results, tolerance):
    with contextlib.suppress(Exception):
        return all(
            same(result, wrong(*_split(case)[0], **_split(case)[1]), tolerance)
            for case, result in zip(cases, results, strict=True)
        )
    return False


def _split(case):
    if case and isinstance(case[-1], dict):
        return case[:-1], case[-1]
    return case, {}


def _failure(answer, case, result, wanted):
    text = f"{_case(answer, case)} gives {short(result)}"
    if _shape(result) != _shape(wanted):
        return f"{text}; {short(wanted)} is wanted."
    if hasattr(wanted, "shape") and short(result) == short(wanted):
        return f"{text}{_first_difference(result, wanted)}."
    return f"{text} instead of {short(wanted)}."


def _first_difference(result, wanted):
    """Where two arrays, too large to be shown, first differ."""
    result, wanted = np.asarray(result), np.asarray(wanted)
    off = ~np.isclose(result, wanted, rtol=1e-5, atol=1e-5)
    place = tuple(map(int, np.argwhere(off)[0]))
    return f" with {short(result[place])} at {place} instead of {short(wanted[place])}"


def _shape(value):
    """An array's shape, or those of several arrays that differ in shape."""
    try:
        return np.shape(value)
    except ValueError:
        return [np.shape(part) for part in value]


def _case(answer, case):
    args, options = _split(case)
    shown = [short(arg) for arg in args]
    shown += [f"{name}={short(value)}" for name, value in options.items()]
    return f"{getattr(answer, '__name__', 'the function')}({', '.join(shown)})"
