"""He's construction: a deep plain network that computes what a shallow one does.

Source: He et al. (2015), section 1: the added layers are identity mappings,
the others are copied from the learned shallower model.
"""

import numpy as np


def dirac_kernel(shape):
    """A convolution kernel whose output is its input, where padding is "same".

    Args:
        shape: (height, width, channels, filters), height and width odd.

    Returns:
        float32: 1 where a filter's centre meets the channel of its own number,
        else 0; so filters beyond the channels put out 0.

    Raises:
        ValueError: the kernel has no centre, or it would drop channels.
    """
    height, width, channels, filters = shape
    if height % 2 == 0 or width % 2 == 0 or channels > filters:
        raise ValueError(
            "shape must be (odd, odd, channels, at least as many filters), "
            f"got {tuple(shape)}"
        )
    kernel = np.zeros(shape, dtype=np.float32)
    kernel[height // 2, width // 2] = np.eye(channels, filters)
    return kernel


def make_identity(model, block):
    """Let a plain block put out its input, in inference mode, for input >= 0.

    Both of its ReLUs then have nothing to cut. A block that halves the size
    and adds channels passes on every second pixel, and channels of zeros.

    Args:
        model: the model to change.
        block: prefix of the block's layers, such as "stage1_block2".

    Raises:
        ValueError: there is no such block.
    """
    for index in (1, 2):
        conv = model.get_layer(f"{block}_conv{index}")
        conv.set_weights([dirac_kernel(conv.kernel.shape)])
        bn = model.get_layer(f"{block}_bn{index}")
        ones = np.ones(bn.gamma.shape, dtype=np.float32)
        # (x - mean) / sqrt(variance + epsilon) * gamma + beta = x
        gamma, beta, mean, variance = ones, 0 * ones, 0 * ones, ones - bn.epsilon
        bn.set_weights([gamma, beta, mean, variance])


def insert_identities(shallow, deep):
    """Give a deep plain network a shallow one's layers, and identities elsewhere.

    Args:
        shallow: a plain network of this package, trained or not.
        deep: one with more blocks in each stage; it is changed.

    Raises:
        ValueError: a block that only `deep` has cannot be an identity.
    """
    known = {layer.name for layer in shallow.layers}
    for layer in deep.layers:
        if layer.name in known:
            layer.set_weights(shallow.get_layer(layer.name).get_weights())
    added = [layer.name for layer in deep.layers if layer.name not in known]
    for block in dict.fromkeys(name.rsplit("_", 1)[0] for name in added):
        make_identity(deep, block)
