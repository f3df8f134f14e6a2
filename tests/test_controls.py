import numpy as np

from resnet_lesson.base.quiet import keras
from resnet_lesson.lab import controls
from resnet_lesson.recorded.networks import small_network


def build():
    return small_network("residual", 8)


def images(n=32):
    return np.random.default_rng(0).normal(2, 3, (n, 14, 14, 1)).astype(np.float32)


def test_an_untrained_network_stores_the_statistics_of_its_images():
    model = controls.untrained(build, images(), seed=3)
    bn = model.get_layer("stage2_block1_bn2")
    response = keras.Model(model.input, bn.output)(images(), training=False).numpy()
    np.testing.assert_allclose(response.mean(axis=(0, 1, 2)), 0, atol=1e-3)
    np.testing.assert_allclose(response.std(axis=(0, 1, 2)), 1, atol=2e-2)
    assert bn.momentum > 0


def test_the_seed_decides_and_a_training_with_it_begins_there():
    keras.utils.set_random_seed(3)
    begins = build().get_layer("stage1_block1_conv1").kernel.numpy()
    first, second, third = (controls.untrained(build, images(), s) for s in (3, 3, 4))
    kernels = [
        x.get_layer("stage1_block1_conv1").kernel.numpy()
        for x in (first, second, third)
    ]
    np.testing.assert_array_equal(kernels[0], begins)
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).max() > 0.01


def test_cosines_see_the_direction_of_a_filter_and_not_its_length():
    first = controls.untrained(build, images(), 0)
    second = controls.untrained(build, images(), 0)
    kernel = second.get_layer("stem_conv").kernel
    kernel.assign(kernel * np.array([1, 2, 0.5, -1, -3, 1, 1, 1], np.float32))
    cosines = controls.filter_cosines(first, second)
    np.testing.assert_allclose(
        cosines["stem_conv"], [1, 1, 1, -1, -1, 1, 1, 1], rtol=1e-5
    )
    assert len(cosines) == 7  # the head is no convolution
    other = controls.filter_cosines(first, controls.untrained(build, images(), 1))
    assert np.abs(other["stage3_block1_conv2"]).mean() < 0.2


def test_the_nearest_mean_is_found():
    known = np.array([[[0.0], [0.0]], [[2.0], [0.0]], [[10.0], [10.0]]])
    new = np.array([[[1.0], [1.0]], [[7.0], [9.0]], [[-50.0], [0.0]]])
    found = controls.nearest_mean(known, np.array([0, 0, 1]), new)
    np.testing.assert_array_equal(found, [0, 1, 0])
