"""Recorded experiments: those that take too long to run in a notebook.

`python -m resnet_lesson record NAME` runs what is missing of an experiment,
writes recordings/NAME.json after every single run, and can be interrupted
and called again: an unfinished run goes on after its last whole epoch. Each
run carries what is needed to repeat it: network, recipe with seed, history by
epoch, versions, processor and wall time. The weights of a few runs are kept
beside it, without the optimiser's state.
"""

import json
import os
import shutil
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, replace
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from threading import Thread

from resnet_lesson import fashion_mnist
from resnet_lesson.base import machine
from resnet_lesson.base.files import write_json
from resnet_lesson.base.quiet import keras
from resnet_lesson.recorded.experiments import EXPERIMENTS
from resnet_lesson.recorded.networks import FOLDER
from resnet_lesson.training import train, without_optimizer
from resnet_lesson.training.checkpoints import read_run
from resnet_lesson.training.evaluation import (
    evaluate,
    mirrored_accuracy,
    predict_logits,
)
from resnet_lesson.training.parallel import share_cores
from resnet_lesson.training.recipe import Recipe

UNFINISHED = Path("runs")  # where `train` keeps its runs too


def read(name):
    """A recording: a dict whose "runs" are dicts, ordered by variant and seed.

    Raises:
        ValueError: there is no experiment of that name.
        FileNotFoundError: it has not been recorded.
    """
    _experiment(name)
    return json.loads(_path(name).read_text(encoding="utf-8"))


def by_variant(name):
    """The runs of a recording, grouped: a dict from variant to a list of runs.

    Raises as `read` does.
    """
    groups = {}
    for run in read(name)["runs"]:
        groups.setdefault(run["variant"], []).append(run)
    return groups


def trained_model(name, variant):
    """A network with the weights that a recorded run ended with.

    Args:
        name: of the experiment.
        variant: one whose weights are kept.

    Returns:
        (model, run): an uncompiled `keras.Model`, and the run's entry in the
        recording. Its "predictions" are the classes that the network gave the
        test images, one digit each.

    Raises:
        ValueError: there is no such experiment, or no weights of the variant.
    """
    experiment = _experiment(name)
    if variant not in experiment.kept:
        raise ValueError(
            f"variant must be one of {experiment.kept}, whose weights are kept, "
            f"got {variant!r}"
        )
    model = experiment.variants[variant].network()
    model.load_weights(_weights_path(variant))
    runs = by_variant(name)[variant]
    return model, next(run for run in runs if "predictions" in run)


def record(name, workers=1):
    """Run what is missing of an experiment; every finished run is written at once.

    A run whose recipe is no longer the experiment's is made again.

    Args:
        name: of the experiment.
        workers: processes that train at the same time, each on its share of
            the cores: networks of few channels cannot fill several.

    Raises:
        ValueError: there is no experiment of that name, or `workers` < 1.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    path = _path(name)
    wanted = planned(name)
    done = {_key(run): run for run in read(name)["runs"]} if path.exists() else {}
    missing = [plan for plan in wanted if not _is_whole(name, plan, done)]
    for plan, run in _results(name, missing, workers):
        done[_key(plan)] = {**plan, **run}
        runs = [done[_key(plan)] for plan in wanted if _key(plan) in done]
        FOLDER.mkdir(exist_ok=True)
        write_json(path, {"experiment": name, "runs": runs})
        seed = plan["recipe"]["seed"]
        print(
            f"{name}: {plan['variant']}, seed {seed}: {run['seconds']:.0f} s; "
            f"{len(runs)} of {len(wanted)} runs",
            flush=True,
        )


def planned(name):
    """The runs of an experiment as it stands today: a list of dicts.

    Each has the keys "variant" and "recipe"; a recording is up to date when
    its runs have the same, in the same order.
    """
    return [
        {"variant": variant, "recipe": asdict(replace(how.recipe, seed=seed))}
        for variant, how in _experiment(name).variants.items()
        for seed in _seeds(name, variant)
    ]


def _key(run):
    return run["variant"], json.dumps(run["recipe"], sort_keys=True)


def _is_whole(name, plan, done):
    """Whether a run is recorded, and its weights too if they are to be kept."""
    if _key(plan) not in done:
        return False
    return not _keeps(name, plan) or _weights_path(plan["variant"]).exists()


def _keeps(name, plan):
    variant = plan["variant"]
    is_first = plan["recipe"]["seed"] == _seeds(name, variant)[0]
    return is_first and variant in _experiment(name).kept


def _seeds(name, variant):
    experiment = _experiment(name)
    return experiment.variants[variant].seeds or experiment.seeds


def _results(name, plans, workers):
    if workers == 1:
        for plan in plans:
            yield plan, _run(name, plan)
        return
    # Read by TensorFlow when a worker imports it.
    threads = max(1, (os.cpu_count() or 1) // workers)
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads)
    os.environ["TF_NUM_INTEROP_THREADS"] = str(threads)
    with ProcessPoolExecutor(workers, get_context("spawn"), _end_with_parent) as pool:
        futures = {pool.submit(_run, name, plan): plan for plan in plans}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:  # Ctrl-C too: nobody waits for the others
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in active_children():
                worker.terminate()
            raise


def _end_with_parent():
    """Have this worker end when `record` is killed; it loses one epoch at most."""

    def follow():
        parent_process().join()
        os._exit(1)

    Thread(target=follow, daemon=True).start()


def _run(name, plan):
    experiment = _experiment(name)
    variant = experiment.variants[plan["variant"]]
    recipe = Recipe(**plan["recipe"])
    data = variant.data(fashion_mnist.load())
    keras.utils.set_random_seed(recipe.seed)
    share_cores(recipe.replicas)
    model = variant.network()
    folder = _unfinished(name, plan)
    history = train(model, data, recipe, run_dir=folder, resume=True)
    run = {"network": model.name, "history": history}
    if experiment.judged:
        run["test_loss"], run["test_accuracy"] = evaluate(model, data.test)
    if experiment.mirrored:
        run["mirrored_test_accuracy"] = mirrored_accuracy(model, data.test)
    if _keeps(name, plan):
        bare = without_optimizer(model)
        _save_weights(bare, _weights_path(plan["variant"]))
        classes = predict_logits(bare, data.test.images).argmax(axis=1)
        run["predictions"] = "".join(str(label) for label in classes)
    shutil.rmtree(folder)
    seconds = round(sum(history["seconds"]), 1)
    return {**run, "seconds": seconds, "machine": machine.describe()}


def _unfinished(name, plan):
    """The folder of a run that is under way, emptied of another recipe's."""
    variant, seed = plan["variant"], plan["recipe"]["seed"]
    folder = UNFINISHED / f"{name}-{variant.replace(' ', '-')}-seed{seed}"
    run = read_run(folder)
    if run and run["recipe"] != plan["recipe"]:
        shutil.rmtree(folder)
    return folder


def _save_weights(model, path):
    FOLDER.mkdir(exist_ok=True)
    unfinished = path.with_name(f"unfinished-{path.name}")
    model.save_weights(unfinished)
    unfinished.replace(path)


def _path(name):
    return FOLDER / f"{name}.json"


def _weights_path(variant):
    return FOLDER / f"{variant}.weights.h5"


def _experiment(name):
    if name not in EXPERIMENTS:
        raise ValueError(
            f"experiment must be one of {tuple(EXPERIMENTS)}, got {name!r}"
        )
    return EXPERIMENTS[name]
