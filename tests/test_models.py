"""Networks: published counts, names, round trips, and independent references."""

import re
from functools import cache

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from resnet_lesson import models
from resnet_lesson.base.quiet import keras
from resnet_lesson.lab import inspection, source_lesson

# He et al. (2015), table 1 (multiply-adds) and table 6; exact trainable counts
# follow from the definitions: bias-free convolutions, BN, option B or A.
IMAGENET = {  # depth: (trainable, table 1, MACs with the stride on the 3x3)
    18: (11_689_512, 1.8e9, 1_814_073_344),
    34: (21_797_672, 3.6e9, 3_663_761_408),
    50: (25_557_032, 3.8e9, 4_089_184_256),
    101: (44_549_160, 7.6e9, 7_801_405_440),
    152: (60_192_808, 11.3e9, 11_513_626_624),
}
CIFAR = {  # depth: (trainable with RGB input, table 6)
    20: (269_722, 0.27e6),
    32: (464_154, 0.46e6),
    44: (658_586, 0.66e6),
    56: (853_018, 0.85e6),
    110: (1_727_962, 1.7e6),
}
KINDS = {
    "fashion": lambda: models.fashion_resnet(stages=(1, 1), width=4),
    "fashion plain": lambda: models.fashion_plain(stages=(1, 1), width=4),
    "fashion pre-activation": lambda: models.fashion_resnet(
        block="preactivation", stages=(1, 1), width=4
    ),
    "fashion option C": lambda: models.fashion_resnet(
        stages=(1, 1), width=4, shortcut="C", padding="symmetric"
    ),
    "fashion, stem of stride 2": lambda: models.fashion_resnet(
        stages=(1, 1), width=4, stem_stride=2, padding="symmetric"
    ),
    "cifar option A": lambda: models.cifar_resnet(8, width=4),
    "cifar plain": lambda: models.cifar_resnet(8, width=4, block="plain"),
    "imagenet basic": lambda: models.imagenet_resnet(
        18, input_shape=(32, 32, 3), classes=4
    ),
    "imagenet bottleneck": lambda: models.imagenet_resnet(
        50, input_shape=(32, 32, 3), classes=4, padding="symmetric"
    ),
    "source lesson": source_lesson.source_lesson_resnet,
}


@cache
def network(kind):
    """One model for the tests that do not depend on its weights."""
    return KINDS[kind]()


def unweighted(builder, *args, **options):
    """The network without values in its variables: shapes and counts only."""
    with keras.StatelessScope(initialize_variables=False):
        model = builder(*args, **options)
    # Or the next network built would give these variables their values too.
    keras.utils.clear_session()
    return model


def randomise(model, seed=0, gamma=(0.5, 1.5)):
    """Weights and statistics as after some training: nothing is 0 or 1."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            size = layer.gamma.shape[0]
            layer.set_weights(
                [
                    rng.uniform(*gamma, size),
                    rng.normal(0, 0.3, size),
                    rng.normal(0, 0.3, size),
                    rng.uniform(0.5, 1.5, size),
                ]
            )


def run(model, images, training=False):
    return keras.ops.convert_to_numpy(model(images, training=training))


def sample(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


# --- published counts


@pytest.mark.parametrize("depth", IMAGENET)
def test_imagenet_family_has_the_published_size(depth):
    trainable, table_1, macs_3x3 = IMAGENET[depth]
    model = unweighted(models.imagenet_resnet, depth)
    as_in_paper = unweighted(models.imagenet_resnet, depth, stride_on="1x1")
    for network in (model, as_in_paper):
        assert inspection.depth(network) == depth
        assert inspection.trainable_parameters(network) == trainable
    assert inspection.model_macs(model) == macs_3x3
    assert inspection.model_macs(as_in_paper) == pytest.approx(table_1, rel=0.02)
    sizes = [row.output_shape[0] for row in inspection.stage_table(model)]
    assert sizes == [56, 56, 28, 14, 7, 1000]


def test_stride_on_the_3x3_costs_a_bottleneck_network_more():
    def ratio(depth):
        return IMAGENET[depth][2] / IMAGENET[depth][1]

    assert ratio(50) > 1.07
    assert ratio(101) == pytest.approx(1.027, abs=0.001)
    model = unweighted(models.imagenet_resnet, 50, stride_on="1x1")
    assert inspection.model_macs(model) == 3_857_973_248


@pytest.mark.parametrize("depth", CIFAR)
def test_cifar_family_has_the_published_size(depth):
    exact, table_6 = CIFAR[depth]
    model = unweighted(models.cifar_resnet, depth)
    assert inspection.depth(model) == depth
    assert inspection.trainable_parameters(model) == exact
    assert exact == pytest.approx(table_6, rel=0.02)
    grey = unweighted(models.cifar_resnet, depth, input_shape=(32, 32, 1))
    assert inspection.trainable_parameters(grey) == exact - 288


@pytest.mark.parametrize("depth", CIFAR)
def test_plain_twin_has_the_same_count_with_option_a(depth):
    plain = unweighted(models.cifar_resnet, depth, block="plain")
    assert inspection.trainable_parameters(plain) == CIFAR[depth][0]
    assert inspection.depth(plain) == depth


def test_fashion_twins():
    residual = models.fashion_resnet(shortcut="A")
    plain = models.fashion_plain()
    assert inspection.trainable_parameters(plain) == inspection.trainable_parameters(
        residual
    )
    assert inspection.model_macs(plain) == inspection.model_macs(residual)
    assert inspection.depth(plain) == inspection.depth(residual) == 14


def test_source_lesson_pytorch_network_has_4800_redundant_biases():
    resnet18 = unweighted(models.imagenet_resnet, 18)
    filters = sum(
        layer.filters
        for layer in resnet18.layers
        if isinstance(layer, keras.layers.Conv2D)
    )
    assert filters == 4_800
    assert IMAGENET[18][0] + filters == 11_694_312


# --- names, summary, save and load


@pytest.mark.parametrize("kind", KINDS)
def test_layer_names_are_unique_and_tell_the_place(kind):
    names = [layer.name for layer in network(kind).layers]
    assert len(set(names)) == len(names)
    place = r"images|stem_\w+|head_\w+|global_pool|logits|stage\d+_block\d+_[a-z0-9_]+"
    assert [name for name in names if not re.fullmatch(place, name)] == []
    assert any(re.fullmatch(r"stage2_block1_conv1", name) for name in names)


def test_blocks_are_numbered_by_stage():
    names = {layer.name for layer in models.fashion_resnet(stages=(1, 3)).layers}
    prefixes = sorted({n.rsplit("_", 1)[0] for n in names if n.endswith("_conv1")})
    assert prefixes == [
        "stage1_block1",
        "stage2_block1",
        "stage2_block2",
        "stage2_block3",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_summary_lists_every_layer_with_its_parameters(kind, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")  # of the terminal that Keras prints for
    model, lines = network(kind), []
    model.summary(print_fn=lines.append, line_length=140)
    text = "\n".join(lines)
    assert "?" not in text
    total = re.search(r"Total params: ([\d,]+)", text)[1]
    trainable = re.search(r"Trainable params: ([\d,]+)", text)[1]
    assert int(total.replace(",", "")) == model.count_params() > 0
    assert int(trainable.replace(",", "")) == inspection.trainable_parameters(model)
    for layer in model.layers:
        row = next(line for line in text.split("\n") if f" {layer.name} " in line)
        assert f" {layer.count_params():,} " in row
        if isinstance(layer, keras.layers.Add):  # both of its inputs are shown
            assert re.search(rf"{layer.name} .* \S+\[0\]\[0\],", row)


@pytest.mark.parametrize("kind", KINDS)
def test_saves_and_loads_with_equal_outputs(kind, tmp_path):
    model = network(kind)
    randomise(model)
    path = tmp_path / "network.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    images = sample(3, *model.input_shape[1:])
    np.testing.assert_array_equal(run(loaded, images), run(model, images))
    assert [layer.name for layer in loaded.layers] == [x.name for x in model.layers]


# --- behaviour


@pytest.mark.parametrize("block", ["basic", "preactivation"])
@pytest.mark.parametrize("shortcut", ["A", "B"])
def test_any_image_size_works(block, shortcut):
    model = models.fashion_resnet(
        block=block, shortcut=shortcut, width=4, input_shape=(None, None, 1)
    )
    for height, width in ((28, 28), (14, 14), (9, 33), (1, 1)):
        logits = run(model, sample(2, height, width, 1))
        assert logits.shape == (2, 10)
        assert np.isfinite(logits).all()


@pytest.mark.parametrize("kind", KINDS)
def test_statistics_move_in_training_only(kind):
    model = network(kind)
    images = sample(4, *model.input_shape[1:])

    def statistics():
        return [np.array(w) for w in model.non_trainable_weights if "moving" in w.path]

    start = statistics()
    run(model, images)
    assert all(np.array_equal(*p) for p in zip(start, statistics(), strict=True))
    run(model, images, training=True)
    assert not any(np.array_equal(*p) for p in zip(start, statistics(), strict=True))


@pytest.mark.parametrize("block", ["basic", "preactivation"])
def test_a_batch_can_be_overfitted(block):
    keras.utils.set_random_seed(0)
    model = models.fashion_resnet(
        block=block, stages=(1, 1), width=8, input_shape=(14, 14, 1)
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    images, labels = sample(16, 14, 14, 1), np.arange(16) % 10
    losses = [model.train_on_batch(images, labels) for _ in range(40)]
    assert losses[0] > 1.5
    assert losses[-1] < 0.1
    assert (run(model, images).argmax(axis=1) == labels).mean() > 0.9


def test_preactivation_network_ends_with_bn_and_relu():
    model = models.fashion_resnet(block="preactivation")
    assert (
        model.get_layer("head_bn").input is model.get_layer("stage3_block2_add").output
    )
    assert model.get_layer("global_pool").input is model.get_layer("head_relu").output


# --- what is refused


@pytest.mark.parametrize(
    ("build", "argument", "got"),
    [
        (lambda: models.cifar_resnet(21), "depth", "21"),
        (lambda: models.cifar_resnet(2), "depth", "2"),
        (lambda: models.cifar_resnet(20.0), "depth", "20.0"),
        (lambda: models.cifar_resnet(20, block="bottleneck"), "block", "'bottleneck'"),
        (lambda: models.imagenet_resnet(19), "depth", "19"),
        (lambda: models.imagenet_resnet(18, stride_on="5x5"), "stride_on", "'5x5'"),
        (lambda: models.imagenet_resnet(18, padding="valid"), "padding", "'valid'"),
        (lambda: models.fashion_resnet(block="plain"), "block", "'plain'"),
        (lambda: models.fashion_resnet(shortcut="D"), "shortcut", "'D'"),
        (lambda: models.fashion_resnet(padding="full"), "padding", "'full'"),
        (lambda: models.fashion_resnet(stages=()), "stages", "()"),
        (lambda: models.fashion_resnet(stages=2), "stages", "2"),
        (lambda: models.fashion_plain(stages=(2, 0)), "stages", "(2, 0)"),
        (lambda: models.fashion_resnet(width=0), "width", "0"),
        (lambda: models.fashion_resnet(classes=0), "classes", "0"),
        (
            lambda: models.fashion_resnet(input_shape=(28, 28)),
            "input_shape",
            "(28, 28)",
        ),
        (lambda: models.fashion_plain(input_shape=(28, 0, 1)), "input width", "0"),
    ],
)
def test_errors_name_argument_value_and_what_is_allowed(build, argument, got):
    with pytest.raises(ValueError, match=f"^{argument} must ") as error:
        build()
    assert str(error.value).endswith(f"got {got}")


# --- the source lesson's network, against a reference written for this test


class ReferenceBlock(keras.layers.Layer):
    """BN-ReLU-conv twice; a projection has BN and ReLU of its own."""

    def __init__(self, filters, stride):
        super().__init__()
        self.parts = {}
        for index, step in ((1, stride), (2, 1)):
            self.add(f"bn{index}", keras.layers.BatchNormalization())
            self.add(f"conv{index}", bias_free(filters, 3, step))
        if stride > 1:
            self.add("shortcut_bn", keras.layers.BatchNormalization())
            self.add("shortcut", bias_free(filters, 1, stride))

    def add(self, name, layer):
        self.parts[name] = layer
        setattr(self, f"part_{name}", layer)

    def call(self, x, training=None):
        def activated(name, value):
            return keras.ops.relu(self.parts[name](value, training=training))

        y = self.parts["conv1"](activated("bn1", x))
        y = self.parts["conv2"](activated("bn2", y))
        if "shortcut" in self.parts:
            x = self.parts["shortcut"](activated("shortcut_bn", x))
        return y + x


class ReferenceNetwork(keras.Model):
    def __init__(self):
        super().__init__()
        self.stem = bias_free(16, 3, 1)
        self.units = [
            ReferenceBlock(filters, stride)
            for filters, stride in (
                (16, 1),
                (16, 1),
                (32, 2),
                (32, 1),
                (64, 2),
                (64, 1),
            )
        ]
        self.bn = keras.layers.BatchNormalization()
        self.dense = keras.layers.Dense(10)

    def call(self, images, training=None):
        x = self.stem(images)
        for unit in self.units:
            x = unit(x, training=training)
        x = keras.ops.relu(self.bn(x, training=training))
        return self.dense(keras.ops.mean(x, axis=(1, 2)))

    def named(self):
        """Layers by the names they have in `source_lesson.source_lesson_resnet`."""
        yield "stem_conv", self.stem
        for index, unit in enumerate(self.units):
            place = f"stage{index // 2 + 1}_block{index % 2 + 1}"
            for name, layer in unit.parts.items():
                yield f"{place}_{name}", layer
        yield "head_bn", self.bn
        yield "logits", self.dense


def bias_free(filters, kernel_size, stride):
    return keras.layers.Conv2D(
        filters, kernel_size, strides=stride, padding="same", use_bias=False
    )


def test_source_lesson_network_equals_the_reference():
    model, reference = source_lesson.source_lesson_resnet(), ReferenceNetwork()
    images = sample(8, 28, 28, 1)
    reference(images)
    randomise(model)
    copied = 0
    for name, layer in reference.named():
        weights = model.get_layer(name).get_weights()
        layer.set_weights(weights)
        copied += len(weights)
    assert copied == len(model.weights) == len(reference.weights)
    # The second BN of each projection block: gamma and beta of 16 and 32 channels.
    preactivation = models.fashion_resnet(block="preactivation")
    extra = 2 * (16 + 32)
    assert inspection.trainable_parameters(
        model
    ) == extra + inspection.trainable_parameters(preactivation)
    for training in (False, True, False):  # the third time with moved statistics
        expected = run(reference, images, training)
        assert expected.std() > 0.1
        np.testing.assert_allclose(run(model, images, training), expected, atol=1e-5)


# --- ResNet-18 against NumPy, with PyTorch's symmetric padding


def numpy_conv(x, kernel, stride):
    pad = kernel.shape[0] // 2
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = sliding_window_view(x, kernel.shape[:2], axis=(1, 2))
    # (batch, height, width, channel, row, column) with (row, column, channel, out)
    windows = windows[:, ::stride, ::stride]
    return np.tensordot(windows, kernel, axes=([4, 5, 3], [0, 1, 2]))


def numpy_max_pool(x):
    x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    windows = sliding_window_view(x, (3, 3), axis=(1, 2))
    return windows[:, ::2, ::2].max(axis=(-2, -1))


def numpy_resnet18(weights, images):
    """Logits in inference mode; `weights` maps a layer's name to its arrays."""

    def conv_bn(x, conv, bn, stride=1):
        gamma, beta, mean, variance = weights[bn]
        y = numpy_conv(x, weights[conv][0], stride)
        return gamma * (y - mean) / np.sqrt(variance + 1e-5) + beta

    x = np.maximum(conv_bn(images, "stem_conv", "stem_bn", 2), 0)
    x = numpy_max_pool(x)
    for stage in (1, 2, 3, 4):
        for index in (1, 2):
            name = f"stage{stage}_block{index}"
            stride = 2 if stage > 1 and index == 1 else 1
            y = np.maximum(conv_bn(x, f"{name}_conv1", f"{name}_bn1", stride), 0)
            y = conv_bn(y, f"{name}_conv2", f"{name}_bn2")
            if stride == 2:
                x = conv_bn(x, f"{name}_shortcut", f"{name}_shortcut_bn", 2)
            x = np.maximum(x + y, 0)
    kernel, bias = weights["logits"]
    return x.mean(axis=(1, 2)) @ kernel + bias


@pytest.mark.parametrize(
    ("size", "classes", "differ"),
    [
        (224, 1000, True),
        # 65 -> 33 -> 17 -> 9 -> 5 -> 3: on odd sizes "same" pads both sides alike.
        (65, 10, False),
    ],
)
def test_resnet18_equals_numpy_with_symmetric_padding(size, classes, differ):
    keras.utils.set_random_seed(0)
    options = {"input_shape": (size, size, 3), "classes": classes}
    symmetric = models.imagenet_resnet(18, padding="symmetric", **options)
    randomise(symmetric, gamma=(0.4, 0.8))
    weights = {
        layer.name: [w.astype(np.float64) for w in layer.get_weights()]
        for layer in symmetric.layers
        if layer.weights
    }
    images = sample(1, size, size, 3)
    expected = numpy_resnet18(weights, images.astype(np.float64))
    assert expected.shape == (1, classes)
    assert expected.std() > 0.3
    logits = run(symmetric, images)
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    same = models.imagenet_resnet(18, padding="same", **options)
    inspection.copy_weights(symmetric, same)
    assert (np.abs(run(same, images) - logits).max() > 1e-2) is np.bool_(differ)
