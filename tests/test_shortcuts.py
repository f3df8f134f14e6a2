"""Experiments on shortcuts: silenced blocks, scaled shortcuts, first steps."""

import numpy as np
import pytest

from resnet_lesson import blocks, models
from resnet_lesson.base.quiet import keras
from resnet_lesson.lab import shortcuts
from resnet_lesson.training.recipe import Recipe


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return rng.normal(size=(8, 14, 14, 1)).astype(np.float32)


def network(depth=14, block="basic"):
    keras.utils.set_random_seed(0)
    return models.cifar_resnet(depth, block=block, width=4, input_shape=(14, 14, 1))


@pytest.mark.parametrize("name", ["basic", "preactivation", "bottleneck", "plain"])
def test_one_block_looks_trained_and_repeats(name):
    builder = getattr(blocks, f"{name}_block")
    model = shortcuts.one_block(builder, size=5, channels=8)
    assert model.output_shape == (None, 5, 5, 8)
    again = shortcuts.one_block(builder, size=5, channels=8)
    for one, other in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one, other)
        if "_bn" in one.path:
            assert not np.isin(np.array(one), (0, 1)).any()  # as BN starts


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("block", ["basic", "preactivation"])
def test_silent_blocks_pass_their_input_on(images, block, training):
    model = network(block=block)
    assert shortcuts.silence(model) == 6
    end = "relu2" if block == "basic" else "add"
    names = [f"stage1_block{i}_{end}" for i in (1, 2)]
    taps = keras.Model(model.input, [model.get_layer(name).output for name in names])
    first, second = taps(images, training=training)
    np.testing.assert_array_equal(first, second)
    assert np.std(first) > 0.1


def test_silencing_changes_nothing_else(images):
    model, silent = network(), network()
    shortcuts.silence(silent)
    for one, other in zip(
        model.trainable_weights, silent.trainable_weights, strict=True
    ):
        changed = one.path.endswith(("_bn2/gamma", "_bn2/beta"))
        if changed:
            assert not np.any(other)
        else:
            np.testing.assert_array_equal(one, other)


def test_a_bottleneck_is_silenced_at_its_last_batch_norm():
    model = models.imagenet_resnet(50, input_shape=(32, 32, 3), classes=3)
    assert shortcuts.silence(model) == 16
    assert not np.any(model.get_layer("stage4_block3_bn3").gamma)
    assert np.all(np.array(model.get_layer("stage4_block3_bn2").gamma) == 1)


def test_a_plain_network_cannot_be_silenced():
    with pytest.raises(ValueError, match="must have residual blocks, got 'plain14'"):
        shortcuts.silence(network(block="plain"))


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_a_silent_scaled_stage_multiplies_by_a_power(scale):
    stage = shortcuts.scaled_stage(scale, blocks=6, size=5, channels=3)
    assert shortcuts.silence(stage) == 6
    x = np.random.default_rng(0).normal(size=(2, 5, 5, 3)).astype(np.float32)
    outputs = stage(x, training=True)
    assert len(outputs) == 7
    for count, output in enumerate(outputs):  # powers of 2 are exact
        np.testing.assert_array_equal(output, x * np.float32(scale) ** count)


def test_scale_one_is_the_preactivation_block():
    stage = shortcuts.scaled_stage(1.0, blocks=1)
    x = np.random.default_rng(0).normal(size=(4, 7, 7, 8)).astype(np.float32)
    start, end = stage(x, training=True)
    np.testing.assert_array_equal(start, x)
    residual = keras.Model(stage.input, stage.get_layer("block1_conv2").output)
    np.testing.assert_allclose(end, x + residual(x, training=True), atol=1e-5)


def test_a_stage_without_blocks_is_refused():
    with pytest.raises(ValueError, match="blocks must be a positive integer, got 0"):
        shortcuts.scaled_stage(1.0, blocks=0)


RECIPE = Recipe(epochs=1, batch_size=32, optimizer="sgd", peak_rate=0.1, flip=False)


def small():
    return models.fashion_resnet(stages=(1, 1), width=8)


def test_first_losses_start_together_and_repeat(few):
    def run(starts, seeds):
        return shortcuts.first_losses(small, starts, few, RECIPE, steps=3, seeds=seeds)

    losses = run({"default": None, "again": None, "zero": shortcuts.silence}, (0, 1))
    assert losses["zero"].shape == (2, 3)
    np.testing.assert_allclose(losses["default"], losses["again"], rtol=1e-4)
    assert not np.allclose(losses["default"][:, 0], losses["zero"][:, 0], atol=0.01)
    assert not np.allclose(losses["default"][0], losses["default"][1], atol=0.01)
    # No momentum is left over from an earlier run.
    alone = run({"default": None}, (1,))["default"]
    np.testing.assert_allclose(alone[0], losses["default"][1], rtol=1e-4)


def test_more_steps_than_data_are_refused(few):
    with pytest.raises(ValueError, match=r"steps must be at most 5 .*, got 6"):
        shortcuts.first_losses(small, {}, few, RECIPE, steps=6, seeds=(0,))
