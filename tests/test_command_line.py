import json
import signal
import subprocess
import sys

import pytest

from resnet_lesson import fashion_mnist, models
from resnet_lesson.__main__ import main
from resnet_lesson.base.quiet import keras
from resnet_lesson.commands import check, train
from resnet_lesson.recorded import experiments, recordings
from resnet_lesson.training import loop
from resnet_lesson.training.recipe import Recipe


@pytest.fixture
def small_world(few, tiny, monkeypatch):
    """The command trains a small network on few images."""
    monkeypatch.setattr(fashion_mnist, "load", lambda: few)
    monkeypatch.setattr(models, "fashion_resnet", tiny)


def test_train_leaves_model_history_picture_and_result(small_world, tmp_path, capsys):
    folder = tmp_path / "run"
    arguments = ["train", "--epochs", "2", "--batch-size", "32", "--run-dir"]
    assert main([*arguments, str(folder)]) == 0
    printed = capsys.readouterr().out
    assert printed.count("test accuracy") == 1
    assert "1/2" in printed
    assert "2/2" in printed
    assert not {"\r", "\b", "\x1b"} & set(printed)  # no terminal: a plain log
    result = json.loads((folder / "result.json").read_text())
    assert f"{result['test_accuracy']:.2%}" in printed
    low, high = result["interval"]
    assert low < result["test_accuracy"] < high
    history = json.loads((folder / "history.json").read_text())["history"]
    assert len(history["validation_accuracy"]) == 2
    assert (folder / "loss_curves.png").read_bytes().startswith(b"\x89PNG")
    loaded = keras.models.load_model(folder / "model.keras")
    assert loaded.output_shape == (None, 10)


def test_resume_takes_the_recipe_of_the_run(small_world, tmp_path, monkeypatch, capsys):
    folder = str(tmp_path / "run")
    arguments = ["train", "--epochs", "2", "--batch-size", "32", "--run-dir", folder]
    with monkeypatch.context() as patch:

        def interrupted(*_):
            raise KeyboardInterrupt

        patch.setattr(train, "training_curves", interrupted)
        assert main(arguments) == 130
    assert main(arguments) == 2
    assert "--resume" in capsys.readouterr().err
    assert main(["train", "--run-dir", folder, "--resume"]) == 0
    printed = capsys.readouterr().out
    assert "resuming after epoch 2 of 2" in printed
    assert "test accuracy" in printed


def test_sigterm_is_like_an_interrupt(small_world, tmp_path, monkeypatch, capsys):
    before, saved = signal.getsignal(signal.SIGTERM), []
    save = loop.save_epoch

    def ended(*args):
        save(*args)
        saved.append(1)
        if len(saved) == 2:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(loop, "save_epoch", ended)
    arguments = ["train", "--epochs", "3", "--batch-size", "32", "--run-dir"]
    assert main([*arguments, str(tmp_path)]) == 130
    assert "2 finished epochs of 3 are kept in" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGTERM) is before
    assert main(["train", "--run-dir", str(tmp_path), "--resume"]) == 0
    assert "resuming after epoch 2 of 3" in capsys.readouterr().out


DAMAGED_RESULTS = ("", "[]", "{}", "null", '{"interval": [0, 1]}', "\x00", "7")


def test_a_damaged_result_is_named_with_its_cure(tmp_path):
    path = tmp_path / "result.json"
    for text in (*DAMAGED_RESULTS, '{"interval": [1], "test_accuracy": 1}'):
        path.write_text(text)
        with pytest.raises(ValueError, match=r"result\.json .+: delete \S+, and --res"):
            train._read_result(path)
    good = {"test_loss": 0.5, "test_accuracy": 0.9, "interval": [0.8, 1.0]}
    path.write_text(json.dumps(good))
    assert train._read_result(path) == good


def test_a_run_folder_that_cannot_be_used_is_told_in_one_line(
    small_world, tmp_path, capsys
):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "history.json").write_text("[]")
    recipe = {"epochs": 1, "of the future": 1}
    other = {"network": "n", "recipe": recipe, "checkpoint": "checkpoint-001.npz"}
    other |= {"sha256": "", "history": {"seconds": [1]}}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "history.json").write_text(json.dumps(other))
    for name, said in (
        ("file", "run_dir must be a folder, got the file "),
        ("file/run", "cannot be written to (Not a directory): name another folder"),
        ("damaged", "history.json is not the history of a run: delete "),
        ("other", "holds a run by another recipe, {'epochs': 1, 'of the future': 1}"),
    ):
        arguments = ["train", "--resume", "--run-dir", str(tmp_path / name)]
        assert main(arguments) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1


def test_train_in_two_replicas(small_world, tmp_path):
    arguments = ["train", "--epochs", "1", "--batch-size", "32", "--replicas", "2"]
    assert main([*arguments, "--run-dir", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "history.json").read_text())
    assert record["recipe"]["replicas"] == 2
    assert main([*arguments[:-1], "3", "--run-dir", str(tmp_path / "other")]) == 2


def test_the_test_images_are_judged_once(small_world, few, tmp_path, monkeypatch):
    arguments = ["train", "--epochs", "1", "--batch-size", "32", "--run-dir"]
    assert main([*arguments, str(tmp_path)]) == 0
    judged = []
    monkeypatch.setattr(train, "evaluate", lambda *_: judged.append(1))
    assert main(["train", "--run-dir", str(tmp_path), "--resume"]) == 0
    assert not judged


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "--epochs", "0"], "epochs must be an integer >= 1, got 0"),
        (["train", "--epochs", "many"], "--epochs: invalid int value: 'many'"),
        (["train", "--seed", "-1"], "seed must be an integer >= 0, got -1"),
        (["record", "nothing"], "experiment must be one of"),
        (["bake"], "invalid choice: 'bake'"),
        ([], "required: command"),
    ],
)
def test_bad_values_get_one_line_and_exit_code_2(arguments, said, capsys):
    try:
        code = main(arguments)
    except SystemExit as exit_:
        code = exit_.code
    error = capsys.readouterr().err
    assert code == 2
    assert said in error
    assert error.count("\n") == 1


def test_help_answers_without_loading_keras():
    code = (
        "import contextlib, sys\n"
        "from resnet_lesson.__main__ import main\n"
        "with contextlib.suppress(SystemExit): main(['train', '--help'])\n"
        "assert not {'keras', 'tensorflow', 'numpy'} & set(sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert f"(default: {Recipe.epochs})" in run.stdout


def test_check_finds_this_machine_ready(capsys):
    assert main(["check"]) == 0
    printed = capsys.readouterr().out
    for name in ("Python", "tensorflow", "cores", "memory", *fashion_mnist.SHA256):
        assert name in printed
    assert "fault" not in printed


def test_check_names_fault_and_cure(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(check, "PYTHONS", ((3, 98), (3, 99)))
    monkeypatch.setattr(check, "PACKAGES", ("no-such-package",))
    findings = {finding.name: finding for finding in check.check(tmp_path)}
    assert "install Python 3.98 to 3.99" in findings["Python"].cure
    assert "requirements.txt" in findings["no-such-package"].cure
    for name in fashion_mnist.SHA256:
        assert "is missing" in findings[name].value
        assert "git checkout" in findings[name].cure
    assert check.report(list(findings.values())).count("cure: ") == 6
    monkeypatch.setattr(check, "check", lambda: list(findings.values()))
    assert main(["check"]) == 1


def test_record_keeps_every_finished_run(small_world, tmp_path, monkeypatch, capsys):
    variant = experiments.Variant(models.fashion_resnet, Recipe(1, 32))
    experiment = experiments.Experiment({"a": variant, "b": variant}, (3,), True)
    monkeypatch.setitem(recordings.EXPERIMENTS, "trial", experiment)
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    monkeypatch.setattr(recordings, "UNFINISHED", tmp_path / "unfinished")
    trained = []
    real = recordings.train

    def second_is_interrupted(model, data, recipe, **options):
        if trained:
            raise KeyboardInterrupt
        trained.append(recipe.seed)
        return real(model, data, recipe, **options)

    with monkeypatch.context() as patch:
        patch.setattr(recordings, "train", second_is_interrupted)
        assert main(["record", "trial"]) == 130
    kept = recordings.read("trial")["runs"]
    assert [run["variant"] for run in kept] == ["a"]
    trained.clear()
    assert main(["record", "trial"]) == 0
    runs_ = recordings.read("trial")["runs"]
    assert runs_[:1] == kept
    plans = recordings.planned("trial")
    assert [{key: run[key] for key in plans[0]} for run in runs_] == plans
    assert {"tensorflow", "processor", "cores"} <= runs_[1]["machine"].keys()
    assert runs_[1]["seconds"] > 0
    assert 0 <= runs_[1]["test_accuracy"] <= 1
