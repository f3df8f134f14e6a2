"""A network and images on which BN's two modes do not agree, for exercise 1.5."""

import numpy as np


def case(count):
    """A small network, images and labels, and the two errors of the network.

    Args:
        count: of images, >= 27.

    Returns:
        (model, images, labels, error in inference mode, error in training
        mode), the errors as fractions. The network is untrained, so its
        moving statistics are not those of the images.
    """
    from resnet_lesson.base.quiet import keras

    layers = keras.layers
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(8, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    start = model.get_weights()
    rng = np.random.default_rng(3)
    images = rng.normal(0.5, 1.5, size=(count, 6, 6, 1)).astype(np.float32)
    inference, training = (
        np.argmax(model(images, training=mode), axis=1) for mode in (False, True)
    )
    model.set_weights(start)  # training mode has moved its statistics
    labels = np.where(np.arange(count) < 26, inference, (inference + 1) % 10)
    errors = (float(np.mean(classes != labels)) for classes in (inference, training))
    return model, images, labels, *errors
