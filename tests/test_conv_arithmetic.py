"""Convolution arithmetic against Keras, against TensorFlow and against counting."""

import html
import itertools
import re
import subprocess
import sys

import numpy as np
import pytest
from drawings import NUMBERS, SIZES_OF_3

from resnet_lesson import conv_arithmetic as arithmetic
from resnet_lesson import models
from resnet_lesson.base.quiet import keras
from resnet_lesson.figures import (
    convolution_arithmetic,
    convolution_explorer,
    convolution_fields,
    convolution_steps,
)
from resnet_lesson.lab import receptive

layers = keras.layers
INPUTS, KERNELS, STRIDES, DILATIONS = (
    range(1, 34),
    range(1, 8),
    range(1, 5),
    range(1, 4),
)
SETTINGS = [
    (kernel_size, stride, padding, dilation)
    for kernel_size, stride, dilation in itertools.product(KERNELS, STRIDES, DILATIONS)
    for padding in ("valid", "same")
]


def counted_positions(input_size, kernel_size, stride, padding, dilation):
    """Slide a window and count; 0 if it does not fit even once."""
    if padding == "same":  # as many windows as there are multiples of the stride
        return len(range(0, input_size, stride))
    return sum(
        start + (kernel_size - 1) * dilation < input_size
        for start in range(0, input_size, stride)
    )


def size_or_none(*arguments):
    try:
        return arithmetic.output_size(*arguments)
    except ValueError as error:
        if "kernel_size must span at most the padded input" not in str(error):
            raise
        return None


# ------------------------------------------------------------------ output size


@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding", "dilation"),
    [
        setting
        for setting in SETTINGS
        if setting[1] == 1 or setting[3] == 1  # what Keras computes
    ],
)
def test_output_size_is_the_shape_that_keras_really_puts_out(
    kernel_size, stride, padding, dilation
):
    layer = layers.Conv1D(
        1, kernel_size, strides=stride, padding=padding, dilation_rate=dilation
    )
    layer.build((None, None, 1))
    for input_size in INPUTS:
        size = size_or_none(input_size, kernel_size, stride, padding, dilation)
        shape = (1, input_size, 1)
        if size is not None:
            assert layer.compute_output_shape(shape) == (1, size, 1)
            assert layer(np.ones(shape, "float32")).shape == (1, size, 1)
        else:
            with pytest.raises(ValueError, match="zero or negative"):
                layer.compute_output_shape(shape)


@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding", "dilation"),
    [setting for setting in SETTINGS if setting[1] > 1 and setting[3] > 1],
)
def test_output_size_is_the_count_of_windows_where_keras_refuses(
    kernel_size, stride, padding, dilation
):
    with pytest.raises(ValueError, match="not supported in conjunction"):
        layers.Conv1D(
            1, kernel_size, strides=stride, padding=padding, dilation_rate=dilation
        )
    for input_size in INPUTS:
        case = input_size, kernel_size, stride, padding, dilation
        assert size_or_none(*case) == (counted_positions(*case) or None)


def test_the_grid_holds_impossible_cases_and_they_raise():
    sizes = [
        size_or_none(input_size, *setting)
        for setting in SETTINGS
        for input_size in INPUTS
    ]
    assert len(sizes) == 5544
    assert 0 < sizes.count(None) < 1000
    assert min(size for size in sizes if size is not None) == 1


@pytest.mark.parametrize("case", range(30))
def test_height_and_width_are_independent(case):
    choose = np.random.default_rng(case).integers
    size, kernel = tuple(choose(7, 34, 2)), tuple(choose(1, 8, 2))
    stride = tuple(choose(1, 5, 2)) if case % 2 else (1, 1)
    padding = ("valid", "same")[case // 2 % 2]
    layer = layers.Conv2D(2, kernel, strides=stride, padding=padding)
    expected = tuple(
        arithmetic.output_size(i, k, s, padding)
        for i, k, s in zip(size, kernel, stride, strict=True)
    )
    assert layer(np.ones((3, *size, 1), "float32")).shape == (3, *expected, 2)


@pytest.mark.parametrize("pool", [layers.MaxPooling1D, layers.AveragePooling1D])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_pooling_has_the_same_sizes(pool, padding):
    for size, window, stride in itertools.product(range(4, 20, 3), (1, 2, 3), (1, 2)):
        out = pool(window, strides=stride, padding=padding)(np.ones((1, size, 1), "f4"))
        assert out.shape[1] == arithmetic.output_size(size, window, stride, padding)


@pytest.mark.parametrize("padding", [0, 3, (0, 2), (4, 1), [1, 2]])
def test_explicit_padding_is_a_padded_input_without_padding(padding):
    before, after = (padding, padding) if isinstance(padding, int) else padding
    for size, kernel, stride, dilation in itertools.product(
        (7, 12), (1, 3, 4), STRIDES, (1, 2)
    ):
        assert arithmetic.output_size(
            size, kernel, stride, padding, dilation
        ) == arithmetic.output_size(
            size + before + after, kernel, stride, "valid", dilation
        )


def test_full_padding_lets_every_overlap_count():
    for size, kernel, dilation in itertools.product(range(1, 9), KERNELS, DILATIONS):
        taps = {position * dilation for position in range(kernel)}
        span = max(taps) + 1
        overlaps = sum(
            any(0 <= start + column < size for column in range(span))
            for start in range(-30, 30)
        )
        assert (
            arithmetic.output_size(size, kernel, padding="full", dilation=dilation)
            == overlaps
        )


# ---------------------------------------------------------------- "same" padding


@pytest.mark.parametrize("case", range(60))
def test_same_padding_put_in_by_hand_gives_keras_values(case):
    rng = np.random.default_rng(case)
    size, kernel_size = int(rng.integers(1, 20)), int(rng.integers(1, 8))
    stride, dilation = int(rng.integers(1, 5)), 1
    if case % 3 == 0:
        stride, dilation = 1, int(rng.integers(2, 4))
    x = rng.normal(size=(1, size, 1)).astype("float32")
    kernel = rng.normal(size=(kernel_size, 1, 1)).astype("float32")
    options = {"strides": stride, "dilation_rate": dilation}
    before_after = arithmetic.same_padding(size, kernel_size, stride, dilation)
    by_hand = keras.ops.conv(
        np.pad(x, ((0, 0), before_after, (0, 0))), kernel, padding="valid", **options
    )
    by_keras = keras.ops.conv(x, kernel, padding="same", **options)
    np.testing.assert_allclose(by_hand, by_keras, atol=1e-5)


def test_same_padding_is_never_negative_and_the_odd_pixel_goes_after():
    for size, kernel, stride, dilation in itertools.product(
        INPUTS, KERNELS, STRIDES, DILATIONS
    ):
        before, after = arithmetic.same_padding(size, kernel, stride, dilation)
        assert 0 <= before <= after <= before + 1
        if stride == 1:
            assert before + after == (kernel - 1) * dilation


# ---------------------------------------------------------------- window columns


@pytest.mark.parametrize("padding", ["valid", "same", "full", 2, (0, 1)])
def test_window_columns_are_one_stride_and_one_dilation_apart(padding):
    for size, kernel, stride, dilation in itertools.product(
        (7, 10), (1, 2, 3), (1, 2, 3), (1, 2)
    ):
        case = size, kernel, stride, padding, dilation
        columns = arithmetic.window_columns(*case)
        assert len(columns) == arithmetic.output_size(*case)
        assert all(len(window) == kernel for window in columns)
        assert all(set(np.diff(window)) <= {dilation} for window in columns)
        assert set(np.diff([window[0] for window in columns])) <= {stride}


def test_window_columns_name_the_inputs_that_keras_reads():
    x = np.arange(9, dtype="float32").reshape(1, 9, 1)
    picks_first = np.array([1, 0, 0], "float32").reshape(3, 1, 1)
    out = keras.ops.conv(x, picks_first, strides=2, padding="same")
    firsts = [window[0] for window in arithmetic.window_columns(9, 3, 2, "same")]
    assert [max(first, 0) for first in firsts] == list(np.ravel(out))


# --------------------------------------------------------------- receptive field


def field_by_propagation(stack):
    """Follow dependence through 0/1 matrices, one for each layer."""
    size = 400
    reach = np.eye(size, dtype=int)
    for kernel_size, stride, *rest in stack:
        dilation = rest[0] if rest else 1
        offsets = [tap * dilation for tap in range(kernel_size)]
        rows = range(0, len(reach) - offsets[-1], stride)
        reach = np.array(
            [sum(reach[row + offset] for offset in offsets) for row in rows]
        )
    read = np.flatnonzero(reach[len(reach) // 2])
    return read[-1] - read[0] + 1


@pytest.mark.parametrize("case", range(40))
def test_receptive_field_is_what_dependence_propagates_to(case):
    rng = np.random.default_rng(case)
    stack = [
        (int(rng.integers(1, 6)), int(rng.integers(1, 3)), int(rng.integers(1, 4)))[
            : int(rng.integers(2, 4))
        ]
        for _ in range(rng.integers(1, 6))
    ]
    assert arithmetic.receptive_field(stack) == field_by_propagation(stack)


def test_no_layer_reads_one_pixel_and_an_iterator_will_do():
    assert arithmetic.receptive_field([]) == 1
    assert arithmetic.receptive_field(iter([(3, 1)] * 3)) == 7


STAGES = [[(3, 1)] * 5, [(3, 2), (3, 1), (3, 1), (3, 1)], [(3, 2)] + [(3, 1)] * 3]


@pytest.mark.parametrize("stage", [1, 2, 3])
@pytest.mark.parametrize("padding", ["same", "symmetric"])
def test_the_gradient_of_a_real_network_reaches_as_far_as_computed(stage, padding):
    keras.utils.set_random_seed(stage)
    model = models.fashion_resnet(input_shape=(None, None, 1), padding=padding)
    name = f"stage{stage}_block2_relu2"
    gradient = receptive.input_gradient(model, 80, layer_name=name)
    so_far = itertools.chain.from_iterable(STAGES[:stage])
    field = arithmetic.receptive_field(so_far)
    assert receptive.extent(gradient) == (field, field)


def test_dilated_stacks_leave_holes_or_not():
    def read_and_span(*dilations):
        model = keras.Sequential(
            [keras.Input((None, None, 1))]
            + [layers.Conv2D(4, 3, dilation_rate=d) for d in dilations]
        )
        gradient = receptive.input_gradient(model, 33)
        return np.count_nonzero(gradient), receptive.extent(gradient)

    assert read_and_span(1, 2, 4) == (15 * 15, (15, 15))
    assert read_and_span(2, 2, 2) == (7 * 7, (13, 13))


def test_an_image_too_small_to_measure_with_is_refused():
    model = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(1, 5)])
    with pytest.raises(ValueError, match="image_size must be larger"):
        receptive.input_gradient(model, 5)
    with pytest.raises(ValueError, match="layer_name must name"):
        receptive.input_gradient(models.fashion_resnet(), 28)


# -------------------------------------------------------------------------- cost


def profiled_macs(layer, shape):
    """Multiply-accumulates by TensorFlow's own profiler (2 operations each)."""
    import tensorflow as tf

    graph = (
        tf.function(layer.__call__)
        .get_concrete_function(tf.TensorSpec((1, *shape)))
        .graph
    )
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().build()
    count = tf.compat.v1.profiler.profile(graph, options=options).total_float_ops
    return count // 2


@pytest.mark.parametrize("kernel_size", [1, 3, (3, 5), 7])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_parameters_and_macs_are_keras_and_tensorflows_counts(
    kernel_size, stride, padding
):
    shape = (28, 20, 16)
    for use_bias in (False, True):
        layer = layers.Conv2D(
            24, kernel_size, strides=stride, padding=padding, use_bias=use_bias
        )
        layer.build((None, *shape))
        assert (
            arithmetic.conv_parameters(kernel_size, 16, 24, use_bias)
            == layer.count_params()
        )
    layer = layers.Conv2D(
        24, kernel_size, strides=stride, padding=padding, use_bias=False
    )
    layer.build((None, *shape))
    _, height, width, _ = layer.compute_output_shape((None, *shape))
    macs = arithmetic.conv_macs((height, width), kernel_size, 16, 24)
    assert macs == profiled_macs(layer, shape)


# -------------------------------------------------------------------- bad input

SIZES = ("input_size", "kernel_size", "stride", "dilation")
BAD_SIZES = (0, -1, 2.0, "3", None, True)


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("value", BAD_SIZES)
@pytest.mark.parametrize("padding", ["valid", "same", "full", 1])
def test_a_bad_size_is_named(name, value, padding):
    good = {"input_size": 9, "kernel_size": 3, "stride": 1, "dilation": 1}
    message = re.escape(f"{name} must be a positive integer, got {value!r}")
    with pytest.raises(ValueError, match=message):
        arithmetic.output_size(**(good | {name: value}), padding=padding)
    with pytest.raises(ValueError, match=message):
        arithmetic.window_columns(**(good | {name: value}), padding=padding)
    with pytest.raises(ValueError, match=message):
        arithmetic.same_padding(**(good | {name: value}))
    if name in ("kernel_size", "dilation"):
        with pytest.raises(ValueError, match=message):
            arithmetic.effective_kernel_size(**({"kernel_size": 3} | {name: value}))


@pytest.mark.parametrize(
    "padding", ["SAME", "half", -1, 1.5, True, None, (1,), (1, 2, 3), (0, -1), (0, "1")]
)
def test_bad_padding_is_named_with_what_is_allowed(padding):
    with pytest.raises(ValueError, match="padding must be") as caught:
        arithmetic.output_size(9, 3, padding=padding)
    message = str(caught.value)
    assert message.endswith(f"got {padding!r}")
    assert all(word in message for word in ('"valid"', '"same"', '"full"', "pair"))


def test_a_kernel_larger_than_the_padded_input_is_named():
    with pytest.raises(ValueError, match=r"padded input, 6 pixels.* kernel size of 7"):
        arithmetic.output_size(4, 4, padding=1, dilation=2)


@pytest.mark.parametrize("layer", [(3,), (3, 1, 1, 1), 3, "31", None])
def test_a_bad_layer_is_named(layer):
    with pytest.raises(ValueError, match=r"layers must hold .*got"):
        arithmetic.receptive_field([(3, 1), layer])


@pytest.mark.parametrize(
    ("layer", "name"), [((0, 1), "kernel_size"), ((3, 0), "stride"), ((3, 1, 0), "dil")]
)
def test_a_bad_number_in_a_layer_is_named(layer, name):
    with pytest.raises(ValueError, match=f"{name}.* must be a positive integer, got 0"):
        arithmetic.receptive_field([layer])


@pytest.mark.parametrize("value", [0, -3, 1.5, True, (3,), (3, 0), (1, 2, 3)])
def test_a_bad_pair_is_named(value):
    allowed = "must be a positive integer or a pair"
    with pytest.raises(ValueError, match=f"kernel_size {allowed}"):
        arithmetic.conv_parameters(value, 1, 1)
    with pytest.raises(ValueError, match=f"output_size {allowed}"):
        arithmetic.conv_macs(value, 3, 1, 1)


@pytest.mark.parametrize("name", ["in_channels", "filters"])
@pytest.mark.parametrize("value", BAD_SIZES)
def test_bad_channels_are_named(name, value):
    message = re.escape(f"{name} must be a positive integer, got {value!r}")
    channels = {"in_channels": 1, "filters": 1} | {name: value}
    with pytest.raises(ValueError, match=message):
        arithmetic.conv_parameters(3, **channels)
    with pytest.raises(ValueError, match=message):
        arithmetic.conv_macs(8, 3, **channels)


def test_importing_the_arithmetic_loads_no_framework():
    code = (
        "import sys, resnet_lesson.conv_arithmetic\n"
        "print(sorted({'tensorflow', 'keras', 'numpy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.stdout.strip(), run.returncode) == ("[]", 0), run.stderr


@pytest.mark.parametrize("name", convolution_steps.SETTINGS)
def test_what_a_player_shows_is_what_keras_computes(name):
    setting = convolution_steps.SETTINGS[name]
    image = setting.image.astype("float32")[None, :, :, None]
    kernel = convolution_steps.KERNEL.astype("float32")[:, :, None, None]
    out = keras.ops.conv(
        image, kernel, strides=setting.stride, dilation_rate=setting.dilation
    )
    np.testing.assert_array_equal(np.squeeze(out), setting.output)


# ------------------------------------------------------------------ the drawings


def test_what_is_described_is_what_is_drawn():
    title = {"title": "Case"}
    alt = convolution_arithmetic.windows(title | {"input_size": 9, **SIZES_OF_3}).alt
    assert alt == (
        "Case: 9 columns, 2 windows of 3 taps 1 apart, the first at column 0, each 4 "
        "further than the last; hatched, never read: 3, 7, 8."
    )
    padded = {"input_size": 4, "kernel_size": 3, "padding": (1, 0)}
    alt = convolution_arithmetic.windows(title | padded).alt
    assert "the first at column −1" in alt
    assert "reach into the padding: 1." in alt
    assert "never" not in alt
    holes = convolution_fields.receptive_cones(("wide", [(3, 1, 2)] * 3)).alt
    assert "wide: 6 of 13 columns unread" in holes
    sums = convolution_steps.all_steps("dilated").alt
    for value in convolution_steps.SETTINGS["dilated"].output.flat:
        assert f"= {value}".replace("-", "−") in sums


def test_the_explorer_shows_a_picture_where_nobody_can_move_sliders(monkeypatch):
    shown = []
    monkeypatch.setattr(convolution_explorer, "show", shown.append)
    monkeypatch.setattr(convolution_explorer, "display", shown.append)
    convolution_explorer.explore(**NUMBERS)
    (picture,) = shown
    assert "= 3" in picture.alt
    assert "never read: 0, 8" in picture.alt


def test_the_explorer_redraws_when_a_slider_moves(monkeypatch):
    shown, displayed = [], []
    monkeypatch.setattr(convolution_explorer, "_has_reader", lambda: True)
    monkeypatch.setattr(convolution_explorer, "show", shown.append)
    monkeypatch.setattr(
        convolution_explorer, "display", lambda what, **_: displayed.append(what)
    )
    convolution_explorer.explore(**NUMBERS)
    box, _ = displayed
    *sliders, said, _ = box.children
    assert [slider.value for slider in sliders] == list(NUMBERS.values())
    sliders[2].value = 2  # the stride
    assert "= 4" in shown[-1].alt
    sliders[1].value = 7
    assert shown[-1].alt.startswith("No window fits")
    assert html.unescape(said.value) == shown[-1].alt
