"""A training recipe, and the loop that follows it.

The loop is short on purpose: shuffle, augment, take a step, and after each epoch
an honest look in inference mode. Data order and augmentation depend on the recipe's
seed and the epoch alone, and a checkpoint holds the optimiser's state, so a run that
was killed and resumed ends with the very same weights (same machine and versions).
"""

import time
from contextlib import ExitStack, nullcontext

import numpy as np

from resnet_lesson.base.quiet import keras
from resnet_lesson.conv_arithmetic import check_positive
from resnet_lesson.fashion_mnist import augment, half_size
from resnet_lesson.training.checkpoints import (
    finished_epochs,
    locked,
    open_run,
    save_epoch,
)
from resnet_lesson.training.checks import check_training
from resnet_lesson.training.evaluation import evaluate
from resnet_lesson.training.progress import Progress
from resnet_lesson.training.step import training_step

SAMPLE = 5_000  # training images that are re-evaluated after each epoch


def learning_rate(recipe, steps_per_epoch):
    """The learning rate as a function of the step.

    Args:
        recipe: a `Recipe`.
        steps_per_epoch: batches in an epoch, >= 1.

    Returns:
        A Keras schedule: call it with a step to get that step's rate.

    Source: linear warm-up as in Goyal et al. (2017), section 2.2; cosine as in
    Loshchilov & Hutter, arXiv:1608.03983 (2017), equation 5, without restarts.
    """
    check_positive(steps_per_epoch=steps_per_epoch)
    steps = recipe.epochs * steps_per_epoch
    warmup_steps = min(round(recipe.warmup * steps), steps - 1)
    return keras.optimizers.schedules.CosineDecay(
        recipe.peak_rate / 25 if warmup_steps else recipe.peak_rate,
        decay_steps=steps - warmup_steps,
        alpha=0.0 if recipe.schedule == "cosine" else 1.0,
        warmup_target=recipe.peak_rate if warmup_steps else None,
        warmup_steps=warmup_steps,
    )


def compile_model(model, recipe, steps_per_epoch):
    """Give the model the recipe's optimiser, loss and accuracy.

    Labels are one-hot, because Keras smooths labels only with
    `CategoricalCrossentropy`. XLA is left out: it does not pay here, see `bench`.
    """
    rate = learning_rate(recipe, steps_per_epoch)
    if recipe.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(rate, momentum=0.9)
    else:
        optimizer = keras.optimizers.AdamW(rate)
    optimizer.weight_decay = recipe.weight_decay  # decoupled, for either
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=recipe.label_smoothing
        ),
        metrics=["accuracy"],
        jit_compile=False,
    )


def train(
    model,
    data,
    recipe,
    *,
    run_dir=None,
    resume=False,
    strategy=None,
    evaluations=1,
    on_epoch=None,
):
    """Train a model by a recipe; after each epoch evaluate and checkpoint.

    Args:
        model: an uncompiled model from images to logits.
        data: an object with `fashion_mnist.Split`s `train` and `validation`:
            images float32 (n, height, width, channels), labels int (n,).
            Without validation images (None), none are evaluated.
        recipe: a `Recipe`.
        run_dir: folder for `history.json` and the checkpoint, or None.
        resume: continue the run in `run_dir` after its last finished epoch
            (or begin it, if it has none).
        strategy: a `tf.distribute.Strategy` in whose scope the model was
            built; see `parallel`.
        evaluations: how often in an epoch the model is evaluated, evenly
            spaced, the last time at its end. It changes nothing else.
        on_epoch: called with the history so far after each evaluation.

    Returns:
        The history: a dict of lists, one entry per epoch. `running_loss` and
        `running_accuracy` are the means over the epoch's batches in training
        mode, while the weights were changing. `train_loss`, `train_accuracy`
        (on the first 5,000 training images), `validation_loss` and
        `validation_accuracy` are computed after the epoch in inference mode,
        so these may be compared with each other; in the recipe's
        `small_epochs` on small images. `seconds` is the epoch's wall time.
        With several `evaluations` an epoch, `curve_train_loss` and so on have
        an entry for each, made after `curve_epoch` epochs (1/3, 2/3, ...).

    Raises:
        ValueError: the data do not fit the network or the recipe, or are no
            finite floats and integer labels, more `evaluations` than steps, or
            `run_dir` cannot be used: it holds a run and `resume` is not set, or
            a run by another recipe or of another network, is being trained in,
            is damaged or cannot be written to.
        OSError: an epoch could not be saved; those before it are kept.
    """
    check_training(model, data, recipe)
    classes = model.output_shape[-1]
    steps = len(data.train.labels) // recipe.batch_size
    marks = _marks(evaluations, steps)
    with ExitStack() as held:
        if run_dir is not None:
            held.enter_context(locked(run_dir))
        with strategy.scope() if strategy else nullcontext():
            compile_model(model, recipe, steps)
        train_step = training_step(model, recipe.replicas, strategy)
        evaluated = without_optimizer(model) if strategy else model  # on one device
        history = {} if run_dir is None else open_run(run_dir, model, recipe, resume)
        finished = len(history.get("seconds", ()))
        progress = Progress(recipe.epochs, steps, finished)

        def after_step(step, loss, accuracy):
            epoch = len(history.get("seconds", ()))
            progress.step(step, loss, accuracy)
            if step not in marks:
                return
            if evaluated is not model:
                evaluated.set_weights(model.get_weights())
            row = _evaluations(evaluated, data, small=epoch < recipe.small_epochs)
            if evaluations > 1:
                _append(history, {"epoch": epoch + step / steps, **row}, "curve_")
            if step == steps:
                means = {"loss": float(loss), "accuracy": float(accuracy)}
                _append(history, means, "running_")
                _append(history, row)
            elif on_epoch is not None:
                on_epoch(history)

        try:
            for epoch in range(finished, recipe.epochs):
                start = time.perf_counter()
                run_epoch(train_step, data, recipe, epoch, classes, after_step)
                _append(history, {"seconds": round(time.perf_counter() - start, 2)})
                if run_dir is not None:
                    save_epoch(run_dir, model, recipe, history)
                progress.epoch({key: values[-1] for key, values in history.items()})
                if on_epoch is not None:
                    on_epoch(history)
        except KeyboardInterrupt:
            progress.note(_interrupted(run_dir, recipe))
            raise
        return history


def run_epoch(train_step, data, recipe, epoch, classes, report=None):
    """Train on each batch of an epoch once.

    Args:
        train_step: a `step.training_step`.
        data, recipe: as for `train`.
        epoch: from 0; with the recipe's seed it decides order and augmentation.
        classes: number of logits.
        report: a function that is called after each step with its number, from
            1, and the means so far.

    Returns:
        (loss, accuracy): means over the epoch's batches, in training mode,
        while the weights were changing.
    """
    one_hot = np.eye(classes, dtype=np.float32)
    sums = np.zeros(2)
    for step, (images, labels) in enumerate(batches(data, recipe, epoch), 1):
        sums += train_step(images, one_hot[labels])
        if report is not None:
            report(step, *(sums / step))
    return tuple(map(float, sums / step))


def without_optimizer(model):
    """A copy with the same weights that saves without the optimiser's state."""
    copy = type(model).from_config(model.get_config())  # uncompiled
    copy.set_weights(model.get_weights())
    return copy


def batches(data, recipe, epoch):
    """The epoch's batches: an order and an augmentation of its own."""
    rng = np.random.default_rng([recipe.seed, epoch])
    order = rng.permutation(len(data.train.labels))
    size = recipe.batch_size
    for start in range(0, len(order) - size + 1, size):
        chosen = order[start : start + size]
        images = data.train.images[chosen]
        if recipe.flip or recipe.shift:
            images = augment(images, rng, flip=recipe.flip, shift=recipe.shift)
        if epoch < recipe.small_epochs:
            images = half_size(images)
        yield images, data.train.labels[chosen]


def _evaluations(model, data, small):
    """The history's entries in inference mode, at the size of the epoch's images."""
    splits = {"train": data.train.first(SAMPLE), "validation": data.validation}
    row = {}
    for name, split in splits.items():
        if split is not None:
            loss, accuracy = evaluate(model, split.half_size() if small else split)
            row |= {f"{name}_loss": loss, f"{name}_accuracy": accuracy}
    return row


def _append(history, row, prefix=""):
    for key, value in row.items():
        history.setdefault(prefix + key, []).append(value)


def _marks(evaluations, steps):
    """The steps of an epoch after which the model is evaluated."""
    if evaluations not in range(1, steps + 1):
        raise ValueError(f"evaluations must be in 1..{steps}, got {evaluations!r}")
    return {round(part * steps / evaluations) for part in range(1, evaluations + 1)}


def _interrupted(run_dir, recipe):
    if run_dir is None:
        return "Interrupted. Nothing was kept: no run_dir was given."
    return (
        f"Interrupted. {finished_epochs(run_dir)} finished epochs of {recipe.epochs} "
        f"are kept in {run_dir}: resume=True (on the command line --resume) continues."
    )
