import contextlib
import errno
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resnet_lesson.base import files
from resnet_lesson.training import Recipe, compile_model, loop, train
from resnet_lesson.training.checkpoints import (
    finished_epochs,
    locked,
    open_run,
    read_run,
    save_epoch,
)

RECIPE = Recipe(epochs=3, batch_size=80, shift=1, replicas=1)


@pytest.fixture(scope="module")
def build():
    from resnet_lesson.base.quiet import keras
    from resnet_lesson.models import fashion_resnet

    def compiled(recipe=RECIPE, width=4):
        keras.utils.set_random_seed(0)
        model = fashion_resnet(stages=(1,), width=width)
        compile_model(model, recipe, 2)
        return model

    return compiled


@pytest.fixture(scope="module")
def trained(few, build, tmp_path_factory):
    """A run stopped after its second epoch, and what it ends with if it is not."""
    folder = tmp_path_factory.mktemp("trained")
    model, weights = build(), []

    def copied(history):
        weights.append(model.get_weights())
        if len(weights) == 2:
            shutil.copytree(folder / "run", folder / "stopped")

    train(model, few, RECIPE, run_dir=folder / "run", on_epoch=copied)
    return folder / "stopped", weights


@pytest.fixture
def run(trained, tmp_path):
    """A copy of the stopped run."""
    return shutil.copytree(trained[0], tmp_path / "run")


def test_a_run_keeps_its_last_two_epochs(run, trained, build):
    names = {path.name for path in run.iterdir()} - {".lock"}
    assert names == {
        "history.json",
        "previous.json",
        "checkpoint-001.npz",
        "checkpoint-002.npz",
    }
    for epochs in (2, 1):
        model = build()
        assert len(open_run(run, model, RECIPE, True)["seconds"]) == epochs
        assert finished_epochs(run) == epochs
        assert_equal(model.get_weights(), trained[1][epochs - 1])
        (run / "history.json").unlink(missing_ok=True)


def assert_equal(first, second):
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one, other)


def without(record, *keys):
    return {key: value for key, value in record.items() if key not in keys}


def with_history(record, **columns):
    return {**record, "history": {**record["history"], **columns}}


# What may stand in history.json: bytes, or a function of the right record.
DAMAGED = {
    "empty": b"",
    "cut off": lambda record: json.dumps(record)[:-20],
    "zeros": bytes(500),
    "not UTF-8": b'{"network": "\xff"}',
    "nested without end": b"[" * 100_000,
    "a list": lambda record: [record],
    "null": b"null",
    "a number": b"7",
    "an empty object": b"{}",
    "no network": lambda record: without(record, "network"),
    "no recipe": lambda record: without(record, "recipe"),
    "no checkpoint": lambda record: without(record, "checkpoint"),
    "no history": lambda record: without(record, "history"),
    "an empty history": lambda record: {**record, "history": {}},
    "a history that is a list": lambda record: {**record, "history": [1, 2]},
    "no seconds": lambda record: {
        **record,
        "history": without(record["history"], "seconds"),
    },
    "no epoch": lambda record: with_history(record, **{key: [] for key in HISTORY}),
    "a column that is a number": lambda record: with_history(record, seconds=3.0),
    "a column of text": lambda record: with_history(record, seconds=["a", "b"]),
    "columns of unequal length": lambda record: with_history(record, seconds=[1.0]),
    "another epoch's checkpoint": lambda record: {
        **record,
        "checkpoint": "checkpoint-001.npz",
    },
    "a checkpoint elsewhere": lambda record: {
        **record,
        "checkpoint": "../checkpoint-002.npz",
    },
}
HISTORY = (
    "running_loss",
    "running_accuracy",
    "train_loss",
    "train_accuracy",
    "validation_loss",
    "validation_accuracy",
    "seconds",
)


def refused(run, build, damaged):
    """The error names the damaged file and its cure, and the cure works."""
    with pytest.raises(ValueError, match="--resume") as refusal:
        open_run(run, build(), RECIPE, True)
    text = str(refusal.value)
    assert str(damaged) in text
    assert f"delete {run / 'history.json'}, and resume=True" in text
    assert "goes on from the epoch before" in text
    assert "\n" not in text
    history = run / "history.json"
    shutil.rmtree(history) if history.is_dir() else history.unlink()
    assert len(open_run(run, build(), RECIPE, True)["seconds"]) == 1


@pytest.mark.parametrize("how", DAMAGED)
def test_a_damaged_history_is_named_with_its_cure(how, run, build):
    path = run / "history.json"
    content = DAMAGED[how]
    if callable(content):
        content = content(json.loads(path.read_text()))
        content = content if isinstance(content, str) else json.dumps(content)
        content = content.encode()
    path.write_bytes(content)
    refused(run, build, path)


def test_a_folder_in_the_place_of_the_history(run, build):
    (run / "history.json").unlink()
    (run / "history.json").mkdir()
    refused(run, build, run / "history.json")


def test_a_history_that_may_not_be_read(run, monkeypatch):
    # As it is for another user; the tests may be run by root, who may read all.
    def denied(path, **_):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(ValueError, match=r"history\.json cannot be read \(Permission"):
        read_run(run)


def half(content):
    return content[: len(content) // 2]


def one_bit(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("change", [half, one_bit, lambda _: b"", lambda _: None])
def test_a_damaged_checkpoint_is_named_with_its_cure(change, run, build):
    path = run / "checkpoint-002.npz"
    content = change(path.read_bytes())
    path.unlink() if content is None else path.write_bytes(content)
    refused(run, build, path)


def test_a_folder_in_the_place_of_the_checkpoint(run, build):
    path = run / "checkpoint-002.npz"
    path.unlink()
    path.mkdir()
    refused(run, build, path)


def test_where_nothing_earlier_is_left_the_run_begins_anew(run, build):
    (run / "history.json").unlink()
    (run / "previous.json").write_text("{")
    with pytest.raises(ValueError, match=r"delete \S+previous.json, .* begins anew"):
        open_run(run, build(), RECIPE, True)
    (run / "previous.json").unlink()
    assert open_run(run, build(), RECIPE, True) == {}


def test_the_epoch_before_leads_to_the_same_weights(run, trained, few, build):
    (run / "checkpoint-002.npz").unlink()
    with pytest.raises(ValueError, match="checkpoint-002"):
        train(build(), few, RECIPE, run_dir=run, resume=True)
    (run / "history.json").unlink()
    model = build()
    history = train(model, few, RECIPE, run_dir=run, resume=True)
    assert len(history["seconds"]) == 3
    assert_equal(model.get_weights(), trained[1][2])


def test_a_network_of_the_same_name_and_other_shapes_is_refused(run, build):
    with pytest.raises(ValueError, match="of another network than this "):
        open_run(run, build(width=8), RECIPE, True)


# --- A disk that fills up


def full_for(monkeypatch, name):
    """Nothing more fits on the disk once half of that file is written."""
    real = {kind: getattr(Path, kind) for kind in ("write_text", "write_bytes")}

    def writer(kind):
        def half_written(path, content, **options):
            if path.name != name:
                return real[kind](path, content, **options)
            real[kind](path, half(content), **options)
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

        return half_written

    for kind in real:
        monkeypatch.setattr(Path, kind, writer(kind))


@pytest.mark.parametrize(
    "name", ["checkpoint-003.npz", "previous.json.part", "history.json.part"]
)
def test_a_full_disk_costs_one_epoch(name, run, build, monkeypatch):
    model = build()
    history = open_run(run, model, RECIPE, True)
    longer = {key: [*values, values[-1]] for key, values in history.items()}
    with monkeypatch.context() as patch:
        full_for(patch, name)
        with pytest.raises(OSError, match="epoch 3 could not be saved in") as failure:
            save_epoch(run, model, RECIPE, longer)
    assert "No space left on device" in str(failure.value)
    assert "2 finished epochs are kept there, and resume=True" in str(failure.value)
    assert not (run / "checkpoint-003.npz").exists()
    assert not list(run.glob("*.part"))
    assert open_run(run, build(), RECIPE, True) == history
    save_epoch(run, model, RECIPE, longer)  # once there is room
    assert open_run(run, build(), RECIPE, True) == longer


def test_training_stops_where_an_epoch_cannot_be_saved(run, few, build, monkeypatch):
    full_for(monkeypatch, "history.json.part")
    save = loop.save_epoch

    def saved_in_a_folder_of_its_own(*args):
        with pytest.raises(ValueError, match="another training is at"), locked(run):
            pass
        save(*args)

    monkeypatch.setattr(loop, "save_epoch", saved_in_a_folder_of_its_own)
    with pytest.raises(OSError, match="epoch 3 could not be saved in"):
        train(build(), few, RECIPE, run_dir=run, resume=True)
    assert finished_epochs(run) == 2
    with locked(run):  # given back
        pass


@contextlib.contextmanager
def files_of_at_most(size):
    resource = pytest.importorskip("resource", reason="no limits on this system")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_real_file_that_cannot_grow_costs_one_epoch(share, run, build):
    # To the program the same as a full disk, but for the error's number. (HDF5,
    # which wrote the checkpoints once, ends the process by a segmentation fault.)
    model = build()
    history = open_run(run, model, RECIPE, True)
    longer = {key: [*values, values[-1]] for key, values in history.items()}
    size = (run / "checkpoint-002.npz").stat().st_size
    with (
        pytest.raises(OSError, match="epoch 3 could not be saved in"),
        files_of_at_most(int(share * size)),
    ):
        save_epoch(run, model, RECIPE, longer)
    assert open_run(run, build(), RECIPE, True) == history
    save_epoch(run, model, RECIPE, longer)
    assert open_run(run, build(), RECIPE, True) == longer


# --- One training at a time, in a folder that can be written to


def test_a_second_training_in_the_same_folder_is_refused(run, few, build):
    for resume in (True, False):
        with locked(run), pytest.raises(ValueError, match="another training is at"):
            train(build(), few, RECIPE, run_dir=run, resume=resume)
    with locked(run):  # given back
        pass


def test_a_run_folder_must_be_a_folder(tmp_path, few, build):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ValueError, match=r"run_dir must be a folder, got the file \S+"):
        train(build(), few, RECIPE, run_dir=tmp_path / "file")
    with pytest.raises(ValueError, match=r"run_dir \S+ cannot be written to \("):
        train(build(), few, RECIPE, run_dir=tmp_path / "file" / "run")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("where", ["mkdir", "lock"])
def test_a_folder_that_may_not_be_written_to(where, tmp_path, monkeypatch):
    if where == "mkdir":

        def denied(path, **_):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

        monkeypatch.setattr(Path, "mkdir", denied)
    else:
        (tmp_path / ".lock").mkdir()  # nobody can open it as a file
    with (
        pytest.raises(ValueError, match=r"cannot be written to \(.+\): name another"),
        locked(tmp_path),
    ):
        pass


def test_a_lock_that_is_no_lock(tmp_path):
    (tmp_path / ".lock").write_bytes(b"something else\n" * 100)
    with pytest.raises(ValueError, match="cannot be written to"), locked(tmp_path):
        pass


# --- Files


def test_json_is_read_or_its_file_is_named(tmp_path):
    path = tmp_path / "some.json"
    files.write_json(path, {"a": [1, None]})
    assert files.read_json(path) == {"a": [1, None]}
    path.write_bytes(b"\xff")
    with pytest.raises(ValueError, match=r"some.json is damaged \(.*utf-8"):
        files.read_json(path)
    with pytest.raises(ValueError, match=r" cannot be read \("):
        files.read_json(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"none\.json"):
        files.read_json(tmp_path / "none.json")


def test_a_recipe_of_other_fields_is_another_recipe(run, build):
    record = json.loads((run / "history.json").read_text())
    record["recipe"]["future"] = 1
    (run / "history.json").write_text(json.dumps(record))
    with pytest.raises(ValueError, match="another recipe"):
        open_run(run, build(), RECIPE, True)
    with pytest.raises(ValueError, match="another recipe"):
        open_run(run, build(), replace(RECIPE, seed=1), True)


def test_a_record_names_the_hash_of_its_checkpoint(run):
    record = read_run(run)
    path = run / record["checkpoint"]
    assert record["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
