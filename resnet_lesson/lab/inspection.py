"""Measurements on a network, and on an initialisation.

A `model` is a functional model of this package, whose layers are named after
their place ("stage2_block1_conv1").
"""

from dataclasses import dataclass
from math import prod

from resnet_lesson import conv_arithmetic
from resnet_lesson.base.quiet import keras


@dataclass(frozen=True)
class Stage:
    """One row of `stage_table`.

    name: "stem", "stage1", ..., "head".
    layers: weighted layers: convolutions and dense layers, without the
        shortcuts' projections (as He et al. count depth).
    output_shape: (height, width, channels) of the last layer, or (classes,).
    parameters: trainable ones.
    macs: multiply-accumulates of convolutions and dense layers for one image.
    """

    name: str
    layers: int
    output_shape: tuple[int, ...]
    parameters: int
    macs: int


def stage_table(model):
    """What each stage of a network puts out, holds and costs.

    Args:
        model: a functional model with fixed input size.

    Returns:
        A list of `Stage`, from stem to head.
    """
    stages = {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        prefix = layer.name.split("_")[0]
        name = prefix if prefix.startswith("st") else "head"
        stages.setdefault(name, []).append(layer)
    return [
        Stage(
            name=name,
            layers=sum(_is_weighted(layer) for layer in members),
            output_shape=tuple(members[-1].output.shape[1:]),
            parameters=sum(trainable_parameters(layer) for layer in members),
            macs=sum(layer_macs(layer) for layer in members),
        )
        for name, members in stages.items()
    ]


def trainable_parameters(model):
    """Trainable parameters of a model or layer: what papers count.

    Keras' "Total params" adds two moving statistics per BN channel.
    """
    return sum(prod(weight.shape) for weight in model.trainable_weights)


def layer_macs(layer):
    """Multiply-accumulates of a convolution or dense layer for one image.

    Other layers count as 0, as is usual.
    """
    if isinstance(layer, keras.layers.Conv2D):
        _, height, width, filters = layer.output.shape
        if height is None or width is None:
            raise ValueError(
                f"layer {layer.name} must have a fixed output size, got "
                f"{tuple(layer.output.shape)}: build the model with a fixed input size"
            )
        return conv_arithmetic.conv_macs(
            (height, width), layer.kernel_size, layer.input.shape[-1], filters
        )
    if isinstance(layer, keras.layers.Dense):
        return prod(layer.kernel.shape)
    return 0


def model_macs(model):
    """Multiply-accumulates of a functional model for one image; 1 MAC = 2 FLOPs."""
    return sum(layer_macs(layer) for layer in model.layers)


def depth(model):
    """Weighted layers, as He et al. count them: projections are left out."""
    return sum(_is_weighted(layer) for layer in model.layers)


def copy_weights(source, target, rename=None):
    """Copy weights from model to model, layer by layer, by the layers' names.

    Args:
        source: model to read.
        target: model to write; every layer of it that has weights needs a
            layer of the same name and shapes in `source`.
        rename: function from a layer's name in `target` to its name in
            `source`; None where they are the same.

    Raises:
        ValueError: `source` has no layer of that name, or its shapes differ.
    """
    for layer in target.layers:
        if layer.weights:
            name = rename(layer.name) if rename else layer.name
            layer.set_weights(source.get_layer(name).get_weights())


def signal_through_depth(initializer, *, width, depth, images, seed=0, wrap=False):
    """How large a signal stays in convolutions with ReLU and without BN.

    Args:
        initializer: function from a seed to a Keras initialiser.
        width: channels of every convolution.
        depth: number of convolutions, 3x3, stride 1, each followed by ReLU.
        images: float32 (n, height, width, channels).
        seed: of the kernels; every layer gets its own.
        wrap: join opposite edges of the images, so that there is no border;
            otherwise zeros are padded.

    Returns:
        Root mean square of each convolution's output, before its ReLU.

    Source: He et al., arXiv:1502.01852 (2015), section 2.2: this is what
    equation 10 keeps constant.
    """
    x = keras.ops.convert_to_tensor(images)
    scales = []
    for layer in range(depth):
        # An initialiser object repeats itself: one seed for each layer.
        draw = initializer(1000 * seed + layer)
        kernel = draw((3, 3, x.shape[-1], width))
        if wrap:
            x = keras.ops.concatenate([x[:, -1:], x, x[:, :1]], axis=1)
            x = keras.ops.concatenate([x[:, :, -1:], x, x[:, :, :1]], axis=2)
        y = keras.ops.conv(x, kernel, padding="valid" if wrap else "same")
        scales.append(float(keras.ops.sqrt(keras.ops.mean(keras.ops.square(y)))))
        x = keras.ops.relu(y)
    return scales


def _is_weighted(layer):
    weighted = isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense))
    return weighted and not layer.name.endswith("_shortcut")
