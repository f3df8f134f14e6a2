"""The receptive field of a network, measured by automatic differentiation.

`conv_arithmetic.receptive_field` computes it from kernel sizes and strides;
here the network itself is asked: which input pixels change an output value?
Keras has no gradients of its own, so this module uses TensorFlow's tape.
"""

import numpy as np

from resnet_lesson.base.quiet import keras  # first: it silences TensorFlow's start

import tensorflow as tf  # isort: skip


def input_gradient(model, image_size, *, layer_name=None, images=4, seed=0):
    """How strongly the central position of a feature map depends on each pixel.

    The network runs in inference mode: in training mode BatchNormalization
    would connect every position with every other.

    Args:
        model: a functional Keras model of images (batch, height, width,
            channels) of any size.
        image_size: height and width in pixels to measure with; larger than
            the receptive field, or the border cuts it off.
        layer_name: the layer that puts out the feature map (batch, rows,
            columns, filters); by default the model's last.
        images: random images to look at; with several, a ReLU that is off in
            one of them is not mistaken for a missing connection.
        seed: of the random images.

    Returns:
        Array (image_size, image_size), float32: absolute derivative of the
        sum of the position's channels, the largest of all images and input
        channels; exactly 0 where nothing is connected.

    Raises:
        ValueError: the layer's output is no feature map, or the image is too
            small.
    """
    output = model.get_layer(layer_name).output if layer_name else model.outputs[0]
    if len(output.shape) != 4:
        raise ValueError(
            "layer_name must name a layer that puts out (batch, rows, columns, "
            f"filters), got shape {tuple(output.shape)}"
        )
    shape = (images, image_size, image_size, model.input_shape[-1])
    x = tf.constant(np.random.default_rng(seed).normal(size=shape), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        features = keras.Model(model.inputs, output)(x, training=False)
        _, rows, columns, _ = features.shape
        value = tf.reduce_sum(features[:, rows // 2, columns // 2])
    gradient = np.abs(tape.gradient(value, x)).max(axis=(0, 3))
    if max(extent(gradient)) == image_size:
        raise ValueError(
            "image_size must be larger than the receptive field, which reaches "
            f"the border of {image_size} pixels"
        )
    return gradient


def extent(gradient):
    """Height and width of the smallest box around all non-zero entries.

    Args:
        gradient: array (height, width), as `input_gradient` returns it.

    Returns:
        (rows, columns) in pixels.
    """
    rows, columns = np.nonzero(gradient)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
