"""One step of training, its batch whole and in parts side by side, in turns.

Each number of replicas has a process of its own, because TensorFlow's threads
can be set only before it is at work.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

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
    if turns < 1 or steps < 1:
        raise ValueError(f"turns and steps must be at least 1, got {turns}, {steps}")
    if any(count < 1 or BATCH % count for count in replicas):
        raise ValueError(f"replicas must be divisors of {BATCH}, got {replicas}")
    context = get_context("spawn")
    pools = {count: ProcessPoolExecutor(1, mp_context=context) for count in replicas}
    try:
        ready = [pool.submit(_prepare, count) for count, pool in pools.items()]
        for future in ready:
            future.result()
        seconds = {count: [] for count in replicas}
        for _ in range(turns):
            for count, pool in pools.items():
                seconds[count].append(pool.submit(_turn, steps).result())
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
