"""Networks assembled from blocks.

Every builder returns an uncompiled functional `keras.Model` that maps images
(batch, height, width, channels), float32, to logits (batch, classes): no
softmax, so use a loss with `from_logits=True`. Layers are named after their
place: "stage2_block1_conv1". Depth counts weighted layers as He et al. do:
convolutions and the dense layer, not the shortcuts' projections.
"""

from numbers import Integral

from resnet_lesson import blocks
from resnet_lesson.base.quiet import keras
from resnet_lesson.conv_arithmetic import check_positive, is_size
from resnet_lesson.parts import bn_relu, check_stride_on, conv, head, images_input

layers = keras.layers

__all__ = [
    "cifar_resnet",
    "fashion_plain",
    "fashion_resnet",
    "imagenet_resnet",
]

BLOCKS = {
    "plain": blocks.plain_block,
    "basic": blocks.basic_block,
    "preactivation": blocks.preactivation_block,
}

# Blocks per stage, He et al. (2015), table 1.
IMAGENET_STAGES = {
    18: (blocks.basic_block, (2, 2, 2, 2)),
    34: (blocks.basic_block, (3, 4, 6, 3)),
    50: (blocks.bottleneck_block, (3, 4, 6, 3)),
    101: (blocks.bottleneck_block, (3, 4, 23, 3)),
    152: (blocks.bottleneck_block, (3, 8, 36, 3)),
}


def fashion_resnet(
    *,
    block="basic",
    stages=(2, 2, 2),
    width=16,
    stem_stride=1,
    shortcut="B",
    padding="same",
    input_shape=(28, 28, 1),
    classes=10,
    name="fashion_resnet",
):
    """The course's network: 14 weighted layers for 28 x 28 grey images.

    A 3x3 stem, three stages of residual blocks at 28 x 28, 14 x 14 and 7 x 7
    pixels with 16, 32 and 64 channels, global average pooling, one dense
    layer. Because of the global pooling any image size works
    (`input_shape=(None, None, 1)`).

    Args:
        block: "basic" (ReLU after the sum, He 2015) or "preactivation"
            (He 2016).
        stages: number of blocks in each stage.
        width: channels of the first stage; each later stage doubles them.
        stem_stride: 2 halves the image before the first stage, which takes a
            quarter of the work.
        shortcut: "A", "B" or "C", see `blocks`.
        padding: "same" or "symmetric", see `blocks`.
        input_shape: (height, width, channels).
        classes: number of logits.
        name: of the model.

    Returns:
        An uncompiled `keras.Model`.

    Raises:
        ValueError: an argument is out of range.
    """
    check_positive(stem_stride=stem_stride)
    if block not in ("basic", "preactivation"):
        raise ValueError(f'block must be "basic" or "preactivation", got {block!r}')
    options = {"shortcut": shortcut, "padding": padding}
    return _small_network(
        block, stages, width, options, input_shape, classes, name, stem_stride
    )


def fashion_plain(
    *,
    stages=(2, 2, 2),
    width=16,
    padding="same",
    input_shape=(28, 28, 1),
    classes=10,
    name="fashion_plain",
):
    """The plain twin of `fashion_resnet`: the same layers, no shortcuts.

    Args, Returns and Raises are those of `fashion_resnet`.
    """
    options = {"padding": padding}
    return _small_network("plain", stages, width, options, input_shape, classes, name)


def cifar_resnet(
    depth,
    *,
    block="basic",
    width=16,
    shortcut="A",
    padding="same",
    input_shape=(32, 32, 3),
    classes=10,
    name=None,
):
    """The CIFAR-10 family of He et al.: depth 6n + 2, three stages of n blocks.

    Args:
        depth: 8, 14, 20, 26, ...: 6n + 2 weighted layers.
        block: "basic", "preactivation" or "plain" (which ignores `shortcut`).
        width: channels of the first stage, 16 in the paper.
        shortcut: "A" in the paper, so that a residual network and its plain
            twin have the same number of parameters.
        padding: "same" or "symmetric", see `blocks`.
        input_shape: (height, width, channels).
        classes: number of logits.
        name: of the model; by default "resnet20", "plain20" and so on.

    Returns:
        An uncompiled `keras.Model`.

    Raises:
        ValueError: `depth` is no member of the family, or another argument is
            out of range.

    Source: He et al. (2015), section 4.2.
    """
    if not isinstance(depth, Integral) or depth < 8 or (depth - 2) % 6:
        raise ValueError(f"depth must be 6n + 2 (8, 14, 20, ...), got {depth!r}")
    if not isinstance(block, str) or block not in BLOCKS:
        raise ValueError(f"block must be one of {tuple(BLOCKS)}, got {block!r}")
    options = {"padding": padding}
    if block != "plain":
        options["shortcut"] = shortcut
    stages = ((depth - 2) // 6,) * 3
    name = name or f"{'plain' if block == 'plain' else 'resnet'}{depth}"
    return _small_network(block, stages, width, options, input_shape, classes, name)


def imagenet_resnet(
    depth,
    *,
    shortcut="B",
    padding="same",
    stride_on="3x3",
    input_shape=(224, 224, 3),
    classes=1000,
    name=None,
):
    """ResNet-18, -34, -50, -101 or -152 of He et al.

    A 7x7 stem of stride 2 and a 3x3 max-pool of stride 2, then four stages of
    64, 128, 256 and 512 filters (four times as many channels out of
    bottleneck blocks).

    Args:
        depth: 18, 34 (basic blocks), 50, 101 or 152 (bottleneck blocks).
        shortcut: "A", "B" or "C", see `blocks`.
        padding: "same" or "symmetric"; "symmetric" makes every output size
            and value PyTorch's.
        stride_on: "1x1" or "3x3", see `blocks.bottleneck_block`; without
            effect at depth 18 and 34.
        input_shape: (height, width, channels).
        classes: number of logits.
        name: of the model; by default "resnet18" and so on.

    Returns:
        An uncompiled `keras.Model`.

    Raises:
        ValueError: `depth` is no member of the family, or another argument is
            out of range.

    Source: He et al. (2015), table 1.
    """
    if not isinstance(depth, Integral) or depth not in IMAGENET_STAGES:
        raise ValueError(
            f"depth must be one of {tuple(IMAGENET_STAGES)}, got {depth!r}"
        )
    check_stride_on(stride_on)
    block, stages = IMAGENET_STAGES[depth]
    options = {"shortcut": shortcut, "padding": padding}
    if block is blocks.bottleneck_block:
        options["stride_on"] = stride_on
    inputs = images_input(input_shape, classes)
    x = conv(inputs, 64, 7, stride=2, padding=padding, name="stem_conv")
    x = bn_relu(x, name="stem")
    if padding == "symmetric":
        # Zeros do not change the maximum of values that are >= 0.
        x = layers.ZeroPadding2D(1, name="stem_pool_pad")(x)
        x = layers.MaxPooling2D(3, strides=2, name="stem_pool")(x)
    else:
        x = layers.MaxPooling2D(3, strides=2, padding="same", name="stem_pool")(x)
    x = _stages(x, block, stages, 64, options)
    return keras.Model(inputs, head(x, classes), name=name or f"resnet{depth}")


def _small_network(
    block, stages, width, options, input_shape, classes, name, stem_stride=1
):
    """Stem of one 3x3 convolution, three or so stages, head."""
    check_positive(width=width)
    inputs = images_input(input_shape, classes)
    x = conv(
        inputs,
        width,
        3,
        stride=stem_stride,
        padding=options["padding"],
        name="stem_conv",
    )
    if block != "preactivation":
        x = bn_relu(x, name="stem")
    x = _stages(x, BLOCKS[block], stages, width, options)
    if block == "preactivation":
        # The last sum has not been activated by any block.
        x = bn_relu(x, name="head")
    return keras.Model(inputs, head(x, classes), name=name)


def _stages(x, block, stages, width, options):
    """Blocks by stage; each stage after the first halves size, doubles width."""
    counts = stages if isinstance(stages, (tuple, list)) else ()
    if not counts or not all(is_size(count, 1) for count in counts):
        raise ValueError(
            f"stages must hold positive integers, such as (2, 2, 2), got {stages!r}"
        )
    for stage, count in enumerate(stages, start=1):
        for index in range(1, count + 1):
            x = block(
                x,
                width * 2 ** (stage - 1),
                stride=2 if stage > 1 and index == 1 else 1,
                name=f"stage{stage}_block{index}",
                **options,
            )
    return x
