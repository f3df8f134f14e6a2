"""Progress of a training run, in a terminal, a notebook or a log file.

A terminal gets a bar that is redrawn in place; a notebook gets one output
that is replaced, so that what is stored in the end is a plain table; anything
else (a pipe, a log) gets one line per epoch.
"""

import shutil
import sys
import time

COLUMNS = (
    ("running_loss", "loss: running", ".3f"),
    ("train_loss", " train", ".3f"),
    ("validation_loss", "  val.", ".3f"),
    ("running_accuracy", "acc.: running", ".2%"),
    ("train_accuracy", " train", ".2%"),
    ("validation_accuracy", "  val.", ".2%"),
    ("seconds", "sec.", ".0f"),
)
HEADER = "  ".join(("epoch", *(title for _, title, _ in COLUMNS)))  # 73 characters
BAR = 16  # characters
REFRESH = 0.5  # seconds between two drawings


class Progress:
    """Shows a bar within an epoch and keeps a table row for each finished one."""

    def __init__(self, epochs, steps, finished=0):
        self._epochs = epochs
        self._steps = steps
        self._epoch = self._first = finished
        self._start = time.perf_counter()
        self._drawn = 0.0
        self._display = _Notebook() if _in_notebook() else _Stream(sys.stdout)
        if finished:
            self.note(f"resuming after epoch {finished} of {epochs}")
        self._display.keep(HEADER)

    def step(self, step, running_loss, running_accuracy):
        """A batch is done; the means are those of this epoch so far."""
        now = time.perf_counter()
        if now - self._drawn < REFRESH:
            return
        self._drawn = now
        done = (self._epoch - self._first) * self._steps + step
        total = (self._epochs - self._first) * self._steps
        remaining = (now - self._start) / done * (total - done)
        filled = BAR * step // self._steps
        self._display.draw(
            f"{self._epoch + 1:>2}/{self._epochs}  "
            f"[{'#' * filled}{'.' * (BAR - filled)}] step {step}/{self._steps}  "
            f"loss {running_loss:.3f}  accuracy {running_accuracy:.2%}  "
            f"{_minutes(remaining)} left"
        )

    def epoch(self, row):
        """An epoch is done: `row` holds its history entry."""
        self._epoch += 1
        cells = (
            f"{row[key]:>{len(title)}{form}}" if key in row else f"{'-':>{len(title)}}"
            for key, title, form in COLUMNS
        )
        self._display.keep(f"{self._epoch:>2}/{self._epochs}  " + "  ".join(cells))

    def note(self, text):
        """A line of its own."""
        self._display.keep(text)


class _Stream:
    def __init__(self, stream):
        self._stream = stream
        self._in_place = stream.isatty()
        self._width = 0

    def keep(self, line):
        self._draw(line, "\n")
        self._width = 0

    def draw(self, line):
        if self._in_place:
            # A line that wraps could not be overwritten as a whole.
            line = line[: shutil.get_terminal_size().columns - 1]
            self._draw(line, "")
            self._width = len(line)

    def _draw(self, line, end):
        # Blanks wipe what is left of a longer line, on every terminal.
        start = "\r" if self._width else ""
        print(start + line.ljust(self._width), end=end, file=self._stream, flush=True)


class _Notebook:
    def __init__(self):
        self._lines = []
        self._handle = None

    def keep(self, line):
        self._lines.append(line)
        self._show(self._lines)

    def draw(self, line):
        self._show([*self._lines, line])

    def _show(self, lines):
        from IPython.display import display

        bundle = {"text/plain": "\n".join(lines)}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


def _in_notebook():
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


def _minutes(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
