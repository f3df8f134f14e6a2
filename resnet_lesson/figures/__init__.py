"""Every drawing of the course: `style` and `display` for all, then one file a notebook.

A drawing is a function that takes what was computed and gives a Matplotlib
`Figure`; a notebook displays it with `show`. The modules are named after the
notebooks that they serve.
"""

from resnet_lesson.figures.display import Live, show, show_source, show_table

__all__ = ["Live", "show", "show_source", "show_table"]
