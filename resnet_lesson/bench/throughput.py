"""How fast this machine trains: the source lesson's way, the course's, PyTorch's.

All train the source lesson's network on the same images; between the first two
stand plain `fit` at the course's batch size, without and with XLA. Each way has a
process of its own, so that none uses another's threads or settings, and they
take turns: what else the machine does at the time hits all alike. The ratio
of two neighbouring turns is worth more than any number of images per second.
"""

import importlib.util
import math
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np

PLAIN_BATCH = 32  # the source lesson's
BATCH = 64
FLOPS_PER_MAC = 6  # 2 forward, 2 for the inputs' gradients, 2 for the weights'


def bench(pairs=5, images=3_200, ways=None):
    """Measure the ways of training in turns.

    Args:
        pairs: turns of each way, >= 1.
        images: trained on in each turn; a multiple of 64.
        ways: which of `WAYS`, "plain fit" and "resnet_lesson" among them; by
            default all that this machine has the packages for.

    Returns:
        A dict: "ways" maps each way's name to a list of images per second,
        "ratios" each other way's name to the list of its quotients by
        "plain fit", turn by turn; "macs_per_image"; "peak_flops", of a float32
        matrix product, in FLOP/s; "profile", the course's step by kind of
        operation, see `profiling.step_profile`, and the seconds that a batch
        takes to be put together; "machine".

    Raises:
        ValueError: an argument is out of range.
    """
    if pairs < 1:
        raise ValueError(f"pairs must be at least 1, got {pairs}")
    if images < BATCH or images % BATCH:
        raise ValueError(f"images must be a multiple of {BATCH}, got {images}")
    names = ways or [name for name in WAYS if name != "PyTorch" or has_pytorch()]
    if not {"plain fit", "resnet_lesson"} <= set(names) <= set(WAYS):
        raise ValueError(
            f'ways must be among {tuple(WAYS)}, with "plain fit" and "resnet_lesson", '
            f"got {tuple(names)}"
        )
    context = get_context("spawn")
    pools = {name: ProcessPoolExecutor(1, mp_context=context) for name in names}
    try:
        for name, pool in pools.items():
            pool.submit(_prepare, name, images).result()
        speeds = {name: [] for name in names}
        for _ in range(pairs):
            for name, pool in pools.items():
                speeds[name].append(images / pool.submit(_turn).result())
        profile = pools["resnet_lesson"].submit(_profile).result()
        about = pools["resnet_lesson"].submit(_about).result()
    finally:
        for pool in pools.values():
            pool.shutdown()
    plain = speeds["plain fit"]
    ratios = {
        name: [fast / slow for fast, slow in zip(speeds[name], plain, strict=True)]
        for name in names
        if name != "plain fit"
    }
    return {
        "ways": speeds,
        "ratios": ratios,
        "peak_flops": matrix_product_peak(),
        "profile": profile,
        **about,
    }


def report(result):
    """The outcome of `bench` as lines of text."""
    peak = result["peak_flops"]
    flops_per_image = FLOPS_PER_MAC * result["macs_per_image"]
    lines = [
        f"{result['machine']['processor']}, {result['machine']['cores']} cores, "
        f"TensorFlow {result['machine']['tensorflow']}",
        f"{result['macs_per_image'] / 1e6:.1f} million MACs per image, "
        f"{FLOPS_PER_MAC} FLOP for each in training",
        f"peak, float32 matrix product: {peak / 1e9:.0f} GFLOP/s",
        "",
        f"{'':<14} {'images/s':>9} {'GFLOP/s':>8} {'of peak':>8}   ratio to plain fit",
    ]
    for name, speeds in result["ways"].items():
        speed = np.median(speeds)
        flops = speed * flops_per_image
        line = f"{name:<14} {speed:>9.0f} {flops / 1e9:>8.1f} {flops / peak:>8.1%}"
        if name in result["ratios"]:
            ratios = result["ratios"][name]
            line += f"   {np.median(ratios):.2f} ({min(ratios):.2f} to "
            line += f"{max(ratios):.2f} in {len(ratios)} pairs)"
        lines.append(line)
    profile = result["profile"]
    total = sum(profile["seconds"].values())
    lines += [
        "",
        f"resnet_lesson, one step of {BATCH} images: {1000 * profile['wall']:.0f} ms, "
        f"and {1000 * profile['input']:.1f} ms for its input",
        "the time of its operations:",
    ]
    lines += [
        f"{name:<24} {part / total:>6.1%}" for name, part in profile["seconds"].items()
    ]
    return "\n".join(lines)


def matrix_product_peak(size=1024, seconds=1.0):
    """The most FLOP/s that a float32 product of two square matrices reaches."""
    left, right = np.random.default_rng(0).normal(size=(2, size, size)).astype("f4")
    fastest, end = math.inf, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        left @ right
        fastest = min(fastest, time.perf_counter() - start)
    return 2 * size**3 / fastest


def has_pytorch():
    """Whether PyTorch is installed (the course itself does not need it)."""
    return importlib.util.find_spec("torch") is not None


def course_replicas():
    """Replicas that keep the cores of this machine busy at a batch of 64."""
    return min(2 ** int(math.log2(os.cpu_count() or 1)), 8)


# What follows runs in the processes of the ways.


def _prepare(name, images):
    """Build the way and let it have one turn: it compiles and warms up."""
    global _epoch
    _epoch = WAYS[name](images)
    _epoch()


def _turn():
    start = time.perf_counter()
    _epoch()
    return time.perf_counter() - start


def _fit(images, batch_size, xla=False):
    """The source lesson's network, optimiser and loss, by Keras' own loop."""
    from resnet_lesson.lab.source_lesson import (
        compile_as_in_source_lesson,
        source_lesson_resnet,
    )

    data = _data(images)
    one_hot = np.eye(10, dtype=np.float32)[data.labels]
    model = source_lesson_resnet()
    compile_as_in_source_lesson(model, xla=xla)
    return lambda: model.fit(data.images, one_hot, batch_size=batch_size, verbose=0)


def _course(images):
    from resnet_lesson import training
    from resnet_lesson.fashion_mnist import FashionMNIST
    from resnet_lesson.lab.source_lesson import source_lesson_resnet
    from resnet_lesson.training import parallel
    from resnet_lesson.training.recipe import Recipe
    from resnet_lesson.training.step import training_step

    global _step, _input
    parallel.share_cores(course_replicas())
    data = FashionMNIST(_data(images), None, None)
    recipe = Recipe(batch_size=BATCH, replicas=course_replicas(), flip=False)
    model = source_lesson_resnet()
    training.compile_model(model, recipe, images // BATCH)
    step = training_step(model, recipe.replicas)
    one_hot = np.eye(10, dtype=np.float32)[data.train.labels[:BATCH]]
    _step = partial(step, data.train.images[:BATCH], one_hot)
    _input = partial(training.batches, data, recipe, epoch=0)
    return lambda: training.run_epoch(step, data, recipe, epoch=0, classes=10)


def _profile():
    from resnet_lesson.bench.profiling import step_profile

    seconds, wall = step_profile(_step)
    start = time.perf_counter()
    steps = sum(1 for _ in _input())
    return {
        "seconds": seconds,
        "wall": wall,
        "input": (time.perf_counter() - start) / steps,
    }


def _about():
    from resnet_lesson.base import machine
    from resnet_lesson.lab.inspection import model_macs
    from resnet_lesson.lab.source_lesson import source_lesson_resnet

    return {
        "macs_per_image": model_macs(source_lesson_resnet()),
        "machine": machine.describe(),
    }


def _pytorch(images):
    from resnet_lesson.bench.pytorch import plain_training

    data = _data(images)
    return plain_training(data.images, data.labels, BATCH)


def _data(images):
    from resnet_lesson import fashion_mnist

    return fashion_mnist.load().train.first(images)


WAYS = {
    "plain fit": partial(_fit, batch_size=PLAIN_BATCH),
    "batch of 64": partial(_fit, batch_size=BATCH),
    "64, XLA": partial(_fit, batch_size=BATCH, xla=True),
    "resnet_lesson": _course,
    "PyTorch": _pytorch,
}
