"""The network of the web lesson that this course grew out of."""

from resnet_lesson.base.quiet import keras
from resnet_lesson.parts import head

layers = keras.layers


def source_lesson_resnet(*, initializer=None):
    """The network of the lesson that this course started from.

    It is a pre-activation network with two peculiarities: the projection path
    has a BN and ReLU of its own instead of sharing the block's first ones,
    and the convolutions start from normal(0, 0.05) at every width. Its BN
    layers keep Keras' defaults (momentum 0.99, epsilon 0.001). It is here to
    be measured, not to be copied.

    Args:
        initializer: name of another initialisation of the convolutions'
            kernels, such as "he_normal".

    Returns:
        An uncompiled `keras.Model` from (batch, 28, 28, 1) to 10 logits.
    """

    def initialized_conv(x, filters, kernel_size, stride, name):
        return layers.Conv2D(
            filters,
            kernel_size,
            strides=stride,
            padding="same",
            use_bias=False,
            # One for each layer: a shared one would draw the same numbers.
            kernel_initializer=initializer
            or keras.initializers.RandomNormal(stddev=0.05),
            name=name,
        )(x)

    def default_bn_relu(x, name):
        x = layers.BatchNormalization(name=name)(x)
        return layers.ReLU(name=name.replace("bn", "relu"))(x)

    inputs = keras.Input((28, 28, 1), name="images")
    x = initialized_conv(inputs, 16, 3, 1, "stem_conv")
    for stage, filters in enumerate((16, 32, 64), start=1):
        for index in (1, 2):
            name = f"stage{stage}_block{index}"
            stride = 2 if stage > 1 and index == 1 else 1
            y = initialized_conv(
                default_bn_relu(x, f"{name}_bn1"), filters, 3, stride, f"{name}_conv1"
            )
            y = initialized_conv(
                default_bn_relu(y, f"{name}_bn2"), filters, 3, 1, f"{name}_conv2"
            )
            if stride != 1:
                x = default_bn_relu(x, f"{name}_shortcut_bn")
                x = initialized_conv(x, filters, 1, stride, f"{name}_shortcut")
            x = layers.Add(name=f"{name}_add")([y, x])
    x = default_bn_relu(x, "head_bn")
    return keras.Model(inputs, head(x, 10), name="source_lesson_resnet")


def compile_as_in_source_lesson(model, *, xla=False):
    """Adam at a constant 0.001, cross-entropy on logits, accuracy."""
    model.compile(
        optimizer=keras.optimizers.Adam(0.001),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=xla,
    )
