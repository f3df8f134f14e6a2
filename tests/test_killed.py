"""A program that is killed at random moments ends as if it had not been.

`kill_training.py` does it as often as one likes.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import kill_training
import pytest

pytestmark = pytest.mark.slow

KILLS = 2


def test_a_recording_survives_kills_bit_for_bit(tell):
    # Another moment at every run: the seed is said, so that it can be repeated.
    seed = int.from_bytes(os.urandom(2), "big")
    count, differences = kill_training.compare("record", KILLS, 16, seed)
    assert count == KILLS, seed
    assert not differences, seed
    tell("kills survived", count)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks /proc")
def test_workers_end_with_the_process_that_started_them(tmp_path):
    parents = {}
    for how in (signal.SIGKILL, signal.SIGINT):  # nothing can be done, or something
        folder = tmp_path / how.name
        folder.mkdir()
        command = [sys.executable, kill_training.__file__, "--run", str(folder)]
        parents[how] = subprocess.Popen(
            [*command, "workers"],
            stderr=subprocess.DEVNULL,
            env=kill_training.environment(),
        )
    for how, parent in parents.items():
        until(lambda f=tmp_path / how.name: len(list(f.iterdir())) == 2)
        workers = [int(path.name) for path in (tmp_path / how.name).iterdir()]
        assert all(map(alive, workers))
        parent.send_signal(how)
        parent.wait(30)
        try:
            until(lambda pids=workers: not any(map(alive, pids)), seconds=30)
        finally:
            for pid in filter(alive, workers):
                os.kill(pid, signal.SIGKILL)


def alive(pid):
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)
