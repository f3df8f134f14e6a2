import numpy as np
import pytest

from resnet_lesson.evaluation import accuracy_interval, evaluate
from resnet_lesson.quiet import keras


def test_evaluate_equals_keras(tiny, few):
    model = tiny()
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    expected = model.evaluate(few.test.images, few.test.labels, verbose=0)
    assert np.allclose(evaluate(model, few.test, batch_size=30), expected, rtol=1e-5)


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
