"""One step of training: a batch whole, in parts, or divided among devices.

A small network's operations are too small to be divided among processor
cores: starting and joining the threads costs more than the arithmetic. A part
of the batch for each core, from the first layer to the last, joins them only
once a step, where the gradients are averaged. Several devices work the same way,
except that each holds its own copy of the weights.

Source: Goyal et al., arXiv:1706.02677 (2017), section 2.3: the gradient of
the whole batch is the mean of its parts' gradients, and each part's batch
normalisation uses the statistics of that part alone.
"""

from resnet_lesson.base.quiet import keras
from resnet_lesson.conv_arithmetic import check_positive


def training_step(model, replicas=1, strategy=None):
    """A function that takes one step of training on a batch.

    Args:
        model: a compiled `keras.Model`.
        replicas: computations that run side by side on one device, each on an
            equal part of the batch.
        strategy: a `tf.distribute.Strategy` in whose scope the model was built
            and compiled; each of its devices takes an equal part of the batch.

    Returns:
        A function from images (batch, height, width, channels) and one-hot
        labels (batch, classes), float32, to the batch's mean loss and
        accuracy, in training mode and before the step.

    Raises:
        ValueError: `replicas` is no positive integer; several replicas on
            another backend than TensorFlow, or on several devices.
    """
    check_positive(replicas=replicas)
    if strategy is not None:
        if replicas > 1:
            raise ValueError(
                f"replicas must be 1 where a strategy divides the batch, got {replicas}"
            )
        return _distributed_step(model, strategy)
    if replicas == 1:
        return model.train_on_batch
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            f"replicas must be 1 on the backend {keras.backend.backend()}, "
            f"got {replicas}"
        )
    return _replicated_step(model, replicas)


def _replicated_step(model, replicas):
    import tensorflow as tf

    @tf.function
    def step(images, one_hot):
        parts = [tf.split(whole, replicas) for whole in (images, one_hot)]
        with tf.GradientTape() as tape:
            # TensorFlow runs side by side what does not depend on each other.
            outcomes = [
                _loss_and_accuracy(model, *part) for part in zip(*parts, strict=True)
            ]
            loss, accuracy = (
                tf.add_n(values) / replicas for values in zip(*outcomes, strict=True)
            )
        gradients = tape.gradient(loss, model.trainable_variables)
        model.optimizer.apply(gradients, model.trainable_variables)
        return tf.stack([loss, accuracy])

    return lambda *batch: step(*map(tf.constant, batch)).numpy()


def _distributed_step(model, strategy):
    import tensorflow as tf

    devices = strategy.num_replicas_in_sync

    def step_of_one(images, one_hot):
        with tf.GradientTape() as tape:
            # Keras divides the mean over the part by the number of devices,
            # because the optimiser adds the devices' gradients.
            share, accuracy = _loss_and_accuracy(model, images, one_hot)
        gradients = tape.gradient(share, model.trainable_variables)
        model.optimizer.apply(gradients, model.trainable_variables)
        return tf.stack([devices * share, accuracy])

    @tf.function
    def step(images, one_hot):
        outcomes = strategy.run(step_of_one, args=(images, one_hot))
        return strategy.reduce("MEAN", outcomes, axis=None)

    def divided(whole):
        parts = tf.split(whole, devices)
        return strategy.experimental_distribute_values_from_function(
            lambda context: parts[context.replica_id_in_sync_group]
        )

    return lambda *batch: step(*map(divided, batch)).numpy()


def _loss_and_accuracy(model, images, one_hot):
    import tensorflow as tf

    logits = model(images, training=True)
    right = tf.argmax(logits, axis=1) == tf.argmax(one_hot, axis=1)
    return model.loss(one_hot, logits), tf.reduce_mean(tf.cast(right, "float32"))
