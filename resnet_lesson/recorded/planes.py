"""The recording "surface": the loss over a plane through trained weights.

`python -m resnet_lesson record surface` computes the planes that notebook 07
draws, from the weights that the recording "degradation" kept.
"""

import json
import time

import numpy as np

from resnet_lesson import fashion_mnist
from resnet_lesson.base import machine
from resnet_lesson.base.files import write_json
from resnet_lesson.lab import surface
from resnet_lesson.recorded import recordings

PATH = recordings.FOLDER / "surface.json"
NETWORKS = ("plain-56", "residual-56")
SEEDS = (1, 2)  # of the two directions, in each network's own weight space
PLACES = tuple(round(0.1 * step, 1) for step in range(-10, 11))
IMAGES = 1_000


def sample():
    """The training images on which the recorded loss is computed."""
    data = fashion_mnist.load()
    return data.train.first(IMAGES).half_size()


def record():
    """Compute the loss over a plane for each network, and write what is finished."""
    runs, images = [], sample()
    for name in NETWORKS:
        model, _ = recordings.trained_model("degradation", name)
        directions = [surface.direction(model, seed) for seed in SEEDS]
        start = time.perf_counter()
        plane = [(first, second) for second in PLACES for first in PLACES]
        loss = surface.losses(model, images, directions, plane)[:, 0]
        seconds = round(time.perf_counter() - start, 1)
        run = {
            "variant": name,
            "seeds": SEEDS,
            "images": IMAGES,
            "places": PLACES,
            "loss": np.round(loss, 5).reshape(len(PLACES), -1).tolist(),
            "seconds": seconds,
            "machine": machine.describe(),
        }
        runs.append(run)
        write_json(PATH, {"experiment": "surface", "runs": runs})
        print(f"surface: {name}: {seconds:.0f} s", flush=True)


def read():
    """The recorded planes: network name -> (places, loss[second, first])."""
    runs = json.loads(PATH.read_text(encoding="utf-8"))["runs"]
    return {
        run["variant"]: (np.array(run["places"]), np.array(run["loss"])) for run in runs
    }
