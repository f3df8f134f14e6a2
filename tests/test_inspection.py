"""Measurements: against hand counts, and against Keras' own."""

import ast
import inspect

import numpy as np
import pytest

from resnet_lesson import blocks, models
from resnet_lesson.base.quiet import keras
from resnet_lesson.figures import building_resnet, display, network_stages
from resnet_lesson.lab import inspection


def test_stage_table_covers_the_whole_network():
    model = models.fashion_resnet()
    table = inspection.stage_table(model)
    assert [row.name for row in table] == ["stem", "stage1", "stage2", "stage3", "head"]
    assert [row.output_shape for row in table] == [
        (28, 28, 16),
        (28, 28, 16),
        (14, 14, 32),
        (7, 7, 64),
        (10,),
    ]
    assert [row.layers for row in table] == [1, 4, 4, 4, 1]
    assert sum(row.layers for row in table) == inspection.depth(model) == 14
    assert sum(row.parameters for row in table) == inspection.trainable_parameters(
        model
    )
    assert sum(row.macs for row in table) == inspection.model_macs(model)


def test_stage_of_a_stem_by_hand():
    stem = inspection.stage_table(models.fashion_resnet())[0]
    assert stem.parameters == 3 * 3 * 1 * 16 + 2 * 16
    assert stem.macs == 28 * 28 * 3 * 3 * 1 * 16


def test_preactivation_head_belongs_to_the_head():
    table = inspection.stage_table(models.fashion_resnet(block="preactivation"))
    assert table[-1].name == "head"
    assert table[-1].parameters == 2 * 64 + 64 * 10 + 10


def test_total_exceeds_trainable_by_two_statistics_a_channel():
    model = models.fashion_resnet()
    channels = sum(
        layer.gamma.shape[0]
        for layer in model.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    )
    extra = model.count_params() - inspection.trainable_parameters(model)
    assert extra == 2 * channels


def test_macs_of_a_strided_convolution_and_a_dense_layer():
    x = keras.Input((9, 7, 3))
    y = keras.layers.Conv2D(5, (3, 2), strides=2, name="conv")(x)
    y = keras.layers.Dense(4, name="dense")(keras.layers.Flatten()(y))
    model = keras.Model(x, y)
    conv, dense = 4 * 3 * 5 * (3 * 2 * 3), 4 * 3 * 5 * 4
    assert inspection.layer_macs(model.get_layer("conv")) == conv
    assert inspection.model_macs(model) == conv + dense


def test_macs_need_a_fixed_size():
    model = models.fashion_resnet(input_shape=(None, None, 1))
    with pytest.raises(ValueError, match="stem_conv must have a fixed output size"):
        inspection.model_macs(model)


def test_copied_weights_give_equal_outputs():
    keras.utils.set_random_seed(1)
    source, target = models.fashion_resnet(), models.fashion_resnet()
    images = np.random.default_rng(0).normal(size=(4, 28, 28, 1)).astype("float32")
    assert not np.allclose(source(images), target(images))
    inspection.copy_weights(source, target)
    np.testing.assert_array_equal(source(images), target(images))


def test_copying_between_different_networks_fails():
    with pytest.raises(ValueError, match="stage2_block1_shortcut"):
        inspection.copy_weights(models.fashion_plain(), models.fashion_resnet())


def test_signal_is_kept_by_he_and_lost_by_a_fixed_deviation():
    images = np.random.default_rng(0).normal(size=(4, 14, 14, 1)).astype("float32")

    def last(initializer):
        scales = [
            inspection.signal_through_depth(
                initializer, width=32, depth=15, images=images, seed=seed
            )
            for seed in range(3)
        ]
        assert np.shape(scales) == (3, 15)
        return np.median(scales, axis=0)[-1]

    assert 0.2 < last(lambda seed: keras.initializers.HeNormal(seed=seed)) < 5
    # Each layer multiplies by sqrt(9 * 32 * 0.05 ** 2 / 2) = 0.6.
    fixed = last(lambda seed: keras.initializers.RandomNormal(stddev=0.05, seed=seed))
    assert 1e-5 < fixed < 1e-2


def test_signal_layers_have_kernels_of_their_own():
    drawn = []

    def initializer(seed):
        drawn.append(seed)
        return keras.initializers.HeNormal(seed=seed)

    images = np.ones((1, 6, 6, 1), "float32")
    for seed in (0, 1):
        inspection.signal_through_depth(
            initializer, width=2, depth=3, images=images, seed=seed
        )
    assert len(set(drawn)) == 6


def test_joined_edges_leave_no_border():
    flat = np.ones((2, 6, 6, 1), "float32")

    def one(seed):
        return keras.initializers.Ones()

    options = {"width": 4, "depth": 3, "images": flat}
    wrapped = inspection.signal_through_depth(one, wrap=True, **options)
    padded = inspection.signal_through_depth(one, **options)
    assert np.allclose(wrapped, [9, 9 * 36, 9 * 36 * 36])  # every value is the same
    assert all(np.less(padded, wrapped))


# --- the drawings of notebook 05 are made from layers


def one_block(builder, filters, **options):
    x = keras.Input((8, 8, 16), name="x")
    return keras.Model(x, builder(x, filters, name="block", **options))


LETTERS = {
    "Conv2D": "C",
    "BatchNormalization": "B",
    "ReLU": "R",
    "ZeroPadShortcut": "Z",
}


def letters(layers):
    return " ".join(LETTERS[type(layer).__name__] for layer in layers)


@pytest.mark.parametrize(
    ("builder", "options", "mapping", "shortcut", "branch", "after"),
    [
        (blocks.basic_block, {}, "C B R C B", "", 0, "R"),
        (blocks.basic_block, {"stride": 2}, "C B R C B", "C B", 0, "R"),
        (blocks.basic_block, {"stride": 2, "shortcut": "A"}, "C B R C B", "Z", 0, "R"),
        (blocks.bottleneck_block, {}, "C B R C B R C B", "C B", 0, "R"),
        (blocks.preactivation_block, {}, "B R C B R C", "", 0, ""),
        (blocks.preactivation_block, {"stride": 2}, "B R C B R C", "C", 2, ""),
    ],
)
def test_trace_tells_the_paths_apart(
    builder, options, mapping, shortcut, branch, after
):
    traced = building_resnet.trace(one_block(builder, 16, **options), "block")
    assert letters(traced["mapping"]) == mapping
    assert letters(traced["shortcut"]) == shortcut
    assert letters(traced["after"]) == after
    assert traced["branch"] == branch
    assert traced["summed"]


def test_trace_of_a_plain_block_has_no_sum():
    traced = building_resnet.trace(one_block(blocks.plain_block, 16), "block")
    assert not traced["summed"]
    assert len(traced["mapping"]) == 6


def test_drawings_of_blocks_tell_what_they_show():
    columns = [
        ("plain", one_block(blocks.plain_block, 8), "block"),
        ("changed", one_block(blocks.preactivation_block, 8, stride=2), "block"),
    ]
    told = building_resnet.block_diagrams(columns).alt
    assert "plain: x → 3×3, 8 → BN → ReLU → 3×3, 8 → BN → ReLU, without a sum;" in told
    assert "BN → ReLU → 3×3, 8 → +, and from behind ReLU to the + 1×1, 8, /2." in told
    assert "the identity" not in told


def test_blocks_without_names_are_drawn_from_their_steps():
    x = keras.Input((8, 8, 4))
    y = keras.ops.relu(keras.layers.Conv2D(4, 3, padding="same")(x) + x)
    told = building_resnet.wiring_diagram(keras.Model(x, y), "yours").alt
    assert "yours: x → 3×3, 4 → + → ReLU, and from x to the + the identity." in told
    plain = one_block(blocks.plain_block, 8)
    assert building_resnet.wiring_diagram(plain, "no sum") is None


def test_drawings_of_networks_and_signals_tell_their_numbers():
    told = network_stages.stage_chart(models.fashion_resnet(stages=(1, 3)), "x").alt
    assert "stage 2: 3 of 14 × 14 with 32 channels" in told
    told = network_stages.signal_chart({("He", 16): [1.0, 2.5]}).alt
    assert "He, 16 channels: from 1 to 2.5" in told
    maps = [("image", np.eye(4)), ("same", 2 * np.eye(4)), ("opposite", -np.eye(4))]
    told = building_resnet.feature_strip(maps).alt
    assert "same 1.00, opposite -1.00" in told


def test_displayed_source_is_the_source_without_docstring():
    for thing in (blocks.basic_block, blocks.BasicBlock, blocks.mapping):
        text = display.source(thing)
        assert '"""' not in text
        ast.parse(text)
        assert set(text.splitlines()) <= set(inspect.getsource(thing).splitlines())
        assert text.splitlines()[-1] == inspect.getsource(thing).splitlines()[-1]
