"""What flows through a network: responses on the way up, gradients on the way down.

A `model` is a functional model of this package, images float32 (n, height,
width, channels), labels int (n,). Gradients need Keras' TensorFlow backend.
"""

from dataclasses import dataclass

import numpy as np

from resnet_lesson.base.quiet import keras


@dataclass(frozen=True)
class Unrolled:
    """What `unroll` reads off a stage; arrays (batch, height, width, channels).

    first: x_l, the input of the stage's second block.
    residuals: what F puts out in that block and in every later one.
    last: x_L, the output of the stage.
    gradient_first, gradient_last: of the loss, with respect to x_l and x_L.
    gradient_through: the part of `gradient_first` that comes through the
        residual functions, were x_L their sum plus x_l: the vector-Jacobian
        product of that sum with `gradient_last`.
    """

    first: np.ndarray
    residuals: list[np.ndarray]
    last: np.ndarray
    gradient_first: np.ndarray
    gradient_last: np.ndarray
    gradient_through: np.ndarray


def response_std(model, images, *, training=False):
    """How strongly each layer responds.

    Args:
        model: a functional model; its BatchNormalization layers are read, or,
            where there are none, its convolutions.
        images: at least two.
        training: mode of BatchNormalization: the batch's statistics, or the
            moving ones.

    Returns:
        A dict from layer name to the standard deviation of the layer's output
        over images, positions and channels, in the order of the layers. The
        shortcuts' projections are left out.

    Source: He et al. (2015), figure 7: after BN, before the nonlinearity.
    """
    responses = _responses(model, images, training)
    return {name: float(np.std(response)) for name, response in responses.items()}


def class_cosines(model, images, labels, *, training=False):
    """How much alike each layer finds two images: a thing that BN does not set.

    Args:
        model, images, training: as for `response_std`.
        labels: two or more images of some class, and two or more classes.

    Returns:
        A dict from layer name to (same, other): the mean cosine between the
        responses to two images of the same class, and of different classes.
    """
    itself = np.eye(len(labels), dtype=bool)
    same = labels[:, np.newaxis] == labels
    cosines = {}
    for name, response in _responses(model, images, training).items():
        flat = response.reshape(len(labels), -1)
        flat = flat / np.linalg.norm(flat, axis=1, keepdims=True)
        cosine = flat @ flat.T
        cosines[name] = tuple(
            float(cosine[pairs].mean()) for pairs in (same & ~itself, ~same)
        )
    return cosines


def block_parts(model, images):
    """What each residual block carries, and what it adds, in inference mode.

    Args:
        model: a functional model of residual blocks.
        images: as many as fit into memory at once, some hundreds.

    Returns:
        A dict from block name to (shortcut(x), F(x)), each float32 (n, height,
        width, channels): their sum is what the block puts out, or puts into
        its last ReLU.
    """
    sums = [layer for layer in model.layers if layer.name.endswith("_add")]
    taps = keras.Model(model.input, [layer.input for layer in sums])
    parts = taps.predict_on_batch(images)
    return {
        layer.name.removesuffix("_add"): (carried, added)
        for layer, (added, carried) in zip(sums, parts, strict=True)
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

    convolutions = _path(model, keras.layers.Conv2D)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    kernels = [layer.kernel.value for layer in convolutions]
    with tf.GradientTape() as tape:
        loss = loss_of(labels, model(images, training=training))
    gradients = tape.gradient(loss, kernels)
    return {
        layer.name: float(tf.norm(gradient))
        for layer, gradient in zip(convolutions, gradients, strict=True)
    }


def backward_signal(model, images, labels, *, training=True):
    """How much of the loss' gradient reaches each layer's response.

    Args:
        model: a functional model that gives logits; the layers are those of
            `response_std`.
        images, labels: one batch; the loss is their mean cross-entropy.
        training: mode of BatchNormalization.

    Returns:
        A dict from layer name to the Euclidean norm of the gradient with
        respect to the layer's output, over the whole batch.

    Source: He et al. (2015), section 4.1, "backward propagated gradients".
    """
    import tensorflow as tf

    watched = _watched(model)
    taps = keras.Model(model.input, [*(x.output for x in watched), model.output])
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        *responses, logits = taps(images, training=training)
        loss = loss_of(labels, logits)
    gradients = tape.gradient(loss, responses)
    return {
        layer.name: float(tf.norm(gradient))
        for layer, gradient in zip(watched, gradients, strict=True)
    }


def unroll(model, images, labels, stage, *, training=False):
    """The terms of x_L = x_l + sum of F, and of its gradient, in one stage.

    The first block is left out, because its shortcut may change the shape.

    Args:
        model: a residual network that gives logits.
        images, labels: one batch; the loss is their mean cross-entropy.
        stage: its name, such as "stage2".
        training: mode of BatchNormalization.

    Returns:
        An `Unrolled`. Whether its terms add up is for the caller to check.

    Raises:
        ValueError: the stage has fewer than two residual blocks.

    Source: He et al. (2016), equations 4 and 5.
    """
    import tensorflow as tf

    members = [x for x in model.layers if x.name.startswith(f"{stage}_")]
    sums = [x for x in members if isinstance(x, keras.layers.Add)][1:]
    if not sums:
        raise ValueError(
            f"stage must name a stage of two or more residual blocks, got {stage!r}"
        )
    taps = [sums[0].input[1], *(x.input[0] for x in sums), members[-1].output]
    probe = keras.Model(model.input, [*taps, model.output])
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape(persistent=True) as tape:
        first, *residuals, last, logits = probe(images, training=training)
        total = tf.add_n(residuals)
        loss = loss_of(labels, logits)
    gradient_last = tape.gradient(loss, last)
    through = tape.gradient(total, first, output_gradients=gradient_last)
    return Unrolled(
        first=first.numpy(),
        residuals=[residual.numpy() for residual in residuals],
        last=last.numpy(),
        gradient_first=tape.gradient(loss, first).numpy(),
        gradient_last=gradient_last.numpy(),
        gradient_through=through.numpy(),
    )


def without_batch_norm(model):
    """A freshly initialised copy of a model whose BN layers do nothing."""

    def replace(layer):
        if isinstance(layer, keras.layers.BatchNormalization):
            # A bare Identity does not take the arguments that BN is called with.
            return keras.Sequential([keras.layers.Identity()], name=layer.name)
        return layer.__class__.from_config(layer.get_config())

    return keras.models.clone_model(model, clone_function=replace)


def _responses(model, images, training):
    """Layer name -> output, NumPy, of the layers that are watched."""
    watched = _watched(model)
    taps = keras.Model(model.input, [layer.output for layer in watched])
    outputs = taps(images, training=training)
    return {
        layer.name: keras.ops.convert_to_numpy(output)
        for layer, output in zip(watched, outputs, strict=True)
    }


def _watched(model):
    """BN layers, or where there are none the convolutions."""
    normalised = _path(model, keras.layers.BatchNormalization)
    return normalised or _path(model, keras.layers.Conv2D)


def _path(model, kind):
    """The layers of a class, without what lies on the shortcuts."""
    return [
        layer
        for layer in model.layers
        if isinstance(layer, kind) and "_shortcut" not in layer.name
    ]
