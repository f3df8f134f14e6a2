import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from resnet_lesson import training
from resnet_lesson.base.quiet import keras
from resnet_lesson.fashion_mnist import FashionMNIST, Split
from resnet_lesson.models import fashion_resnet
from resnet_lesson.training import Recipe, checkpoints, learning_rate, loop, train
from resnet_lesson.training.evaluation import evaluate

SHORT = Recipe(epochs=3, batch_size=32, shift=1, replicas=1)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("epochs", 0, "an integer >= 1"),
        ("batch_size", 1.5, "an integer >= 1"),
        ("shift", -1, "an integer >= 0"),
        ("small_epochs", -1, "an integer >= 0"),
        ("small_epochs", 5, "at most epochs, 4"),
        ("replicas", 0, "an integer >= 1"),
        ("seed", -1, "an integer >= 0"),
        ("optimizer", "adagrad", "one of"),
        ("schedule", "step", "one of"),
        ("peak_rate", 0.0, "positive"),
        ("peak_rate", float("nan"), "positive"),
        ("weight_decay", -0.1, ">= 0"),
        ("warmup", 1.0, r"in \[0, 1\)"),
        ("label_smoothing", -0.1, r"in \[0, 1\)"),
    ],
)
def test_recipe_refuses_what_cannot_be(field, value, allowed):
    with pytest.raises(ValueError, match=f"{field} must be {allowed}.*, got {value!r}"):
        Recipe(**{field: value})


def test_recipe_refuses_replicas_of_different_size():
    with pytest.raises(ValueError, match="replicas must divide batch_size, 64, got 3"):
        Recipe(replicas=3)


def test_recipe_cannot_be_changed():
    with pytest.raises(AttributeError):
        Recipe().epochs = 5


def test_rate_rises_linearly_then_falls_to_zero():
    recipe = Recipe(epochs=2, warmup=0.25, peak_rate=0.1)
    rate = learning_rate(recipe, 100)
    rates = np.array([float(rate(step)) for step in range(201)])
    assert np.isclose(rates[0], 0.1 / 25)
    assert rates.argmax() == 50
    assert np.isclose(rates.max(), 0.1)
    assert np.allclose(np.diff(rates[:51]), np.diff(rates[:2]), atol=1e-6)
    assert np.all(np.diff(rates[50:]) < 0)
    assert np.isclose(rates[200], 0, atol=1e-7)
    assert np.isclose(rates[125], 0.05, rtol=1e-3)  # half way down, half the rate


def test_constant_schedule_stays_at_the_peak():
    rate = learning_rate(Recipe(schedule="constant", warmup=0.0, peak_rate=0.01), 10)
    assert np.allclose([float(rate(step)) for step in (0, 20, 39)], 0.01)


def test_a_single_step_with_warmup_still_has_a_rate():
    rate = learning_rate(Recipe(epochs=1, warmup=0.9), 1)
    assert float(rate(0)) > 0


def test_the_loss_and_the_optimiser_are_the_recipes(tiny):
    recipe = Recipe(optimizer="sgd", label_smoothing=0.2, weight_decay=0.5, warmup=0)
    model = tiny()
    training.compile_model(model, recipe, 100)
    # A fifth of the label is spread over the two classes, half of it on each.
    loss = model.loss(np.array([[1.0, 0.0]]), np.array([[0.0, np.log(3)]]))
    assert np.isclose(float(loss), 0.9 * np.log(4) + 0.1 * np.log(4 / 3))
    variables = {variable.path.split("/")[-1]: variable for variable in model.weights}
    kernel, gamma = variables["kernel"], variables["gamma"]
    start = [np.array(kernel), np.array(gamma)]
    for _ in range(2):  # of a constant gradient
        model.optimizer.apply(
            [np.ones(v.shape, np.float32) for v in model.trainable_variables],
            model.trainable_variables,
        )
    rate = recipe.peak_rate
    assert np.allclose(np.array(gamma), start[1] - rate * (1 + 1.9), atol=1e-5)
    shrunk = start[0] * (1 - 0.5 * rate) ** 2 - rate * (1 + 1.9)
    assert np.allclose(np.array(kernel), shrunk, atol=2e-5)


@pytest.mark.parametrize(("optimizer", "peak_rate"), [("adamw", 0.02), ("sgd", 0.2)])
def test_training_lowers_the_loss(optimizer, peak_rate, tiny, few):
    recipe = Recipe(epochs=6, batch_size=16, optimizer=optimizer, peak_rate=peak_rate)
    history = train(tiny(), few, recipe)
    assert len(history["seconds"]) == 6
    assert set(history) == {
        "running_loss",
        "running_accuracy",
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_accuracy",
        "seconds",
    }
    assert history["running_loss"][-1] < 0.8 * history["running_loss"][0]
    assert all(np.isfinite(values).all() for values in history.values())


def test_history_holds_the_final_network_in_inference_mode(tiny, few):
    model = tiny()
    history = train(model, few, Recipe(epochs=1, batch_size=32))
    for name in ("train", "validation"):
        split = getattr(few, name)
        logits = model(split.images, training=False)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        assert np.isclose(history[f"{name}_loss"][-1], loss(split.labels, logits))
        right = np.argmax(logits, axis=1) == split.labels
        assert np.isclose(history[f"{name}_accuracy"][-1], right.mean())


def test_running_loss_is_the_mean_of_the_batches_in_training_mode(tiny, few):
    model = tiny()
    recipe = Recipe(epochs=1, batch_size=80, flip=False, peak_rate=1e-12, replicas=1)
    history = train(model, few, recipe)  # the weights stay where they are
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    batches = training.batches(few, recipe, 0)
    losses = [
        float(loss(labels, tiny()(images, training=True))) for images, labels in batches
    ]
    assert np.isclose(history["running_loss"][0], np.mean(losses), rtol=1e-4)


def test_weight_decay_shrinks_kernels_and_nothing_else(tiny, few):
    dark = Split(np.zeros_like(few.train.images), few.train.labels)
    recipe = Recipe(
        epochs=1, batch_size=160, peak_rate=1e-3, warmup=0.0, weight_decay=100.0
    )
    model, start = tiny(), tiny()
    train(model, FashionMNIST(dark, few.validation, None), recipe)
    for after, before in zip(
        model.trainable_variables, start.trainable_variables, strict=True
    ):
        change = np.abs(after - before).max()
        if after.path.endswith("kernel"):
            assert np.abs(after).sum() < 0.95 * np.abs(before).sum()
        else:
            assert change < 0.01  # one step of AdamW at this rate


def test_order_and_augmentation_follow_seed_and_epoch(few):
    def first_batch(seed, epoch):
        recipe = Recipe(batch_size=32, shift=2, seed=seed)
        return next(training.batches(few, recipe, epoch))[0]

    assert np.array_equal(first_batch(0, 1), first_batch(0, 1))
    assert not np.array_equal(first_batch(0, 1), first_batch(0, 2))
    assert not np.array_equal(first_batch(0, 1), first_batch(1, 1))


def test_an_epoch_sees_each_image_once(few):
    recipe = Recipe(batch_size=40, flip=False)
    seen = [
        image.tobytes()
        for images, _ in training.batches(few, recipe, 0)
        for image in images
    ]
    assert sorted(seen) == sorted(image.tobytes() for image in few.train.images)


def test_small_epochs_show_small_images(few):
    recipe = Recipe(epochs=2, small_epochs=1, batch_size=160, flip=False)
    ((small, small_labels),) = training.batches(few, recipe, 0)
    ((full, full_labels),) = training.batches(few, recipe, 1)
    assert small.shape == (160, 14, 14, 1)
    assert full.shape == (160, 28, 28, 1)
    order, full_order = (np.random.default_rng([0, e]).permutation(160) for e in (0, 1))
    tiles = few.train.images[order].reshape(160, 14, 2, 14, 2, 1)
    assert np.array_equal(small, tiles.mean(axis=(2, 4)))  # bit for bit
    assert np.array_equal(small_labels, few.train.labels[order])
    assert np.array_equal(full_labels, few.train.labels[full_order])


def test_small_epochs_are_evaluated_at_their_size(few):
    model = fashion_resnet(stages=(1, 1), width=8, input_shape=(None, None, 1))
    sizes = {"small": [], "full": []}

    def evaluated(history):
        sizes["small"].append(evaluate(model, few.validation.half_size())[0])
        sizes["full"].append(evaluate(model, few.validation)[0])

    recipe = Recipe(epochs=2, small_epochs=1, batch_size=80)
    history = train(model, few, recipe, on_epoch=evaluated)
    expected = [sizes["small"][0], sizes["full"][1]]
    assert np.allclose(history["validation_loss"], expected)


def test_without_validation_images_none_are_evaluated(tiny, few, capsys):
    history = train(
        tiny(), FashionMNIST(few.train, None, None), Recipe(epochs=1, batch_size=80)
    )
    assert set(history) == {
        "running_loss",
        "running_accuracy",
        "train_loss",
        "train_accuracy",
        "seconds",
    }
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "1/1" in line]
    assert row.split().count("-") == 2


class Killed(BaseException):
    """Stands for a signal that ends the process."""


def _killed_in_batch(monkeypatch):
    """The third epoch dies after its second batch."""
    batches = training.batches

    def dying(data, recipe, epoch):
        whole = batches(data, recipe, epoch)
        yield from itertools.islice(whole, 2 if epoch == 2 else None)
        if epoch == 2:
            raise Killed

    monkeypatch.setattr(loop, "batches", dying)


def _killed_while_saving(monkeypatch):
    """The second epoch dies with its weights written, its history not yet."""
    write_json = checkpoints.write_json

    def dying(path, content):
        if len(content["history"]["seconds"]) == 2:
            raise Killed
        write_json(path, content)

    monkeypatch.setattr(checkpoints, "write_json", dying)


def _killed_before_anything_is_kept(monkeypatch):
    def dying(*_):
        raise Killed

    monkeypatch.setattr(loop, "save_epoch", dying)


@pytest.mark.parametrize(
    ("kill", "replicas"),
    [
        (_killed_in_batch, 1),
        (_killed_in_batch, 2),
        (_killed_while_saving, 1),
        (_killed_before_anything_is_kept, 1),
    ],
)
def test_a_killed_run_resumes_to_the_very_same_weights(
    kill, replicas, tiny, few, tmp_path, monkeypatch
):
    whole, recipe = tiny(), replace(SHORT, replicas=replicas)
    expected = train(whole, few, recipe)
    with monkeypatch.context() as patch:
        kill(patch)
        with pytest.raises(Killed):
            train(tiny(), few, recipe, run_dir=tmp_path)
    resumed = tiny()
    history = train(resumed, few, recipe, run_dir=tmp_path, resume=True)
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        assert np.array_equal(a, b)
    for key in history.keys() - {"seconds"}:
        assert history[key] == expected[key]


def test_a_finished_run_resumes_to_itself(tiny, few, tmp_path):
    model, again = tiny(), tiny()
    history = train(model, few, SHORT, run_dir=tmp_path)
    assert history == train(again, few, SHORT, run_dir=tmp_path, resume=True)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_the_run_folder_holds_the_history_and_the_recipe(tiny, few, tmp_path):
    history = train(tiny(), few, SHORT, run_dir=tmp_path / "new")
    record = json.loads((tmp_path / "new" / "history.json").read_text())
    assert record["history"] == history
    assert Recipe(**record["recipe"]) == SHORT


def test_a_run_folder_is_not_overwritten(tiny, few, tmp_path):
    train(tiny(), few, SHORT, run_dir=tmp_path)
    with pytest.raises(ValueError, match="already holds a run"):
        train(tiny(), few, SHORT, run_dir=tmp_path)
    with pytest.raises(ValueError, match="another recipe"):
        train(tiny(), few, Recipe(batch_size=16), run_dir=tmp_path, resume=True)


def test_interrupt_says_how_to_resume(tiny, few, tmp_path, monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, "evaluate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(tiny(), few, SHORT, run_dir=tmp_path)
    said = capsys.readouterr().out
    assert "0 finished epochs of 3" in said
    assert "--resume" in said


def test_labels_out_of_range_are_refused(tiny, few):
    wrong = Split(few.train.images, few.train.labels + 5)
    with pytest.raises(ValueError, match=r"train labels must be in 0..9, got .* to 14"):
        train(tiny(), FashionMNIST(wrong, few.validation, None), SHORT)


def test_batch_larger_than_the_data_is_refused(tiny, few):
    with pytest.raises(ValueError, match=r"batch_size must be at most .* 160, got 162"):
        train(tiny(), few, Recipe(batch_size=162))


def test_without_optimizer_saves_the_weights_alone(tiny, few, tmp_path):
    model = tiny()
    train(model, few, Recipe(epochs=1, batch_size=32))
    model.save(tmp_path / "with.keras")
    training.without_optimizer(model).save(tmp_path / "without.keras")
    sizes = [
        (tmp_path / f"{name}.keras").stat().st_size for name in ("with", "without")
    ]
    assert sizes[1] < sizes[0]
    loaded = keras.models.load_model(tmp_path / "without.keras")
    assert not loaded.compiled
    images = few.test.images
    assert np.array_equal(
        model.predict_on_batch(images), loaded.predict_on_batch(images)
    )


def test_each_epoch_is_reported_with_the_history_so_far(tiny, few):
    lengths = []
    recipe = Recipe(epochs=2, batch_size=80)
    train(
        tiny(),
        few,
        recipe,
        on_epoch=lambda history: lengths.append(len(history["seconds"])),
    )
    assert lengths == [1, 2]


def test_several_evaluations_an_epoch_give_a_curve_and_change_nothing(tiny, few):
    recipe = Recipe(epochs=2, batch_size=20)
    once, often = tiny(), tiny()
    expected = train(once, few, recipe)
    seen = []
    history = train(
        often, few, recipe, evaluations=4, on_epoch=lambda h: seen.append(dict(h))
    )
    for a, b in zip(once.get_weights(), often.get_weights(), strict=True):
        assert np.array_equal(a, b)
    curve = {key: history.pop(key) for key in list(history) if "curve" in key}
    for key in expected.keys() - {"seconds"}:
        assert history[key] == expected[key]
    assert curve["curve_epoch"] == [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
    assert len(seen) == 8
    for name in ("train_loss", "train_accuracy", "validation_loss"):
        assert len(curve[f"curve_{name}"]) == 8
        assert curve[f"curve_{name}"][3::4] == history[name]


@pytest.mark.parametrize("evaluations", [0, 9, -1, 2.5, None])
def test_evaluations_must_fit_into_an_epoch(evaluations, tiny, few):
    with pytest.raises(ValueError, match=r"evaluations must be in 1..8, got"):
        train(tiny(), few, Recipe(batch_size=20), evaluations=evaluations)
