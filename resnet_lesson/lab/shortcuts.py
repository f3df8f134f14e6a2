"""Shortcuts under test: residual functions switched off, shortcuts scaled.

A block is F(x) + shortcut(x). `one_block` is a model of a single one;
`silence` makes F zero, so that only shortcuts are left; `scaled_stage`
multiplies what a shortcut carries; `first_losses` trains from several starts
and watches the first steps.
"""

from dataclasses import replace
from itertools import islice

import numpy as np

from resnet_lesson import blocks, parts
from resnet_lesson.base.quiet import keras
from resnet_lesson.conv_arithmetic import check_positive
from resnet_lesson.training import batches, compile_model

layers = keras.layers


def one_block(builder, *, size=14, channels=16, seed=0):
    """A block that keeps its input's shape; its BN vectors are random, as if trained.

    Args:
        builder: one of `resnet_lesson.blocks`, such as `basic_block`.
        size, channels: of input and output.
        seed: of all weights.

    Returns:
        A model from (batch, size, size, channels) to the same shape; its layers
        are "block_conv1", "block_bn1" and so on.

    Raises:
        ValueError: a number is no positive integer.
    """
    check_positive(size=size, channels=channels)
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    inner = builder is blocks.bottleneck_block
    filters = channels // blocks.EXPANSION if inner else channels
    x = keras.Input((size, size, channels), name="x")
    model = keras.Model(x, builder(x, filters, name="block"), name=builder.__name__)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights(rng.uniform(0.5, 1.5, (4, layer.gamma.shape[0])))
    return model


def silence(model, blocks=None):
    """Let residual functions of a model put out zeros, in place.

    Where F ends in BN, its gamma and beta become 0; where it ends in a
    convolution (pre-activation), the kernel does. All other weights stay.

    Args:
        model: a functional model with residual blocks of this package.
        blocks: prefixes of blocks, such as "stage1_block2"; None for all.

    Returns:
        The number of blocks.

    Raises:
        ValueError: the model has no such residual block.

    Source: Goyal et al., arXiv:1706.02677 (2017), section 5.1, where a network
    starts like this.
    """
    producer = {id(layer.output): layer for layer in model.layers}
    sums = [
        layer
        for layer in model.layers
        if isinstance(layer, layers.Add)
        and (blocks is None or layer.name.removesuffix("_add") in blocks)
    ]
    if not sums:
        raise ValueError(f"model must have residual blocks, got {model.name!r}")
    for addition in sums:
        last = producer[id(addition.input[0])]
        for variable in last.trainable_variables:
            variable.assign(keras.ops.zeros_like(variable))
    return len(sums)


def scaled_stage(scale, *, blocks, size=7, channels=8):
    """Pre-activation blocks in a row, with scaled shortcuts: scale * x + F(x).

    Args:
        scale: lambda, the same for all blocks; 1 is the identity shortcut.
        blocks: their number, L.
        size, channels: of the feature maps.

    Returns:
        A model from x_0 (batch, size, size, channels) to the list x_0, ..., x_L.

    Raises:
        ValueError: a number is no positive integer.

    Source: He et al. (2016), equation 6.
    """
    check_positive(blocks=blocks, size=size, channels=channels)
    x = keras.Input((size, size, channels), name="x0")
    outputs = [x]
    for block in range(1, blocks + 1):
        name = f"block{block}"
        y = parts.bn_relu(x, name=name, index=1)
        y = parts.conv(y, channels, 3, name=f"{name}_conv1")
        y = parts.bn_relu(y, name=name, index=2)
        y = parts.conv(y, channels, 3, name=f"{name}_conv2")
        carried = layers.Rescaling(scale, name=f"{name}_shortcut")(x)
        x = layers.Add(name=f"{name}_add")([y, carried])
        outputs.append(x)
    return keras.Model(outputs[0], outputs, name=f"{blocks}_blocks")


def first_losses(build, starts, data, recipe, *, steps, seeds):
    """Loss of the first training steps, from several starts.

    For one seed all starts begin with the same weights, apart from what they
    change, and see the same batches.

    Args:
        build: function that gives a new, uncompiled model.
        starts: name -> function that changes a model in place, or None.
        data: an object with the split `train`.
        recipe: a `Recipe`; its seed is replaced by each seed in turn.
        steps: number of batches, at most one epoch.
        seeds: of the initial weights and the order of the data.

    Returns:
        name -> array (seeds, steps) of losses in nats, each on a batch before
        the step that it leads to.

    Raises:
        ValueError: there are too few images for so many steps.
    """
    if steps * recipe.batch_size > len(data.train):
        raise ValueError(
            f"steps must be at most {len(data.train) // recipe.batch_size} with "
            f"these data, got {steps}"
        )
    model = build()
    # One compiled model for all runs: tracing takes longer than the steps.
    compile_model(model, recipe, steps)
    one_hot = np.eye(model.output_shape[-1], dtype=np.float32)
    losses = {name: np.empty((len(seeds), steps)) for name in starts}
    for row, seed in enumerate(seeds):
        keras.utils.set_random_seed(seed)
        weights = build().get_weights()
        for name, change in starts.items():
            model.set_weights(weights)
            if change is not None:
                change(model)
            for variable in model.optimizer.variables:
                variable.assign(keras.ops.zeros_like(variable))
            order = islice(batches(data, replace(recipe, seed=seed), 0), steps)
            for step, (images, labels) in enumerate(order):
                loss, _ = model.train_on_batch(images, one_hot[labels])
                losses[name][row, step] = loss
    return losses
