"""Checkers of notebook 04, second half: how far a network sees, what groups cost."""

import itertools

from resnet_lesson import conv_arithmetic as arithmetic
from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import function
from resnet_lesson.exercises.values import number, read_number, short

RESNET18 = (2, 2, 2, 2)  # blocks of each stage


def _path(blocks=RESNET18, *, pool=True, striding=0, convolutions=2):
    """(kernel size, stride) along the longest path of a ResNet for ImageNet."""
    yield (7, 2)
    if pool:
        yield (3, 2)
    for stage, count in enumerate(blocks):
        for place in range(convolutions * count):
            yield (3, 2 if stage and place == striding else 1)


def _strided_too_early(layers):
    field = jump = 1
    for kernel_size, stride in layers:
        jump *= stride
        field += (kernel_size - 1) * jump
    return field


@exercise(
    "4.7",
    expects="a whole number of pixels",
    notice="The field is 1.9 times as wide as the image of 224: what it sees beyond "
    "the border is padding.",
)
def resnet18_field(answer):
    layers = list(_path())
    right = arithmetic.receptive_field(layers)
    with_projections = [(1, 2) if layer == (3, 2) else layer for layer in layers[2:]]
    mistakes = {
        right**2: "Along one axis, please.",
        right - 1: "A network without layers sees one pixel: r begins at 1.",
        right + 1: "A network without layers sees one pixel, and r begins there.",
        _strided_too_early(layers): "A layer's own stride spreads the taps of *later* "
        "layers: widen the field first, then multiply the jump.",
        arithmetic.receptive_field(_path(pool=False)): "The max-pool is a window, too.",
        arithmetic.receptive_field(layers[1:]): "The first convolution is missing.",
        arithmetic.receptive_field(_path(striding=1)): "The first convolution of a "
        "block strides, not the second.",
        arithmetic.receptive_field(_path(convolutions=1)): "A basic block has two "
        "convolutions.",
        arithmetic.receptive_field(_path((3, 4, 6, 3))): "That is ResNet-34.",
        arithmetic.receptive_field((k, 1) for k, _ in layers): "Strides are left out: "
        "each doubles the jump of all later layers.",
        arithmetic.receptive_field([(k, 1) for k, _ in layers[:1] + layers[2:]]): "The "
        "strides and the max-pool are left out.",
        arithmetic.receptive_field([*layers[:2], *with_projections]): "The longest "
        "path goes through the 3×3 convolutions, not through the shortcuts.",
        224: "The field is what a position *can* see; it may be wider than the image.",
    }
    number(
        answer,
        right,
        mistakes=mistakes,
        otherwise="Make a table with one row a layer: k, s, r after it, "
        f"j after it. Check it against two points: {_after(2)} after the max-pool, "
        f"{_after(6)} after stage 1.",
    )


def _after(layers):
    path = itertools.islice(_path(), layers)
    return f"r = {arithmetic.receptive_field(path)}"


@exercise(
    "4.8",
    expects="three dilations, such as [1, 2, 4]",
    notice="27 paths lead to 27 pixels, one each: wider than that no three layers of "
    "three taps can see without holes.",
)
def dilations(answer):
    if isinstance(answer, (str, dict)) or not hasattr(answer, "__iter__"):
        raise Hint(f"Answer with a list of three dilations, got {short(answer)}.")
    values = [read_number(value, "A dilation") for value in answer]
    if len(values) != 3 or any(v < 1 or v != int(v) for v in values):
        raise Hint("Three layers need three dilations: whole numbers, at least 1.")
    layers = [(3, 1, int(value)) for value in values]
    field = arithmetic.receptive_field(layers)
    read = {
        sum(tap * layer[2] for tap, layer in zip(taps, layers, strict=True))
        for taps in itertools.product(range(3), repeat=3)
    }
    unread = sorted(set(range(field)) - read)
    if unread:
        text = (
            f"The field is {field} columns wide, but {len(unread)} of them are never "
            f"read, the first is column {unread[0]}."
        )
        raise Hint(text, _cone(layers, field))
    if field < 27:
        paths = 27 - len(read)
        raise Hint(
            f"No holes, {field} columns. Of the 27 paths through the taps {paths} lead "
            "to a column that another one reads already: there is room for more.",
            _cone(layers, field),
        )


def _cone(layers, field):
    from resnet_lesson.figures.convolution_fields import receptive_cones

    if field > 41:
        return None
    title = "dilation " + ", ".join(str(dilation) for *_, dilation in layers)
    return receptive_cones((title, layers))


def cost(o, k, c_in, c_out, groups):
    """(parameters, MACs); arguments as in exercise 4.9."""
    parameters = k * k * (c_in // groups) * c_out
    return parameters, o * o * parameters


def _both(parameters, o):
    return parameters, o * o * parameters


COST_MISTAKES = [
    (lambda o, k, c, f, g: _both(k * k * c * f, o), "The groups are not used."),
    (
        lambda o, k, c, f, g: _both(k * k * (c // g) * (f // g), o),
        "That is one group. How many are there?",
    ),
    (
        lambda o, k, c, f, g: _both(k * k * c * f * g, o),
        "More groups would cost more: each filter reads fewer channels, not more.",
    ),
    (
        lambda o, k, c, f, g: (cost(o, k, c, f, g)[0], o * cost(o, k, c, f, g)[0]),
        "The output has o rows of o positions.",
    ),
    (
        lambda o, k, c, f, g: _both(k * (c // g) * f, o),
        "The kernel has k rows of k taps.",
    ),
    (
        lambda o, k, c, f, g: (cost(o, k, c, f, g)[0], o * o * k * k * c * f),
        "Groups save multiplications, too.",
    ),
    (
        lambda o, k, c, f, g: (k * k * c * f, cost(o, k, c, f, g)[1]),
        "Groups save parameters, too.",
    ),
    (lambda *case: cost(*case)[::-1], "Parameters come first, then MACs."),
    (
        lambda *case: (cost(*case)[0], 2 * cost(*case)[1]),
        "1 MAC is a multiplication with its addition: count it once.",
    ),
    (
        lambda o, k, c, f, g: (cost(o, k, c, f, g)[0] + f, cost(o, k, c, f, g)[1]),
        "Without bias, please.",
    ),
]


@exercise(
    "4.9",
    expects="a function of o, k, c_in, c_out and groups: (parameters, MACs)",
    notice="g groups divide parameters and MACs by g, and no group learns of the "
    "others: a 1 × 1 convolution must mix them.",
)
def conv_cost(answer):
    cases = [  # o, k, c_in, c_out, groups
        *((5, 1, 2, 3, 1), (5, 3, 2, 3, 1), (5, 3, 4, 6, 2), (4, 3, 6, 6, 6)),
        *((7, 5, 12, 8, 4), (14, 3, 32, 64, 32), (56, 3, 128, 128, 32)),
    ]
    function(
        answer,
        cost,
        cases,
        mistakes=COST_MISTAKES,
        own=[arithmetic.conv_parameters, arithmetic.conv_macs],
    )
