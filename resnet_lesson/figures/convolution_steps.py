"""Notebook 04: a convolution step by step, with its numbers and sums."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

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


@style.drawing
def frame(name, step):
    """One frame of a player as a figure: the window, the kernel, the sum."""
    setting = SETTINGS[name]
    figure, axes = style.canvas(9, 5)
    draw_step(axes, setting, step)
    return style.describe(figure, f"{_sizes(setting)} {told(setting, step)}")


def told(setting, step):
    """One step in words and figures."""
    return (
        f"The window is at position {step + 1} of {setting.output.size}: "
        f"{_sum(setting, step)}."
    )


@style.drawing
def all_steps(name):
    """Every step with its numbers and its sum, for paper and untrusted copies."""
    setting = SETTINGS[name]
    positions, size = len(setting.windows), len(setting.image)
    width, scale = 3, 0.34  # inches, of a panel and of an output value
    unit = min(0.26, (width - 0.5 - positions * scale) / size)
    height = size * unit + 0.85
    rows = -(-(positions**2) // 3)
    figure = Figure(figsize=(9, rows * height))
    for step in range(positions**2):
        row, column = divmod(step, 3)
        place = column / 3, 1 - (row + 1) / rows, 1 / 3, 1 / rows
        axes = figure.add_axes(place)
        _draw_input(axes, setting, step, numbers=True)
        left, side = size + 0.2 / unit, scale / unit
        top = (size - positions * side) / 2
        _draw_output(axes, setting, step, left, top, side)
        text = _sum(setting, step).split(" = ", 1)[1]
        axes.text(0, -0.1 / unit, f"step {step + 1}", va="bottom")
        axes.text(0, size + 0.1 / unit, text, va="top", fontsize=13)
        spare = (width / unit - left - positions * side) / 2
        bottom = size + 0.45 / unit
        style.fit(
            axes, (-spare, width / unit - spare), (bottom, bottom - height / unit)
        )
    sums = "; ".join(_sum(setting, step) for step in range(positions**2))
    return style.describe(figure, f"{_sizes(setting)} The steps: {sums}.")


def _sizes(setting):
    size, positions = len(setting.image), len(setting.windows)
    return (
        f"Input of {size} by {size} with a window of {len(KERNEL)} by {len(KERNEL)} "
        f"taps outlined, and output of {positions} by {positions}."
    )


def draw_step(axes, setting, step):
    """One step on a cleared canvas: input, kernel, output, formula and sum."""
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
            face, ink = style.SKY, style.INK
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
