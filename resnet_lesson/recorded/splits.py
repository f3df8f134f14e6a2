"""The data as the recorded experiments want them, made from the course's splits.

Each takes and gives a `FashionMNIST`.
"""

from dataclasses import replace

import numpy as np

from resnet_lesson.fashion_mnist import FashionMNIST, Split, denormalize


def as_loaded(data):
    """The course's splits and normalisation."""
    return data


def scaled(data):
    """Pixels in [0, 1], without normalisation, as the source lesson has them."""
    return FashionMNIST(
        *(
            Split(denormalize(split.images), split.labels)
            for split in (data.train, data.validation, data.test)
        )
    )


def without_validation(data):
    """All 60,000 images to train on: for a recipe in which nothing is chosen."""
    merged = Split(
        np.concatenate([data.train.images, data.validation.images]),
        np.concatenate([data.train.labels, data.validation.labels]),
    )
    return FashionMNIST(merged, None, data.test)


def scaled_without_validation(data):
    """All 60,000 images to train on, the test images in validation's place.

    It repeats the source lesson's mistake: nothing may be chosen by it.
    """
    data = without_validation(scaled(data))
    return replace(data, validation=data.test)


def small(data):
    """The first 20,000 training images, and all images at 14 x 14 pixels."""
    return FashionMNIST(
        data.train.first(20_000).half_size(),
        data.validation.half_size(),
        data.test.half_size(),
    )
