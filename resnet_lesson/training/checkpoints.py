"""The folder of a training run: written so that a kill at any moment loses nothing.

`history.json` names the checkpoint that belongs to it, and its hash. The next
checkpoint is written beside the old one, and only then is `history.json`
replaced, in one atomic step: whatever happens, it points at a complete file.
`previous.json` is the history of the epoch before, whose checkpoint is kept too:
a disk that spoils the newest files costs one epoch and not the run.
"""

import contextlib
import hashlib
import io
import sqlite3
from dataclasses import asdict
from numbers import Real
from pathlib import Path

import numpy as np

from resnet_lesson.base.files import read_json, write_json, write_text

HISTORY = "history.json"
PREVIOUS = "previous.json"


@contextlib.contextmanager
def locked(run_dir):
    """Keep a run's folder, made if it is missing, to one training at a time.

    Raises:
        ValueError: another training is at work in it, or it is no folder that
            can be written to.
    """
    run_dir = Path(run_dir)
    if run_dir.is_file():
        raise ValueError(f"run_dir must be a folder, got the file {run_dir}")
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        # SQLite's lock is the system's own, be it Linux, macOS or Windows: whoever
        # is killed gives it back, so that no stale lock can be in the way.
        lock = sqlite3.connect(run_dir / ".lock", timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise ValueError(_unwritable(run_dir, error)) from error
    with contextlib.closing(lock):
        try:
            lock.execute("PRAGMA journal_mode = MEMORY")  # no second file
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise ValueError(_unwritable(run_dir, error)) from error
            raise ValueError(
                f"another training is at work in run_dir {run_dir}: wait for its end, "
                "or name another folder"
            ) from None
        yield


def open_run(run_dir, model, recipe, resume):
    """The history so far, with the model brought to where it ends.

    Args:
        run_dir: the run's folder.
        model: a compiled model, whose weights and optimiser state are set.
        recipe: the `Recipe` about to be followed.
        resume: whether a run that is there already may be continued.

    Returns:
        The history, a dict of lists; empty for a new run.

    Raises:
        ValueError: the folder holds a run and `resume` is not set, holds a run
            by another recipe or network, or one whose files are damaged.
    """
    record = read_run(run_dir)
    if record is None:
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
    _load_checkpoint(Path(run_dir), record, model)
    return record["history"]


def read_run(run_dir):
    """What a run's folder says of its last whole epoch.

    Returns:
        A dict with "network" (the model's name), "recipe" (a dict of its
        fields), "checkpoint" (a file's name), "sha256" (its hash) and
        "history"; None where there is no run.

    Raises:
        ValueError: the file is damaged; the error says how to go on without it.
    """
    for path in (Path(run_dir) / HISTORY, Path(run_dir) / PREVIOUS):
        if path.exists():
            try:
                record = read_json(path)
            except ValueError as error:
                raise ValueError(f"{error}: {_cure(path)}") from error
            if not _is_record(record):
                raise ValueError(f"{path} is not the history of a run: {_cure(path)}")
            return record
    return None


def finished_epochs(run_dir):
    """How many whole epochs are kept in a run's folder."""
    record = read_run(run_dir)
    return len(record["history"]["seconds"]) if record else 0


def save_epoch(run_dir, model, recipe, history):
    """Write weights and optimiser state, then the history that names them.

    Raises:
        OSError: something could not be written; all that was kept before still is.
    """
    run_dir, epoch = Path(run_dir), len(history["seconds"])
    newest, checkpoint = run_dir / HISTORY, run_dir / _checkpoint(epoch)
    # Through memory, and not by HDF5: a full disk makes it end the process.
    content = io.BytesIO()
    np.savez(content, *map(np.asarray, _state(model)))
    record = {
        "network": model.name,
        "recipe": asdict(recipe),
        "checkpoint": checkpoint.name,
        "sha256": _sha256(content.getvalue()),
        "history": history,
    }
    try:
        checkpoint.write_bytes(content.getvalue())
        if newest.exists():
            write_text(run_dir / PREVIOUS, newest.read_text(encoding="utf-8"))
        write_json(newest, record)
    except OSError as error:
        with contextlib.suppress(OSError):
            checkpoint.unlink()
        raise OSError(
            f"epoch {epoch} could not be saved in {run_dir} ({error}): "
            f"{epoch - 1} finished epochs are kept there, and resume=True (--resume) "
            "continues once it can be written to"
        ) from error
    for old in run_dir.glob("checkpoint-*.npz"):
        if old.name not in (_checkpoint(epoch), _checkpoint(epoch - 1)):
            old.unlink()


def _checkpoint(epoch):
    return f"checkpoint-{epoch:03d}.npz"


def _state(model):
    """All that a step of training changes."""
    return [*model.variables, *model.optimizer.variables]


def _load_checkpoint(run_dir, record, model):
    checkpoint = run_dir / record["checkpoint"]
    newest = run_dir / HISTORY
    cure = _cure(newest if newest.exists() else run_dir / PREVIOUS)
    try:
        content = checkpoint.read_bytes()
    except OSError as error:
        raise ValueError(
            f"{checkpoint} cannot be read ({error.strerror}): {cure}"
        ) from error
    if _sha256(content) != record["sha256"]:
        raise ValueError(f"{checkpoint} is not the file that was saved: {cure}")
    with np.load(io.BytesIO(content)) as archive:
        values = list(archive.values())
    variables = _state(model)
    if [value.shape for value in values] != [tuple(v.shape) for v in variables]:
        raise ValueError(
            f"run_dir {run_dir} holds a run of another network than this "
            f"{model.name}, by the shapes of its weights: name another folder"
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _is_record(record):
    """Whether it has the shape that `save_epoch` gives."""
    kinds = {
        "network": str,
        "recipe": dict,
        "checkpoint": str,
        "sha256": str,
        "history": dict,
    }
    if not isinstance(record, dict) or not all(
        isinstance(record.get(key), kind) for key, kind in kinds.items()
    ):
        return False
    columns = record["history"]
    if not columns or not all(
        isinstance(values, list) and all(isinstance(value, Real) for value in values)
        for values in columns.values()
    ):
        return False
    by_epoch = [columns[key] for key in columns if not key.startswith("curve_")]
    epochs = len(columns.get("seconds", ()))
    return (
        epochs > 0
        and all(len(values) == epochs for values in by_epoch)
        and record["checkpoint"] == _checkpoint(epochs)
    )


def _cure(path):
    """How to go on where a record, or the checkpoint it names, is damaged."""
    earlier = path.name == HISTORY and path.with_name(PREVIOUS).exists()
    return (
        f"delete {path}, and resume=True (--resume) "
        f"{'goes on from the epoch before' if earlier else 'begins anew'}"
    )


def _unwritable(run_dir, error):
    reason = getattr(error, "strerror", None) or error
    return f"run_dir {run_dir} cannot be written to ({reason}): name another folder"


def _sha256(content):
    return hashlib.sha256(content).hexdigest()
