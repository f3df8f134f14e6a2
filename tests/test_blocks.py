"""Blocks: what they compute, what they refuse, and that they need Keras alone."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import resnet_lesson
from resnet_lesson import blocks, parts
from resnet_lesson.base.quiet import keras
from resnet_lesson.lab import inspection

PACKAGE = Path(resnet_lesson.__file__).parent
RESIDUAL = (blocks.basic_block, blocks.bottleneck_block, blocks.preactivation_block)
ALL = (blocks.plain_block, *RESIDUAL)


def channels_out(builder, filters):
    return filters * (blocks.EXPANSION if builder is blocks.bottleneck_block else 1)


def one_block(builder, filters, *, shape=(8, 8, 16), **options):
    """A model that is one block, with BN as a training run might have left it."""
    x = keras.Input(shape, name="x")
    model = keras.Model(x, builder(x, filters, name="block", **options))
    randomise_batch_norm(model)
    return model


def randomise_batch_norm(model, seed=0):
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            size = layer.gamma.shape[0]
            gamma, variance = rng.uniform(0.5, 1.5, (2, size))
            beta, mean = rng.normal(0, 0.5, (2, size))
            layer.set_weights([gamma, beta, mean, variance])


def silence(model, *names):
    """Set the BN layers' gamma and beta to zero."""
    for name in names:
        layer = model.get_layer(f"block_{name}")
        layer.gamma.assign(0 * layer.gamma)
        layer.beta.assign(0 * layer.beta)


def run(model, x, training=False):
    return keras.ops.convert_to_numpy(model(x, training=training))


def sample(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


# --- what a block computes


@pytest.mark.parametrize("builder", ALL)
@pytest.mark.parametrize("padding", parts.PADDINGS)
@pytest.mark.parametrize(("size", "stride"), [(8, 1), (8, 2), (7, 2), (5, 3)])
def test_output_is_the_input_divided_by_the_stride(builder, padding, size, stride):
    model = one_block(
        builder, 16, shape=(size, size + 1, 16), stride=stride, padding=padding
    )
    expected = (-(-size // stride), -(-(size + 1) // stride), channels_out(builder, 16))
    assert model.output.shape[1:] == expected
    assert run(model, sample(2, size, size + 1, 16)).shape[1:] == expected


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    ("builder", "filters", "last"),
    [(blocks.basic_block, 16, "bn2"), (blocks.bottleneck_block, 4, "bn3")],
)
def test_zero_residual_leaves_relu_of_the_input(builder, filters, last, training):
    model = one_block(builder, filters)
    silence(model, last)
    x = sample(3, 8, 8, 16)
    np.testing.assert_array_equal(run(model, x, training), np.maximum(x, 0))


@pytest.mark.parametrize("training", [False, True])
def test_zero_residual_leaves_the_input_itself_with_preactivation(training):
    model = one_block(blocks.preactivation_block, 16)
    silence(model, "bn2")
    x = sample(3, 8, 8, 16)
    np.testing.assert_array_equal(run(model, x, training), x)


def test_plain_block_is_the_residual_block_without_the_sum():
    plain, basic = (one_block(b, 16) for b in (blocks.plain_block, blocks.basic_block))
    inspection.copy_weights(plain, basic)
    names = [[layer.name for layer in model.layers] for model in (plain, basic)]
    assert [name for name in names[1] if name not in names[0]] == ["block_add"]
    x = sample(3, 8, 8, 16)
    mapping = keras.Model(plain.input, plain.get_layer("block_bn2").output)
    residual = run(mapping, x)
    np.testing.assert_allclose(run(plain, x), np.maximum(residual, 0), atol=1e-6)
    np.testing.assert_allclose(run(basic, x), np.maximum(residual + x, 0), atol=1e-6)


@pytest.mark.parametrize("builder", RESIDUAL)
@pytest.mark.parametrize(
    ("shortcut", "stride", "widen", "projected"),
    [
        ("A", 1, False, False),
        ("A", 2, True, False),
        ("B", 1, False, False),
        ("B", 1, True, True),
        ("B", 2, False, True),
        ("C", 1, False, True),
    ],
)
def test_projection_exactly_where_the_option_says(
    builder, shortcut, stride, widen, projected
):
    filters = 16 // channels_out(builder, 1) * (2 if widen else 1)
    model = one_block(builder, filters, stride=stride, shortcut=shortcut)
    shortcut_layers = [layer for layer in model.layers if "shortcut" in layer.name]
    weighted = [layer.name for layer in shortcut_layers if layer.weights]
    if not projected:
        assert weighted == []
    elif builder is blocks.preactivation_block:
        # It reads what BN and ReLU have activated; a BN of its own would break
        # the sum of residuals.
        assert weighted == ["block_shortcut"]
        source = model.get_layer("block_shortcut").input
        assert source is model.get_layer("block_relu1").output
    else:
        assert weighted == ["block_shortcut", "block_shortcut_bn"]
        assert model.get_layer("block_shortcut").input is model.input


def test_zero_pad_shortcut_subsamples_and_appends_zeros():
    layer = parts.ZeroPadShortcut(24, 2)
    x = sample(2, 7, 8, 16)
    y = keras.ops.convert_to_numpy(layer(x))
    assert layer.weights == []
    np.testing.assert_array_equal(y[..., :16], x[:, ::2, ::2])
    np.testing.assert_array_equal(y[..., 16:], np.zeros((2, 4, 4, 8)))


def test_paddings_differ_at_stride_2_on_even_sizes_only():
    for size, equal in ((8, False), (7, True)):
        same, symmetric = (
            one_block(
                blocks.basic_block, 16, shape=(size, size, 16), stride=2, padding=p
            )
            for p in parts.PADDINGS
        )
        inspection.copy_weights(same, symmetric)
        x = sample(2, size, size, 16)
        assert np.allclose(run(same, x), run(symmetric, x), atol=1e-5) is equal


def test_strided_convolution_of_a_bottleneck_can_be_chosen():
    for stride_on, strides in (("1x1", (2, 1)), ("3x3", (1, 2))):
        model = one_block(blocks.bottleneck_block, 4, stride=2, stride_on=stride_on)
        convs = [model.get_layer(f"block_conv{i}") for i in (1, 2, 3)]
        assert [c.strides[0] for c in convs] == [*strides, 1]
        assert [c.kernel_size[0] for c in convs] == [1, 3, 1]
        assert [c.filters for c in convs] == [4, 4, 16]


@pytest.mark.parametrize("builder", ALL)
def test_batch_norm_statistics_move_in_training_only(builder):
    model = one_block(builder, 16)
    statistics = [
        np.array(layer.moving_mean)
        for layer in model.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    x = 3 + sample(4, 8, 8, 16)

    def moved():
        now = [
            np.array(layer.moving_mean)
            for layer in model.layers
            if isinstance(layer, keras.layers.BatchNormalization)
        ]
        return [not np.array_equal(*pair) for pair in zip(statistics, now, strict=True)]

    run(model, x)
    assert not any(moved())
    run(model, x, training=True)
    assert all(moved())


def test_batch_norm_averages_over_ten_steps_or_so():
    layer = parts.batch_norm_layer("bn")
    x = 3 + sample(64, 2, 2, 4)
    layer(x, training=True)
    means = x.mean(axis=(0, 1, 2))
    np.testing.assert_allclose(np.array(layer.moving_mean), 0.1 * means, rtol=1e-4)
    faint = 1e-3 * x
    y = keras.ops.convert_to_numpy(layer(faint, training=True))
    variance = faint.var(axis=(0, 1, 2))
    wanted = np.sqrt(variance / (variance + 1e-5))
    np.testing.assert_allclose(y.std(axis=(0, 1, 2)), wanted, rtol=1e-3)


@pytest.mark.parametrize("builder", ALL)
def test_convolutions_have_no_bias_and_he_variance(builder):
    keras.utils.set_random_seed(0)
    model = one_block(builder, 64, shape=(8, 8, 64), stride=2)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            assert not layer.use_bias
            kernel = np.array(layer.kernel)
            fan_in = np.prod(kernel.shape[:3])
            assert np.var(kernel) == pytest.approx(2 / fan_in, rel=0.1)


# --- the block as an object


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(
    ("filters", "stride"),
    [(16, 1), (32, 1), (16, 2), (32, 2)],
)
def test_layer_equals_builder_with_copied_weights(filters, stride, training):
    model = one_block(blocks.basic_block, filters, stride=stride)
    layer = blocks.BasicBlock(filters, stride=stride)
    assert layer.compute_output_shape((None, 8, 8, 16)) == model.output.shape
    layer.build((None, 8, 8, 16))
    copy_to_layer(model, layer)
    x = sample(3, 8, 8, 16)
    expected = run(model, x, training)
    np.testing.assert_allclose(run(layer, x, training), expected, atol=1e-5)
    # Both have moved the same statistics, if any.
    np.testing.assert_allclose(run(layer, x), run(model, x), atol=1e-5)
    assert inspection.trainable_parameters(layer) == inspection.trainable_parameters(
        model
    )


def copy_to_layer(model, layer):
    weighted = [member for member in model.layers if member.weights]
    for member in weighted:
        part = getattr(layer, member.name.removeprefix("block_"))
        part.set_weights(member.get_weights())
    assert sum(len(m.weights) for m in weighted) == len(layer.weights)


@pytest.mark.parametrize(("filters", "stride"), [(16, 1), (8, 2)])
def test_layer_saves_and_loads(tmp_path, filters, stride):
    x = keras.Input((8, 8, 16))
    y = blocks.BasicBlock(filters, stride=stride, name="a")(x)
    y = blocks.BasicBlock(filters, name="b")(y)
    model = keras.Model(x, y)
    images = sample(3, 8, 8, 16)
    run(model, images, training=True)  # moves the statistics: they are saved too
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(run(loaded, images), run(model, images))
    assert loaded.get_layer("a").get_config() == model.get_layer("a").get_config()


def test_layer_leaves_unknown_sizes_unknown():
    layer = blocks.BasicBlock(8, stride=2)
    assert layer.compute_output_shape((None, None, None, 4)) == (None, None, None, 8)
    assert layer(keras.Input((None, None, 4))).shape == (None, None, None, 8)


# --- what is refused


WRONG = [
    (ALL, "stride", 0, "positive integer"),
    (ALL, "stride", 1.5, "positive integer"),
    (ALL, "stride", True, "positive integer"),
    (ALL, "filters", 0, "positive integer"),
    (ALL, "padding", "valid", "('same', 'symmetric')"),
    (RESIDUAL, "shortcut", "D", "('A', 'B', 'C')"),
    (RESIDUAL, "shortcut", None, "('A', 'B', 'C')"),
    ((blocks.bottleneck_block,), "stride_on", "5x5", "('1x1', '3x3')"),
]


@pytest.mark.parametrize(
    ("builder", "argument", "value", "allowed"),
    [(builder, *case) for builders, *case in WRONG for builder in builders],
)
def test_errors_name_argument_value_and_what_is_allowed(
    builder, argument, value, allowed
):
    options = {"filters": 16, argument: value}
    with pytest.raises(ValueError, match=f"^{argument} must be") as error:
        builder(keras.Input((8, 8, 16)), name="block", **options)
    assert allowed in str(error.value)
    assert str(error.value).endswith(f"got {value!r}")


@pytest.mark.parametrize("builder", ALL)
def test_input_must_be_images_with_known_channels(builder):
    for shape in ((8, 16), (8, 8, None)):
        with pytest.raises(ValueError, match=r"^x must be \(batch, height, width"):
            builder(keras.Input(shape), 16, name="block")


@pytest.mark.parametrize("builder", RESIDUAL)
def test_zero_padding_cannot_drop_channels(builder):
    filters = 8 // channels_out(builder, 1)
    with pytest.raises(ValueError, match="at least 16, got 8"):
        builder(keras.Input((8, 8, 16)), filters, shortcut="A", name="block")


def test_layer_refuses_what_the_builder_refuses():
    for options in ({"filters": 0}, {"filters": 8, "stride": 0}):
        with pytest.raises(ValueError, match="must be a positive integer, got 0"):
            blocks.BasicBlock(**options)


# --- Keras alone


@pytest.mark.parametrize("name", ["blocks", "parts", "models", "lab/source_lesson"])
def test_imports_keras_and_own_modules_only(name):
    tree = ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))
    own = {"blocks", "conv_arithmetic", "parts", "base.quiet", "numbers"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            raise AssertionError(f"line {node.lineno}: import {node.names[0].name}")
        if isinstance(node, ast.ImportFrom):
            module = node.module.removeprefix("resnet_lesson.")
            if module == "resnet_lesson":
                assert {alias.name for alias in node.names} <= own
            else:
                assert module in own
            if module == "base.quiet":
                assert [alias.name for alias in node.names] == ["keras"]


ELSEWHERE = """
import sys
import numpy as np
from resnet_lesson import models
from resnet_lesson.base.quiet import keras

for model in (models.fashion_resnet(), models.cifar_resnet(8)):
    images = np.ones((2, *model.input_shape[1:]), "float32")
    logits = keras.ops.convert_to_numpy(model(images, training=False))
    assert logits.shape == (2, 10) and np.isfinite(logits).all()
print(keras.backend.backend(), "tensorflow" in sys.modules)
"""


def test_networks_run_on_another_backend():
    # Keras' NumPy backend borrows its convolutions from JAX, and needs SciPy.
    missing = [m for m in ("jax", "scipy") if importlib.util.find_spec(m) is None]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}, which the course does not install")
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        env={**os.environ, "KERAS_BACKEND": "numpy"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.split() == ["numpy", "False"], done.stderr
