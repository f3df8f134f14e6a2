"""What a network is trained on, looked at before the first step.

A network learns from anything: integers that were never scaled, a NaN, labels
that are off by one. The loss does not say so, or says it an hour later.
"""

import numpy as np

from resnet_lesson.base.quiet import keras
from resnet_lesson.fashion_mnist import half_size
from resnet_lesson.training.recipe import Recipe


def check_training(model, data, recipe):
    """Raise ValueError unless a recipe can train this network on these data.

    Args:
        model, data, recipe: as for `train`.
    """
    if not isinstance(recipe, Recipe):
        raise ValueError(f"recipe must be a Recipe, got {_described(recipe)}")
    check_model(model)
    for name in ("train", "validation"):
        split = getattr(data, name, None)
        if split is not None:
            check_images(f"{name} images", split.images)
            _check_sizes(f"{name} images", split.images, model, recipe)
            check_labels(
                f"{name} labels", split.labels, model.output_shape[-1], split.images
            )
        elif name == "train":
            raise ValueError(
                "data must have the splits train and validation (or None in its "
                f"place), got {_described(data)}"
            )
    if len(data.train.labels) < recipe.batch_size:
        raise ValueError(
            f"batch_size must be at most the number of training images, "
            f"{len(data.train.labels)}, got {recipe.batch_size}"
        )


def check_model(model):
    """Raise ValueError unless it is a network from images to logits."""
    shapes = [getattr(model, f"{end}_shape", None) for end in ("input", "output")]
    ranks = [len(shape) if isinstance(shape, tuple) else None for shape in shapes]
    if not isinstance(model, keras.Model) or ranks != [4, 2]:
        raise ValueError(
            "model must be a keras.Model from images (batch, height, width, "
            f"channels) to logits (batch, classes), got {_described(model)}"
        )


def check_images(name, images):
    """Raise ValueError unless they are finite floats, (n, height, width, channels)."""
    if not isinstance(images, np.ndarray) or images.ndim != 4 or not len(images):
        raise ValueError(
            f"{name} must be an array (n, height, width, channels), n >= 1, "
            f"got {_described(images)}"
        )
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            f"{name} must be floats, normalised, got {images.dtype}: see "
            "fashion_mnist.normalize"
        )
    off = ~np.isfinite(images)
    if off.any():
        raise ValueError(
            f"{name} must be finite, got {images[off][0]} in "
            f"{off.any(axis=(1, 2, 3)).sum()} of {len(images)} images"
        )


def check_labels(name, labels, classes, images=None):
    """Raise ValueError unless they are integers in 0..classes - 1.

    Args:
        name: of the labels, for the error.
        labels: to check.
        classes: number of classes.
        images: one label is wanted for each, if they are given.
    """
    if not isinstance(labels, np.ndarray) or labels.ndim != 1 or not len(labels):
        raise ValueError(
            f"{name} must be an array (n,), n >= 1, got {_described(labels)}"
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"{name} must be integers, got {labels.dtype}")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"{name} must be in 0..{classes - 1}, got values from "
            f"{labels.min()} to {labels.max()}"
        )
    if images is not None and len(labels) != len(images):
        raise ValueError(
            f"{name} must be as many as images, {len(images)}, got {len(labels)}"
        )


def _check_sizes(name, images, model, recipe):
    """The sizes that the recipe shows must be those that the network takes."""
    shown = []
    if recipe.small_epochs > 0:
        shown.append(half_size(images[:1]).shape[1:])
    if recipe.small_epochs < recipe.epochs:
        shown.append(images.shape[1:])
    wanted = model.input_shape[1:]
    for shape in shown:
        pairs = zip(shape, wanted, strict=True)
        if any(size is not None and size != own for own, size in pairs):
            raise ValueError(
                f"{name} must fit the network's input, {wanted}, got {shape} "
                f"(with small_epochs={recipe.small_epochs})"
            )


def _described(value):
    """A value in few words."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    shape = getattr(value, "output_shape", None)
    kind = type(value).__name__
    return kind if shape is None else f"{kind} with the output shape {shape}"
