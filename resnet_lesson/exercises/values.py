"""What checkers ask of an answer: the right number, choice or array.

Each raises a `Hint` that fits the mistake, and returns what it read. Typical
mistakes are given as what they lead to.
"""

import contextlib
from numbers import Number

import numpy as np

from resnet_lesson.exercises.checking import Hint


def number(answer, wanted, *, mistakes=None, tolerance=0.0, otherwise=""):
    """Ask for a number.

    Args:
        answer: the reader's; NumPy's numbers and arrays of one number count.
        wanted: the right one.
        mistakes: wrong number -> the hint for it.
        tolerance: relative, for the right and the wrong numbers.
        otherwise: the hint for any other number.

    Returns:
        The answer as a Python number.
    """
    value = read_number(answer)
    if _near(value, wanted, tolerance):
        return value
    for wrong, hint in (mistakes or {}).items():
        if _near(value, wrong, tolerance):
            raise Hint(hint)
    raise Hint(otherwise or f"{value:g} is not it; go through the steps once more.")


def read_number(answer, name="the answer"):
    """A finite Python number of whatever holds just one, or a `Hint`."""
    if isinstance(answer, str):
        raise Hint(f"{name} must be a number, got the text {answer!r}.")
    if callable(answer):
        raise Hint(f"{name} must be a number, got a function: call it.")
    value = np.asarray(answer)
    if value.dtype == bool or not np.issubdtype(value.dtype, np.number):
        raise Hint(f"{name} must be a number, got {short(answer)}.")
    if value.size != 1:
        raise Hint(f"{name} must be one number, got {value.size} of them.")
    value = value.item()
    if isinstance(value, complex):
        raise Hint(f"{name} must be a real number, got {value}.")
    if not np.isfinite(value):
        raise Hint(f"{name} must be a finite number, got {value}.")
    return value


def choice(answer, wanted, hints):
    """Ask for one of several words or letters; upper and lower case are the same.

    Args:
        answer: the reader's, text.
        wanted: the right one.
        hints: every wrong choice -> the hint for it.

    Returns:
        The answer as it is written in `wanted` or `hints`.
    """
    options = [wanted, *hints]
    if not isinstance(answer, str):
        # Sorted: in its own order the list would begin with the right one.
        raise Hint(f"Answer with one of {_listed(sorted(options))}, as text in quotes.")
    for option in options:
        if option.casefold() == answer.strip().casefold():
            if option == wanted:
                return option
            raise Hint(hints[option])
    raise Hint(f"{answer!r} is none of {_listed(sorted(options))}.")


def choices(answer, wanted, hints):
    """Ask for a choice for each of several things.

    Args:
        answer: the reader's, a dict from the keys of `wanted` to text.
        wanted: key -> the right choice.
        hints: (key, wrong choice) -> hint, or wrong choice -> hint.
    """
    if not isinstance(answer, dict) or set(answer) != set(wanted):
        raise Hint(f"Keep the dictionary with the keys {_listed(wanted)}.")
    options = dict.fromkeys([*wanted.values(), *(_last(key) for key in hints)])
    for key, right in wanted.items():
        fitting = {
            option: hints.get((key, option), hints.get(option, ""))
            or f"{option!r} does not fit {key}."
            for option in options
            if option != right
        }
        try:
            choice(answer[key], right, fitting)
        except Hint as hint:
            raise Hint(f"{key}: {hint}") from None


def array(answer, wanted, *, mistakes=(), tolerance=1e-5, name="the answer"):
    """Ask for an array of a certain shape and values.

    Args:
        answer: the reader's: anything that NumPy makes an array of.
        wanted: the right one.
        mistakes: pairs of a wrong array and the hint for it.
        tolerance: relative and absolute, see `numpy.allclose`.
        name: of the array, for the hint.

    Returns:
        The answer as a NumPy array.
    """
    value = read_array(answer, name)
    wanted = np.asarray(wanted)
    if same(value, wanted, tolerance):
        return value
    for wrong, hint in mistakes:
        if same(value, np.asarray(wrong), tolerance):
            raise Hint(hint)
    if value.shape != wanted.shape:
        raise Hint(f"{name} must have shape {wanted.shape}, got {value.shape}.")
    off = ~np.isclose(value, wanted, rtol=tolerance, atol=tolerance)
    place = tuple(map(int, np.argwhere(off)[0])) if off.ndim else ()
    raise Hint(
        f"{name} has the right shape, but {off.sum()} of its {off.size} values are "
        f"off, the first at {place}, where yours is {value[place]:g}."
    )


def read_array(answer, name="the answer"):
    """A finite numeric array of whatever NumPy takes for one, or a `Hint`."""
    if answer is None:
        raise Hint(f"{name} is None: is there a `return`?")
    value = None
    with contextlib.suppress(Exception):
        value = np.asarray(answer)
    if value is None or value.dtype.kind not in "biufc":
        raise Hint(f"{name} must be an array of finite numbers, got {short(answer)}.")
    value = value.astype(int) if value.dtype == bool else value
    if not np.all(np.isfinite(value)):
        raise Hint(f"{name} holds values that are not finite (NaN or ∞).")
    return value


def same(value, wanted, tolerance=1e-5):
    """Whether two values, or tuples of them, agree: numbers and arrays nearly."""
    if isinstance(wanted, str):
        return isinstance(value, str) and value == wanted
    if isinstance(wanted, (tuple, list)) and not _is_numeric(wanted):
        return (
            isinstance(value, (tuple, list))
            and len(value) == len(wanted)
            and all(same(v, w, tolerance) for v, w in zip(value, wanted, strict=True))
        )
    with contextlib.suppress(Exception):
        value, wanted = np.asarray(value), np.asarray(wanted)
        if value.dtype == bool and wanted.dtype != bool:
            return False
        return value.shape == wanted.shape and np.allclose(
            value, wanted, rtol=tolerance, atol=tolerance
        )
    return False


def short(value):
    """A value in few characters."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (Number, str, bool, type(None))):
        return f"{value:.6g}" if isinstance(value, float) else repr(value)[:60]
    shape = getattr(value, "shape", None)
    if shape is not None:
        with contextlib.suppress(Exception):  # a symbolic tensor holds no values
            values = np.asarray(value)
            if values.size <= 12 and values.dtype != object:
                return " ".join(np.array2string(values, precision=4).split())
        return f"an array of shape {tuple(shape)}"
    if isinstance(value, (tuple, list)) and any(hasattr(v, "shape") for v in value[:3]):
        parts = [short(part) for part in value[:3]] + ["…"] * (len(value) > 3)
        return f"({', '.join(parts)})"
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"


def _is_numeric(values):
    with contextlib.suppress(Exception):
        return np.issubdtype(np.asarray(values).dtype, np.number)
    return False


def _near(value, wanted, tolerance):
    return abs(value - wanted) <= tolerance * abs(wanted)


def _listed(options):
    return ", ".join(repr(option) for option in options)


def _last(key):
    return key[1] if isinstance(key, tuple) else key
