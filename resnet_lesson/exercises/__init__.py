"""Checkers that answer a reader's exercises: a tick, or a hint, never the solution.

`checking` is what notebooks call; `values` and `functions` are what checkers
ask with. Everything else is named after the notebook whose exercises it checks.
"""

from resnet_lesson.exercises.checking import check, progress

__all__ = ["check", "progress"]
