import io

import pytest

from resnet_lesson.training import progress
from resnet_lesson.training.progress import Progress

ROW = {key: 0.5 for key, _, _ in progress.COLUMNS}


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def no_wait(monkeypatch):
    monkeypatch.setattr(progress, "REFRESH", 0.0)


def run(steps=4):
    bar = Progress(epochs=2, steps=steps)
    for _ in range(2):
        for step in range(1, steps + 1):
            bar.step(step, 0.75, 0.8)
        bar.epoch(ROW)


def screen(text):
    """What a terminal shows after the text: a carriage return overwrites."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


def test_terminal_shows_a_bar_and_keeps_a_table(no_wait, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    run()
    text = terminal.getvalue()
    assert "loss 0.750  accuracy 80.00%" in text
    assert "left" in text
    assert "\x1b" not in text
    shown = screen(text)
    assert len(shown) == 4  # header, two epochs, the empty line after them
    assert [line.split()[0] for line in shown[1:3]] == ["1/2", "2/2"]
    assert "[" not in "".join(shown)  # no rest of the bar is left standing


def test_a_narrow_terminal_never_wraps_the_bar(no_wait, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    Progress(epochs=2, steps=4).step(1, 0.75, 0.8)
    bar = terminal.getvalue().split("\n")[-1]
    assert bar.startswith(" 1/2  [####")
    assert len(bar) == 39


def test_log_gets_a_line_per_epoch_and_no_control_characters(no_wait, capsys):
    run()
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 3
    assert printed.isprintable() or set(printed) - {"\n"} == {
        c for c in printed if c.isprintable()
    }


def test_notebook_stores_one_output_without_the_bar(no_wait, monkeypatch):
    shown = []

    class Handle:
        def update(self, bundle, raw):
            shown.append(bundle)

    def display(bundle, raw, display_id):
        shown.append(bundle)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    run()
    assert any("[##" in bundle["text/plain"] for bundle in shown)
    final = shown[-1]["text/plain"]
    assert len(final.splitlines()) == 3
    assert "[" not in final
    assert "\r" not in final


def test_remaining_time_counts_from_the_resumed_epoch(no_wait, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    clock = iter([0.0, 60.0])
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock))
    Progress(epochs=3, steps=10, finished=1).step(10, 0.5, 0.5)
    # One of the two epochs that were left took a minute; one is left.
    assert "1:00 left" in terminal.getvalue()
