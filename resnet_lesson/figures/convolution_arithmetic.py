"""Notebook 04: windows along one axis, channels, costs."""

from matplotlib.figure import Figure

from resnet_lesson import conv_arithmetic as arithmetic
from resnet_lesson.figures import style


@style.drawing
def windows(*cases):
    """Which columns each output position reads; one panel for each case.

    Args:
        cases: dictionaries with a "title" and the arguments of
            `conv_arithmetic.output_size`.
    """
    prepared = [_prepare(**case) for case in cases]
    # One scale for all panels: columns, and a margin for the row labels.
    margin = 2.6
    span = max(last - first for _, first, last, _, _ in prepared) + margin + 0.3
    rows = max(len(positions) for *_, positions in prepared) + 3.5
    panel = 9 / len(cases)
    unit = min(0.55, panel / span)
    figure = Figure(figsize=(9, rows * unit))
    for index, (title, first, last, size, positions) in enumerate(prepared):
        axes = figure.add_axes((index / len(cases), 0, 1 / len(cases), 1))
        axes.text(first, -0.75, title, va="bottom", fontsize=15)
        _draw_windows(axes, first, last, size, positions)
        spare = (panel / unit - (last - first) - margin) / 2
        style.fit(axes, (first - margin - spare, last + spare), (rows - 1.9, -1.9))
    return style.describe(figure, " ".join(_told(*case) for case in prepared))


def _told(title, _first, _last, size, positions):
    """A panel in words: how many windows, which columns, what is left."""
    padding = sum(any(not 0 <= c < size for c in window) for window in positions)
    never = sorted(set(range(size)) - set().union(*positions))
    text = f"{title}: {_count(size, 'column')}, {_count(len(positions), 'window')}"
    text += f" of {_count(len(positions[0]), 'tap')}"
    if len(positions[0]) > 1:
        text += f" {positions[0][1] - positions[0][0]} apart"
    text += f", the first at column {positions[0][0]}".replace("-", "−")
    if len(positions) > 1:
        text += f", each {positions[1][0] - positions[0][0]} further than the last"
    if padding:
        text += f"; windows that reach into the padding: {padding}"
    if never:
        text += f"; hatched, never read: {', '.join(map(str, never))}"
    return text + "."


def _count(number, noun):
    return f"{number} {noun}" + ("s" if number > 1 else "")


def _prepare(title, **arguments):
    positions = arithmetic.window_columns(**arguments)
    size = arguments["input_size"]
    first, last = min(0, positions[0][0]), max(size, positions[-1][-1] + 1)
    return title, first, last, size, positions


def _draw_windows(axes, first, last, size, positions):
    never = set(range(size)) - set().union(*positions)
    for column in range(first, last):
        hatch = "////" if column in never else ""
        if 0 <= column < size:
            style.cell(axes, column, 0, column, "white", hatch=hatch)
        else:
            style.cell(axes, column, 0, "pad", style.PALE, style.GREY)
    axes.text(first - 0.3, 0.5, "column", ha="right", va="center")
    line = {"color": style.BLUE, "linewidth": 3, "zorder": 1}
    edge = {"edge": style.BLUE, "linewidth": 2, "zorder": 2}
    for row, window in enumerate(positions):
        y = row + 1.9
        axes.plot([window[0] + 0.5, window[-1] + 0.5], [y, y], **line)
        for column in window:
            face = style.SKY if 0 <= column < size else style.PALE
            style.box(axes, column + 0.12, y - 0.36, 0.76, 0.72, face, **edge)
        axes.text(first - 0.3, y, f"output {row}", ha="right", va="center")
    if never:
        look = {"color": style.words_in(style.ORANGE), "fontsize": 13}
        axes.text(last, -0.1, "never read", ha="right", va="bottom", **look)


@style.drawing
def channels(in_channels=3, filters=4):
    """Every filter reads all input channels and writes one output channel."""
    figure, axes = style.canvas(9, 4.6)
    colours = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE)
    _stack(axes, 0.4, 1.6, 2.2, [style.PALE] * in_channels)
    middle = 5.2
    for index in range(filters):
        colour = colours[index % len(colours)]
        top = 0.55 + index * 1.2
        _stack(axes, middle, top, 0.62, [colour] * in_channels, 0.14)
        reads, writes = (middle - 0.1, top + 0.45), (middle + 1.0, top + 0.45)
        output = 8.6 + index * 0.24, 1.9 + index * 0.24
        _connect(axes, (3.5, 2.9), reads, colour, "-", 1.5)
        _connect(axes, writes, output, colour, "->", 2)
    _stack(axes, 8.6, 1.5, 1.9, colours[:filters])
    for x, text in (
        (1.7, "input\n(height, width, in)"),
        (middle + 0.5, "kernel\n(kernel, kernel, in, out)"),
        (9.9, "output\n(height, width, out)"),
    ):
        axes.text(x, 5.55, text, ha="center", va="top", fontsize=15)
    style.fit(axes, (0, 11.9), (6.6, 0.3))
    return style.describe(
        figure,
        f"{in_channels} stacked input channels, {filters} filters of {in_channels} "
        f"stacked kernels each, and {filters} stacked output channels. Lines lead from "
        "all input channels to each filter, and an arrow from it to one output channel "
        "of its own colour.",
    )


def _stack(axes, left, top, side, colours, offset=0.24):
    for index, colour in enumerate(colours):
        edge = style.GREY if colour == style.PALE else "white"
        corner = left + index * offset, top + index * offset
        style.box(axes, *corner, side, face=colour, edge=edge, linewidth=1.5)


def _connect(axes, start, end, colour, arrow, width):
    line = {"arrowstyle": arrow, "color": colour, "linewidth": width}
    axes.annotate("", end, start, arrowprops=line)


@style.drawing
def stage_costs(rows):
    """Size, parameters and MACs of one 3x3 convolution in each stage.

    Args:
        rows: (label, activations, parameters, MACs) for each stage.
    """
    titles = ("output values", "parameters", "MACs")
    figure, panels = style.panel_row(9, 3.6, titles, sharey=True)
    labels, *columns = zip(*rows, strict=True)
    colours = (style.SKY, style.YELLOW, style.BLUE)
    for axes, values, colour in zip(panels, columns, colours, strict=True):
        bars = axes.barh(labels, values, color=colour)
        axes.bar_label(bars, fmt="{:,.0f}", padding=4)
        axes.set(xlim=(0, max(values) * 1.6), xticks=())
        axes.spines["bottom"].set_visible(False)
        axes.grid(False)
    panels[0].invert_yaxis()
    for axes in panels[1:]:
        axes.tick_params(left=False)
    return style.describe(figure, f"Bars of {_rows_told(titles, rows)}.")


def _rows_told(titles, rows):
    return "; ".join(
        f"{title}: " + ", ".join(f"{row[0]} {row[place]:,}" for row in rows)
        for place, title in enumerate(titles, 1)
    )
