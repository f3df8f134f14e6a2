"""Notebook 04: the five numbers of a convolution, to be moved with sliders."""

import html

from IPython import get_ipython
from IPython.display import display

from resnet_lesson import conv_arithmetic as arithmetic
from resnet_lesson.figures import style
from resnet_lesson.figures.convolution_arithmetic import windows
from resnet_lesson.figures.display import show

RANGES = {  # argument of `conv_arithmetic.output_size`: letter, least, most
    "input_size": ("i", 1, 14),
    "kernel_size": ("k", 1, 7),
    "stride": ("s", 1, 6),
    "padding": ("p", 0, 3),
    "dilation": ("d", 1, 4),
}


def explore(**numbers):
    """Show a convolution along one axis, with sliders where someone can move them.

    A notebook that is built, tested or read without a kernel has the picture of
    the first numbers alone: a widget without its kernel would show nothing.

    Args:
        numbers: what to begin with, a value for each key of `RANGES`.
    """
    if not _has_reader():
        show(explained(**numbers))
        return
    import ipywidgets

    sliders = {
        name: ipywidgets.IntSlider(
            numbers[name],
            least,
            most,
            description=f"{letter}: {name}",
            style={"description_width": "9em"},
        )
        for name, (letter, least, most) in RANGES.items()
    }
    said = ipywidgets.HTML()

    def draw(**moved):
        figure = explained(**moved)
        said.value = html.escape(figure.alt)
        show(figure)

    picture = ipywidgets.interactive_output(draw, sliders)
    box = ipywidgets.VBox([*sliders.values(), said, picture])
    box.add_class("convolution-explorer")
    display(box)
    display({"text/html": NAMES, "text/plain": ""}, raw=True)


# The sliders of ipywidgets can be moved with the arrow keys, but their handles have
# no names, and nothing announces what a move has led to: this adds both.
NAMES = """<script>
(() => {
  let tries = 0;
  const timer = setInterval(() => {
    const boxes = document.querySelectorAll(".convolution-explorer");
    if (!boxes.length && ++tries < 100) return;
    clearInterval(timer);
    for (const box of boxes) {
      for (const row of box.querySelectorAll(".widget-slider")) {
        const name = row.querySelector("label").textContent;
        row.querySelector("[role=slider]").setAttribute("aria-label", name);
        const number = row.querySelector(".widget-readout");
        number.setAttribute("role", "textbox");
        number.setAttribute("aria-label", name);
      }
      box.querySelector(".widget-html-content").setAttribute("role", "status");
    }
  }, 100);
})();
</script>"""


def _has_reader():
    """Whether a front end runs this cell: it names the cell, nbclient does not."""
    request = getattr(get_ipython(), "get_parent", dict)()
    return bool(request.get("metadata", {}).get("cellId"))


@style.drawing
def explained(**numbers):
    """The windows of a convolution, and its output size worked out above them.

    Args:
        numbers: a value for each key of `RANGES`.
    """
    try:
        title = _worked_out(**numbers)
    except ValueError as error:
        return _nothing_fits(str(error))
    return windows({"title": title, **numbers})


def _worked_out(input_size, kernel_size, stride, padding, dilation):
    size = arithmetic.output_size(input_size, kernel_size, stride, padding, dilation)
    span = arithmetic.effective_kernel_size(kernel_size, dilation)
    return (
        f"k' = {span},   "
        f"o = ⌊({input_size} + {2 * padding} − {span}) / {stride}⌋ + 1 = {size}"
    )


def _nothing_fits(reason):
    figure, axes = style.canvas(9, 1.4)
    middle = reason.replace(", got", ",\ngot")
    axes.text(4.5, 0.7, f"No window fits: {middle}", ha="center", va="center")
    style.fit(axes, (0, 9), (1.4, 0))
    return style.describe(figure, f"No window fits: {reason}.")
