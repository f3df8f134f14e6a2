"""Every drawing of the course: `style` for all of them, then one file a notebook."""

from resnet_lesson.figures.style import show, show_table

__all__ = ["show", "show_table"]
