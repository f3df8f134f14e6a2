"""Every drawing of the course, and what displays it.

A drawing is a function that takes what was computed and gives a Matplotlib
`Figure`; a notebook displays it with `show`. `style` and `display` serve all
notebooks. The others are named after the one that they serve; beside them
all `convolution_...` serve notebook 04, `network_stages` 05, `fashion_images`
06 (and 07), and
`where_the_seconds_go` the part of 06 that asks this.
"""

from resnet_lesson.figures.display import Live, show, show_source, show_table

__all__ = ["Live", "show", "show_source", "show_table"]
