"""Notebook 04: a convolution step by step, as a player and as a strip."""

import base64
import io
import re
from dataclasses import dataclass

import numpy as np
from IPython.display import display
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
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
        positions = len(self.windows)
        sums = [(self.pixels(step) * KERNEL).sum() for step in range(positions**2)]
        return np.reshape(sums, (positions, positions))

    def window(self, step):
        """Rows and columns of the input that one output value is computed from."""
        row, column = divmod(step, len(self.windows))
        return self.windows[row], self.windows[column]

    def pixels(self, step):
        """The pixels at these rows and columns, shaped like the kernel."""
        return self.image[np.ix_(*np.add(self.window(step), self.padding))]


SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("plain", 5),
        Setting("padded", 4, padding=1),
        Setting("strided", 8, stride=2),
        Setting("dilated", 7, dilation=2),
    )
}


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
    figure, axes = style.canvas(9, 5)
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
    figure, axes = style.canvas(9, 5)
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
    left, spare = (size - positions * scale) / 2, (panel / unit - size) / 2
    height = size + 0.5 + positions * scale
    figure = Figure(figsize=(9, height * unit + 0.6))
    for index, step in enumerate(steps):
        axes = figure.add_axes((index / count, 0, 1 / count, 1))
        _draw_input(axes, setting, step, numbers=False)
        _draw_output(axes, setting, step, left, size + 0.5, scale)
        title = f"step {step + 1} of {positions**2}"
        axes.text(size / 2, -0.1 / unit, title, ha="center", va="bottom")
        style.fit(axes, (-spare, size + spare), (height + 0.1 / unit, -0.5 / unit))
    return figure


def _draw_step(axes, setting, step):
    axes.clear()
    size, taps, positions = len(setting.image), len(KERNEL), len(setting.windows)
    kernel_left, kernel_top = size + 1.3, (size - taps) / 2
    output_left, output_top = kernel_left + taps + 1.3, (size - positions) / 2
    _draw_input(axes, setting, step, numbers=True)
    for (row, column), weight in np.ndenumerate(KERNEL):
        style.cell(axes, kernel_left + column, kernel_top + row, weight, style.SKY)
    _draw_output(axes, setting, step, output_left, output_top)
    for title, left, top, side in (
        ("input, padded" if setting.padding else "input", 0, 0, size),
        ("kernel", kernel_left, kernel_top, taps),
        ("output", output_left, output_top, positions),
    ):
        axes.text(left + side / 2, top - 0.25, title, ha="center", va="bottom")
    width = output_left + positions
    axes.text(0, -1.25, _equation(setting), fontsize=17, va="bottom")
    axes.text(0, size + 0.95, _sum(setting, step), fontsize=17, va="center")
    unit = min(9 / (width + 1), 5 / (size + 4))
    spare = (9 / unit - width) / 2
    style.fit(axes, (-spare, width + spare), (size + 1.7, size + 1.7 - 5 / unit))


def _draw_input(axes, setting, step, numbers):
    rows, columns = setting.window(step)
    read = set().union(*setting.windows)
    inside, padding = range(setting.input_size), setting.padding
    for (row, column), value in np.ndenumerate(setting.image):
        y, x = row - padding, column - padding
        face, ink = "white", style.INK
        if y not in inside or x not in inside:
            face, ink = style.PALE, style.GREY
        if y in rows and x in columns:
            face = style.SKY
        hatch = "" if {x, y} <= read else "////"
        text = value if numbers else ""
        style.cell(axes, column, row, text, face, ink, hatch=hatch)
    corner, span = (columns[0] + padding, rows[0] + padding), columns[-1] - columns[0]
    outline = {"edge": style.BLUE, "linewidth": 4, "joinstyle": "miter"}
    style.box(axes, *corner, span + 1, **outline)


def _draw_output(axes, setting, step, left, top, scale=1):
    for index, ((row, column), value) in enumerate(np.ndenumerate(setting.output)):
        face = "#FBE7C0" if index < step else style.YELLOW
        text, face = (value, face) if index <= step else ("", "white")
        place = left + column * scale, top + row * scale
        style.cell(axes, *place, text, face, size=scale)


def _equation(setting):
    kernel = arithmetic.effective_kernel_size(len(KERNEL), setting.dilation)
    padding = f"+ {2 * setting.padding} " if setting.padding else ""
    inside = f"{setting.input_size} {padding}− {kernel}"
    if setting.stride > 1:
        inside = f"⌊({inside}) / {setting.stride}⌋"
    return f"{setting.name}:   o = {inside} + 1 = {len(setting.windows)}"


def _sum(setting, step):
    """The step's dot product in figures, without the weights that are zero."""
    text = ""
    for pixel, weight in zip(setting.pixels(step).flat, KERNEL.flat, strict=True):
        if weight:
            text += f" {'−' if weight < 0 else '+'} {pixel}·{abs(weight)}"
    row, column = divmod(step, len(setting.windows))
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
