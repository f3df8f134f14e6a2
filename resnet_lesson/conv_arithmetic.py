"""Convolution arithmetic: output sizes, padding, receptive fields, costs.

Pure integers, one spatial axis at a time (height and width are independent),
so nothing here needs TensorFlow. Symbols follow Dumoulin & Visin (2016):
input size i, kernel size k, stride s, padding p, dilation d, output size o.
Every function raises ValueError for an argument out of range.

Sources: Dumoulin & Visin, "A guide to convolution arithmetic for deep
learning", arXiv:1603.07285 (2016); TensorFlow API documentation, `tf.nn`,
"Notes on padding".
"""

from collections.abc import Iterable
from numbers import Integral

Padding = str | int | tuple[int, int]


def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    """Pixels that a dilated kernel spans: k' = k + (k - 1)(d - 1).

    Args:
        kernel_size: taps of the kernel along this axis, >= 1.
        dilation: pixels from one tap to the next, >= 1; 1 is an ordinary
            convolution (there is no dilation 0).

    Returns:
        The span in pixels.

    Source: Dumoulin & Visin (2016), section 5.1.
    """
    check_positive(kernel_size=kernel_size, dilation=dilation)
    return kernel_size + (kernel_size - 1) * (dilation - 1)


def same_padding(
    input_size: int, kernel_size: int, stride: int = 1, dilation: int = 1
) -> tuple[int, int]:
    """Zeros that TensorFlow's padding="same" adds before and after an axis.

    The output has ceil(i / s) positions, so (o - 1)s + k' pixels are needed;
    what the input lacks is padded, and an odd pixel goes *after* it (bottom
    or right). PyTorch's `padding=1` is symmetric: the two differ wherever the
    total is odd.

    Args:
        input_size: pixels along this axis, >= 1.
        kernel_size, stride, dilation: as in `output_size`.

    Returns:
        (before, after) in pixels.

    Source: TensorFlow API documentation, `tf.nn`, "Notes on padding".
    """
    check_positive(input_size=input_size, stride=stride)
    span = effective_kernel_size(kernel_size, dilation)
    output = -(-input_size // stride)  # ceil without floats
    # Where the stride is larger than the kernel, the input already has more
    # than is needed: without max() the padding would be negative.
    total = max((output - 1) * stride + span - input_size, 0)
    return total // 2, total - total // 2


def output_size(
    input_size: int,
    kernel_size: int,
    stride: int = 1,
    padding: Padding = "valid",
    dilation: int = 1,
) -> int:
    """Positions of a convolution or pooling window along one axis.

    o = floor((i + p_before + p_after - k') / s) + 1.

    Args:
        input_size: pixels along this axis, >= 1.
        kernel_size: taps of the window, >= 1.
        stride: pixels from one window to the next, >= 1.
        padding: "valid" (none), "same" (TensorFlow's rule, `same_padding`),
            "full" (k' - 1 on each side), an integer (that many on each
            side), or a pair (before, after).
        dilation: pixels from one tap to the next, >= 1.

    Returns:
        The output size, >= 1.

    Raises:
        ValueError: an argument is out of range, or the effective kernel is
            larger than the padded input.

    Source: Dumoulin & Visin (2016), relationships 6 and 15, with unequal
    padding.
    """
    before, after = _padding_pair(input_size, kernel_size, stride, padding, dilation)
    span = effective_kernel_size(kernel_size, dilation)
    padded = input_size + before + after
    if span > padded:
        raise ValueError(
            f"kernel_size must span at most the padded input, {padded} pixels, "
            f"got an effective kernel size of {span}"
        )
    return (padded - span) // stride + 1


def window_columns(
    input_size: int,
    kernel_size: int,
    stride: int = 1,
    padding: Padding = "valid",
    dilation: int = 1,
) -> list[list[int]]:
    """The columns that each output position reads; arguments of `output_size`.

    Returns:
        One list of `kernel_size` column numbers for each output position. The
        input's columns are 0 to input_size - 1; any other is padding.
    """
    before, _ = _padding_pair(input_size, kernel_size, stride, padding, dilation)
    positions = output_size(input_size, kernel_size, stride, padding, dilation)
    return [
        [position * stride - before + tap * dilation for tap in range(kernel_size)]
        for position in range(positions)
    ]


def receptive_field(layers: Iterable[tuple[int, ...]]) -> int:
    """Input pixels, along one axis, that one output position can depend on.

    Each layer widens the field by (k' - 1) steps of the current *jump*, the
    distance in input pixels between neighbouring positions; a stride
    multiplies the jump: r <- r + (k' - 1) j, then j <- j s, from r = j = 1.

    Args:
        layers: from input to output, one (kernel_size, stride) or
            (kernel_size, stride, dilation) for each.

    Returns:
        The receptive field in pixels (1 for no layer at all).

    Source: Araujo, Norris & Sim, "Computing Receptive Fields of Convolutional
    Neural Networks", Distill (2019), equation 2.
    """
    field = jump = 1
    for layer in layers:
        if not isinstance(layer, (tuple, list)) or len(layer) not in (2, 3):
            raise ValueError(
                "layers must hold (kernel_size, stride) or "
                f"(kernel_size, stride, dilation), got {layer!r}"
            )
        kernel_size, stride, *dilation = layer
        check_positive(stride=stride)
        field += (effective_kernel_size(kernel_size, *dilation) - 1) * jump
        jump *= stride
    return field


def conv_parameters(
    kernel_size: int | tuple[int, int],
    in_channels: int,
    filters: int,
    use_bias: bool = False,
) -> int:
    """Trainable parameters of a 2-D convolution: k_h k_w C_in C_out (+ C_out).

    Args:
        kernel_size: one integer for a square kernel, or (height, width).
        in_channels: channels of the input, >= 1.
        filters: channels of the output, >= 1.
        use_bias: count a bias per filter (redundant before BatchNormalization).
    """
    check_positive(in_channels=in_channels, filters=filters)
    height, width = _pair("kernel_size", kernel_size)
    return height * width * in_channels * filters + (filters if use_bias else 0)


def conv_macs(
    output_size: int | tuple[int, int],
    kernel_size: int | tuple[int, int],
    in_channels: int,
    filters: int,
) -> int:
    """Multiply-accumulates of a 2-D convolution for one image; 1 MAC = 2 FLOPs.

    Each of the o_h o_w C_out output values is a dot product over k_h k_w C_in
    inputs. Products with padding are counted, as is usual.

    Args:
        output_size: one integer for a square output, or (height, width).
        kernel_size, in_channels, filters: as in `conv_parameters`.
    """
    height, width = _pair("output_size", output_size)
    return height * width * conv_parameters(kernel_size, in_channels, filters)


def is_size(value, least):
    """Whether a value is an integer, of Python or NumPy, and at least so large."""
    # bool is an int in Python; True is no size.
    return (
        isinstance(value, Integral) and not isinstance(value, bool) and value >= least
    )


def check_positive(**sizes):
    """Raise ValueError unless every argument is a positive integer."""
    for name, value in sizes.items():
        if not is_size(value, 1):
            raise ValueError(f"{name} must be a positive integer, got {value!r}")


def _pair(name, size):
    pair = size if isinstance(size, (tuple, list)) else (size, size)
    if len(pair) == 2 and all(is_size(side, 1) for side in pair):
        return tuple(pair)
    raise ValueError(
        f"{name} must be a positive integer or a pair (height, width) of them, "
        f"got {size!r}"
    )


def _padding_pair(input_size, kernel_size, stride, padding, dilation):
    """(before, after) in pixels for any padding that `output_size` takes."""
    check_positive(input_size=input_size, stride=stride)
    span = effective_kernel_size(kernel_size, dilation)
    if isinstance(padding, str):
        if padding == "valid":
            return 0, 0
        if padding == "full":
            return span - 1, span - 1
        if padding == "same":
            return same_padding(input_size, kernel_size, stride, dilation)
    pair = padding if isinstance(padding, (tuple, list)) else (padding, padding)
    if len(pair) == 2 and all(is_size(side, 0) for side in pair):
        return tuple(pair)
    raise ValueError(
        'padding must be "valid", "same", "full", an integer >= 0 or a pair '
        f"(before, after) of them, got {padding!r}"
    )
