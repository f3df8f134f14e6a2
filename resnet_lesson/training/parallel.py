"""What running the parts of a batch side by side needs: threads, devices, statistics.

`step` says why, and takes the steps.
"""

import contextlib
import os

from resnet_lesson.base.quiet import keras
from resnet_lesson.conv_arithmetic import check_positive


def share_cores(replicas):
    """Let TensorFlow divide each operation among one replica's cores only.

    With as many replicas as cores, single operations are not divided at all.
    It has to be called before TensorFlow's first operation, so before the
    network is built; afterwards, as with one replica, it changes nothing.

    Where that leaves one thread, projections need multiples of 8 channels, as all
    networks of the course have: see the package's `__init__`.

    Raises:
        ValueError: `replicas` is no positive integer.
    """
    check_positive(replicas=replicas)
    if replicas == 1:
        return
    import tensorflow as tf

    threads = max(1, (os.cpu_count() or 1) // replicas)
    with contextlib.suppress(RuntimeError):  # TensorFlow is at work already
        tf.config.threading.set_intra_op_parallelism_threads(threads)


def mirrored_strategy():
    """A strategy over all GPUs, or over two halves of the processor without them.

    Raises:
        RuntimeError: TensorFlow is at work already, so that the processor
            cannot be divided any more.
    """
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return tf.distribute.MirroredStrategy()
    (processor,) = tf.config.list_physical_devices("CPU")
    half = tf.config.LogicalDeviceConfiguration()
    tf.config.set_logical_device_configuration(processor, [half, half])
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def synchronized(model):
    """A copy of a network whose batch statistics are those of the whole batch.

    Args:
        model: a functional model, built in the scope of the strategy.

    Returns:
        The same network with the same weights; where a strategy divides the
        batch, its BN layers exchange their statistics, so that the losses are
        those of one device.
    """

    def synchronize(layer):
        config = layer.get_config()
        if isinstance(layer, keras.layers.BatchNormalization):
            config["synchronized"] = True
        return type(layer).from_config(config)

    copy = keras.models.clone_model(model, clone_function=synchronize)
    copy.set_weights(model.get_weights())
    return copy
