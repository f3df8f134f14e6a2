"""Notebook 05: blocks and networks, drawn from the models themselves.

Nothing here knows what a residual block looks like: `block_diagrams` walks
back through a model's layers, and `stage_chart` reads their output shapes.
"""

import re

from matplotlib.colors import to_rgb
from matplotlib.patches import FancyBboxPatch, Polygon

from resnet_lesson.figures import style
from resnet_lesson.lab.inspection import stage_table

BOX = {  # layer type: (face, color of the text, text)
    "Conv2D": (style.BLUE, "white", "{size}×{size}, {filters}"),
    "BatchNormalization": (style.PALE, style.INK, "BN"),
    "ReLU": (style.YELLOW, style.INK, "ReLU"),
    "ZeroPadShortcut": ("white", style.INK, "zero-pad"),
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
        nothing = {"shortcut": [], "branch": 0, "after": []}
        return {"mapping": members, **nothing, "summed": False}
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
    _write(axes, middle, 0.95, title, va="top", weight="bold", fontsize=14)
    _write(axes, middle, 0.05, "x", va="bottom", style="italic")
    chain = [*mapping, *(["+"] if summed else []), *after]
    for row, layer in enumerate(chain, start=1):
        start = 0.7 if row > 1 else 1.0
        _arrow(axes, (middle, start - row), (middle, 0.3 - row))
        if layer == "+":
            circle = {"boxstyle": "circle,pad=0.12", "fc": "white", "ec": style.ORANGE}
            _write(axes, middle, -row, "+", fontsize=17, bbox=circle)
        else:
            _draw_layer(axes, middle, -row, layer)
    end = -len(chain)
    _arrow(axes, (middle, end - 0.3), (middle, end - 0.95))
    if not summed:
        return
    plus, bracket = -len(mapping) - 1, middle - 0.24
    axes.plot([bracket] * 2, [-0.7, plus + 0.7], color=style.GREY, lw=1.5)
    _write(axes, bracket - 0.02, plus / 2, "F", ha="right", style="italic")
    start = -branch - 0.5 if branch else -0.22
    line = {"color": style.ORANGE, "lw": 2.5}
    axes.plot([middle, side, side], [start, start, plus], zorder=1, **line)
    _arrow(axes, (side + 0.006, plus), (middle + 0.07, plus), **line)
    halfway = (start + plus) / 2
    for place, layer in enumerate(shortcut):
        _draw_layer(axes, side, halfway - place + (len(shortcut) - 1) / 2, layer)
    if not shortcut:
        look = {"color": style.ORANGE, "fontsize": 13, "rotation": 270}
        _write(axes, side + 0.03, halfway, "identity", ha="left", **look)


def _write(axes, x, y, text, ha="center", va="center", fontsize=15, **options):
    axes.text(x, y, text, ha=ha, va=va, fontsize=fontsize, **options)


def _arrow(axes, start, end, color=style.INK, lw=1.5):
    line = {"arrowstyle": "-|>", "color": color, "lw": lw, "shrinkA": 0}
    axes.annotate("", end, start, arrowprops=line)


def _draw_layer(axes, x, y, layer):
    face, ink, label = BOX[type(layer).__name__]
    if type(layer).__name__ == "Conv2D":
        label = label.format(size=layer.kernel_size[0], filters=layer.filters)
        label += f", /{layer.strides[0]}" if layer.strides[0] > 1 else ""
    corner, width, height = (x - 0.21, y - 0.3), 0.42, 0.6
    edge = style.GREY if face in ("white", style.PALE) else face
    look = {"boxstyle": "round,pad=0,rounding_size=0.04", "mutation_aspect": 4}
    axes.add_patch(
        FancyBboxPatch(corner, width, height, fc=face, ec=edge, zorder=3, **look)
    )
    _write(axes, x, y, label, color=ink, fontsize=13, zorder=4)


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
        names = " ".join(layer.name for layer in model.layers)
        blocks = set(re.findall(rf"\b{stage.name}_(block\d+)_", names))
        slabs.append((stage.name, max(len(blocks), 1), shape))
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
    right, d = x + width, DEPTH * side
    front = [(x, 0), (right, 0), (right, side), (x, side)]
    top = [(x, side), (right, side), (right + d, side + d), (x + d, side + d)]
    flank = [(right, 0), (right, side), (right + d, side + d), (right + d, d)]
    for corners, strength in ((front, 1.0), (top, 0.5), (flank, 0.75)):
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
        labels = {f"{start}, {width} channels": v for width, v in curves.items()}
        if max(ends) < 10 * min(ends):  # close together: one label for all
            median = sorted(curves.values(), key=lambda v: v[-1])[len(curves) // 2]
            labels = {f"{start}, {min(curves)} to {max(curves)}": median}
        for values in curves.values():
            axes.plot(range(1, len(values) + 1), values, color=colour, ls=dashes)
        for label, values in labels.items():
            style.note(axes, label, (len(values), values[-1]), colour)
    depth = max(len(values) for values in scales.values())
    axes.set(yscale="log", xlabel="convolution", ylabel="root mean square of output")
    axes.set(xlim=(1, 1.42 * depth), xticks=range(5, depth + 1, 5))
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
        style.picture(panel, values)
        panel.set_title(title, loc="center", fontsize=13)
    return figure
