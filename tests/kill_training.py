"""Kill trainings at random moments; what comes out in the end must be the same.

    python tests/kill_training.py --kills 20            # both programs, 5 minutes
    python tests/kill_training.py --kills 5 train

A program is killed without warning (SIGKILL) and started again, so often; then it
may end. Another process runs it without a kill. Weights and histories of the two
must be equal, bit for bit. The short form of this is `test_killed.py`.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EPOCH = re.compile(r" *\d+/\d+ ")  # the line that a finished epoch leaves


def data():
    """Few random images: a kill must not have to wait for an epoch."""
    import numpy as np

    from resnet_lesson.fashion_mnist import FashionMNIST, Split

    rng = np.random.default_rng(0)
    images = rng.normal(size=(160, 28, 28, 1)).astype(np.float32)
    labels = rng.integers(10, size=160)
    return FashionMNIST(*3 * [Split(images, labels)])


def network():
    from resnet_lesson import models

    return models.fashion_resnet(stages=(1, 1), width=8)


def train(folder, epochs):
    """A training that goes on where it was; its last weights go to a file."""
    import numpy as np

    from resnet_lesson import training
    from resnet_lesson.base.quiet import keras

    keras.utils.set_random_seed(0)
    model = network()
    recipe = training.Recipe(epochs=epochs, batch_size=32, shift=1)
    history = training.train(model, data(), recipe, run_dir=folder / "run", resume=True)
    np.savez(folder / "weights.npz", *model.get_weights())
    (folder / "result.json").write_text(json.dumps([{"history": history}]))


def record(folder, epochs):
    """An experiment of two runs that goes on where it was."""
    import numpy as np

    from resnet_lesson.recorded import experiments, recordings
    from resnet_lesson.training import Recipe

    recipe = Recipe(epochs=epochs // 2, batch_size=32, shift=1)
    variants = {"toy": experiments.Variant(network, recipe)}
    recordings.EXPERIMENTS["toy"] = experiments.Experiment(
        variants, seeds=(0, 1), judged=True, kept=("toy",)
    )
    recordings.FOLDER = folder / "files"
    recordings.UNFINISHED = folder / "unfinished"
    recordings.fashion_mnist.load = data
    recordings.record("toy")
    model, _ = recordings.trained_model("toy", "toy")
    np.savez(folder / "weights.npz", *model.get_weights())
    runs = recordings.read("toy")["runs"]
    (folder / "result.json").write_text(json.dumps(runs))


def workers(folder, epochs):
    """A recording by two workers that never come to an end."""
    from resnet_lesson.recorded import recordings

    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background
    recordings._run = wait_for_ever
    for _ in recordings._results(str(folder), [0, 1], workers=2):
        pass


def wait_for_ever(folder, plan):
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(3600)


PROGRAMS = {"train": train, "record": record}


def survive(program, kills, epochs, folder, rng):
    """Run a program to its end, killed so often on the way.

    Args:
        program: a key of `PROGRAMS`.
        kills: how often; fewer, if it ends before.
        epochs: of training, in all.
        folder: for what it leaves behind.
        rng: a `random.Random` that chooses the moments.

    Returns:
        How often it was killed.
    """
    killed = 0
    while True:
        child = start(program, epochs, folder)
        if killed < kills:
            wait_for_the_moment(child, rng)
            child.kill()
        child.stdout.read()
        code = child.wait()
        if code == 0:
            return killed
        if killed == kills:
            raise RuntimeError(f"{program} failed with exit code {code}")
        killed += 1


def start(program, epochs, folder):
    command = [sys.executable, __file__, "--run", str(folder), "--epochs", str(epochs)]
    return subprocess.Popen(
        [*command, program],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def environment():
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def wait_for_the_moment(child, rng):
    """Until some time within its start, its first epochs or the saving of them."""
    lines = rng.choice((None, 0, 1, 2))  # of finished epochs
    if lines is None:  # it imports
        time.sleep(rng.uniform(0, 1.5))
        return
    seen, before = -1, 0.0
    for line in child.stdout:
        if not EPOCH.match(line) and not line.startswith("epoch"):  # the header
            continue
        seen, after = seen + 1, time.monotonic()
        if seen == lines:
            # How long an epoch takes is known from the second on.
            time.sleep(rng.uniform(0, after - before if lines == 2 else 0.3))
            return
        before = after


def differences(first, second):
    """What two folders' results differ in: a list of words, empty if in nothing."""
    import numpy as np

    found = []
    results = [json.loads((f / "result.json").read_text()) for f in (first, second)]
    for runs in results:
        for run in runs:  # clock times, and what the machine is
            run.pop("seconds", None)
            run["history"].pop("seconds")
    if results[0] != results[1]:
        found.append("history")
    weights = [np.load(folder / "weights.npz") for folder in (first, second)]
    names = [sorted(archive.files) for archive in weights]
    if names[0] != names[1] or any(
        not np.array_equal(weights[0][name], weights[1][name]) for name in names[0]
    ):
        found.append("weights")
    return found


def compare(program, kills, epochs, seed):
    """Kill, and compare with a run without a kill; returns (kills, differences)."""
    with tempfile.TemporaryDirectory() as folder:
        killed, whole = Path(folder) / "killed", Path(folder) / "whole"
        killed.mkdir()
        whole.mkdir()
        reference = start(program, epochs, whole)  # at the same time
        count = survive(program, kills, epochs, killed, random.Random(seed))
        reference.stdout.read()
        if reference.wait():
            raise RuntimeError(f"{program} failed without a kill")
        return count, differences(killed, whole)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("programs", nargs="*", metavar="train|record")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        programs = {**PROGRAMS, "workers": workers}
        return programs[args.programs[0]](args.run, args.epochs)
    bad = 0
    for program in args.programs or PROGRAMS:
        # Two epochs and some between two kills.
        begin = time.monotonic()
        count, found = compare(program, args.kills, 4 * args.kills + 8, args.seed)
        seconds = time.monotonic() - begin
        outcome = f"differs in {', '.join(found)}" if found else "the same, bit for bit"
        print(f"{program}: {count} kills, {seconds:.0f} s: {outcome}", flush=True)
        bad += bool(found) or count < args.kills
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
