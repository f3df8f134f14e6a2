"""What holds for all arguments, tried on many: Hypothesis chooses them.

The choice is the same at every run (`derandomize`).
"""

import contextlib
import importlib
import io
import json
import math
import os
from dataclasses import asdict, fields

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from resnet_lesson import conv_arithmetic as arithmetic
from resnet_lesson import models
from resnet_lesson.exercises import check
from resnet_lesson.exercises.checking import CHAPTERS, numbers
from resnet_lesson.exercises.values import same
from resnet_lesson.training.recipe import INTEGERS, OPTIMIZERS, REALS, SCHEDULES, Recipe

# A mistake of `mutants.py` has to be caught; the smallest case of it takes longer.
shrinks = () if "MUTANT" in os.environ else (Phase.shrink,)
settings.register_profile(
    "course",
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate, *shrinks),
)
settings.load_profile("course")

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 5),
    st.floats(-3, 5, allow_subnormal=False),
    st.sampled_from([math.nan, math.inf, -math.inf, 1e300, 2**70]),
    st.text("abcB1.-·", max_size=3),
    st.binary(max_size=2),
    st.complex_numbers(max_magnitude=3),
    st.lists(st.integers(-1, 3), max_size=3),
    st.tuples(st.integers(-1, 3), st.integers(-1, 3)),
    st.dictionaries(st.text("ab", max_size=1), st.integers(0, 2), max_size=2),
    st.sampled_from([np.int64(2), np.float32(1.5), np.bool_(True), np.array(3)]),
    st.sampled_from([np.arange(3), np.eye(2), np.zeros((0, 2)), np.array(["a"])]),
    st.sampled_from([..., len, object(), int, range(3), {1, 2}]),
)


# --- Convolution arithmetic, against counting

INPUT, KERNEL = st.integers(1, 40), st.integers(1, 7)
STRIDE, DILATION = st.integers(1, 5), st.integers(1, 4)
PIXELS = st.integers(0, 6)
PADDING = st.one_of(
    st.sampled_from(["valid", "same", "full"]), PIXELS, st.tuples(PIXELS, PIXELS)
)


def windows(width, kernel_size, stride, dilation):
    """Where a window fits into so many pixels, tried place by place."""
    taps = [tap * dilation for tap in range(kernel_size)]
    starts = range(0, width, stride)
    return [start for start in starts if start + taps[-1] < width]


def padded(input_size, kernel_size, stride, padding, dilation):
    """(before, after) by the words of the definition."""
    if padding == "valid":
        return 0, 0
    if padding == "full":  # one tap of the first window meets the input
        return 2 * ((kernel_size - 1) * dilation,)
    if padding == "same":  # as little as gives ceil(i / s), the odd one after
        wanted, total = math.ceil(input_size / stride), 0
        while len(windows(input_size + total, kernel_size, stride, dilation)) < wanted:
            total += 1
        return total // 2, math.ceil(total / 2)
    return padding if isinstance(padding, tuple) else (padding, padding)


@given(INPUT, KERNEL, STRIDE, PADDING, DILATION)
@settings(max_examples=300)
@example(4, 5, 1, "valid", 1)
def test_windows_are_where_they_fit(input_size, kernel_size, stride, padding, dilation):
    arguments = input_size, kernel_size, stride, padding, dilation
    before, after = padded(*arguments)
    starts = windows(before + input_size + after, kernel_size, stride, dilation)
    if not starts:
        with pytest.raises(ValueError, match="kernel_size must span at most"):
            arithmetic.output_size(*arguments)
        return
    assert arithmetic.output_size(*arguments) == len(starts)
    assert arithmetic.window_columns(*arguments) == [
        [start - before + tap * dilation for tap in range(kernel_size)]
        for start in starts
    ]
    if padding == "same":
        same_padding = arithmetic.same_padding(
            input_size, kernel_size, stride, dilation
        )
        assert same_padding == (before, after)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3), DILATION), max_size=5))
@settings(max_examples=300)
def test_the_receptive_field_is_what_one_position_reaches(layers):
    reached = {0}
    for kernel_size, stride, dilation in reversed(layers):
        reached = {
            place * stride + tap * dilation
            for place in reached
            for tap in range(kernel_size)
        }
    assert arithmetic.receptive_field(layers) == max(reached) - min(reached) + 1


SMALL = st.integers(1, 4)


@given(st.tuples(SMALL, SMALL), st.tuples(SMALL, SMALL), SMALL, SMALL, st.booleans())
@settings(max_examples=200)
def test_costs_are_counted(output, kernel, channels, filters, use_bias):
    bias = np.zeros(filters if use_bias else 0)
    size = np.zeros((*kernel, channels, filters)).size
    assert (
        arithmetic.conv_parameters(kernel, channels, filters, use_bias)
        == size + bias.size
    )
    products = sum(size for _ in np.ndindex(output))
    assert arithmetic.conv_macs(output, kernel, channels, filters) == products


@given(st.lists(ANYTHING, min_size=5, max_size=5), st.booleans())
@settings(max_examples=300)
def test_arithmetic_answers_anything(values, mostly_right):
    if mostly_right:  # so that not always the first is refused
        values = [10, 3, 1, *values[3:]]
    for function in (arithmetic.output_size, arithmetic.window_columns):
        with contextlib.suppress(ValueError):
            result = function(*values)
            assert result
    for function in (arithmetic.conv_parameters, arithmetic.conv_macs):
        with contextlib.suppress(ValueError):
            assert function(*values[:4]) > 0


# --- Recipes and networks

FIELDS = {
    **{name: st.integers(0, 6) for name in INTEGERS},
    **{name: st.floats(0, 1.5) for name in REALS},
    "optimizer": st.sampled_from(OPTIMIZERS),
    "schedule": st.sampled_from(SCHEDULES),
    "flip": st.booleans(),
}


def some_of(choices, also=None):
    """Dictionaries of some of the keys, their values as chosen, one of them `also`."""
    usual = st.fixed_dictionaries({}, optional=choices)
    if also is None:
        return usual
    odd = st.dictionaries(st.sampled_from(sorted(choices)), also, max_size=1)
    return st.builds(lambda one, other: {**one, **other}, usual, odd)


def test_all_fields_of_a_recipe_are_tried():
    assert FIELDS.keys() == {field.name for field in fields(Recipe)}


@given(some_of(FIELDS, also=ANYTHING))
@settings(max_examples=300)
def test_a_recipe_is_refused_by_name_or_survives_json(values):
    recipe, refusal = result_of(Recipe, values)
    if recipe is None:
        name = refusal.partition(" must ")[0]
        value = values.get(name, getattr(Recipe, name))
        assert refusal.endswith(f", got {value!r}")
        return
    assert Recipe(**json.loads(json.dumps(asdict(recipe)))) == recipe
    assert recipe.batch_size % recipe.replicas == 0


def result_of(function, arguments):
    """(result, None), or (None, what the ValueError says)."""
    try:
        return function(**arguments), None
    except ValueError as error:
        return None, str(error)


NETWORK = {
    "block": st.sampled_from(["basic", "preactivation"]),
    "stages": st.lists(st.integers(1, 2), min_size=1, max_size=2).map(tuple),
    "width": st.integers(1, 3),
    "stem_stride": st.integers(1, 2),
    "shortcut": st.sampled_from("ABC"),
    "padding": st.sampled_from(["same", "symmetric"]),
    "input_shape": st.tuples(
        st.integers(1, 9) | st.none(), st.integers(1, 9) | st.none(), st.integers(1, 3)
    ),
    "classes": st.integers(1, 3),
}


NAMED = (*NETWORK, "input height", "input width", "input channels")


@given(some_of(NETWORK, also=ANYTHING))
@settings(max_examples=25)
def test_a_network_is_refused_by_name_or_gives_logits(values):
    values = {"width": 2, "stages": (1,), **values}
    model, refusal = result_of(models.fashion_resnet, values)
    if model is None:
        assert any(refusal.startswith(f"{name} must ") for name in NAMED), refusal
    else:
        assert model.output_shape == (None, values.get("classes", 10))


# --- Exercises

ANSWERS = {
    number: importlib.import_module(f"answers.{module}").RIGHT[number]
    for chapter, module in CHAPTERS.items()
    for number in numbers(chapter)
}


def constant(value):
    """A function that takes anything and always returns the same."""
    return lambda *_, **__: value


def outcome(number, answer):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        check(number, answer)
    return said.getvalue()


@given(st.sampled_from(sorted(ANSWERS)), st.one_of(ANYTHING, ANYTHING.map(constant)))
@settings(max_examples=200)
def test_no_checker_breaks_on_anything_or_ticks_it(number, answer):
    text = outcome(number, answer)
    assert text.startswith(("✓", "✗", "…"))
    if text.startswith("✓"):
        assert same(answer, ANSWERS[number], 0.05), f"{number} ticks {answer!r}"


@st.composite
def nearly_right(draw):
    """The answer of an exercise that asks for values, with one of them changed."""
    number = draw(st.sampled_from([n for n in ANSWERS if not callable(ANSWERS[n])]))
    return number, draw(changed(ANSWERS[number]))


def changed(value):
    if isinstance(value, dict):
        return st.sampled_from(sorted(value)).flatmap(
            lambda key: changed(value[key]).map(lambda new: {**value, key: new})
        )
    if isinstance(value, (tuple, list)) and value:
        return st.integers(0, len(value) - 1).flatmap(
            lambda i: changed(value[i]).map(
                lambda new: type(value)([*value[:i], new, *value[i + 1 :]])
            )
        )
    # True is taken for 1 or "true" here and there, which is nobody's mistake.
    return ANYTHING.filter(
        lambda new: (
            new is not ...
            and not isinstance(new, (bool, np.bool_))
            and not same(new, value, 0.3)
        )
    )


@given(nearly_right())
@settings(max_examples=150)
def test_no_checker_ticks_what_is_nearly_right(case):
    number, answer = case
    assert not outcome(number, answer).startswith("✓"), f"{number} ticks {answer!r}"
