"""Answers to the exercises of notebook 05: right ones, and typical wrong ones."""

import numpy as np

from resnet_lesson import blocks, models
from resnet_lesson.base.quiet import keras

layers = keras.layers

COURSE = [(14, 14, 20), (14, 14, 20), (7, 7, 40), (4, 4, 80)]
RESNET50 = [(112, 112, 64), (56, 56, 64)]
RESNET50 += [(56 // s, 56 // s, 256 * s) for s in (1, 2, 4, 8)]


def both(course=COURSE, resnet50=RESNET50):
    return {"course, 28 pixels": course, "ResNet-50, 224 pixels": resnet50}


def conv(y, filters, size, stride=1, bias=False):
    layer = layers.Conv2D(filters, size, stride, padding="same", use_bias=bias)
    return layer(y)


def bn(y):
    return layers.BatchNormalization()(y)


def relu(y):
    return layers.Activation("relu")(y)


def right_basic(x, filters, stride=1):
    y = bn(conv(keras.ops.relu(bn(conv(x, filters, 3, stride))), filters, 3))
    if stride > 1 or x.shape[-1] != filters:
        x = bn(conv(x, filters, 1, stride))
    return keras.ops.maximum(x + y, 0)


def right_in_parts(x, filters, *, stride=1):
    mapping = keras.Sequential(
        [
            layers.Conv2D(filters, 3, stride, padding="same", use_bias=False),
            layers.BatchNormalization(epsilon=1e-5),
            layers.ReLU(),
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
        ]
    )
    y = mapping(x)
    carried = x if y.shape == x.shape else bn(conv(x, filters, 1, stride))
    return layers.ReLU()(layers.add([carried, y]))


def basic(fault=""):
    """A basic block with one fault."""

    def block(x, filters, stride=1):
        first, second = (1, stride) if fault == "late stride" else (stride, 1)
        bias = fault == "bias"
        y = conv(x, filters, 5 if fault == "5×5" else 3, first, bias)
        y = y if fault == "no first bn" else bn(y)
        y = y if fault == "no inner relu" else relu(y)
        y = relu(conv(x, filters, 3, first)) if fault == "order" else y
        y = bn(y) if fault == "order" else y
        late = y
        if fault != "one convolution":
            y = conv(y, filters, 3, second, bias)
            y = y if fault == "no last bn" else bn(y)
        y = relu(y) if fault in ("early relu", "both relus") else y
        if fault == "plain":
            return relu(y)
        changed = {
            "stride only": stride != 1,
            "channels only": x.shape[-1] != filters,
            "never": False,
            "always": True,
        }.get(fault, stride != 1 or x.shape[-1] != filters)
        if changed:
            size = 3 if fault == "3×3 projection" else 1
            x = conv(x, filters, size, stride, bias)
            x = x if fault == "bare projection" else bn(x)
            x = relu(x) if fault == "relu projection" else x
        x = late if fault == "late shortcut" else x
        if fault == "concatenate":
            return relu(layers.Concatenate()([x, y]))
        y = layers.Add()([x, y])
        y = bn(y) if fault == "bn behind the sum" else y
        return y if fault in ("no last relu", "early relu") else relu(y)

    return block


def training_fixed(x, filters, stride=1):
    y = layers.BatchNormalization()(conv(x, filters, 3, stride), training=True)
    y = bn(conv(relu(y), filters, 3))
    if stride != 1 or x.shape[-1] != filters:
        x = bn(conv(x, filters, 1, stride))
    return relu(layers.Add()([x, y]))


def channels_first(x, filters, stride=1):
    y = layers.BatchNormalization(axis=1)(conv(x, filters, 3, stride))
    y = bn(conv(relu(y), filters, 3))
    if stride != 1 or x.shape[-1] != filters:
        x = bn(conv(x, filters, 1, stride))
    return relu(layers.Add()([x, y]))


def one_layer_twice(x, filters, stride=1):
    norm = layers.BatchNormalization()
    y = norm(conv(relu(norm(conv(x, filters, 3, stride))), filters, 3))
    if stride != 1 or x.shape[-1] != filters:
        x = bn(conv(x, filters, 1, stride))
    return relu(x + y)


def dilated(x, filters, stride=1):
    y = bn(conv(x, filters, 3, stride))
    layer = layers.Conv2D(filters, 3, dilation_rate=2, padding="same", use_bias=False)
    y = bn(layer(relu(y)))
    if stride != 1 or x.shape[-1] != filters:
        x = bn(conv(x, filters, 1, stride))
    return relu(x + y)


def with_dropout(x, filters, stride=1):
    y = relu(bn(conv(x, filters, 3, stride)))
    y = layers.Dropout(0.1)(bn(conv(y, filters, 3)))
    if stride != 1 or x.shape[-1] != filters:
        x = bn(conv(x, filters, 1, stride))
    return relu(x + y)


def product(x, filters, stride=1):
    y = relu(bn(conv(x, filters, 3, stride)))
    return relu(bn(conv(y, filters, 3)) * x)


class Opaque(layers.Layer):
    def call(self, x):
        return x


def without_padding(x, filters, stride=1):
    y = relu(bn(layers.Conv2D(filters, 3, stride, use_bias=False)(x)))
    return relu(bn(layers.Conv2D(filters, 3, use_bias=False)(y)))


def from_the_package(x, filters, stride=1):
    return blocks.basic_block(x, filters, stride=stride, name="mine")


def right_bottleneck(x, filters, stride=1):
    y = relu(bn(conv(x, filters, 1)))
    y = relu(bn(conv(y, filters, 3, stride)))
    y = bn(conv(y, 4 * filters, 1))
    if y.shape[1:] != x.shape[1:]:
        x = bn(conv(x, 4 * filters, 1, stride))
    return relu(layers.Add()([x, y]))


def bottleneck(fault=""):
    """A bottleneck block with one fault."""

    def block(x, filters, stride=1):
        wide = filters if fault == "no expansion" else 4 * filters
        at = {"stride first": 0, "stride last": 2}.get(fault, 1)
        strides = [stride if place == at else 1 for place in range(3)]
        y = relu(bn(conv(x, filters, 1, strides[0])))
        y = bn(conv(y, filters, 1 if fault == "all 1×1" else 3, strides[1]))
        y = y if fault == "no second relu" else relu(y)
        y = bn(conv(y, wide, 1, strides[2]))
        y = relu(y) if fault == "early relu" else y
        asked = filters if fault == "compares filters" else wide
        if stride != 1 or x.shape[-1] != asked:
            x = conv(x, filters if fault == "narrow projection" else wide, 1, stride)
            x = x if fault == "bare projection" else bn(x)
        y = layers.Add()([x, y])
        return y if fault in ("no last relu", "early relu") else relu(y)

    return block


def preactivation(fault=""):
    """The pre-activation block, with one fault of the listing or of a repair."""

    def block(x, filters, stride=1):
        a = relu(bn(x))
        changed = stride != 1 or x.shape[-1] != filters
        source = x if fault == "raw projection" else a
        carried = conv(source, filters, 1, stride) if changed else x
        carried = bn(carried) if changed and fault == "bn projection" else carried
        carried = a if not changed and fault == "overwritten" else carried
        y = conv(x if fault == "unactivated" else a, filters, 3, stride)
        y = y if fault == "one activation" else relu(bn(y))
        y = conv(y, filters, 3)
        y = bn(y) if fault == "last bn" else y
        y = layers.Add()([y, carried])
        return relu(y) if fault == "last relu" else y

    return block


def network(fault="", depths=(2, 2, 2, 2), classes=1000):
    """ResNet-18, or one with a fault."""

    def build():
        images = keras.Input((224, 224, 3))
        y = conv(images, 64, 3 if fault == "3×3 stem" else 7, 2, fault == "bias")
        y = y if fault == "no stem bn" else bn(y)
        y = y if fault == "no stem relu" else relu(y)
        padding = "valid" if fault == "valid pool" else "same"
        if fault != "no pool":
            y = layers.MaxPooling2D(3, 2, padding=padding)(y)
        for stage, count in enumerate(depths):
            for index in range(count):
                first = stage > 0 or fault == "stride in stage 1"
                stride = 2 if first and index == 0 else 1
                stride = 2 if stage and fault == "stride in all" else stride
                block = basic(fault) if fault == "bias" else right_basic
                y = block(y, 64 << stage, stride)
        flat = layers.Flatten() if fault == "flatten" else None
        y = (flat or layers.GlobalAveragePooling2D())(y)
        end = "softmax" if fault == "softmax" else None
        return keras.Model(images, layers.Dense(classes, activation=end)(y))

    return build


def resnet18_by_functions():
    x = images = keras.Input((224, 224, 3))
    x = layers.ReLU()(bn(conv(x, 64, 7, 2)))
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for stage, filters in enumerate([64, 128, 256, 512], start=1):
        for index in (1, 2):
            stride = 2 if stage > 1 and index == 1 else 1
            name = f"stage{stage}_block{index}"
            x = blocks.basic_block(x, filters, stride=stride, name=name)
    x = layers.Flatten()(layers.AveragePooling2D(7)(x))
    return keras.Model(images, layers.Dense(1000)(x))


RIGHT = {
    "5.1": both(),
    "5.2": 230_144,
    "5.3": right_basic,
    "5.4": {"block": "C", "adds": "relu1"},
    "5.5": resnet18_by_functions,
    "5.6": right_bottleneck,
    "5.7": preactivation(),
    "5.8": {"a": "true", "b": "true", "c": "false", "d": "false"},
}

# Right in other styles; a test of this chapter's own runs them.
ALSO_RIGHT = {
    "5.1": [
        both(np.array(COURSE), [list(shape) for shape in RESNET50]),
        both(tuple(COURSE), np.array(RESNET50, float)),
    ],
    "5.2": [np.int64(230_144), 230_144.0],
    "5.3": [right_in_parts, basic()],
    "5.4": [{"block": "c", "adds": " relu1 "}],
    "5.5": [network()],
    "5.6": [bottleneck()],
    "5.8": [{"a": True, "b": True, "c": False, "d": False}],
}

WRONG = {
    "5.1": [
        (both([*COURSE[:3], (3, 3, 80)]), "not ⌊7 / 2⌋"),
        (both([(2 * h if h != 4 else 7,) * 2 + (c,) for h, _, c in COURSE]), "stem"),
        (both([(14, 14, 20), (7, 7, 20), (4, 4, 40), (2, 2, 80)]), "first stage"),
        (both([(c, h, w) for h, w, c in COURSE]), "Channels come last"),
        (both([(1, *shape) for shape in COURSE]), "Leave the batch out"),
        (both([14, 14, 7, 4]), "(height, width, channels)"),
        (both([(14, 14, 16), (14, 14, 16), (7, 7, 32), (4, 4, 64)]), "values are off"),
        (both(COURSE[:3]), "shape (4, 3)"),
        (
            both(
                resnet50=[*RESNET50[:2], *((h, w, c // 4) for h, w, c in RESNET50[2:])]
            ),
            "put out",
        ),
        (
            both(
                resnet50=[
                    RESNET50[0],
                    *((h // 2, w // 2, c) for h, w, c in RESNET50[1:]),
                ]
            ),
            "pooling",
        ),
        (both(resnet50=RESNET50[1:]), "shape (6, 3)"),
        (COURSE, "Keep the dictionary"),
    ],
    "5.2": [
        (221_696, "shortcut"),
        (229_888, "projection has a BN"),
        (229_376, "BN has trainable"),
        (229_760, "two trainable numbers"),
        (230_912, "not trained"),
        (230_528, "no bias"),
        (312_064, "reads 64 channels"),
        (295_680, "1×1"),
        (156_416, "second convolution"),
        (221_184, "Something else"),
        (230_145, "Add up"),
        ("230144", "must be a number"),
    ],
    "5.3": [
        (basic("no last relu"), "a last ReLU is missing"),
        (basic("early relu"), "before the sum"),
        (basic("both relus"), "before the sum"),
        (basic("no inner relu"), "ReLU is missing inside F"),
        (basic("no first bn"), "BN is missing behind a convolution"),
        (basic("no last bn"), "BN is missing behind a convolution"),
        (basic("bare projection"), "BN is missing behind the projection"),
        (basic("late stride"), "another convolution"),
        (basic("stride only"), "differ in shape"),
        (basic("channels only"), "differ in shape"),
        (basic("never"), "differ in shape"),
        (basic("always"), "carry x as it is"),
        (basic("relu projection"), "ends in a ReLU"),
        (basic("3×3 projection"), "one 1×1 convolution"),
        (basic("late shortcut"), "carry x as it is"),
        (basic("bn behind the sum"), "one ReLU and nothing else"),
        (basic("plain"), "no sum"),
        (basic("concatenate"), "channels"),
        (basic("bias"), "use_bias=False"),
        (basic("order"), "between the convolution and its ReLU"),
        (basic("5×5"), "this block's are 3×3, 3×3"),
        (basic("one convolution"), "this block's are 3×3, 3×3"),
        (training_fixed, "training"),
        (channels_first, "weights' shapes"),
        (one_layer_twice, "called twice"),
        (dilated, "dilation"),
        (without_padding, "padding"),
        (with_dropout, "a step more"),
        (product, "no sum"),
        (lambda x, filters, stride=1: Opaque()(x), "cannot look into Opaque"),
        (lambda x, filters, stride=1: [right_basic(x, filters, stride)], "a list"),
        (lambda x, filters, stride=1: np.maximum(x, 0), "keras.ops"),
        (from_the_package, "package's own"),
        (blocks.basic_block, "package's own"),
        (right_bottleneck, "channels"),
        (lambda x, filters: x, "stride"),
        (lambda x, filters, stride=1: layers.ReLU(), "Call the layer"),
    ],
    "5.4": [
        ({"block": "A", "adds": "x"}, "another way"),
        ({"block": "B", "adds": "relu1"}, "follow that name"),
        ({"block": "D", "adds": "relu1"}, "order"),
        ({"block": "C", "adds": "x"}, "by then"),
        ({"block": "C", "adds": "bn2"}, "stand for"),
        ({"block": "E", "adds": "bn2"}, "none of"),
        ("C", "Keep the dictionary"),
    ],
    "5.5": [
        (network("bias"), "keep their biases"),
        (network("no pool"), "max-pool is missing"),
        (network("valid pool"), "padding"),
        (network("no stem bn"), "bn with the output"),
        (network("no stem relu"), "relu with the output"),
        (network("3×3 stem"), "conv 7×7/2"),
        (network("stride in stage 1"), "28 × 28"),
        (network("stride in all"), "conv 3×3 with"),
        (network("flatten"), "averages over all"),
        (network("softmax"), "logits"),
        (network(depths=(3, 4, 6, 3)), "conv 3×3/2"),
        (network(classes=10), "1,000 classes"),
        (lambda: models.imagenet_resnet(18), "package's own"),
        (network, "Return a keras.Model"),
        (right_basic, "raises TypeError"),
    ],
    "5.6": [
        (bottleneck("no expansion"), "channels"),
        (bottleneck("stride first"), "another convolution"),
        (bottleneck("stride last"), "another convolution"),
        (bottleneck("all 1×1"), "1×1, 3×3, 1×1"),
        (bottleneck("no second relu"), "ReLU is missing inside F"),
        (bottleneck("early relu"), "before the sum"),
        (bottleneck("no last relu"), "a last ReLU is missing"),
        (bottleneck("compares filters"), "carry x as it is"),
        (bottleneck("narrow projection"), "differ in shape"),
        (bottleneck("bare projection"), "BN is missing behind the projection"),
        (right_basic, "channels"),
        (blocks.bottleneck_block, "package's own"),
    ],
    "5.7": [
        (preactivation("last relu"), "Behind the sum"),
        (preactivation("overwritten"), "activated x"),
        (preactivation("raw projection"), "reads x itself"),
        (preactivation("bn projection"), "no BN of its own"),
        (preactivation("unactivated"), "a BN and a ReLU before it"),
        (preactivation("one activation"), "a BN and a ReLU before it"),
        (preactivation("last bn"), "ends in its second convolution"),
        (right_basic, "Behind the sum"),
        (blocks.preactivation_block, "package's own"),
    ],
    "5.8": [
        (
            {"a": "false", "b": "true", "c": "false", "d": "false"},
            "a: F ends in a ReLU",
        ),
        ({"a": "true", "b": "false", "c": "false", "d": "false"}, "b: F(x)"),
        ({"a": "true", "b": "true", "c": "true", "d": "false"}, "c: To lower"),
        ({"a": "true", "b": "true", "c": "false", "d": "true"}, "d: There F"),
        ({"a": "yes", "b": "true", "c": "false", "d": "true"}, "none of"),
        (["true"], "Keep the dictionary"),
    ],
}
