"""One step of training in ways that TensorFlow is told only once, in turns.

Each way has a process of its own: the threads can be set only before TensorFlow is
at work, the library of its convolutions only before it is imported.
"""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from unittest import mock

import numpy as np

from resnet_lesson.bench.throughput import BATCH


def seconds_by_replicas(replicas=(1, 2), turns=7, steps=5):
    """Seconds that a step of 64 images takes, with the course's network and recipe.

    Args:
        replicas: numbers of them, each a divisor of 64; a second one pays where
            there is a second core.
        turns: of each number, >= 1.
        steps: in each turn, >= 1.

    Returns:
        A dict from each number to a list of seconds per step, one a turn.

    Raises:
        ValueError: an argument is out of range.
    """
    if any(count < 1 or BATCH % count for count in replicas):
        raise ValueError(f"replicas must be divisors of {BATCH}, got {replicas}")
    return _in_turns({count: (count, {}) for count in replicas}, turns, steps)


def seconds_by_library(turns=7, steps=5):
    """Seconds that the same step takes without and with oneDNN, two replicas.

    Args:
        turns: of each, >= 1.
        steps: in each turn, >= 1.

    Returns:
        A dict from "TensorFlow's own" and "oneDNN's", the convolutions, to a list
        of seconds per step, one a turn.

    Raises:
        ValueError: an argument is out of range.
    """
    switch = {"TensorFlow's own": "0", "oneDNN's": "1"}
    ways = {k: (2, {"TF_ENABLE_ONEDNN_OPTS": value}) for k, value in switch.items()}
    return _in_turns(ways, turns, steps)


def _in_turns(ways, turns, steps):
    """ways: from a name to a number of replicas and environment variables."""
    if turns < 1 or steps < 1:
        raise ValueError(f"turns and steps must be at least 1, got {turns}, {steps}")
    context = get_context("spawn")
    pools = {name: ProcessPoolExecutor(1, mp_context=context) for name in ways}
    try:
        ready = []
        for name, (count, environment) in ways.items():
            with mock.patch.dict(os.environ, environment):  # its process starts here
                ready.append(pools[name].submit(_prepare, count))
        for future in ready:
            future.result()
        seconds = {name: [] for name in ways}
        for _ in range(turns):
            for name, pool in pools.items():
                seconds[name].append(pool.submit(_turn, steps).result())
    finally:
        for pool in pools.values():
            pool.shutdown()
    return seconds


def _prepare(replicas):
    """Build the step and take it twice: it compiles and warms up."""
    global _step
    from resnet_lesson import models, training
    from resnet_lesson.training import parallel
    from resnet_lesson.training.step import training_step

    parallel.share_cores(replicas)
    model = models.fashion_resnet()
    recipe = training.Recipe(batch_size=BATCH, replicas=replicas)
    training.compile_model(model, recipe, 1)
    rng = np.random.default_rng(0)
    images = rng.normal(size=(BATCH, 28, 28, 1)).astype(np.float32)
    one_hot = np.eye(10, dtype=np.float32)[rng.integers(10, size=BATCH)]
    _step = partial(training_step(model, replicas), images, one_hot)
    for _ in range(2):
        _step()


def _turn(steps):
    start = time.perf_counter()
    for _ in range(steps):
        _step()
    return (time.perf_counter() - start) / steps
