"""The folder of a training run: written so that a kill at any moment loses nothing.

`history.json` names the checkpoint that belongs to it. The next checkpoint is
written beside the old one, and only then is `history.json` replaced, in one
atomic step: whatever happens, it points at a complete file.
"""

import json
from dataclasses import asdict
from pathlib import Path

from resnet_lesson.base.files import write_json

HISTORY = "history.json"


def open_run(run_dir, model, recipe, resume):
    """The history so far, with the model brought to where it ends.

    Args:
        run_dir: the run's folder; it is made if it is missing.
        model: a compiled model, whose weights and optimiser state are set.
        recipe: the `Recipe` about to be followed.
        resume: whether a run that is there already may be continued.

    Returns:
        The history, a dict of lists; empty for a new run.

    Raises:
        ValueError: the folder holds a run and `resume` is not set, or holds a
            run by another recipe or network.
    """
    record = read_run(run_dir)
    if record is None:
        Path(run_dir).mkdir(parents=True, exist_ok=True)
        return {}
    if not resume:
        raise ValueError(
            f"run_dir {run_dir} already holds a run: pass resume=True (--resume) to "
            "continue it, or name another folder"
        )
    if record["recipe"] != asdict(recipe):
        raise ValueError(
            f"run_dir {run_dir} holds a run by another recipe, {record['recipe']}: "
            "resume with that recipe, or name another folder"
        )
    if record["network"] != model.name:
        raise ValueError(
            f"run_dir {run_dir} holds a run of another network, "
            f"{record['network']}, got {model.name}: name another folder"
        )
    model.load_weights(Path(run_dir) / record["checkpoint"])
    return record["history"]


def read_run(run_dir):
    """The record in a run's folder (network, recipe, history), or None."""
    path = Path(run_dir) / HISTORY
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def save_epoch(run_dir, model, recipe, history):
    """Write weights and optimiser state, then the history that names them."""
    run_dir = Path(run_dir)
    name = f"checkpoint-{len(history['seconds']):03d}.weights.h5"
    model.save_weights(run_dir / name, overwrite=True)
    record = {
        "network": model.name,
        "recipe": asdict(recipe),
        "checkpoint": name,
        "history": history,
    }
    write_json(run_dir / HISTORY, record)
    for old in run_dir.glob("checkpoint-*.weights.h5"):
        if old.name != name:
            old.unlink()
