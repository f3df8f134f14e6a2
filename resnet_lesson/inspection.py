"""Measurements on a network.

All functions take a functional model of this package, whose layers are named
after their place ("stage2_block1_conv1").
"""

from dataclasses import dataclass
from math import prod

from resnet_lesson import conv_arithmetic
from resnet_lesson.quiet import keras


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


def _is_weighted(layer):
    weighted = isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense))
    return weighted and not layer.name.endswith("_shortcut")
