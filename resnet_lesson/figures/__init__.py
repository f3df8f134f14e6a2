"""Every drawing of the course: `style` for all of them, then one file a notebook."""

from resnet_lesson.figures.style import Live, show, show_table

__all__ = ["Live", "show", "show_table"]
