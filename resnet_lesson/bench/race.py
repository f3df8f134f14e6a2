"""Accuracy for time: whole programs in turns, from their start to a test accuracy.

The source lesson's program against two of this course: one that takes no
longer, and one that takes a quarter of the time. Every program is a process
of its own, and its seconds include the start of Python and TensorFlow.
"""

import json
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context

import numpy as np

from resnet_lesson import fashion_mnist, models
from resnet_lesson.base import machine
from resnet_lesson.base.files import write_json
from resnet_lesson.base.quiet import keras
from resnet_lesson.bench import throughput
from resnet_lesson.lab.source_lesson import (
    compile_as_in_source_lesson,
    source_lesson_resnet,
)
from resnet_lesson.recorded import recordings
from resnet_lesson.recorded.splits import scaled_without_validation, without_validation
from resnet_lesson.training import parallel, train
from resnet_lesson.training.evaluation import evaluate
from resnet_lesson.training.recipe import Recipe

PATH = recordings.FOLDER / "race.json"
SEEDS = (0, 1, 2)
# Rate and epochs were chosen on validation images, with seed 0. No mirroring,
# which costs accuracy in one epoch: see the recording "steps".
IN_ITS_TIME = Recipe(epochs=3, peak_rate=0.01, flip=False)
IN_A_QUARTER = replace(IN_ITS_TIME, epochs=1, small_epochs=1)


def record():
    """Let the programs that have not run yet run in turns; each is recorded at once."""
    runs = read() if PATH.exists() else []
    done = {(run["program"], run["seed"]) for run in runs}
    for seed in SEEDS:
        for name, program in PROGRAMS.items():
            if (name, seed) in done:
                continue
            run = {"program": name, "seed": seed, **_timed(program, seed)}
            runs.append({**run, "machine": machine.describe()})
            write_json(PATH, {"experiment": "race", "runs": runs})
            print(
                f"race: {name}, seed {seed}: {run['test_accuracy']:.2%} in "
                f"{run['seconds']:.0f} s",
                flush=True,
            )


def read():
    """The recorded runs, in the order in which they took place: a list of dicts.

    Each has "program", a key of `PROGRAMS`, "seed", "seconds" of the whole
    process, "test_accuracy" and "machine".
    """
    return json.loads(PATH.read_text(encoding="utf-8"))["runs"]


def small_and_wide():
    """Eight weighted layers that halve the image first, and are twice as wide.

    Against `fashion_resnet` as the course trains it: half of the
    multiply-accumulates, in wider convolutions, which are faster for their size.
    """
    return models.fashion_resnet(
        stages=(1, 1, 1), width=32, stem_stride=2, input_shape=(None, None, 1)
    )


def _timed(program, seed):
    start = time.perf_counter()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        accuracy = pool.submit(program, seed).result()
    seconds = round(time.perf_counter() - start, 1)
    return {"seconds": seconds, "test_accuracy": accuracy}


def _source_lesson(seed):
    """One epoch of plain `fit`, test images for validation, and judged once more."""
    data = scaled_without_validation(fashion_mnist.load())
    train_labels, test_labels = (
        np.eye(10, dtype=np.float32)[split.labels] for split in (data.train, data.test)
    )
    keras.utils.set_random_seed(seed)
    model = source_lesson_resnet()
    compile_as_in_source_lesson(model)
    test = data.test.images, test_labels
    model.fit(
        data.train.images,
        train_labels,
        batch_size=throughput.PLAIN_BATCH,
        validation_data=test,
        verbose=0,
    )
    return model.evaluate(*test, batch_size=throughput.PLAIN_BATCH, verbose=0)[1]


def _course(recipe, seed):
    """Train on all 60,000 images; judge on images of the last epoch's size."""
    parallel.share_cores(recipe.replicas)
    data = without_validation(fashion_mnist.load())
    keras.utils.set_random_seed(seed)
    model = small_and_wide()
    train(model, data, replace(recipe, seed=seed))
    only_small = recipe.small_epochs == recipe.epochs
    return evaluate(model, data.test.half_size() if only_small else data.test)[1]


PROGRAMS = {
    "source lesson": _source_lesson,
    "in its time": partial(_course, IN_ITS_TIME),
    "in a quarter of it": partial(_course, IN_A_QUARTER),
}
