import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from resnet_lesson import training
from resnet_lesson.lab import signals
from resnet_lesson.training import parallel
from resnet_lesson.training.recipe import Recipe
from resnet_lesson.training.step import training_step

# A low rate: the smaller the steps, the less what rounding changes can grow.
SHORT = Recipe(epochs=2, batch_size=32, peak_rate=0.001, replicas=1)

ON_TWO_DEVICES = """
import json
from resnet_lesson import fashion_mnist, models
from resnet_lesson.training import parallel
from resnet_lesson.base.quiet import keras
from resnet_lesson.training.recipe import Recipe
from resnet_lesson.training.step import training_step
from resnet_lesson.training import train

strategy = parallel.mirrored_strategy()
assert strategy.num_replicas_in_sync == 2
data = fashion_mnist.load()
few = fashion_mnist.FashionMNIST(
    data.train.first(160), data.validation.first(100), None
)
keras.utils.set_random_seed(0)
with strategy.scope():
    model = parallel.synchronized(models.fashion_resnet(stages=(1, 1), width=8))
recipe = Recipe(epochs=2, batch_size=32, peak_rate=0.001, replicas=1)
print(json.dumps(train(model, few, recipe, strategy=strategy)), end="")
"""


def test_two_devices_have_the_losses_of_one(tiny, few):
    # The processor can only be divided before TensorFlow is at work.
    output = subprocess.run(
        [sys.executable, "-c", ON_TWO_DEVICES],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    on_two = json.loads(output[output.index("{") :])
    on_one = training.train(tiny(), few, SHORT)
    for key in ("running_loss", "train_loss", "validation_loss"):
        assert np.allclose(on_two[key], on_one[key], rtol=1e-3), key


def test_without_batch_norm_replicas_change_nothing_but_rounding(tiny, few):
    # BN is the one layer that looks at the other images of its part.
    models = [signals.without_batch_norm(tiny()) for _ in range(3)]
    histories = [
        training.train(model, few, replace(SHORT, replicas=n))
        for model, n in zip(models, (1, 2, 4), strict=True)
    ]
    for other in histories[1:]:
        assert np.allclose(
            histories[0]["running_loss"], other["running_loss"], rtol=1e-4
        )


def test_each_replica_normalises_by_its_own_part(tiny, few):
    images, labels = few.train.images[:32], few.train.labels[:32]
    one_hot = np.eye(10, dtype=np.float32)[labels]
    model = tiny()
    halves = [model(half, training=True) for half in np.split(images, 2)]
    expected = np.mean(
        [
            -np.log(np.exp(z)[np.arange(16), y] / np.exp(z).sum(axis=1))
            for z, y in zip(map(np.array, halves), np.split(labels, 2), strict=True)
        ]
    )
    model = tiny()
    training.compile_model(model, SHORT, 1)
    loss, accuracy = training_step(model, 2)(images, one_hot)
    assert np.isclose(loss, expected, rtol=1e-4)
    right = np.concatenate(halves).argmax(axis=1) == labels
    assert np.isclose(accuracy, right.mean())


def test_a_divided_batch_trains_about_as_well(tiny, few):
    recipe = Recipe(epochs=6, batch_size=32, peak_rate=0.02, replicas=2)
    history = training.train(tiny(), few, recipe)
    assert history["running_loss"][-1] < 0.8 * history["running_loss"][0]


def test_replicas_and_strategy_exclude_each_other(tiny):
    with pytest.raises(ValueError, match=r"replicas must be 1 where .*, got 2"):
        training_step(tiny(), replicas=2, strategy=object())


def test_synchronized_is_the_same_network(tiny, few):
    plain, synchronized = tiny(), parallel.synchronized(tiny())
    assert [layer.name for layer in plain.layers] == [
        layer.name for layer in synchronized.layers
    ]
    images = few.test.images
    assert np.array_equal(
        plain.predict_on_batch(images), synchronized.predict_on_batch(images)
    )
