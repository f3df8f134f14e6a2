import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from resnet_lesson import models
from resnet_lesson.bench import growth
from resnet_lesson.lab import inspection
from resnet_lesson.recorded import experiments, recordings
from resnet_lesson.training import loop
from resnet_lesson.training.evaluation import predict_logits

RECORDED = sorted(recordings.EXPERIMENTS)
KEPT = [
    (name, variant)
    for name, experiment in recordings.EXPERIMENTS.items()
    for variant in experiment.kept
]


def test_every_experiment_is_recorded_and_nothing_else():
    files = {path.name for path in recordings.FOLDER.iterdir()}
    weights = {f"{variant}.weights.h5" for _, variant in KEPT}
    assert (
        files
        == {f"{name}.json" for name in (*RECORDED, "race", "speed", "surface")}
        | weights
    )


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_recipes_are_those_of_today(name):
    runs = recordings.read(name)["runs"]
    plans = recordings.planned(name)
    assert [{key: run[key] for key in plans[0]} for run in runs] == plans


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_histories_are_whole(name):
    for run in recordings.read(name)["runs"]:
        assert run["seconds"] > 0
        for key, values in run["history"].items():
            assert len(values) == run["recipe"]["epochs"], key
            assert np.isfinite(values).all(), key


def test_unknown_recording_is_refused():
    with pytest.raises(ValueError, match=r"experiment must be one of .*, got 'none'"):
        recordings.read("none")


@pytest.mark.parametrize(("name", "variant"), KEPT)
def test_kept_weights_predict_what_was_recorded(fashion, name, variant):
    model, run = recordings.trained_model(name, variant)
    data = recordings.EXPERIMENTS[name].variants[variant].data(fashion)
    predicted = predict_logits(model, data.test.images).argmax(axis=1)
    recorded = np.array([int(digit) for digit in run["predictions"]])
    assert np.sum(predicted != recorded) <= 5  # of 10,000
    assert (recordings.FOLDER / f"{variant}.weights.h5").stat().st_size < 2e6


def test_weights_that_are_not_kept_are_refused():
    with pytest.raises(ValueError, match=r"variant must be one of .*, got 'plain-8'"):
        recordings.trained_model("degradation", "plain-8")


def test_the_best_rates_are_those_that_were_recorded():
    errors = {
        name: 1 - runs[0]["history"]["train_accuracy"][-1]
        for name, runs in recordings.by_variant("rates").items()
    }
    for (kind, depth), rate in experiments.BEST_RATE.items():
        best = min(
            experiments.PEAK_RATES, key=lambda r: errors[f"{kind}-{depth} at {r}"]
        )
        assert rate == best, (kind, depth)


@pytest.fixture
def toy(monkeypatch, tmp_path, few):
    """An experiment that takes a second, recorded into a folder of its own."""
    network = partial(models.fashion_resnet, stages=(1,), width=8)
    recipe = replace(experiments.PLAINEST, batch_size=80)
    experiment = experiments.Experiment(
        {"toy": experiments.Variant(network, recipe)},
        seeds=(0, 1),
        judged=True,
        kept=("toy",),
    )
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    monkeypatch.setattr(recordings, "UNFINISHED", tmp_path / "unfinished")
    monkeypatch.setattr(recordings, "EXPERIMENTS", {"toy": experiment})
    monkeypatch.setattr(recordings.fashion_mnist, "load", lambda: few)
    return tmp_path


def test_a_recording_goes_on_where_it_stopped(toy, few, capsys):
    recordings.record("toy")
    whole = (toy / "toy.json").read_text()
    content = json.loads(whole)
    assert [run["recipe"]["seed"] for run in content["runs"]] == [0, 1]
    assert len(content["runs"][0]["predictions"]) == len(few.test)
    assert "predictions" not in content["runs"][1]

    # The second run is lost: it alone is made again.
    content["runs"].pop()
    (toy / "toy.json").write_text(json.dumps(content))
    capsys.readouterr()
    recordings.record("toy")
    assert "toy: toy, seed 0" not in capsys.readouterr().out
    again = json.loads((toy / "toy.json").read_text())["runs"]
    assert again[1]["test_accuracy"] == json.loads(whole)["runs"][1]["test_accuracy"]

    # The kept weights are lost: the first run is made again.
    (toy / "toy.weights.h5").unlink()
    recordings.record("toy")
    assert "toy: toy, seed 0" in capsys.readouterr().out
    model, run = recordings.trained_model("toy", "toy")
    predicted = predict_logits(model, few.test.images).argmax(axis=1)
    assert "".join(map(str, predicted)) == run["predictions"]


def test_an_unfinished_run_goes_on_after_its_last_whole_epoch(toy, monkeypatch):
    experiment = recordings.EXPERIMENTS["toy"]
    recipe = replace(experiment.variants["toy"].recipe, epochs=2)
    longer = replace(experiment.variants["toy"], recipe=recipe)
    monkeypatch.setitem(
        recordings.EXPERIMENTS, "toy", replace(experiment, variants={"toy": longer})
    )
    batches, epochs = loop.batches, []

    def noted(data, recipe, epoch):
        epochs.append((recipe.seed, epoch))
        if len(epochs) == 2:
            raise KeyboardInterrupt
        return batches(data, recipe, epoch)

    monkeypatch.setattr(loop, "batches", noted)
    with pytest.raises(KeyboardInterrupt):
        recordings.record("toy")
    recordings.record("toy")
    assert epochs == [(0, 0), (0, 1), (0, 1), (1, 0), (1, 1)]
    assert not list((toy / "unfinished").iterdir())
    for run in recordings.read("toy")["runs"]:
        assert run["seconds"] == round(sum(run["history"]["seconds"]), 1)


def test_the_longest_run_reaches_what_the_course_says():
    runs = recordings.read("fashion")["runs"]
    assert np.mean([run["test_accuracy"] for run in runs]) >= 0.943
    for run in runs:
        assert run["seconds"] <= 50 * 60
        assert run["test_accuracy"] < run["mirrored_test_accuracy"]


def test_the_recorded_bench_is_ahead_of_the_plain_script():
    recorded = growth.read()
    ratios = recorded["bench"]["ratios"]["resnet_lesson"]
    assert len(ratios) >= 5
    assert np.median(ratios) >= 1.25
    networks = {(n["depth"], n["width"], n["size"]): n for n in recorded["growth"]}
    middle = models.cifar_resnet(20, input_shape=(28, 28, 1))
    assert networks[20, 16, 28]["macs"] == inspection.model_macs(middle)


def test_no_worker_is_refused():
    with pytest.raises(ValueError, match="workers must be at least 1, got 0"):
        recordings.record("course", workers=0)
