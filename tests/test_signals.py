"""What flows through a network: against definitions, and finite differences."""

import numpy as np
import pytest

from resnet_lesson import models
from resnet_lesson.base.quiet import keras
from resnet_lesson.lab import signals

LABELS = np.arange(16) % 10


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    return rng.normal(size=(16, 14, 14, 1)).astype(np.float32)


def network(depth=14, width=4, **options):
    keras.utils.set_random_seed(0)
    return models.cifar_resnet(depth, width=width, input_shape=(14, 14, 1), **options)


def loss_of(model, images, training=True):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return float(loss(LABELS, model(images, training=training)))


@pytest.mark.parametrize("block", ["plain", "basic"])
def test_batch_norm_responds_with_deviation_one_at_the_start(images, block):
    responses = signals.response_std(network(block=block), images, training=True)
    assert len(responses) == 13  # one BN for each convolution
    assert next(iter(responses)) == "stem_bn"
    np.testing.assert_allclose(list(responses.values()), 1, atol=0.01)


def test_responses_in_inference_mode_use_the_moving_statistics(images):
    model = network(block="plain")
    stem = keras.Model(model.input, model.get_layer("stem_conv").output)
    expected = np.std(stem.predict_on_batch(images)) / np.sqrt(1 + 1e-5)
    responses = signals.response_std(model, images)
    assert responses["stem_bn"] == pytest.approx(expected, rel=1e-4)


def test_responses_and_gradients_leave_projections_out(images):
    model = network(shortcut="C")
    for measured in (
        signals.response_std(model, images),
        signals.gradient_norms(model, images, LABELS),
    ):
        assert len(measured) == 13
        assert not [name for name in measured if "shortcut" in name]


@pytest.mark.parametrize("layer", ["stem_conv", "stage1_block1_conv2"])
def test_gradient_norm_is_that_of_a_finite_difference(images, layer):
    model = network(depth=8, width=2)
    norm = signals.gradient_norms(model, images, LABELS)[layer]
    kernel = model.get_layer(layer).kernel
    start = keras.ops.convert_to_numpy(kernel)
    numeric = np.zeros(start.size)
    step = 3e-3
    for index in range(start.size):
        both = []
        for sign in (1, -1):
            moved = start.copy()
            moved.flat[index] += sign * step
            kernel.assign(moved)
            both.append(loss_of(model, images))
        numeric[index] = (both[0] - both[1]) / (2 * step)
    assert norm == pytest.approx(np.linalg.norm(numeric), rel=0.03)


def test_backward_signal_is_the_slope_of_the_loss_along_itself(images):
    """Without BN a response can be moved alone: by a bias behind its convolution."""
    bare = signals.without_batch_norm(network(depth=8, width=2, block="plain"))
    norms = signals.backward_signal(bare, images[:1], LABELS[:1])
    assert list(norms) == list(signals.gradient_norms(bare, images, LABELS))
    name = "stage3_block1_conv1"
    response = keras.Model(bare.input, bare.get_layer(name).output)
    rest = keras.Model(bare.get_layer(name).output, bare.output)
    start = keras.ops.convert_to_numpy(response(images[:1]))
    steps = 1e-2 * np.eye(start.size, dtype=np.float32).reshape(-1, *start.shape[1:])
    # Images do not meet without BN: all steps are taken in one batch.
    up, down = (rest.predict_on_batch(start + sign * steps) for sign in (1, -1))
    losses = [
        np.log(np.exp(logits).sum(axis=1)) - logits[:, LABELS[0]]
        for logits in (up, down)
    ]
    slopes = (losses[0] - losses[1]) / 2e-2
    assert norms[name] == pytest.approx(np.linalg.norm(slopes), rel=0.03)


def test_without_bias_and_bn_kernels_see_the_same_inner_product(images):
    """So norms of kernels' gradients cannot show a signal that fades."""
    import tensorflow as tf

    bare = signals.without_batch_norm(network(depth=20, block="plain"))
    kernels = [
        x.kernel.value for x in bare.layers if isinstance(x, keras.layers.Conv2D)
    ]
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        loss = loss_of(LABELS, bare(images))
    gradients = tape.gradient(loss, kernels)
    products = [
        float(tf.reduce_sum(kernel * gradient))
        for kernel, gradient in zip(kernels, gradients, strict=True)
    ]
    np.testing.assert_allclose(products, products[0], rtol=1e-3)


def test_class_cosines_tell_images_apart_as_the_layer_does(images):
    model = network(depth=8)
    labels = np.repeat([0, 1], 8)
    alike = images.copy()
    alike[:8] = images[0]  # eight times the same image
    cosines = signals.class_cosines(model, alike, labels)
    assert list(cosines) == list(signals.response_std(model, alike))
    stem = keras.Model(model.input, model.get_layer("stem_bn").output)
    flat = keras.ops.convert_to_numpy(stem(alike)).reshape(16, -1)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    same, other = cosines["stem_bn"]
    pairs = 8 * 7  # of different images, in each class
    within = (flat[8:] @ flat[8:].T)[~np.eye(8, dtype=bool)].sum()
    assert same == pytest.approx((pairs + within) / (2 * pairs), rel=1e-4)
    assert other == pytest.approx((flat[:8] @ flat[8:].T).mean(), rel=1e-3, abs=1e-5)


def test_gradient_norms_do_not_move_anything_but_statistics(images):
    model = network(depth=8)
    before = [keras.ops.convert_to_numpy(w) for w in model.trainable_weights]
    signals.gradient_norms(model, images, LABELS, training=True)
    for weight, old in zip(model.trainable_weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_a_network_without_batch_norm_has_none_and_starts_anew(images):
    model = network(depth=8)
    bare = signals.without_batch_norm(model)
    norms = [x for x in bare.layers if isinstance(x, keras.layers.BatchNormalization)]
    assert not norms
    assert bare.name == model.name
    assert [x.name for x in bare.layers] == [x.name for x in model.layers]
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            fresh = bare.get_layer(layer.name).kernel
            assert fresh.shape == layer.kernel.shape
            assert not np.allclose(fresh, layer.kernel)
    # Nothing depends on the batch any more, nor on the mode.
    together = bare.predict_on_batch(images)
    np.testing.assert_allclose(
        bare(images[:1], training=True), together[:1], rtol=1e-4, atol=1e-5
    )


def test_responses_without_batch_norm_are_those_of_convolutions(images):
    bare = signals.without_batch_norm(network(depth=8))
    assert next(iter(signals.response_std(bare, images))) == "stem_conv"
    assert len(signals.gradient_norms(bare, images, LABELS)) == 7


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("stage", ["stage1", "stage3"])
def test_preactivation_unrolls_forward_and_backward(images, stage, training):
    model = network(depth=20, block="preactivation")
    terms = signals.unroll(model, images, LABELS, stage, training=training)
    assert len(terms.residuals) == 2
    np.testing.assert_allclose(
        terms.last, terms.first + sum(terms.residuals), rtol=1e-5, atol=1e-5
    )
    added = terms.gradient_last + terms.gradient_through
    gap = np.linalg.norm(terms.gradient_first - added)
    assert gap < 1e-4 * np.linalg.norm(terms.gradient_first)
    assert np.linalg.norm(terms.gradient_through) > 0


def test_postactivation_does_not_unroll(images):
    model = network(depth=20, block="basic")
    terms = signals.unroll(model, images, LABELS, "stage1")
    assert np.abs(terms.last - terms.first - sum(terms.residuals)).max() > 0.1
    added = terms.gradient_last + terms.gradient_through
    gap = np.linalg.norm(terms.gradient_first - added)
    assert gap > 0.1 * np.linalg.norm(terms.gradient_first)


def test_unrolled_gradient_is_that_of_the_loss(images):
    """Add a little to x_l everywhere: the loss moves by the gradient's sum."""
    model = network(depth=14, block="preactivation")
    terms = signals.unroll(model, images, LABELS, "stage2")
    rest = keras.Model(
        model.get_layer("stage2_block1_add").output, model.output, name="rest"
    )
    step = 1e-2
    up, down = (loss_of(rest, terms.first + s, training=False) for s in (step, -step))
    slope = (up - down) / (2 * step)
    assert slope == pytest.approx(terms.gradient_first.sum(), rel=0.05, abs=1e-3)


@pytest.mark.parametrize(
    ("block", "stage"),
    [("basic", "stage1"), ("basic", "stage9"), ("plain", "stage1")],
)
def test_a_stage_that_cannot_be_unrolled_is_refused(images, block, stage):
    with pytest.raises(ValueError, match="two or more residual blocks"):
        signals.unroll(network(depth=8, block=block), images, LABELS, stage)


def test_block_parts_add_up_to_what_the_block_puts_out(images):
    model = models.cifar_resnet(14, width=8, input_shape=(14, 14, 1))
    parts = signals.block_parts(model, images)
    assert len(parts) == 6
    for block, (carried, added) in parts.items():
        tap = keras.Model(model.input, model.get_layer(f"{block}_relu2").output)
        expected = tap.predict_on_batch(images)
        np.testing.assert_allclose(
            np.maximum(carried + added, 0), expected, rtol=1e-5, atol=1e-5
        )
    # The first block of a later stage carries zeros in its new channels.
    assert not parts["stage2_block1"][0][..., 8:].any()
    assert parts["stage2_block1"][1][..., 8:].any()
