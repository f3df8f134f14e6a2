"""The pieces that residual blocks are made of.

Each takes a Keras tensor (batch, height, width, channels) and gives the next.
`name` is the full name of the layer, or the block's name where more than one
layer is made.
"""

from resnet_lesson.base.quiet import keras
from resnet_lesson.conv_arithmetic import check_positive

layers = keras.layers

SHORTCUTS = ("A", "B", "C")
PADDINGS = ("same", "symmetric")
STRIDE_ON = ("1x1", "3x3")

# Keras' default momentum, 0.99, averages over some 100 steps: in the short
# runs of this course the moving statistics would lag behind the weights.
BN_MOMENTUM = 0.9
BN_EPSILON = 1e-5


def conv_layer(filters, kernel_size, *, stride=1, padding="same", name):
    """A convolution layer without bias, He-initialised.

    Source: He et al., "Delving Deep into Rectifiers", arXiv:1502.01852
    (2015), section 2.2, equation 10, for the initialisation; Ioffe & Szegedy,
    arXiv:1502.03167 (2015), section 3.2, for the missing bias.
    """
    return layers.Conv2D(
        filters,
        kernel_size,
        strides=int(stride),  # Keras takes none of NumPy's
        padding=padding,
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
    )


def conv(x, filters, kernel_size, *, stride=1, padding="same", name):
    """`conv_layer` applied to x; `padding` may also be "symmetric"."""
    check_padding(padding)
    # At stride 1 "same" is symmetric already (odd kernels).
    if padding == "symmetric":
        padding = "same"
        if kernel_size > 1 and stride > 1:
            x = layers.ZeroPadding2D(kernel_size // 2, name=f"{name}_pad")(x)
            padding = "valid"
    layer = conv_layer(filters, kernel_size, stride=stride, padding=padding, name=name)
    return layer(x)


def batch_norm_layer(name):
    """BatchNormalization with the statistics' momentum set for short runs."""
    return layers.BatchNormalization(
        momentum=BN_MOMENTUM, epsilon=BN_EPSILON, name=name
    )


def batch_norm(x, *, name):
    """`batch_norm_layer` applied to x."""
    return batch_norm_layer(name)(x)


def bn_relu(x, *, name, index=""):
    """BN, then ReLU: the "activation" that pre-activation puts first."""
    x = batch_norm(x, name=f"{name}_bn{index}")
    return layers.ReLU(name=f"{name}_relu{index}")(x)


def conv_bn_relu(x, filters, kernel_size, *, stride=1, padding="same", name, index):
    """Convolution, BN, ReLU: the order of He et al. (2015), section 3.4."""
    x = conv(
        x,
        filters,
        kernel_size,
        stride=stride,
        padding=padding,
        name=f"{name}_conv{index}",
    )
    return bn_relu(x, name=name, index=index)


@keras.saving.register_keras_serializable("resnet_lesson")
class ZeroPadShortcut(layers.Layer):
    """Option A: take every stride-th pixel, append channels of zeros.

    It has no parameters. Source: He et al. (2015), section 3.3, option (A).
    """

    def __init__(self, filters, stride, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.stride = stride

    def call(self, x):
        x = x[:, :: self.stride, :: self.stride, :]
        missing = self.filters - x.shape[-1]
        return keras.ops.pad(x, [[0, 0], [0, 0], [0, 0], [0, missing]])

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "stride": self.stride}


def needs_projection(x, filters, stride, shortcut):
    """Whether the shortcut is a 1x1 convolution here (options B and C)."""
    shape_changes = stride != 1 or x.shape[-1] != filters
    return shortcut == "C" or (shortcut == "B" and shape_changes)


def shortcut_path(x, filters, stride, shortcut, name):
    """What is added to F(x): x itself wherever its shape fits.

    Source: He et al. (2015), section 3.3, options A and B; C in section 4.1.
    """
    if needs_projection(x, filters, stride, shortcut):
        x = conv(x, filters, 1, stride=stride, name=f"{name}_shortcut")
        return batch_norm(x, name=f"{name}_shortcut_bn")
    if stride != 1 or x.shape[-1] != filters:
        return ZeroPadShortcut(filters, stride, name=f"{name}_shortcut")(x)
    return x


def images_input(input_shape, classes):
    """A network's input, once the arguments that every network has are checked."""
    check_positive(classes=classes)
    if (
        not isinstance(input_shape, (tuple, list))
        or len(input_shape) != 3
        or input_shape[-1] is None
    ):
        raise ValueError(
            "input_shape must be (height, width, channels) with known channels, "
            f"got {input_shape!r}"
        )
    sizes = zip(("height", "width", "channels"), input_shape, strict=True)
    check_positive(**{f"input {k}": v for k, v in sizes if v is not None})
    return keras.Input(input_shape, name="images")


def head(x, classes):
    """Global average pooling and the dense layer that gives the logits."""
    x = layers.GlobalAveragePooling2D(name="global_pool")(x)
    return layers.Dense(int(classes), name="logits")(x)


def check_padding(padding):
    """Raise ValueError unless it is one of the two rules of this course."""
    if padding not in PADDINGS:
        raise ValueError(f"padding must be one of {PADDINGS}, got {padding!r}")


def check_stride_on(stride_on):
    """Raise ValueError unless it names the strided convolution of a bottleneck."""
    if stride_on not in STRIDE_ON:
        raise ValueError(f"stride_on must be one of {STRIDE_ON}, got {stride_on!r}")


def check_block(x, filters, stride, padding):
    """Raise ValueError unless these arguments make a block."""
    if len(x.shape) != 4 or x.shape[-1] is None:
        raise ValueError(
            "x must be (batch, height, width, channels) with known channels, "
            f"got shape {tuple(x.shape)}"
        )
    check_positive(filters=filters, stride=stride)
    check_padding(padding)


def check_shortcut(x, filters, shortcut):
    """Raise ValueError unless x can be added to a tensor of so many channels."""
    if shortcut not in SHORTCUTS:
        raise ValueError(f"shortcut must be one of {SHORTCUTS}, got {shortcut!r}")
    if shortcut == "A" and filters < x.shape[-1]:
        raise ValueError(
            'shortcut "A" appends zero channels and cannot drop any: filters '
            f"must be at least {x.shape[-1]}, got {filters}"
        )
