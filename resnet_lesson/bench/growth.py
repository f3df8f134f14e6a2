"""How the time of a training step grows, and the bench, recorded on one machine."""

import json
import time

import numpy as np

from resnet_lesson import models, training
from resnet_lesson.base.files import write_json
from resnet_lesson.bench import throughput
from resnet_lesson.lab.inspection import model_macs
from resnet_lesson.recorded import recordings
from resnet_lesson.training import parallel
from resnet_lesson.training.recipe import Recipe
from resnet_lesson.training.step import training_step

PATH = recordings.FOLDER / "speed.json"
# One of them changes, the others stay at the middle network's.
CHANGES = {
    "depth": (8, 14, 20, 32, 56),
    "width": (4, 8, 16, 32, 64),
    "size": (7, 14, 28, 56),  # the image's height and width in pixels
}
MIDDLE = {"depth": 20, "width": 16, "size": 28}
PAIRS = 7
ROUNDS, STEPS = 5, 3


def record():
    """Run the bench, then time steps of small and large networks in turns."""
    result = throughput.bench(pairs=PAIRS)
    print(throughput.report(result), flush=True)
    growth = _growth()
    write_json(PATH, {"experiment": "speed", "bench": result, "growth": growth})


def read():
    """The recording: a dict with "bench", see `throughput.bench`, and "growth".

    "growth" is a list with an entry for each network: "changed", which of
    depth, width and size differs from the middle network's, these three, "macs"
    per image, and "seconds" per step of 64 images, one value for each round.
    """
    return json.loads(PATH.read_text(encoding="utf-8"))


def _growth():
    parallel.share_cores(throughput.course_replicas())
    networks = [
        {"changed": name, **MIDDLE, name: value}
        for name, values in CHANGES.items()
        for value in values
    ]
    steps = [_step(*(network[name] for name in MIDDLE)) for network in networks]
    for network, (_, macs) in zip(networks, steps, strict=True):
        network |= {"macs": macs, "seconds": []}
    for _ in range(ROUNDS):
        for network, (step, _) in zip(networks, steps, strict=True):
            start = time.perf_counter()
            for _ in range(STEPS):
                step()
            seconds = (time.perf_counter() - start) / STEPS
            network["seconds"].append(round(seconds, 5))
    return networks


def _step(depth, width, size):
    """A step of training that is compiled and warm, and its network's MACs."""
    model = models.cifar_resnet(depth, width=width, input_shape=(size, size, 1))
    recipe = Recipe(batch_size=throughput.BATCH, replicas=throughput.course_replicas())
    training.compile_model(model, recipe, 1)
    step = training_step(model, recipe.replicas)
    rng = np.random.default_rng(0)
    images = rng.normal(size=(throughput.BATCH, size, size, 1)).astype(np.float32)
    one_hot = np.eye(10, dtype=np.float32)[rng.integers(10, size=throughput.BATCH)]
    step(images, one_hot)
    return lambda: step(images, one_hot), model_macs(model)
