"""Residual blocks, and the plain block that they are compared with.

A block is a function from one Keras tensor to the next: call it inside a
functional model. All tensors are (batch, height, width, channels). Every
convolution is free of bias, because the BatchNormalization behind it has a
shift of its own, and starts from He's initialisation.

Three arguments recur:

    stride     of the block's first 3x3 convolution (and of its shortcut)
    shortcut   what to do where the shape changes: "A" subsample and pad with
               zero channels, "B" project where the shape changes and only
               there, "C" project in every block
    padding    "same" is TensorFlow's (an odd pixel goes after), "symmetric"
               is PyTorch's (the same on both sides); see `conv_arithmetic`

Sources: He, Zhang, Ren & Sun, "Deep Residual Learning for Image Recognition",
arXiv:1512.03385 (2015); He, Zhang, Ren & Sun, "Identity Mappings in Deep
Residual Networks", arXiv:1603.05027 (2016).
"""

from resnet_lesson.base.quiet import keras
from resnet_lesson.conv_arithmetic import check_positive
from resnet_lesson.parts import (
    batch_norm,
    batch_norm_layer,
    bn_relu,
    check_block,
    check_shortcut,
    check_stride_on,
    conv,
    conv_bn_relu,
    conv_layer,
    needs_projection,
    shortcut_path,
)

layers = keras.layers

EXPANSION = 4  # a bottleneck's output channels per inner filter (He 2015, table 1)


def mapping(x, filters, stride, padding, name):
    """Two 3x3 convolutions: F of a residual block, all of a plain one."""
    y = conv_bn_relu(x, filters, 3, stride=stride, padding=padding, name=name, index=1)
    y = conv(y, filters, 3, padding=padding, name=f"{name}_conv2")
    return batch_norm(y, name=f"{name}_bn2")


def plain_block(x, filters, *, stride=1, padding="same", name):
    """Two 3x3 convolutions without a shortcut: the layers of `basic_block`.

    Args, Returns and Raises are those of `basic_block`.

    Source: He et al. (2015), section 3.3, "Plain Network".
    """
    check_block(x, filters, stride, padding)
    y = mapping(x, filters, stride, padding, name)
    return layers.ReLU(name=f"{name}_relu2")(y)


def basic_block(x, filters, *, stride=1, shortcut="B", padding="same", name):
    """The residual block of two layers: y = ReLU(F(x) + shortcut(x)).

    F is conv-BN-ReLU-conv-BN, both convolutions 3x3.

    Args:
        x: tensor (batch, height, width, channels).
        filters: output channels.
        stride: of the first convolution and of the shortcut, >= 1.
        shortcut: "A", "B" or "C".
        padding: "same" or "symmetric".
        name: prefix of the layers' names, such as "stage1_block1".

    Returns:
        Tensor (batch, ceil(height / stride), ceil(width / stride), filters).

    Raises:
        ValueError: an argument is out of range, or option A would have to
            drop channels.

    Source: He et al. (2015), equations 1 and 2, figure 5 left.
    """
    check_block(x, filters, stride, padding)
    check_shortcut(x, filters, shortcut)
    y = mapping(x, filters, stride, padding, name)
    carried = shortcut_path(x, filters, stride, shortcut, name)
    y = layers.Add(name=f"{name}_add")([y, carried])
    return layers.ReLU(name=f"{name}_relu2")(y)


def bottleneck_block(
    x, filters, *, stride=1, stride_on="3x3", shortcut="B", padding="same", name
):
    """The residual block of three layers: 1x1 reduces, 3x3 works, 1x1 expands.

    Args:
        x: tensor (batch, height, width, channels).
        filters: channels inside; the output has 4 times as many.
        stride: of the strided convolution and of the shortcut, >= 1.
        stride_on: which convolution carries the stride, the first "1x1"
            (as in the authors' released models; its cost fits the paper's
            table 1) or the "3x3" (later libraries: no input pixel is skipped,
            6 % more MACs in ResNet-50).
        shortcut: "A", "B" or "C".
        padding: "same" or "symmetric".
        name: prefix of the layers' names.

    Returns:
        Tensor (batch, ceil(height / stride), ceil(width / stride), 4 filters).

    Raises:
        ValueError: an argument is out of range, or option A would have to
            drop channels.

    Source: He et al. (2015), figure 5 right and section 4.1, "Deeper
    Bottleneck Architectures".
    """
    check_stride_on(stride_on)
    check_block(x, filters, stride, padding)
    check_shortcut(x, EXPANSION * filters, shortcut)
    stride_1x1, stride_3x3 = (stride, 1) if stride_on == "1x1" else (1, stride)
    y = conv_bn_relu(x, filters, 1, stride=stride_1x1, name=name, index=1)
    y = conv_bn_relu(
        y, filters, 3, stride=stride_3x3, padding=padding, name=name, index=2
    )
    y = conv(y, EXPANSION * filters, 1, name=f"{name}_conv3")
    y = batch_norm(y, name=f"{name}_bn3")
    carried = shortcut_path(x, EXPANSION * filters, stride, shortcut, name)
    y = layers.Add(name=f"{name}_add")([y, carried])
    return layers.ReLU(name=f"{name}_relu3")(y)


def preactivation_block(x, filters, *, stride=1, shortcut="B", padding="same", name):
    """The pre-activation block: y = F(x) + shortcut(x), nothing after the sum.

    F is BN-ReLU-conv-BN-ReLU-conv. Where the shape does not change the
    shortcut is the identity, so x_L = x_l + sum of F holds within a stage. A
    projection reads the activated input, so it needs no BN of its own. The
    network needs one more BN and ReLU behind its last block. All blocks are
    alike here; the paper activates before the split in the very first one too.

    Args, Returns and Raises are those of `basic_block`; x is not yet activated.

    Source: He et al. (2016), figure 4(e), equations 4 and 9, appendix.
    """
    check_block(x, filters, stride, padding)
    check_shortcut(x, filters, shortcut)
    activated = bn_relu(x, name=name, index=1)
    y = conv(
        activated, filters, 3, stride=stride, padding=padding, name=f"{name}_conv1"
    )
    y = bn_relu(y, name=name, index=2)
    y = conv(y, filters, 3, padding=padding, name=f"{name}_conv2")
    if needs_projection(x, filters, stride, shortcut):
        carried = conv(activated, filters, 1, stride=stride, name=f"{name}_shortcut")
    else:
        carried = shortcut_path(x, filters, stride, shortcut, name)
    return layers.Add(name=f"{name}_add")([y, carried])


@keras.saving.register_keras_serializable("resnet_lesson")
class BasicBlock(layers.Layer):
    """`basic_block` with option B, as a layer: an object that owns its weights.

    Args:
        filters: output channels.
        stride: of the first convolution and of the shortcut, >= 1.
        kwargs: for `keras.layers.Layer`, such as `name`.

    Raises:
        ValueError: an argument is out of range.

    Source: He et al. (2015), equations 1 and 2, figure 5 left.
    """

    def __init__(self, filters, *, stride=1, **kwargs):
        check_positive(filters=filters, stride=stride)
        super().__init__(**kwargs)
        self.filters = filters
        self.stride = stride
        self.conv1 = conv_layer(filters, 3, stride=stride, name="conv1")
        self.bn1 = batch_norm_layer("bn1")
        self.conv2 = conv_layer(filters, 3, name="conv2")
        self.bn2 = batch_norm_layer("bn2")
        self.shortcut = None  # the identity, unless `build` finds that shapes change

    def build(self, input_shape):
        output_shape = self.compute_output_shape(input_shape)
        self.conv1.build(input_shape)
        for layer in (self.bn1, self.conv2, self.bn2):
            layer.build(output_shape)
        if self.stride != 1 or input_shape[-1] != self.filters:
            self.shortcut = conv_layer(
                self.filters, 1, stride=self.stride, name="shortcut"
            )
            self.shortcut_bn = batch_norm_layer("shortcut_bn")
            self.shortcut.build(input_shape)
            self.shortcut_bn.build(output_shape)

    def call(self, x, training=None):
        y = keras.ops.relu(self.bn1(self.conv1(x), training=training))
        y = self.bn2(self.conv2(y), training=training)
        if self.shortcut is not None:
            x = self.shortcut_bn(self.shortcut(x), training=training)
        return keras.ops.relu(y + x)

    def compute_output_shape(self, input_shape):
        return self.conv1.compute_output_shape(input_shape)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "stride": self.stride}
