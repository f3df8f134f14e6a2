"""Notebook 04: receptive fields, as trees and as maps of a gradient."""

import numpy as np

from resnet_lesson import conv_arithmetic as arithmetic
from resnet_lesson.figures import style


@style.drawing
def receptive_cones(*stacks):
    """What one output position of each stack of layers reads, layer by layer.

    Args:
        stacks: pairs of a title and a list of layers as for
            `conv_arithmetic.receptive_field`.
    """
    figure, panels = style.new_figure(9, 4.4, 1, len(stacks), squeeze=False)
    told = []
    for axes, (title, layers) in zip(panels[0], stacks, strict=True):
        unread = _draw_cone(axes, layers)
        field = arithmetic.receptive_field(layers)
        axes.set_title(f"{title}\nr = {field}", loc="center")
        told.append(f"{title}: {unread} of {field} columns unread")
    return style.describe(
        figure,
        "Trees from one output position down to the input columns that it reads. "
        f"{'; '.join(told)}.",
    )


def _draw_cone(axes, layers):
    """Nodes of each level over the columns that they read; how many are left out."""
    field, top = arithmetic.receptive_field(layers), len(layers)
    centres = _node_centres(layers)
    nodes = {0}
    axes.scatter(centres[top](0), top, s=60, color=style.ORANGE, zorder=2)
    for level, (kernel_size, stride, *dilation) in reversed([*enumerate(layers)]):
        step = dilation[0] if dilation else 1
        edges = [
            (node * stride + tap * step, node)
            for node in nodes
            for tap in range(kernel_size)
        ]
        for below, above in edges:
            places = [centres[level](below), centres[level + 1](above)]
            line = {"color": style.SKY, "linewidth": 1.2, "zorder": 1}
            axes.plot(places, [level, level + 1], **line)
        nodes = {below for below, _ in edges}
        places = [centres[level](node) for node in sorted(nodes)]
        axes.scatter(places, [level] * len(places), s=60, color=style.BLUE, zorder=2)
    unread = sorted(set(range(field)) - nodes)
    ring = {"facecolor": "white", "edgecolor": style.GREY, "zorder": 2}
    axes.scatter(unread, [0] * len(unread), s=60, **ring)
    middle, half = (field - 1) / 2, max(8, field / 2)
    axes.set(xlim=(middle - half, middle + half), ylim=(-0.4, top + 0.3), xticks=())
    axes.set_yticks(range(top + 1), ["input", *range(1, top + 1)])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)
    axes.grid(False)
    return len(unread)


def _node_centres(layers):
    """For each level, the map from a node's number to its place over the input."""
    jump, offset = 1, 0.0
    centres = [lambda node: node]
    for kernel_size, stride, *dilation in layers:
        span = arithmetic.effective_kernel_size(kernel_size, *dilation)
        offset += (span - 1) / 2 * jump
        jump *= stride
        centres.append(lambda node, jump=jump, offset=offset: node * jump + offset)
    return centres


@style.drawing
def gradient_maps(*maps):
    """How strongly one output position depends on each input pixel.

    Args:
        maps: pairs of a title and an array (height, width) of gradients >= 0.
    """
    figure, panels = style.new_figure(9, 3.9, 1, len(maps), squeeze=False)
    told = []
    for axes, (title, gradient) in zip(panels[0], maps, strict=True):
        places = np.argwhere(gradient)
        (top, left), (height, width) = places.min(0), np.ptp(places, axis=0) + 1
        # The square root keeps the faint rim visible.
        shown = np.ma.masked_equal(gradient / gradient.max(), 0) ** 0.5
        picture = axes.imshow(shown, cmap="viridis_r", vmin=0, vmax=1)
        frame = {"edge": style.ORANGE, "linewidth": 3}
        style.box(axes, left - 0.5, top - 0.5, width, height, **frame)
        axes.set(title=f"{title}\n{height} × {width}", xlabel="input column")
        axes.grid(False)
        told.append(f"{title} {height} by {width} pixels")
    panels[0][0].set_ylabel("input row")
    bar = figure.colorbar(picture, ax=panels[0], shrink=0.75, aspect=15)
    bar.set_ticks([0, 1], labels=["weak", "strong"])
    bar.outline.set_visible(False)
    rows, columns = maps[0][1].shape
    return style.describe(
        figure,
        f"Maps of the gradient over {rows} by {columns} input pixels, framed where it "
        f"is not zero: {', '.join(told)}.",
    )
