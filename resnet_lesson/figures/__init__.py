"""Every drawing of the course, and what displays it.

A drawing is a function that takes what was computed and gives a Matplotlib
`Figure`; a notebook displays it with `show`. `style` and `display` serve all
notebooks. The others are named after the one that they serve; beside them
all `convolution_...` serve notebook 04, `network_stages` 05, and `fashion_images`
06 (and 07).
"""

from resnet_lesson.figures.display import Live, show, show_source, show_table

__all__ = ["Live", "show", "show_source", "show_table"]
