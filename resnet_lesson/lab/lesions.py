"""Deleting blocks of a trained network, to see what they were good for.

Source: Veit, Wilber & Belongie, "Residual Networks Behave Like Ensembles of
Relatively Shallow Networks", arXiv:1605.06431 (2016), section 4.
"""

from contextlib import contextmanager

import numpy as np

from resnet_lesson.base.quiet import keras
from resnet_lesson.lab.identity import make_identity
from resnet_lesson.lab.shortcuts import silence
from resnet_lesson.training.evaluation import predict_logits


def block_names(model):
    """Prefixes of the network's blocks, in order: "stage1_block1", ..."""
    names = (layer.name.split("_") for layer in model.layers)
    return list(
        dict.fromkeys("_".join(n[:2]) for n in names if n[0].startswith("stage"))
    )


@contextmanager
def deleted(model, *blocks):
    """The same network without some of its blocks, for the time of a `with`.

    A residual block keeps its shortcut only: its F puts out 0, so that the
    basic kind gives y = ReLU(shortcut(x)). A plain block has no shortcut and
    passes its input on, every second pixel of it where it halves the size,
    with zeros for the channels it would add: what an option A shortcut does.

    Args:
        model: a functional model of this package; used in inference mode.
        blocks: prefixes of blocks, such as "stage2_block1".

    Raises:
        ValueError: the model has no such block.
    """
    known = block_names(model)
    for block in blocks:
        if block not in known:
            raise ValueError(f"block must be one of {known}, got {block!r}")
    prefixes = tuple(f"{block}_" for block in blocks)
    touched = [x for x in model.layers if x.name.startswith(prefixes)]
    kept = [layer.get_weights() for layer in touched]
    sums = {layer.name for layer in touched}
    try:
        for block in blocks:
            if f"{block}_add" in sums:
                silence(model, [block])
            else:
                make_identity(model, block)
        yield model
    finally:
        for layer, weights in zip(touched, kept, strict=True):
            layer.set_weights(weights)


def one_by_one(model, images):
    """What the network says without each of its blocks in turn.

    The same as `predict_logits` within `deleted(model, block)` for every block,
    in about half the time: what stands before a stage is computed once.

    Args:
        model: a functional model of this package with plain or basic blocks;
            used in inference mode.
        images: float32 (n, height, width, channels).

    Returns:
        A dict from block name to the logits without it, float32 (n, classes).
    """
    logits, values, reached, rest = {}, images, model.input, model
    for stage, blocks in _stages(model).items():
        if logits:  # for the first stage the network is there already
            entry = model.get_layer(f"{stage}_block1_conv1").input
            values = predict_logits(keras.Model(reached, entry), values)
            rest, reached = keras.Model(entry, model.output), entry
        for block in blocks:
            with deleted(model, block):
                logits[block] = predict_logits(rest, values)
    return logits


def relative_change(before, after):
    """How far logits have moved, against how far they lie apart.

    Args:
        before, after: float (n, classes).

    Returns:
        The norm of the difference over the norm of `before`, both without
        each image's mean, which the softmax does not see.
    """
    before, after = (x - x.mean(axis=1, keepdims=True) for x in (before, after))
    return float(np.linalg.norm(after - before) / np.linalg.norm(before))


def random_sets(names, count, draws, seed=0):
    """So many random sets of `count` blocks each, without the downsampling ones.

    Args:
        names: of blocks, see `block_names`.
        count: blocks in a set.
        draws: number of sets.
        seed: of the draw.

    Returns:
        A list of tuples of names.

    Raises:
        ValueError: there are fewer than `count` blocks to choose from.
    """
    names = [name for name in names if not halves_size(name)]
    if not 0 <= count <= len(names):
        raise ValueError(f"count must be in 0..{len(names)}, got {count!r}")
    rng = np.random.default_rng(seed)
    return [tuple(rng.choice(names, count, replace=False)) for _ in range(draws)]


def halves_size(block):
    """Whether a block is the first of a later stage, which halves the image size."""
    return block.endswith("_block1") and not block.startswith("stage1")


def _stages(model):
    """Stage name -> names of its blocks."""
    stages = {}
    for block in block_names(model):
        stages.setdefault(block.split("_")[0], []).append(block)
    return stages
