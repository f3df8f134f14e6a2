"""Drawings of notebook 04: windows, players, receptive fields, costs."""

import base64
import io
import re
from dataclasses import dataclass

import numpy as np
from IPython.display import display
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from resnet_lesson import conv_arithmetic as arithmetic
from resnet_lesson.figures import style

# Asymmetric, so that turning it by 180 degrees changes the result.
KERNEL = np.array([[1, 0, 2], [0, 1, 0], [0, 0, -1]])


@dataclass(frozen=True)
class Setting:
    """One convolution of a square image that the player steps through."""

    name: str
    input_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def windows(self):
        """Input columns (and rows) of each output position."""
        return arithmetic.window_columns(
            self.input_size, len(KERNEL), self.stride, self.padding, self.dilation
        )

    @property
    def image(self):
        """Small integers, the same on every machine, with the padding around."""
        size = self.input_size
        pixels = np.random.default_rng(3).integers(0, 5, (size, size))
        return np.pad(pixels, self.padding)

    @property
    def output(self):
        """What the convolution puts out, as a square array."""
        return np.array(
            [
                [self.product(rows, columns).sum() for columns in self.windows]
                for rows in self.windows
            ]
        )

    def product(self, rows, columns):
        """Pixels of one window times the kernel's weights."""
        shifted = np.add(rows, self.padding), np.add(columns, self.padding)
        return self.image[np.ix_(*shifted)] * KERNEL


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("plain", 5),
        Setting("padded", 4, padding=1),
        Setting("strided", 8, stride=2),
        Setting("dilated", 7, dilation=2),
    )
}


# ---------------------------------------------------------------- the player


def show_player(name):
    """Display the player of one setting; it needs no kernel and no network.

    Args:
        name: "plain", "padded", "strided" or "dilated".
    """
    html = player(name)
    display({"text/html": html, "text/plain": _player_alt(name)}, raw=True)


@style.drawing
def player(name):
    """HTML that steps through a convolution, one output value a frame.

    Args:
        name: "plain", "padded", "strided" or "dilated".

    Returns:
        A string with every frame embedded, equal on each call.
    """
    setting = SETTINGS[name]
    figure = Figure(figsize=(9, 5), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    movie = FuncAnimation(
        figure,
        lambda step: _draw_step(axes, setting, step),
        init_func=lambda: None,
        frames=len(setting.windows) ** 2,
        interval=1200,
    )
    return _self_contained(movie.to_jshtml(), name)


@style.drawing
def frame(name, step):
    """One frame of a player as a figure: the window, the kernel, the sum."""
    figure = Figure(figsize=(9, 5))
    axes = figure.add_axes((0, 0, 1, 1))
    _draw_step(axes, SETTINGS[name], step)
    return figure


@style.drawing
def frames(name, count=4):
    """`count` frames of a player side by side, for paper and untrusted copies."""
    setting = SETTINGS[name]
    positions = len(setting.windows)
    steps = np.linspace(0, positions**2 - 1, count).round().astype(int)
    size = len(setting.image)
    panel = 9 / count
    unit = (panel - 0.2) / size  # inches for a pixel of the input
    scale = 0.34 / unit  # output values need room for two digits
    height = size + 0.5 + positions * scale
    figure = Figure(figsize=(9, height * unit + 0.6))
    for index, step in enumerate(steps):
        axes = figure.add_axes((index / count, 0, 1 / count, 1))
        _draw_input(axes, setting, step, numbers=False)
        left = (size - positions * scale) / 2
        _draw_output(axes, setting, step, left, size + 0.5, scale)
        _heading(axes, size / 2, -0.1 / unit, f"step {step + 1} of {positions**2}")
        spare = (panel / unit - size) / 2
        _frame_axes(axes, (-spare, size + spare), (height + 0.1 / unit, -0.5 / unit))
    return figure


def _draw_step(axes, setting, step):
    axes.clear()
    size, positions, taps = len(setting.image), len(setting.windows), len(KERNEL)
    _draw_input(axes, setting, step, numbers=True)
    kernel_left = size + 1.3
    middle = (size - taps) / 2
    for row, column in np.ndindex(KERNEL.shape):
        _cell(
            axes,
            kernel_left + column,
            middle + row,
            style.SKY,
            KERNEL[row, column],
        )
    output_left = kernel_left + taps + 1.3
    output_top = (size - positions) / 2
    _draw_output(axes, setting, step, output_left, output_top)
    _heading(axes, size / 2, -0.25, "input" + (", padded" if setting.padding else ""))
    _heading(axes, kernel_left + taps / 2, middle - 0.25, "kernel")
    _heading(axes, output_left + positions / 2, output_top - 0.25, "output")
    width = output_left + positions
    axes.text(0, -1.25, _equation(setting), fontsize=17, va="bottom")
    axes.text(0, size + 0.95, _sum(setting, step), fontsize=17, va="center")
    cell = min(9 / (width + 1), 5 / (size + 4))
    spare = (9 / cell - width) / 2
    _frame_axes(axes, (-spare, width + spare), (size + 1.7, size + 1.7 - 5 / cell))


def _draw_input(axes, setting, step, numbers):
    size, padding = len(setting.image), setting.padding
    rows, columns = _window(setting, step)
    read = {column for window in setting.windows for column in window}
    for row, column in np.ndindex(size, size):
        place = row - padding, column - padding
        is_tap = place[0] in rows and place[1] in columns
        inside = all(0 <= index < setting.input_size for index in place)
        never = not {*place} <= read
        _cell(
            axes,
            column,
            row,
            style.SKY if is_tap else "white" if inside else style.PALE,
            setting.image[row, column] if numbers else "",
            text_colour=style.INK if inside else style.GREY,
            hatch="////" if never else "",
        )
    _outline(axes, columns[0] + padding, rows[0] + padding, columns[-1] - columns[0])


def _draw_output(axes, setting, step, left, top, scale=1):
    positions = len(setting.windows)
    for index, (row, column) in enumerate(np.ndindex(positions, positions)):
        done = index <= step
        colour = style.YELLOW if index == step else "#FBE7C0" if done else "white"
        value = setting.output[row, column] if done else ""
        place = left + column * scale, top + row * scale
        _cell(axes, *place, colour, value, size=scale)


def _outline(axes, left, top, span):
    axes.add_patch(
        Rectangle(
            (left, top),
            span + 1,
            span + 1,
            fill=False,
            edgecolor=style.BLUE,
            linewidth=4,
            joinstyle="miter",
        )
    )


def _cell(axes, left, top, colour, text="", text_colour=style.INK, hatch="", size=1):
    axes.add_patch(
        Rectangle(
            (left, top),
            size,
            size,
            facecolor=colour,
            edgecolor=style.GREY,
            linewidth=1,
            hatch=hatch,
        )
    )
    text = str(text).replace("-", "−")
    if text:
        middle = left + size / 2, top + size * 0.52
        axes.text(*middle, text, color=text_colour, ha="center", va="center")


def _heading(axes, x, y, text):
    axes.text(x, y, text, ha="center", va="bottom")


def _frame_axes(axes, x_limits, y_limits):
    axes.set(xlim=x_limits, ylim=y_limits, aspect="equal")
    axes.axis("off")


def _window(setting, step):
    row, column = divmod(step, len(setting.windows))
    return setting.windows[row], setting.windows[column]


def _equation(setting):
    kernel = arithmetic.effective_kernel_size(len(KERNEL), setting.dilation)
    inside = f"{setting.input_size} − {kernel}"
    if setting.padding:
        inside = f"{setting.input_size} + {2 * setting.padding} − {kernel}"
    if setting.stride > 1:
        inside = f"⌊({inside}) / {setting.stride}⌋"
    return f"{setting.name}:   o = {inside} + 1 = {len(setting.windows)}"


def _sum(setting, step):
    """The step's dot product in figures, without the weights that are zero."""
    row, column = divmod(step, len(setting.windows))
    shifted = [np.add(part, setting.padding) for part in _window(setting, step)]
    pixels = setting.image[np.ix_(*shifted)]
    text = ""
    for pixel, weight in zip(pixels.flat, KERNEL.flat, strict=True):
        if weight:
            sign = "−" if weight < 0 else "+"
            text += f" {sign} {pixel}·{abs(weight)}"
    value = str(setting.output[row, column]).replace("-", "−")
    return f"output[{row}, {column}] = {text.removeprefix(' + ')} = {value}"


# Matplotlib's player takes its buttons' pictures from the web; the course works
# without a network, so they become characters.
BUTTONS = {
    "fa fa-minus": "−",
    "fa fa-fast-backward": "|«",
    "fa fa-step-backward": "‹",
    "fa fa-play fa-flip-horizontal": "◀",
    "fa fa-pause": "❚❚",
    "fa fa-play": "▶",
    "fa fa-step-forward": "›",
    "fa fa-fast-forward": "»|",
    "fa fa-plus": "+",
}


def _self_contained(html, name):
    identifier = re.search(r"_anim_img(\w+)", html)[1]
    html = html.replace(identifier, f"_{name}")  # random on each run otherwise
    html = re.sub(r"<link[^>]*>", "", html)
    html = re.sub(r"(?<=data:image/png;base64,)[^\"]+", _few_colours, html)
    for icon, character in BUTTONS.items():
        html = html.replace(f'<i class="{icon}"></i>', character)
    attributes = f'alt="{_player_alt(name)}" style="max-width: 100%"'
    image = f'<img id="_anim_img_{name}"'
    return html.replace(f"{image}>", f"{image} {attributes}>")


def _few_colours(match):
    """The same picture with a palette: a quarter of the bytes."""
    pixels = base64.b64decode(match[0].replace("\\\n", ""))
    picture = Image.open(io.BytesIO(pixels)).convert("RGB").quantize(64)
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def _player_alt(name):
    return (
        f"Step-through player, {name} convolution. Where it does not move, run "
        "this cell; the strip of frames shows the same."
    )


# ------------------------------------------------------ windows along one axis


@style.drawing
def windows(*cases):
    """Which columns each output position reads; one panel for each case.

    Args:
        cases: dictionaries with a "title" and the arguments of
            `conv_arithmetic.output_size`.
    """
    prepared = [_prepare(case) for case in cases]
    # One scale for all panels: columns, and a margin for the row labels.
    margin = 2.6
    span = max(last - first for first, last, _, _ in prepared) + margin + 0.3
    rows = max(len(positions) for *_, positions, _ in prepared) + 3.5
    panel = 9 / len(cases)
    cell = min(0.55, panel / span)
    figure = Figure(figsize=(9, rows * cell))
    for index, (first, last, positions, case) in enumerate(prepared):
        axes = figure.add_axes((index / len(cases), 0, 1 / len(cases), 1))
        _draw_windows(axes, first, last, positions, case)
        spare = (panel / cell - (last - first) - margin) / 2
        _frame_axes(axes, (first - margin - spare, last + spare), (rows - 1.9, -1.9))
    return figure


def _prepare(case):
    arguments = {key: value for key, value in case.items() if key != "title"}
    positions = arithmetic.window_columns(**arguments)
    first = min(0, positions[0][0])
    last = max(case["input_size"], positions[-1][-1] + 1)
    return first, last, positions, case


def _draw_windows(axes, first, last, positions, case):
    size = case["input_size"]
    read = {column for window in positions for column in window}
    never = sorted(set(range(size)) - read)
    for column in range(first, last):
        inside = 0 <= column < size
        _cell(
            axes,
            column,
            0,
            "white" if inside else style.PALE,
            column if inside else "pad",
            text_colour=style.INK if inside else style.GREY,
            hatch="////" if column in never else "",
        )
    for row, window in enumerate(positions):
        height = row + 1.9
        axes.plot(
            [window[0] + 0.5, window[-1] + 0.5],
            [height, height],
            color=style.BLUE,
            linewidth=3,
            zorder=1,
        )
        for column in window:
            axes.add_patch(
                Rectangle(
                    (column + 0.12, height - 0.36),
                    0.76,
                    0.72,
                    facecolor=style.SKY if 0 <= column < size else style.PALE,
                    edgecolor=style.BLUE,
                    linewidth=2,
                    zorder=2,
                )
            )
        axes.text(first - 0.3, height, f"output {row}", ha="right", va="center")
    axes.text(first - 0.3, 0.5, "column", ha="right", va="center")
    axes.text(first, -0.75, case["title"], va="bottom", fontsize=15)
    if never:
        axes.text(
            last,
            -0.1,
            "never read",
            ha="right",
            va="bottom",
            color=style.ORANGE,
            fontsize=13,
        )


# ------------------------------------------------------------------- channels


@style.drawing
def channels(in_channels=3, filters=4):
    """Every filter reads all input channels and writes one output channel."""
    figure = Figure(figsize=(9, 4.6))
    axes = figure.add_axes((0, 0, 1, 1))
    colours = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE)
    _stack(axes, 0.4, 1.6, 2.2, [style.PALE] * in_channels)
    middle = 5.2
    for index in range(filters):
        colour = colours[index % len(colours)]
        top = 0.55 + index * 1.2
        _stack(axes, middle, top, 0.62, [colour] * in_channels, 0.14)
        left, right = (3.5, 2.9), (8.6 + index * 0.24, 1.9 + index * 0.24)
        axes.annotate(
            "",
            (middle - 0.1, top + 0.45),
            left,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 1.5},
        )
        axes.annotate(
            "",
            right,
            (middle + 1.0, top + 0.45),
            arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 2},
        )
    _stack(axes, 8.6, 1.5, 1.9, colours[:filters])
    for x, text in (
        (1.7, "input\n(height, width, in)"),
        (middle + 0.5, "kernel\n(kernel, kernel, in, out)"),
        (9.9, "output\n(height, width, out)"),
    ):
        axes.text(x, 5.55, text, ha="center", va="top", fontsize=15)
    _frame_axes(axes, (0, 11.9), (6.6, 0.3))
    return figure


def _stack(axes, left, top, side, colours, offset=0.24):
    for index, colour in enumerate(colours):
        axes.add_patch(
            Rectangle(
                (left + index * offset, top + index * offset),
                side,
                side,
                facecolor=colour,
                edgecolor="white" if colour != style.PALE else style.GREY,
                linewidth=1.5,
            )
        )


# ------------------------------------------------------------ receptive fields


@style.drawing
def receptive_cones(*stacks):
    """What one output position of each stack of layers reads, layer by layer.

    Args:
        stacks: pairs of a title and a list of layers as for
            `conv_arithmetic.receptive_field`.
    """
    figure, panels = style.new_figure(9, 4.4, 1, len(stacks))
    for axes, (title, layers) in zip(np.ravel(panels), stacks, strict=True):
        _draw_cone(axes, layers)
        field = arithmetic.receptive_field(layers)
        axes.set_title(f"{title}\nr = {field}", loc="center")
    return figure


def _draw_cone(axes, layers):
    field = arithmetic.receptive_field(layers)
    nodes = {0}
    rows = [{0}]
    for kernel_size, stride, *dilation in reversed(layers):
        step = dilation[0] if dilation else 1
        nodes = {
            node * stride + tap * step for node in nodes for tap in range(kernel_size)
        }
        rows.append(nodes)
    rows.reverse()
    centres = _node_centres(layers)
    for level, (kernel_size, stride, *dilation) in enumerate(layers):
        step = dilation[0] if dilation else 1
        for node in rows[level + 1]:
            for tap in range(kernel_size):
                axes.plot(
                    [
                        centres[level](node * stride + tap * step),
                        centres[level + 1](node),
                    ],
                    [level, level + 1],
                    color=style.SKY,
                    linewidth=1.2,
                    zorder=1,
                )
    for level, row in enumerate(rows):
        places = [centres[level](node) for node in sorted(row)]
        colour = style.ORANGE if level == len(layers) else style.BLUE
        axes.scatter(places, [level] * len(places), s=60, color=colour, zorder=2)
    unread = sorted(set(range(field)) - rows[0])
    axes.scatter(
        unread,
        [0] * len(unread),
        s=60,
        facecolor="white",
        edgecolor=style.GREY,
        zorder=2,
    )
    middle = (field - 1) / 2
    axes.set(xlim=(middle - 8, middle + 8), ylim=(-0.4, len(layers) + 0.3))
    axes.set_yticks(range(len(layers) + 1), ["input", *range(1, len(layers) + 1)])
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)
    axes.grid(False)


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
    for axes, (title, gradient) in zip(panels[0], maps, strict=True):
        rows, columns = np.nonzero(gradient)
        top, bottom = rows.min(), rows.max()
        left, right = columns.min(), columns.max()
        # The square root keeps the faint rim visible.
        shown = np.ma.masked_equal(gradient / gradient.max(), 0) ** 0.5
        picture = axes.imshow(shown, cmap="viridis_r", vmin=0, vmax=1)
        axes.add_patch(
            Rectangle(
                (left - 0.5, top - 0.5),
                right - left + 1,
                bottom - top + 1,
                fill=False,
                edgecolor=style.ORANGE,
                linewidth=3,
            )
        )
        axes.set_title(f"{title}\n{bottom - top + 1} × {right - left + 1}")
        axes.set_xlabel("input column")
        axes.grid(False)
    panels[0][0].set_ylabel("input row")
    bar = figure.colorbar(picture, ax=panels[0], shrink=0.75, aspect=15)
    bar.set_ticks([0, 1], labels=["weak", "strong"])
    bar.outline.set_visible(False)
    return figure


# ------------------------------------------------------------------------ cost


@style.drawing
def stage_costs(rows):
    """Size, parameters and MACs of one 3x3 convolution in each stage.

    Args:
        rows: (label, activations, parameters, MACs) for each stage.
    """
    figure, panels = style.new_figure(9, 3.6, 1, 3)
    labels, *columns = zip(*rows, strict=True)
    titles = ("output values", "parameters", "MACs")
    colours = (style.SKY, style.YELLOW, style.BLUE)
    for axes, values, title, colour in zip(
        panels, columns, titles, colours, strict=True
    ):
        bars = axes.barh(labels, values, color=colour)
        axes.bar_label(bars, [f"{value:,}" for value in values], padding=4)
        axes.set_title(title)
        axes.set_xlim(0, max(values) * 1.6)
        axes.invert_yaxis()
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        axes.grid(False)
        if axes is not panels[0]:
            axes.set_yticks([])
    return figure
