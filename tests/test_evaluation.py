import numpy as np
import pytest

from resnet_lesson.base.quiet import keras
from resnet_lesson.fashion_mnist import Split
from resnet_lesson.lab.comparison import mcnemar
from resnet_lesson.training.evaluation import (
    accuracy_interval,
    confusion_matrix,
    evaluate,
    mirrored_accuracy,
    precision_and_recall,
    reliability,
)


def test_evaluate_equals_keras(tiny, few):
    model = tiny()
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    expected = model.evaluate(few.test.images, few.test.labels, verbose=0)
    assert np.allclose(evaluate(model, few.test, batch_size=30), expected, rtol=1e-5)


def test_mirrored_accuracy_is_that_of_the_mean_logits(tiny, few):
    model, images = tiny(), few.test.images
    logits = np.add(model(images), model(images[:, :, ::-1]))
    expected = np.mean(logits.argmax(axis=1) == few.test.labels)
    assert mirrored_accuracy(model, few.test) == expected
    flipped = Split(images[:, :, ::-1], few.test.labels)
    assert mirrored_accuracy(model, flipped) == expected


def test_evaluate_survives_huge_logits(few):
    inputs = keras.Input((28, 28, 1))
    constant = keras.layers.Dense(
        10,
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant([1e4] + [0.0] * 9),
    )
    model = keras.Model(inputs, constant(keras.layers.Flatten()(inputs)))
    loss, accuracy = evaluate(model, few.test)
    share = np.mean(few.test.labels == 0)
    assert np.isclose(accuracy, share)
    assert np.isclose(loss, 1e4 * (1 - share))


def test_interval_solves_wilsons_equation():
    # Its ends are the p for which |a - p| is z standard errors at p itself.
    for accuracy, n in ((0.93, 10_000), (0.5, 40), (0.0, 20), (1.0, 20)):
        for p in accuracy_interval(accuracy, n):
            variance = p * (1 - p) / n
            assert (accuracy - p) ** 2 == pytest.approx(1.96**2 * variance, abs=1e-12)


def test_interval_narrows_with_the_root_of_n():
    widths = [np.ptp(accuracy_interval(0.9, n)) for n in (10_000, 40_000)]
    assert widths[0] / widths[1] == pytest.approx(2, rel=1e-3)


@pytest.mark.parametrize(("accuracy", "n"), [(1.1, 10), (-0.1, 10), (0.5, 0)])
def test_interval_refuses_nonsense(accuracy, n):
    with pytest.raises(ValueError, match="must be"):
        accuracy_interval(accuracy, n)


def test_confusion_matrix_counts_pairs():
    matrix = confusion_matrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0], classes=3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]


def test_precision_and_recall_by_hand():
    precision, recall = precision_and_recall(
        np.array([[1, 1, 0], [0, 1, 0], [1, 0, 2]])
    )
    assert np.allclose(precision, [1 / 2, 1 / 2, 1])
    assert np.allclose(recall, [1 / 2, 1, 2 / 3])


def test_a_class_that_never_occurs_has_no_recall():
    precision, recall = precision_and_recall(
        confusion_matrix([0, 0], [0, 1], classes=3)
    )
    assert np.isnan(recall[1])
    assert precision[1] == 0
    assert np.isnan(precision[2])


@pytest.mark.parametrize(
    ("labels", "predicted", "said"),
    [
        ([0, 3], [0, 1], r"labels must be in 0..2, got values from 0 to 3"),
        ([0, 1], [-1, 1], r"predicted must be in 0..2, got values from -1 to 1"),
        ([0, 1], [0], "predicted must be as many as labels, 2, got 1"),
    ],
)
def test_confusion_matrix_refuses_nonsense(labels, predicted, said):
    with pytest.raises(ValueError, match=said):
        confusion_matrix(labels, predicted, classes=3)


def test_reliability_of_a_network_that_is_right_as_often_as_it_says():
    rng = np.random.default_rng(0)
    first = rng.uniform(0.5, 1, size=20_000)
    labels = (rng.uniform(size=first.size) > first).astype(int)
    confidence, accuracy, count = reliability(
        np.stack([first, 1 - first], axis=1), labels, bins=10
    )
    assert count.sum() == first.size
    assert not count[:5].any()
    assert np.isnan(confidence[:5]).all()
    np.testing.assert_allclose(confidence[5:], np.arange(0.55, 1, 0.1), atol=0.01)
    np.testing.assert_allclose(accuracy[5:], confidence[5:], atol=0.03)


def test_certainty_falls_into_the_last_bin_and_no_bin_is_refused():
    certain = np.eye(3)
    _, accuracy, count = reliability(certain, np.array([0, 1, 0]), bins=4)
    assert count.tolist() == [0, 0, 0, 3]
    assert accuracy[-1] == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="bins must be a positive integer, got 0"):
        reliability(certain, np.array([0, 1, 2]), bins=0)


def test_mcnemar_counts_where_one_is_right_and_tosses_a_coin():
    labels = np.zeros(12, dtype=int)
    first, second = labels.copy(), labels.copy()
    second[:5] = 1  # only the first is right
    first[5] = 1  # only the second is
    first[6:8], second[6:8] = 1, 2  # neither
    assert mcnemar(first, second, labels) == (5, 1, 2 * (1 + 6) / 2**6)
    assert mcnemar(second, first, labels) == (1, 5, 2 * (1 + 6) / 2**6)
    assert mcnemar(labels, labels, labels) == (0, 0, 1.0)
    assert mcnemar(first[4:6], second[4:6], labels[4:6]) == (1, 1, 1.0)
    with pytest.raises(ValueError, match="first and second must be as many as labels"):
        mcnemar(first, second, labels[:3])


def test_mcnemar_finds_a_difference_by_chance_as_often_as_it_says():
    rng = np.random.default_rng(0)
    labels = np.zeros(200, dtype=int)
    found = [
        mcnemar(*rng.choice(2, size=(2, 200), p=(0.9, 0.1)), labels)[2] < 0.05
        for _ in range(2_000)
    ]
    assert 0.01 < np.mean(found) < 0.05  # exact tests of few images are cautious
