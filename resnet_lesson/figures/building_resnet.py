"""Notebook 05: blocks and networks, drawn from the models themselves.

Nothing here knows what a residual block looks like: `block_diagrams` walks
back through a model's layers, and `stage_chart` reads their output shapes.
"""

import re

from matplotlib.colors import to_rgb
from matplotlib.patches import FancyBboxPatch, Polygon

from resnet_lesson.figures import style
from resnet_lesson.lab.inspection import stage_table

BOX = {  # layer type: (face, text)
    "Conv2D": (style.BLUE, "white"),
    "BatchNormalization": (style.PALE, style.INK),
    "ReLU": (style.YELLOW, style.INK),
    "ZeroPadShortcut": ("white", style.INK),
}
STAGE_COLOURS = (style.GREY, style.BLUE, style.GREEN, style.ORANGE, style.PURPLE)
DEPTH = 0.3  # of an oblique view: shortening of the axis that goes into the page


@style.drawing
def block_diagrams(columns, width=9.0):
    """Blocks side by side, each drawn from the layers of a model.

    Args:
        columns: (title, model, block) for each, where `block` is the prefix
            of the block's layers in the model, such as "stage1_block2".
        width: of the figure in inches.
    """
    traces = [trace(model, block) for _, model, block in columns]
    rows = max(len(t["mapping"]) + len(t["after"]) + t["summed"] for t in traces)
    figure, axes = style.new_figure(width, 0.44 * (rows + 2.4))
    axes.set(xlim=(0, len(columns)), ylim=(-rows - 1.3, 1.1))
    axes.axis("off")
    for left, ((title, _, _), traced) in enumerate(zip(columns, traces, strict=True)):
        _draw_block(axes, left, title, **traced)
    return figure


def trace(model, block):
    """The layers of a block, told apart by the path that they lie on.

    Args:
        model: a functional model.
        block: prefix of the block's layers.

    Returns:
        A dict: `mapping`, the layers of F in order; `shortcut`, the layers on
        the shortcut; `branch`, how many layers of the mapping come before the
        shortcut leaves; `after`, the layers behind the sum; `summed`, whether
        there is a sum at all.
    """
    members = [x for x in model.layers if x.name.startswith(f"{block}_")]
    producer = {id(layer.output): layer for layer in members}
    sums = [layer for layer in members if isinstance(layer.input, list)]
    if not sums:
        return {
            "mapping": members,
            "shortcut": [],
            "branch": 0,
            "after": [],
            "summed": False,
        }
    mapped, carried = sums[0].input
    mapping = _path_to(mapped, producer, stop=())
    places = [id(mapping[0].input), *(id(layer.output) for layer in mapping)]
    shortcut = _path_to(carried, producer, stop=places)
    start = shortcut[0].input if shortcut else carried
    return {
        "mapping": mapping,
        "shortcut": shortcut,
        "branch": places.index(id(start)),
        "after": [x for x in members if x.input is sums[0].output],
        "summed": True,
    }


def _path_to(tensor, producer, stop):
    """Layers that lead to a tensor, first to last, from `stop` or the block's start."""
    path = []
    while id(tensor) not in stop and id(tensor) in producer:
        path.insert(0, producer[id(tensor)])
        tensor = path[0].input
    return path


def _draw_block(axes, left, title, mapping, shortcut, branch, after, summed):
    middle, side = left + (0.34 if summed else 0.46), left + 0.84
    if shortcut:
        middle, side = left + 0.31, left + 0.79
    axes.text(middle, 0.95, title, ha="center", va="top", weight="bold", fontsize=14)
    axes.text(middle, 0.05, "x", ha="center", va="bottom", style="italic", fontsize=15)
    chain = [*mapping, *(["+"] if summed else []), *after]
    arrow = {"arrowstyle": "-|>", "color": style.INK, "lw": 1.5, "shrinkA": 0}
    for row, layer in enumerate(chain, start=1):
        axes.annotate(
            "",
            (middle, -row + 0.3),
            (middle, -row + (0.7 if row > 1 else 1.0)),
            arrowprops=arrow,
        )
        if layer == "+":
            axes.text(
                middle,
                -row,
                "+",
                ha="center",
                va="center",
                fontsize=17,
                bbox={"boxstyle": "circle,pad=0.12", "fc": "white", "ec": style.ORANGE},
            )
        else:
            _draw_layer(axes, middle, -row, layer)
    end = -len(chain)
    axes.annotate("", (middle, end - 0.95), (middle, end - 0.3), arrowprops=arrow)
    if not summed:
        return
    bracket = middle - 0.24
    axes.plot([bracket] * 2, [-0.7, -len(mapping) - 0.3], color=style.GREY, lw=1.5)
    axes.text(
        bracket - 0.02,
        -(len(mapping) + 1) / 2,
        "F",
        ha="right",
        va="center",
        style="italic",
        fontsize=15,
    )
    line = {"color": style.ORANGE, "lw": 2.5, "zorder": 1}
    start, plus = (-branch - 0.5 if branch else -0.22), -len(mapping) - 1
    axes.plot([middle, side, side], [start, start, plus], **line)
    axes.annotate(
        "",
        (middle + 0.07, plus),
        (side + 0.006, plus),
        arrowprops={**arrow, "color": style.ORANGE, "lw": 2.5},
    )
    for place, layer in enumerate(shortcut):
        offset = place - (len(shortcut) - 1) / 2
        _draw_layer(axes, side, (start + plus) / 2 - offset, layer)
    if not shortcut:
        axes.text(
            side + 0.03,
            (start + plus) / 2,
            "identity",
            rotation=270,
            ha="left",
            va="center",
            color=style.ORANGE,
            fontsize=13,
        )


def _draw_layer(axes, x, y, layer):
    kind = type(layer).__name__
    face, ink = BOX[kind]
    label = {"BatchNormalization": "BN", "ZeroPadShortcut": "zero-pad"}.get(kind, kind)
    if kind == "Conv2D":
        size, stride = layer.kernel_size[0], layer.strides[0]
        label = f"{size}×{size}, {layer.filters}" + (
            f", /{stride}" if stride > 1 else ""
        )
    width, height = 0.42, 0.6
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.04",
            mutation_aspect=4,
            facecolor=face,
            edgecolor=style.GREY if face in ("white", style.PALE) else face,
            zorder=3,
        )
    )
    axes.text(x, y, label, ha="center", va="center", color=ink, fontsize=13, zorder=4)


@style.drawing
def stage_chart(model, title, width=9.0):
    """A network's stages to scale: one slab a block, pixels by pixels by channels.

    Height and depth of a slab are the side of its feature maps, its width is
    their number; each with one scale for the whole figure.

    Args:
        model: one of `resnet_lesson.models`, with a fixed input size.
        title: of the figure.
        width: of the figure in inches.
    """
    slabs = []
    for stage in stage_table(model)[:-1]:
        shape = stage.output_shape
        if stage.name == "stem":  # before its max-pool, if it has one
            shape = model.get_layer("stem_conv").output.shape[1:]
        numbers = {
            match[1]
            for layer in model.layers
            if (match := re.match(rf"{stage.name}_(block\d+)_", layer.name))
        }
        slabs.append((stage.name, max(len(numbers), 1), shape))
    room, gap, per_pixel = width - 0.3, 0.16, 2.0 / slabs[0][2][0]
    scale = _channel_scale(slabs, room - gap * len(slabs), per_pixel)
    figure, axes = style.new_figure(width, 4.5)
    axes.set(xlim=(0, room), ylim=(-1.5, 2.75), title=title)
    axes.axis("off")
    left = 0.0
    for place, (name, count, shape) in enumerate(slabs):
        slot = _slot(count, shape, scale, per_pixel)
        slab, side = shape[2] * scale, shape[0] * per_pixel
        start = left + (slot - count * slab - DEPTH * side) / 2
        for number in range(count):
            _draw_slab(axes, start + number * slab, slab, side, STAGE_COLOURS[place])
        lines = [name.replace("stage", "stage "), f"{shape[0]} × {shape[1]}"]
        if name != "stem":
            lines.insert(1, f"{count} blocks" if count > 1 else "1 block")
        text = "\n".join([*lines, f"{shape[2]} ch."])
        axes.text(left + slot / 2, -0.12, text, ha="center", va="top")
        left += slot + gap
    return figure


def _slot(count, shape, scale, per_pixel):
    """Inches that a stage takes: its slabs, or its label if that is wider."""
    return max(0.98, count * shape[2] * scale + DEPTH * shape[0] * per_pixel)


def _channel_scale(slabs, room, per_pixel):
    """The number of inches per channel with which the stages fill the figure."""
    low, high = 0.0, 1.0
    for _ in range(50):
        scale = (low + high) / 2
        used = sum(_slot(count, shape, scale, per_pixel) for _, count, shape in slabs)
        low, high = (scale, high) if used < room else (low, scale)
    return low


def _draw_slab(axes, x, width, side, colour):
    """A box in oblique view: front, top and right face."""
    d = DEPTH * side
    faces = (
        ([(x, 0), (x + width, 0), (x + width, side), (x, side)], 1.0),
        (
            [
                (x, side),
                (x + width, side),
                (x + width + d, side + d),
                (x + d, side + d),
            ],
            0.5,
        ),
        (
            [
                (x + width, 0),
                (x + width, side),
                (x + width + d, side + d),
                (x + width + d, d),
            ],
            0.75,
        ),
    )
    for corners, strength in faces:
        paler = [1 - strength * (1 - c) for c in to_rgb(colour)]
        axes.add_patch(Polygon(corners, facecolor=paler, edgecolor="white", lw=0.8))


@style.drawing
def signal_chart(scales):
    """How a signal's scale changes from layer to layer, on a logarithmic axis.

    Args:
        scales: a dict from (initialisation, channels) to one value a layer;
            two initialisations at most.
    """
    figure, axes = style.new_figure(9, 4.4)
    looks = ((style.BLUE, "-"), (style.ORANGE, "--"))
    starts = dict.fromkeys(start for start, _ in scales)
    for start, (colour, dashes) in zip(starts, looks, strict=False):
        curves = {width: v for (name, width), v in scales.items() if name == start}
        ends = [values[-1] for values in curves.values()]
        together = max(ends) < 10 * min(ends)
        for width, values in curves.items():
            axes.plot(range(1, len(values) + 1), values, color=colour, ls=dashes)
            if not together:
                label = f"{start}, {width} channels"
                style.end_label(axes, label, len(values), values[-1], colour)
        if together:
            median = sorted(curves.values(), key=lambda v: v[-1])[len(curves) // 2]
            label = f"{start}, {min(curves)} to {max(curves)}"
            style.end_label(axes, label, len(median), median[-1], colour)
    depth = max(len(values) for values in scales.values())
    axes.set(yscale="log", xlabel="convolution", ylabel="root mean square of output")
    axes.set_xlim(1, 1.42 * depth)
    axes.set_xticks(range(5, depth + 1, 5))
    return figure


@style.drawing
def feature_strip(maps):
    """One channel of one image after each step, side by side.

    Args:
        maps: (title, array (height, width)) for each step; black is the
            smallest value of the panel, white the largest.
    """
    figure, axes = style.new_figure(9, 1.75, columns=len(maps))
    for panel, (title, values) in zip(axes, maps, strict=True):
        panel.imshow(values)
        panel.set_title(title, loc="center", fontsize=13)
        panel.axis("off")
    return figure
