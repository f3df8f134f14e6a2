import numpy as np
import pytest

from resnet_lesson.base.quiet import keras
from resnet_lesson.lab import identity
from resnet_lesson.recorded.experiments import small_network


def test_dirac_kernel_passes_every_pixel_on():
    images = np.random.default_rng(0).normal(size=(2, 5, 6, 3)).astype(np.float32)
    kernel = identity.dirac_kernel((3, 3, 3, 3))
    output = keras.ops.conv(images, kernel, padding="same")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(output), images)


def test_further_filters_of_a_dirac_kernel_put_out_zero():
    images = np.random.default_rng(0).normal(size=(1, 4, 4, 2)).astype(np.float32)
    kernel = identity.dirac_kernel((3, 3, 2, 5))
    output = keras.ops.convert_to_numpy(keras.ops.conv(images, kernel, padding="same"))
    np.testing.assert_array_equal(output[..., :2], images)
    assert not output[..., 2:].any()


@pytest.mark.parametrize("shape", [(2, 3, 4, 4), (3, 3, 8, 4)])
def test_kernels_that_cannot_be_the_identity_are_refused(shape):
    with pytest.raises(ValueError, match=r"shape must be \(odd, odd, channels"):
        identity.dirac_kernel(shape)


@pytest.mark.parametrize("depth", [14, 20])
def test_the_deeper_network_computes_what_the_shallow_one_does(depth):
    keras.utils.set_random_seed(0)
    shallow = small_network("plain", 8)
    images = np.random.default_rng(1).normal(size=(64, 14, 14, 1)).astype(np.float32)
    for _ in range(3):  # moving statistics other than at the start
        shallow(images, training=True)
    deep = small_network("plain", depth)
    identity.insert_identities(shallow, deep)
    expected = shallow.predict_on_batch(images)
    np.testing.assert_allclose(
        deep.predict_on_batch(images), expected, rtol=1e-5, atol=1e-5
    )
    in_training = keras.ops.convert_to_numpy(deep(images, training=True))
    assert np.abs(in_training - expected).max() > 0.1


def test_a_block_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="No such layer: stage9_block1_conv1"):
        identity.make_identity(small_network("plain", 8), "stage9_block1")
