"""What flows through a network: responses on the way up, gradients on the way down.

A `model` is a functional model of this package, images float32 (n, height,
width, channels), labels int (n,). Gradients need Keras' TensorFlow backend.
"""

import numpy as np

from resnet_lesson.quiet import keras


def response_std(model, images, *, training=False):
    """How strongly each layer responds.

    Args:
        model: a functional model; its layers that are named `..._bn...` are
            read, or, where there are none, its convolutions.
        images: at least two.
        training: mode of BatchNormalization: the batch's statistics, or the
            moving ones.

    Returns:
        A dict from layer name to the standard deviation of the layer's output
        over images, positions and channels, in the order of the layers. The
        shortcuts' projections are left out.

    Source: He et al. (2015), figure 7: after BN, before the nonlinearity.
    """
    watched = [
        layer
        for layer in _path(model)
        if isinstance(layer, keras.layers.BatchNormalization)
    ] or [layer for layer in _path(model) if isinstance(layer, keras.layers.Conv2D)]
    taps = keras.Model(model.input, [layer.output for layer in watched])
    outputs = taps(images, training=training)
    return {
        layer.name: float(np.std(keras.ops.convert_to_numpy(output)))
        for layer, output in zip(watched, outputs, strict=True)
    }


def gradient_norms(model, images, labels, *, training=True):
    """How much of the loss' gradient reaches each convolution's kernel.

    Args:
        model: a functional model that gives logits.
        images, labels: one batch; the loss is their mean cross-entropy.
        training: mode of BatchNormalization.

    Returns:
        A dict from layer name to the Euclidean norm of the gradient with
        respect to the kernel, in the order of the layers, without the
        shortcuts' projections.
    """
    import tensorflow as tf

    convolutions = [
        layer for layer in _path(model) if isinstance(layer, keras.layers.Conv2D)
    ]
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    kernels = [layer.kernel.value for layer in convolutions]
    with tf.GradientTape() as tape:
        loss = loss_of(labels, model(images, training=training))
    gradients = tape.gradient(loss, kernels)
    return {
        layer.name: float(tf.norm(gradient))
        for layer, gradient in zip(convolutions, gradients, strict=True)
    }


def without_batch_norm(model):
    """A freshly initialised copy of a model whose BN layers do nothing."""

    def replace(layer):
        if isinstance(layer, keras.layers.BatchNormalization):
            # A bare Identity does not take the arguments that BN is called with.
            return keras.Sequential([keras.layers.Identity()], name=layer.name)
        return layer.__class__.from_config(layer.get_config())

    return keras.models.clone_model(model, clone_function=replace)


def _path(model):
    """The layers, without what lies on the shortcuts."""
    return [layer for layer in model.layers if "_shortcut" not in layer.name]
