"""Notebook 05: blocks, drawn from the models themselves, and what flows in them.

Nothing here knows what a residual block looks like: `block_diagrams` walks
back through a model's layers.
"""

import numpy as np
from matplotlib.patches import FancyBboxPatch

from resnet_lesson.figures import style
from resnet_lesson.lab import wiring

BOX = {  # layer type: (face, color of the text, text)
    "Conv2D": (style.BLUE, "white", "{size}×{size}, {filters}"),
    "BatchNormalization": (style.PALE, style.INK, "BN"),
    "ReLU": (style.YELLOW, style.INK, "ReLU"),
    "ZeroPadShortcut": ("white", style.INK, "zero-pad"),
}


def block_diagrams(columns, width=9.0):
    """Blocks side by side, each drawn from the layers of a model.

    Args:
        columns: (title, model, block) for each, where `block` is the prefix
            of the block's layers in the model, such as "stage1_block2".
        width: of the figure in inches.
    """
    traces = [(title, trace(model, block)) for title, model, block in columns]
    return _diagrams(traces, width)


def wiring_diagram(model, title):
    """A block of anyone's making, drawn from its steps, whatever their names.

    Args:
        model: of the block alone.
        title: of the drawing.

    Returns:
        A figure, or None where the steps are no chain with one sum.
    """
    steps = wiring.steps(model)
    sums = [place for place, step in enumerate(steps) if step.kind == "+"]
    if len(sums) != 1 or any(len(s.inputs) != 1 for s in steps if s.kind != "+"):
        return None

    def path(place):
        return [] if place < 0 else [*path(steps[place].inputs[0]), place]

    mapping, shortcut = (path(place) for place in steps[sums[0]].inputs)
    branch = sum(place in mapping for place in shortcut)
    traced = {
        "mapping": [_item(steps[place]) for place in mapping],
        "shortcut": [_item(steps[place]) for place in shortcut[branch:]],
        "branch": branch,
        "after": [_item(step) for step in steps[sums[0] + 1 :]],
        "summed": True,
    }
    return _diagrams([(title, traced)], 3.0)


def _item(step):
    """What is drawn for a step: a layer with its numbers, or a word."""
    as_layer = step.kind.startswith("conv ") or step.kind == "bn"
    return step.operation if as_layer else step.kind


@style.drawing
def _diagrams(traces, width):
    rows = max(len(t["mapping"]) + len(t["after"]) + t["summed"] for _, t in traces)
    figure, axes = style.new_figure(width, 0.44 * (rows + 2.4))
    axes.set(xlim=(0, len(traces)), ylim=(-rows - 1.3, 1.1))
    axes.axis("off")
    for left, (title, traced) in enumerate(traces):
        _draw_block(axes, left, title, **traced)
    told = "; ".join(f"{title}: {_in_words(**traced)}" for title, traced in traces)
    count = f"{len(traces)} columns" if len(traces) > 1 else "A column"
    return style.describe(figure, f"{count} of layers, from top to bottom. {told}.")


def _in_words(mapping, shortcut, branch, after, summed):
    """A block's layers in the order in which they are drawn."""
    mapped = [_label(layer) for layer in mapping]
    if not summed:
        return f"{' → '.join(['x', *mapped])}, without a sum"
    carried = " → ".join(map(_label, shortcut)) or "the identity"
    start = f"behind {mapped[branch - 1]}" if branch else "x"
    chain = " → ".join(["x", *mapped, "+", *map(_label, after)])
    return f"{chain}, and from {start} to the + {carried}"


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
        middle, side = left + 0.32, left + 0.775
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
        look = {"color": style.words_in(style.ORANGE), "fontsize": 13}
        _write(axes, side + 0.03, halfway, "identity", ha="left", rotation=270, **look)


def _write(axes, x, y, text, ha="center", va="center", fontsize=15, **options):
    axes.text(x, y, text, ha=ha, va=va, fontsize=fontsize, **options)


def _arrow(axes, start, end, color=style.INK, lw=1.5):
    line = {"arrowstyle": "-|>", "color": color, "lw": lw, "shrinkA": 0}
    axes.annotate("", end, start, arrowprops=line)


def _draw_layer(axes, x, y, layer):
    face, ink, _ = _look(layer)
    corner, width, height = (x - 0.2, y - 0.3), 0.4, 0.6
    edge = style.GREY if face in ("white", style.PALE) else face
    look = {"boxstyle": "round,pad=0,rounding_size=0.04", "mutation_aspect": 4}
    axes.add_patch(
        FancyBboxPatch(corner, width, height, fc=face, ec=edge, zorder=3, **look)
    )
    _write(axes, x, y, _label(layer), color=ink, fontsize=13, zorder=4)


def _look(layer):
    if isinstance(layer, str):
        return BOX["ReLU"] if layer == "relu" else ("white", style.INK, layer)
    return BOX[type(layer).__name__]


def _label(layer):
    label = _look(layer)[-1]
    if type(layer).__name__ != "Conv2D":
        return label
    stride = f", /{layer.strides[0]}" if layer.strides[0] > 1 else ""
    return label.format(size=layer.kernel_size[0], filters=layer.filters) + stride


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
    first = np.ravel(maps[0][1])
    told = ", ".join(
        f"{title} {np.corrcoef(first, np.ravel(values))[0, 1]:.2f}"
        for title, values in maps[1:]
    )
    return style.describe(
        figure,
        f"{len(maps)} small grey pictures in a row. How much each resembles the first, "
        f"{maps[0][0]}, as a correlation: {told}.",
    )
