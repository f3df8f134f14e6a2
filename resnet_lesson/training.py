"""A training recipe, and the loop that follows it.

The loop is short on purpose: shuffle, augment, `train_on_batch`, and after
each epoch an honest look at the network in inference mode. Data order and
augmentation depend on the recipe's seed and the epoch alone, and a checkpoint
holds the optimiser's state, so a run that was killed and resumed ends with
the very same weights (on the same machine, versions and thread count).
"""

import json
import os
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from resnet_lesson.fashion_mnist import augment
from resnet_lesson.progress import Progress
from resnet_lesson.quiet import keras, silenced_stderr

OPTIMIZERS = ("adamw", "adam", "sgd")
SCHEDULES = ("cosine", "constant")
SAMPLE = 5_000  # training images that are re-evaluated after each epoch


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a network is trained.

    epochs: passes over the training images.
    batch_size: images per step; what does not fill a last batch sits out that
        epoch (each epoch shuffles anew).
    optimizer: "adamw", "adam" or "sgd" (with momentum 0.9).
    peak_rate: the largest learning rate.
    schedule: "cosine" (down to zero after the warm-up) or "constant".
    warmup: part of all steps, in [0, 1), in which the rate rises linearly
        from a 25th of the peak.
    weight_decay: decoupled, on kernels only (not on biases, gamma and beta).
    label_smoothing: in [0, 1), spread evenly over the classes.
    flip: mirror training images at random.
    shift: move them by up to so many pixels.
    seed: of the data order and the augmentation. The initial weights follow
        `keras.utils.set_random_seed`, called before the model is built.
    """

    epochs: int = 4
    batch_size: int = 64
    optimizer: str = "adamw"
    peak_rate: float = 0.005
    schedule: str = "cosine"
    warmup: float = 0.2
    weight_decay: float = 0.05
    label_smoothing: float = 0.0
    flip: bool = True
    shift: int = 0
    seed: int = 0

    def __post_init__(self):
        for name, allowed in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
            value = getattr(self, name)
            if value not in allowed:
                raise ValueError(f"{name} must be one of {allowed}, got {value!r}")
        for name, low in (("epochs", 1), ("batch_size", 1), ("shift", 0), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or value < low:
                raise ValueError(f"{name} must be an integer >= {low}, got {value!r}")
        if not 0 < self.peak_rate < float("inf"):
            raise ValueError(f"peak_rate must be positive, got {self.peak_rate!r}")
        if not 0 <= self.weight_decay < float("inf"):
            raise ValueError(f"weight_decay must be >= 0, got {self.weight_decay!r}")
        for name in ("warmup", "label_smoothing"):
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise ValueError(f"{name} must be in [0, 1), got {value!r}")


def learning_rate(recipe, steps_per_epoch):
    """The learning rate as a function of the step: a Keras schedule or a number.

    Source: linear warm-up as in Goyal et al. (2017), section 2.2; cosine as in
    Loshchilov & Hutter, arXiv:1608.03983 (2017), equation 5, without restarts.
    """
    steps = recipe.epochs * steps_per_epoch
    warmup_steps = round(recipe.warmup * steps)
    if recipe.schedule == "constant" and not warmup_steps:
        return recipe.peak_rate
    return keras.optimizers.schedules.CosineDecay(
        recipe.peak_rate / 25 if warmup_steps else recipe.peak_rate,
        decay_steps=steps - warmup_steps,
        alpha=0.0 if recipe.schedule == "cosine" else 1.0,
        warmup_target=recipe.peak_rate if warmup_steps else None,
        warmup_steps=warmup_steps,
    )


def compile_model(model, recipe, steps_per_epoch, *, xla=None):
    """Give the model the recipe's optimiser, loss and accuracy.

    Labels are one-hot, because Keras smooths labels only with
    `CategoricalCrossentropy`. `xla=None` compiles the step with XLA where
    that works on this machine.
    """
    rate = learning_rate(recipe, steps_per_epoch)
    decay = recipe.weight_decay or None
    if recipe.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(rate, momentum=0.9, weight_decay=decay)
    elif recipe.optimizer == "adam":
        optimizer = keras.optimizers.Adam(rate, weight_decay=decay)
    else:
        optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
    if decay:
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=recipe.label_smoothing
        ),
        metrics=["accuracy"],
        jit_compile=xla_works() if xla is None else xla,
    )


def train(model, data, recipe, *, run_dir=None, resume=False, xla=None):
    """Train a model by a recipe; after each epoch evaluate and checkpoint.

    Args:
        model: an uncompiled model from images to logits.
        data: an object with splits `train` and `validation`, each with
            `.images` float32 (n, height, width, channels) and `.labels` int (n,).
        recipe: a `Recipe`.
        run_dir: folder for `history.json` and the checkpoint; None keeps
            nothing.
        resume: continue the run in `run_dir` after its last finished epoch
            (or begin it, if it has none).
        xla: True or False to force XLA on or off, None to decide by
            `xla_works`.

    Returns:
        The history: a dict of lists, one entry per epoch. `running_loss` and
        `running_accuracy` are the means over the epoch's batches in training
        mode, while the weights were changing. `train_loss`, `train_accuracy`
        (on the first 5,000 training images), `validation_loss` and
        `validation_accuracy` are computed after the epoch in inference mode,
        so these may be compared with each other. `seconds` is the epoch's
        wall time.

    Raises:
        ValueError: too few images for one batch, labels out of range,
            `run_dir` already holds a run and `resume` is not set, or it holds
            a run by another recipe.
    """
    classes = model.output_shape[-1]
    _check_data(data, recipe, classes)
    steps = len(data.train.labels) // recipe.batch_size
    compile_model(model, recipe, steps, xla=xla)
    history = {}
    if run_dir is not None:
        history = _open_run(Path(run_dir), model, recipe, resume)
    finished = len(history.get("seconds", ()))
    progress = Progress(recipe.epochs, steps, finished)
    one_hot = np.eye(classes, dtype=np.float32)
    try:
        for epoch in range(finished, recipe.epochs):
            start = time.perf_counter()
            sums = np.zeros(2)
            for step, (images, labels) in enumerate(_batches(data, recipe, epoch), 1):
                sums += model.train_on_batch(images, one_hot[labels])
                running_loss, running_accuracy = sums / step
                progress.step(step, running_loss, running_accuracy)
            train_loss, train_accuracy = evaluate(model, data.train.first(SAMPLE))
            validation_loss, validation_accuracy = evaluate(model, data.validation)
            row = {
                "running_loss": float(running_loss),
                "running_accuracy": float(running_accuracy),
                "train_loss": train_loss,
                "train_accuracy": train_accuracy,
                "validation_loss": validation_loss,
                "validation_accuracy": validation_accuracy,
                "seconds": round(time.perf_counter() - start, 2),
            }
            for key, value in row.items():
                history.setdefault(key, []).append(value)
            if run_dir is not None:
                _save_checkpoint(Path(run_dir), model, recipe, history)
            progress.epoch(row)
    except KeyboardInterrupt:
        done = len(history.get("seconds", ()))
        if run_dir is None:
            progress.note("Interrupted. Nothing was kept: no run_dir was given.")
        else:
            progress.note(
                f"Interrupted. {done} finished epochs of {recipe.epochs} are kept in "
                f"{run_dir}: resume=True (on the command line --resume) continues."
            )
        raise
    return history


def evaluate(model, split, batch_size=500):
    """Mean cross-entropy and accuracy of a model on a split, in inference mode.

    Args:
        model: from images to logits.
        split: with `.images` and integer `.labels`.
        batch_size: images at a time; it does not change the result.

    Returns:
        (loss in nats, without label smoothing; accuracy in [0, 1]).
    """
    logits = predict_logits(model, split.images, batch_size).astype(np.float64)
    top = logits.max(axis=1)
    log_sum = top + np.log(np.exp(logits - top[:, np.newaxis]).sum(axis=1))
    true_logit = logits[np.arange(len(logits)), split.labels]
    accuracy = np.mean(logits.argmax(axis=1) == split.labels)
    return float(np.mean(log_sum - true_logit)), float(accuracy)


def predict_logits(model, images, batch_size=500):
    """Logits float32 (n, classes) of many images, in inference mode."""
    return np.concatenate(
        [
            model.predict_on_batch(images[start : start + batch_size])
            for start in range(0, len(images), batch_size)
        ]
    )


@cache
def xla_works():
    """Whether XLA can compile for this machine (some builds lack it)."""
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    try:
        with silenced_stderr():
            tf.function(lambda x: x + 1, jit_compile=True)(tf.constant(1.0))
    except Exception:  # whatever the reason, training works without XLA too
        return False
    return True


def _batches(data, recipe, epoch):
    """The epoch's batches: an order and an augmentation of its own."""
    rng = np.random.default_rng([recipe.seed, epoch])
    order = rng.permutation(len(data.train.labels))
    size = recipe.batch_size
    for start in range(0, len(order) - size + 1, size):
        chosen = order[start : start + size]
        images = data.train.images[chosen]
        if recipe.flip or recipe.shift:
            images = augment(images, rng, flip=recipe.flip, shift=recipe.shift)
        yield images, data.train.labels[chosen]


def _check_data(data, recipe, classes):
    if len(data.train.labels) < recipe.batch_size:
        raise ValueError(
            f"batch_size must be at most the number of training images, "
            f"{len(data.train.labels)}, got {recipe.batch_size}"
        )
    for name in ("train", "validation"):
        labels = getattr(data, name).labels
        if labels.min() < 0 or labels.max() >= classes:
            raise ValueError(
                f"{name} labels must be in 0..{classes - 1}, got values from "
                f"{labels.min()} to {labels.max()}"
            )


def _open_run(run_dir, model, recipe, resume):
    """The history so far, with the model brought to the end of its last epoch."""
    path = run_dir / "history.json"
    if not path.exists():
        run_dir.mkdir(parents=True, exist_ok=True)
        return {}
    if not resume:
        raise ValueError(
            f"run_dir {run_dir} already holds a run: pass resume=True to continue "
            "it, or name another folder"
        )
    record = json.loads(path.read_text(encoding="utf-8"))
    if record["recipe"] != asdict(recipe):
        raise ValueError(
            f"run_dir {run_dir} holds a run by another recipe, {record['recipe']}: "
            "resume with that recipe, or name another folder"
        )
    model.load_weights(run_dir / record["checkpoint"])
    return record["history"]


def _save_checkpoint(run_dir, model, recipe, history):
    """Weights and optimiser state, then the history that names them.

    A kill at any moment leaves a history that points at a complete
    checkpoint: the new one is written beside the old one, and replacing
    `history.json` is atomic.
    """
    name = f"checkpoint-{len(history['seconds']):03d}.weights.h5"
    model.save_weights(run_dir / name, overwrite=True)
    record = {"recipe": asdict(recipe), "history": history, "checkpoint": name}
    write_json(run_dir / "history.json", record)
    for old in run_dir.glob("checkpoint-*.weights.h5"):
        if old.name != name:
            old.unlink()


def write_json(path, content):
    """Write a JSON file so that a reader sees the old or the new one, whole."""
    path = Path(path)
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, path)
