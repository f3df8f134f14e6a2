"""The networks of the recorded experiments that are not the course's own."""

from pathlib import Path

from resnet_lesson import models
from resnet_lesson.lab.identity import insert_identities

FOLDER = Path(__file__).parent / "files"  # of the recordings


def small_network(kind, depth):
    """A "plain" or "residual" network of He's family: width 8, 14 x 14 pixels.

    Shortcuts are option A, so both kinds have the same parameters.
    """
    block = {"plain": "plain", "residual": "basic"}[kind]
    return models.cifar_resnet(depth, block=block, width=8, input_shape=(14, 14, 1))


def constructed(depth):
    """He's construction: a plain network that computes what the kept plain-20 does.

    Args:
        depth: 20 for plain-20 itself, or more.
    """
    shallow = small_network("plain", 20)
    shallow.load_weights(FOLDER / "plain-20.weights.h5")
    deep = small_network("plain", depth)
    insert_identities(shallow, deep)
    return deep


def twenty(block):
    """The 20-layer network of the long runs, "basic" or "plain", any size of image."""
    return models.cifar_resnet(20, block=block, input_shape=(None, None, 1))
