"""One whole run of the course's network, from seed to test accuracy, in a folder."""

from pathlib import Path

from resnet_lesson import fashion_mnist, models
from resnet_lesson.base.files import read_json, write_json
from resnet_lesson.base.quiet import keras
from resnet_lesson.figures.training_on_fashion_mnist import training_curves
from resnet_lesson.training import Recipe, parallel, train, without_optimizer
from resnet_lesson.training.checkpoints import read_run
from resnet_lesson.training.evaluation import accuracy_interval, evaluate


def run_fashion(chosen, *, run_dir=None, resume=False, mirrored=False):
    """Train `fashion_resnet`, then judge it once on the test images.

    Args:
        chosen: fields of `Recipe` that differ from the course's (or, when
            resuming, from those of the run in the folder).
        run_dir: folder for model.keras, history.json, loss_curves.png and
            result.json; by default runs/fashion-seed and the seed.
        resume: continue the run in the folder.
        mirrored: divide each batch among devices, see
            `parallel.mirrored_strategy`.

    Returns:
        The result: a dict with the test loss and accuracy and its 95 % interval.

    Raises:
        ValueError, OSError: see `training.Recipe` and `training.train`; or
            result.json is damaged.
    """
    if mirrored:  # the devices divide the batch already
        chosen = {"replicas": 1, **chosen}
    recipe = Recipe(**chosen)
    run_dir = Path(run_dir or f"runs/fashion-seed{recipe.seed}")
    record = read_run(run_dir) if resume else None
    if record:
        recipe = _resumed(record["recipe"], chosen, run_dir)
    result_path = run_dir / "result.json"
    data = fashion_mnist.load()
    strategy = parallel.mirrored_strategy() if mirrored else None
    parallel.share_cores(recipe.replicas)
    keras.utils.set_random_seed(recipe.seed)
    model = _network(strategy)
    history = train(
        model, data, recipe, run_dir=run_dir, resume=resume, strategy=strategy
    )
    training_curves(history).savefig(run_dir / "loss_curves.png", dpi=144)
    bare = without_optimizer(model)
    bare.save(run_dir / "model.keras")
    if result_path.exists():  # the test images are looked at once
        result = _read_result(result_path)
    else:
        loss, accuracy = evaluate(bare, data.test)
        interval = accuracy_interval(accuracy, len(data.test))
        result = {"test_loss": loss, "test_accuracy": accuracy, "interval": interval}
        write_json(result_path, result)
    print(f"{_sentence(result)}; written to {run_dir}")
    return result


def _resumed(fields, chosen, run_dir):
    """The recipe of the run in a folder, with what was chosen anew."""
    try:
        return Recipe(**{**fields, **chosen})
    except TypeError as error:  # fields of another version
        raise ValueError(
            f"run_dir {run_dir} holds a run by another recipe, {fields}: "
            "name another folder"
        ) from error


def _read_result(path):
    cure = f"delete {path}, and --resume judges the network again"
    try:
        result = read_json(path)
    except ValueError as error:
        raise ValueError(f"{error}: {cure}") from error
    try:
        _sentence(result)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not the result of a run: {cure}") from error
    return result


def _sentence(result):
    low, high = result["interval"]
    return (
        f"test accuracy {result['test_accuracy']:.2%} "
        f"(95 % interval {low:.2%} to {high:.2%})"
    )


def _network(strategy):
    if strategy is None:
        return models.fashion_resnet()
    with strategy.scope():
        return parallel.synchronized(models.fashion_resnet())
