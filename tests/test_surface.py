import numpy as np
import pytest

from resnet_lesson.base.quiet import keras
from resnet_lesson.lab import surface
from resnet_lesson.recorded import planes, recordings
from resnet_lesson.training.evaluation import evaluate


def test_directions_are_normalised_filter_by_filter(tiny):
    model = tiny()
    for weight, step in zip(model.weights, surface.direction(model, 0), strict=True):
        values = np.asarray(weight)
        if weight.name == "kernel":
            axes = tuple(range(values.ndim - 1))
            np.testing.assert_allclose(
                np.linalg.norm(step.reshape(-1, step.shape[-1]), axis=0),
                np.sqrt((values**2).sum(axis=axes)),
                rtol=1e-4,
            )
        else:
            assert not step.any(), weight.path


def test_the_loss_does_not_depend_on_the_scale_of_normalised_weights(tiny, few):
    # BN hides the scale of a kernel; with filter normalisation so does the picture.
    one, other = tiny(), tiny()
    one(few.train.images, training=True)  # moving statistics off their start
    other.set_weights(one.get_weights())
    for layer in other.layers:
        if isinstance(layer, keras.layers.Conv2D):
            layer.kernel.assign(4 * layer.kernel)
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_mean.assign(4 * layer.moving_mean)
            layer.moving_variance.assign(16 * layer.moving_variance)
    first, second = (
        surface.losses(model, few.train, [surface.direction(model, 0)], [(0,), (0.3,)])
        for model in (one, other)
    )
    np.testing.assert_allclose(first, second, rtol=1e-3)


def test_the_origin_is_the_network_itself_and_weights_come_back(tiny, few):
    model = tiny()
    before = model.get_weights()
    directions = [surface.direction(model, seed) for seed in (1, 2)]
    result = surface.losses(model, few.train, directions, [(0, 0), (1, -1)])
    np.testing.assert_allclose(result[0], evaluate(model, few.train))
    assert abs(result[1, 0] - result[0, 0]) > 1e-3
    for kept, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, now)


def test_places_of_the_wrong_shape_are_refused(tiny, few):
    model = tiny()
    with pytest.raises(
        ValueError, match=r"places must have shape \(n, 1\), got \(3,\)"
    ):
        surface.losses(model, few.train, [surface.direction(model, 0)], [0, 1, 2])


def test_a_recorded_line_is_computed_again():
    for name, (places, loss) in planes.read().items():
        model, _ = recordings.trained_model("degradation", name)
        directions = [surface.direction(model, seed) for seed in planes.SEEDS]
        chosen = [(places[8], places[10]), (places[10], places[10])]
        again = surface.losses(model, planes.sample(), directions, chosen)[:, 0]
        np.testing.assert_allclose(again, loss[10, [8, 10]], rtol=1e-2, atol=1e-3)
