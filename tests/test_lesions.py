import numpy as np
import pytest

from resnet_lesson.base.quiet import keras
from resnet_lesson.lab import lesions
from resnet_lesson.recorded.experiments import small_network

STAGES = ("stage1", "stage2", "stage3")
ALL = [f"{stage}_block{index}" for stage in STAGES for index in (1, 2)]


@pytest.fixture
def images():
    return np.random.default_rng(0).normal(size=(4, 14, 14, 1)).astype(np.float32)


def network(kind):
    keras.utils.set_random_seed(0)
    return small_network(kind, 14)


def taps(model, images, *names):
    outputs = [model.get_layer(name).output for name in names]
    return keras.Model(model.input, outputs).predict_on_batch(images)


def test_blocks_are_named_in_order():
    assert lesions.block_names(network("residual")) == ALL


@pytest.mark.parametrize("kind", ["plain", "residual"])
def test_a_deleted_block_puts_out_its_input(kind, images):
    model = network(kind)
    with lesions.deleted(model, "stage2_block2"):
        before, after = taps(
            model, images, "stage2_block1_relu2", "stage2_block2_relu2"
        )
    np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["plain", "residual"])
def test_a_deleted_downsampling_block_passes_every_second_pixel(kind, images):
    model = network(kind)
    with lesions.deleted(model, "stage2_block1"):
        before, after = taps(
            model, images, "stage1_block2_relu2", "stage2_block1_relu2"
        )
    assert not after[..., 8:].any()
    # "same" centres a 3x3 convolution of stride 2 on columns 1, 3, ... of an even
    # size; the shortcut takes 0, 2, ...
    first = 1 if kind == "plain" else 0
    np.testing.assert_allclose(
        after[..., :8], before[:, first::2, first::2], rtol=1e-5, atol=1e-6
    )


def test_the_network_is_whole_again(images):
    model = network("residual")
    before = model.predict_on_batch(images)
    with lesions.deleted(model, "stage1_block1", "stage3_block2"):
        assert np.abs(model.predict_on_batch(images) - before).max() > 1e-3
    np.testing.assert_array_equal(model.predict_on_batch(images), before)


def test_an_unknown_block_is_refused():
    with (
        pytest.raises(
            ValueError, match=r"block must be one of .*, got 'stage4_block1'"
        ),
        lesions.deleted(network("plain"), "stage4_block1"),
    ):
        pass


def test_random_sets_spare_the_downsampling_blocks():
    sets = lesions.random_sets(ALL, 3, draws=5, seed=1)
    assert sets == lesions.random_sets(ALL, 3, draws=5, seed=1)
    assert len(sets) == 5
    for chosen in sets:
        assert len(set(chosen)) == 3
        assert not {"stage2_block1", "stage3_block1"} & set(chosen)


def test_too_large_a_set_is_refused():
    with pytest.raises(ValueError, match=r"count must be in 0\.\.4, got 5"):
        lesions.random_sets(ALL, 5, draws=1)


@pytest.mark.parametrize("kind", ["plain", "residual"])
def test_one_by_one_is_each_deletion_in_turn(kind, images):
    model = network(kind)
    found = lesions.one_by_one(model, images)
    assert list(found) == ALL
    for block, logits in found.items():
        with lesions.deleted(model, block):
            wanted = model.predict_on_batch(images)
        np.testing.assert_allclose(logits, wanted, rtol=1e-4, atol=1e-5)


def test_a_change_is_measured_against_the_logits_and_not_their_mean():
    before = np.array([[1.0, -1.0], [3.0, 5.0]])
    assert lesions.relative_change(before, before + 7) == 0
    assert lesions.relative_change(before, 3 * before) == pytest.approx(2)
    assert lesions.relative_change(before, -before) == pytest.approx(2)
