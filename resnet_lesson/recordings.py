"""Recorded experiments: those that take too long to run in a notebook.

`python -m resnet_lesson record NAME` runs what is missing of an experiment,
writes recordings/NAME.json after every single run, and can be interrupted
and called again. Each run carries what is needed to repeat it: network,
recipe with seed, history by epoch, versions, processor and wall time.
"""

import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path

import numpy as np

from resnet_lesson import fashion_mnist, models
from resnet_lesson.checkpoints import write_json
from resnet_lesson.evaluation import evaluate
from resnet_lesson.fashion_mnist import FashionMNIST, Split, denormalize
from resnet_lesson.quiet import keras
from resnet_lesson.training import Recipe, train

FOLDER = Path(__file__).parent / "recordings"


def as_loaded(data):
    """The course's splits and normalisation."""
    return data


def scaled(data):
    """Pixels in [0, 1], without normalisation, as the source lesson has them."""
    return FashionMNIST(
        *(
            Split(denormalize(split.images), split.labels)
            for split in (data.train, data.validation, data.test)
        )
    )


def scaled_without_validation(data):
    """All 60,000 images to train on, the test images in validation's place.

    It repeats the source lesson's mistake: nothing may be chosen by it.
    """
    data = scaled(data)
    merged = Split(
        np.concatenate([data.train.images, data.validation.images]),
        np.concatenate([data.train.labels, data.validation.labels]),
    )
    return FashionMNIST(merged, data.test, data.test)


@dataclass(frozen=True)
class Variant:
    """One way to train, repeated for every seed of an experiment.

    network: builds the model.
    recipe: its `seed` is replaced by each seed in turn.
    data: prepares the splits of `fashion_mnist.load`.
    xla: as in `training.train`.
    """

    network: Callable
    recipe: Recipe
    data: Callable = as_loaded
    xla: bool | None = None


@dataclass(frozen=True)
class Experiment:
    """What is recorded under one name.

    variants: by name.
    seeds: each variant is run once for each.
    judged: whether the finished runs are evaluated on the test images.
    """

    variants: dict[str, Variant]
    seeds: tuple[int, ...] = (0, 1, 2)
    judged: bool = False


COURSE = Recipe()
# The source lesson's: Adam at 0.001, batches of 32, one epoch, nothing else.
PLAINEST = Recipe(
    epochs=1,
    batch_size=32,
    peak_rate=0.001,
    schedule="constant",
    warmup=0.0,
    weight_decay=0.0,
    flip=False,
)
SCHEDULED = replace(
    COURSE, epochs=1, batch_size=PLAINEST.batch_size, flip=PLAINEST.flip
)

EXPERIMENTS = {
    "course": Experiment(
        {"course": Variant(models.fashion_resnet, COURSE)},
        seeds=(0, 1, 2, 3, 4),
        judged=True,
    ),
    "baseline": Experiment(
        {
            "baseline": Variant(
                models.source_lesson_resnet,
                PLAINEST,
                scaled_without_validation,
                xla=False,
            )
        },
        judged=True,
    ),
    # From the baseline towards the course, one change on top of the other, all
    # of one epoch and compared on validation images. What is still missing
    # after the last is the course's other three epochs.
    "steps": Experiment(
        {
            "baseline": Variant(
                models.source_lesson_resnet, PLAINEST, scaled, xla=False
            ),
            "He initialisation": Variant(
                partial(models.source_lesson_resnet, initializer="he_normal"),
                PLAINEST,
                scaled,
                xla=False,
            ),
            "the course's network and normalisation": Variant(
                models.fashion_resnet, PLAINEST, xla=False
            ),
            "schedule and weight decay": Variant(
                models.fashion_resnet, SCHEDULED, xla=False
            ),
            "batches of 64, XLA": Variant(
                models.fashion_resnet, replace(SCHEDULED, batch_size=64)
            ),
            "mirroring": Variant(models.fashion_resnet, replace(COURSE, epochs=1)),
        }
    ),
}


def read(name):
    """A recording: a dict whose "runs" are dicts, ordered by variant and seed.

    Raises:
        ValueError: there is no experiment of that name.
        FileNotFoundError: it has not been recorded.
    """
    _experiment(name)
    return json.loads(_path(name).read_text(encoding="utf-8"))


def record(name):
    """Run what is missing of an experiment; every finished run is kept at once.

    A run whose recipe is no longer the experiment's is made again.
    """
    experiment = _experiment(name)
    path = _path(name)
    done = {_key(run): run for run in read(name)["runs"]} if path.exists() else {}
    wanted = planned(name)
    data = fashion_mnist.load()
    for plan in wanted:
        if _key(plan) in done:
            continue
        print(f"{name}: {plan['variant']}, seed {plan['recipe']['seed']}", flush=True)
        variant = experiment.variants[plan["variant"]]
        run = _run(variant, Recipe(**plan["recipe"]), data, experiment.judged)
        done[_key(plan)] = {**plan, **run}
        runs = [done[_key(plan)] for plan in wanted if _key(plan) in done]
        FOLDER.mkdir(exist_ok=True)
        write_json(path, {"experiment": name, "runs": runs})


def planned(name):
    """The runs of an experiment as it stands today: a list of dicts.

    Each has the keys "variant" and "recipe"; a recording is up to date when
    its runs have the same, in the same order.
    """
    return [
        {"variant": variant, "recipe": asdict(replace(how.recipe, seed=seed))}
        for variant, how in _experiment(name).variants.items()
        for seed in _experiment(name).seeds
    ]


def _key(run):
    return run["variant"], json.dumps(run["recipe"], sort_keys=True)


def _run(variant, recipe, data, judged):
    data = variant.data(data)
    keras.utils.set_random_seed(recipe.seed)
    model = variant.network()
    start = time.perf_counter()
    history = train(model, data, recipe, xla=variant.xla)
    seconds = round(time.perf_counter() - start, 1)
    run = {"network": model.name, "history": history}
    if judged:
        run["test_loss"], run["test_accuracy"] = evaluate(model, data.test)
    return {**run, "seconds": seconds, "machine": machine()}


def machine():
    """Versions, processor and cores: what a measured number depends on."""
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")},
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count(),
    }


def _processor():
    """The processor's name where the system tells it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1] for line in lines if line.startswith("model name")]
    return names[0].strip() if names else platform.machine()


def _path(name):
    return FOLDER / f"{name}.json"


def _experiment(name):
    if name not in EXPERIMENTS:
        raise ValueError(
            f"experiment must be one of {tuple(EXPERIMENTS)}, got {name!r}"
        )
    return EXPERIMENTS[name]
