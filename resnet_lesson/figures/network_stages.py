"""Notebook 05: whole networks, a slab a block, and a signal's way through layers."""

import re

from matplotlib.colors import to_rgb
from matplotlib.patches import Polygon

from resnet_lesson.figures import style
from resnet_lesson.lab.inspection import stage_table

STAGE_COLOURS = (style.GREY, style.BLUE, style.GREEN, style.ORANGE, style.PURPLE)
DEPTH = 0.3  # of an oblique view: shortening of the axis that goes into the page


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
    told = "; ".join(
        f"{name.replace('stage', 'stage ')}: {count} of {shape[0]} × {shape[1]} "
        f"with {shape[2]} channels"
        for name, count, shape in slabs
    )
    return style.describe(figure, f"A row of slabs, drawn to scale. {told}.")


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
    told = "; ".join(
        f"{start}, {width} channels: from {values[0]:.2g} to {values[-1]:.2g}"
        for (start, width), values in scales.items()
    )
    return style.describe(
        figure,
        f"Size of the signal against the convolution, 1 to {depth}, on a logarithmic "
        f"axis. {told}.",
    )
