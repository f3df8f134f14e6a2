"""Checkers that answer a reader's exercises: a tick, or a hint, never the solution."""

from resnet_lesson.exercises.checking import check, progress

__all__ = ["check", "progress"]
