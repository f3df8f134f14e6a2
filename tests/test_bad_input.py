"""Whatever a function is given, the error names the argument and what is allowed.

Every public function that checks its arguments gets values of the wrong type,
range and rank, one at a time in a call that is right otherwise.
"""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from resnet_lesson import blocks, conv_arithmetic, fashion_mnist, models
from resnet_lesson.base.quiet import keras
from resnet_lesson.exercises import check
from resnet_lesson.fashion_mnist import FashionMNIST, Split
from resnet_lesson.lab import comparison, identity, lesions, shortcuts, surface, toy
from resnet_lesson.recorded import recordings
from resnet_lesson.training import (
    Recipe,
    batches,
    compile_model,
    evaluation,
    learning_rate,
    parallel,
    step,
    train,
)

NAN = float("nan")
NO_SIZES = [  # none of them is a positive integer
    *(0, -1, 2.0, 2.5, NAN, math.inf, True, None, "3", b"3", [], [3], {}, 3j, ...),
    *(np.float64(3), np.array(3), np.array([3]), np.int64(0), np.bool_(True)),
]
NO_WORDS = ["", "x", "a", -1, 1.5, None, True, NAN, b"A", [], ["A"], {}, ...]


@pytest.fixture
def refused(tell):
    """Asserts that a call fails in one line that names argument and value."""
    count = 0

    def call(function, arguments, name, value, says=None, error=ValueError):
        nonlocal count
        count += 1
        with pytest.raises(error) as refusal:
            function(**{**arguments, name: value})
        text = str(refusal.value)
        wanted = says or rf"(input )?{name} must .+, got {re.escape(repr(value))}$"
        assert re.match(wanted, text), f"{text!r} for {value!r}"
        assert "\n" not in text

    yield call
    tell("bad arguments answered with their name", count)


def block(function):
    x = keras.Input((8, 8, 4))
    return function, {"x": x, "filters": 4, "stride": 1, "name": "block"}


BLOCKS = [
    block(function)
    for function in (
        blocks.plain_block,
        blocks.basic_block,
        blocks.bottleneck_block,
        blocks.preactivation_block,
    )
]
WINDOW = {"input_size": 28, "kernel_size": 3, "stride": 2, "dilation": 1}
# A function and arguments that are right; those that are an int are sizes.
SIZES = [
    (conv_arithmetic.effective_kernel_size, {"kernel_size": 3, "dilation": 1}),
    (conv_arithmetic.same_padding, WINDOW),
    (conv_arithmetic.output_size, WINDOW),
    (conv_arithmetic.window_columns, WINDOW),
    (
        conv_arithmetic.conv_parameters,
        {"kernel_size": (3, 3), "in_channels": 16, "filters": 32},
    ),
    (models.fashion_resnet, {"width": 4, "stem_stride": 1, "classes": 10}),
    (models.fashion_plain, {"width": 4, "classes": 10}),
    (models.cifar_resnet, {"depth": 8, "width": 4, "classes": 10}),
    (models.imagenet_resnet, {"depth": 18, "classes": 10}),
    *BLOCKS,
    (blocks.BasicBlock, {"filters": 4, "stride": 1}),
    (learning_rate, {"steps_per_epoch": 10, "recipe": Recipe()}),
    (evaluation.accuracy_interval, {"n": 10, "accuracy": 0.5}),
    (
        evaluation.confusion_matrix,
        {"classes": 2, "labels": [0, 1], "predicted": [0, 1]},
    ),
    (
        evaluation.reliability,
        {"bins": 2, "probabilities": np.eye(2), "labels": np.array([0, 1])},
    ),
    (parallel.share_cores, {"replicas": 1}),
    (step.training_step, {"replicas": 1, "model": keras.Sequential()}),
    (shortcuts.one_block, {"size": 8, "channels": 4, "builder": blocks.basic_block}),
    (shortcuts.scaled_stage, {"blocks": 2, "size": 7, "channels": 4, "scale": 1.0}),
    (toy.race, {"steps": 1, "targets": {"zero": toy.Target()}}),
]
SIZE_CASES = [
    pytest.param(function, right, name, id=f"{function.__name__}-{name}")
    for function, right in SIZES
    for name, value in right.items()
    if type(value) is int
]


@pytest.mark.parametrize(("function", "right", "name"), SIZE_CASES)
def test_sizes(function, right, name, refused):
    function(**{**right, name: np.int64(right[name])})  # NumPy's integers are some
    for value in NO_SIZES:
        refused(function, right, name, value)


PAIRS = [
    (
        conv_arithmetic.conv_parameters,
        {"kernel_size": 3, "in_channels": 1, "filters": 1},
        "kernel_size",
    ),
    (
        conv_arithmetic.conv_macs,
        {"output_size": 3, "kernel_size": 3, "in_channels": 1, "filters": 1},
        "output_size",
    ),
]


@pytest.mark.parametrize(("function", "right", "name"), PAIRS)
def test_sizes_of_two_axes(function, right, name, refused):
    function(**{**right, name: (np.int64(1), 3)})
    for value in [*NO_SIZES, (3,), (3, 3, 3), (3, 0), (3, 2.0), ("3", 3), (True, 3)]:
        refused(function, right, name, value)


WORDS = [
    (models.fashion_resnet, {}, ("block", "shortcut", "padding")),
    (models.fashion_plain, {}, ("padding",)),
    (models.cifar_resnet, {"depth": 8}, ("block", "shortcut", "padding")),
    (models.imagenet_resnet, {"depth": 50}, ("shortcut", "padding", "stride_on")),
    (*BLOCKS[0], ("padding",)),
    (*BLOCKS[1], ("shortcut", "padding")),
    (*BLOCKS[2], ("shortcut", "padding", "stride_on")),
    (*BLOCKS[3], ("shortcut", "padding")),
    (conv_arithmetic.output_size, WINDOW, ("padding",)),
    (conv_arithmetic.window_columns, WINDOW, ("padding",)),
    (fashion_mnist.verify, {}, ("name",)),
]
WORD_CASES = [
    pytest.param(function, right, name, id=f"{function.__name__}-{name}")
    for function, right, names in WORDS
    for name in names
]


@pytest.mark.parametrize(("function", "right", "name"), WORD_CASES)
def test_words(function, right, name, refused):
    for value in NO_WORDS:
        refused(function, right, name, value)


@pytest.mark.parametrize("value", ["", "x", -1, 1.5, None, True, NAN, b"A"], ids=repr)
def test_names_of_experiments_and_exercises(value, refused):
    for function in (recordings.read, recordings.by_variant, recordings.planned):
        refused(function, {}, "name", value, "experiment must be one of .+, got")
    refused(recordings.trained_model, {"name": "course"}, "variant", value)
    refused(check, {"answer": 1}, "number", value)


def test_padding_in_pixels(refused):
    bad = (-1, 1.0, True, (1,), (1, 2, 3), (1, -1), (0.5, 1), ("same", "same"), None)
    for value in bad:
        refused(conv_arithmetic.output_size, WINDOW, "padding", value)
    assert conv_arithmetic.output_size(4, 3, padding=(np.int64(0), 1)) == 3


def test_layers_of_a_receptive_field(refused):
    for layer in (3, "33", (3,), (3, 1, 1, 1), None, {3, 1}):
        refused(
            conv_arithmetic.receptive_field,
            {},
            "layers",
            [(3, 1), layer],
            rf"layers must hold .+\(kernel_size, .+, got {re.escape(repr(layer))}",
        )
    for layer, name in (((0, 1), "kernel_size"), ((3, 1.0), "stride")):
        refused(conv_arithmetic.receptive_field, {}, "layers", [layer], f"{name} must")


STAGES = [(), [], 2, None, "222", (2, 0), (2, 2.0), (True, 2), ((2,), 2), {2: 2}, NAN]
SHAPES = [
    *(None, 28, "28", (28, 28), (28, 28, 1, 1), (28, 28, None), (0, 28, 1)),
    *((28, 28.0, 1), (28, 28, True), [28, 28], (28, -1, 1), ("28", 28, 1)),
]


@pytest.mark.parametrize("build", [models.fashion_resnet, models.fashion_plain])
def test_stages_and_shapes(build, refused):
    build(stages=[np.int64(1)], width=4, input_shape=[None, None, np.int64(2)])
    for value in STAGES:
        refused(build, {"width": 4}, "stages", value)
    for value in SHAPES:
        refused(build, {}, "input_shape", value, r"input(_| )\w+ must .+, got")


@pytest.mark.parametrize(
    "depth", [7, 9, 19, 34, 2, -4, "20", 20.0, None, True, [], NAN]
)
def test_depths(depth, refused):
    refused(models.cifar_resnet, {}, "depth", depth)
    if depth != 34:  # which is one of the others
        refused(models.imagenet_resnet, {}, "depth", depth)


def test_shapes_that_no_block_takes(refused):
    for function, right in BLOCKS:
        for shape in ((8, 4), (8, 8, None), (2, 8, 8, 4)):
            x = keras.Input(shape)
            refused(
                function, right, "x", x, r"x must be \(batch, height, .+, got shape"
            )
    for function, right in BLOCKS[1:]:
        narrow = {**right, "shortcut": "A", "x": keras.Input((8, 8, 64))}
        refused(function, narrow, "filters", 4, r'shortcut "A" .+ at least 64, got \d+')


# --- Recipes

RIGHT = {  # a value of NumPy's that is right
    "epochs": np.int64(4),
    "batch_size": np.int32(64),
    "shift": np.uint8(0),
    "small_epochs": np.int64(1),
    "replicas": np.int64(2),
    "seed": np.uint32(7),
    "peak_rate": np.float32(0.5),
    "weight_decay": np.float64(0.5),
    "warmup": np.float16(0.5),
    "label_smoothing": np.float32(0.5),
}
NO_NUMBERS = [NAN, math.inf, -1, "0.5", None, True, [], 1j, np.array([0.5]), ...]


@pytest.mark.parametrize("name", RIGHT)
def test_fields_of_a_recipe(name, refused):
    value = getattr(Recipe(**{name: RIGHT[name]}), name)
    assert isinstance(value, (int, float))  # which JSON can hold
    assert value == RIGHT[name]
    no_integer = isinstance(RIGHT[name], np.integer)
    for value in [*NO_NUMBERS, *([0.5, 1.0] if no_integer else [])]:
        refused(Recipe, {}, name, value)


def test_other_fields_of_a_recipe(refused):
    for value in (0, 1, None, "no", np.bool_(True), NAN):
        refused(Recipe, {}, "flip", value)
    for name in ("optimizer", "schedule"):
        for value in NO_WORDS:
            refused(Recipe, {}, name, value)


# --- Images and labels

IMAGES = np.zeros((8, 4, 4, 1), dtype=np.float32)
LABELS = np.arange(8) % 2


def with_value(value):
    images = IMAGES.copy()
    images[3, 1, 2] = value
    return images


BAD_IMAGES = {
    "bytes": (IMAGES.astype(np.uint8), "must be floats, normalised, got uint8"),
    "integers": (IMAGES.astype(int), "must be floats, normalised, got int64"),
    "truth": (IMAGES.astype(bool), "must be floats, normalised, got bool"),
    "complex": (IMAGES.astype(complex), "must be floats"),
    "text": (IMAGES.astype(str), "must be floats"),
    "objects": (IMAGES.astype(object), "must be floats"),
    "nan": (with_value(NAN), "must be finite, got nan in 1 of 8 images"),
    "inf": (with_value(np.inf), "must be finite, got inf in 1 of 8 images"),
    "-inf": (with_value(-np.inf), "must be finite, got -inf in 1 of 8 images"),
    "no channels": (IMAGES[..., 0], r"must be an array \(n, .+ shape \(8, 4, 4\)$"),
    "one image": (IMAGES[0], r"must be an array \(n, .+ shape \(4, 4, 1\)$"),
    "none": (IMAGES[:0], r"must be an array .+ n >= 1, got an array of shape \(0, "),
    "a list": (IMAGES.tolist(), r"must be an array \(n, .+ got list$"),
    "nothing": (None, "must be an array .+ got NoneType$"),
    "another size": (
        np.zeros((8, 6, 6, 1), np.float32),
        r"must fit the network's input, \(4, 4, 1\), got \(6, 6, 1\)",
    ),
    "colours": (np.zeros((8, 4, 4, 3), np.float32), "must fit the network's input"),
}
BAD_LABELS = {
    "floats": (LABELS.astype(float), "must be integers, got float64"),
    "truth": (LABELS.astype(bool), "must be integers, got bool"),
    "nan": (np.full(8, NAN), "must be integers, got float64"),
    "text": (LABELS.astype(str), "must be integers"),
    "objects": (LABELS.astype(object), "must be integers, got object"),
    "one-hot": (np.eye(2)[LABELS], r"must be an array \(n,\), .+ shape \(8, 2\)$"),
    "a column": (LABELS[:, np.newaxis], r"must be an array \(n,\)"),
    "none": (LABELS[:0], r"must be an array \(n,\), n >= 1"),
    "a list": (LABELS.tolist(), "must be an array .+ got list$"),
    "nothing": (None, "must be an array .+ got NoneType$"),
    "too many": (np.zeros(9, int), "must be as many as images, 8, got 9"),
    "too few": (np.zeros(7, int), "must be as many as images, 8, got 7"),
    "negative": (LABELS - 1, r"must be in 0\.\.1, got values from -1 to 0"),
    "too large": (LABELS + 1, r"must be in 0\.\.1, got values from 1 to 2"),
}
FEW = Recipe(epochs=1, batch_size=4, replicas=1)


@pytest.fixture(scope="module")
def model():
    return models.fashion_resnet(stages=(1,), width=2, input_shape=(4, 4, 1), classes=2)


def splits(**changed):
    """Right data, but for the split that is given."""
    right = {name: Split(IMAGES, LABELS) for name in ("train", "validation")}
    return FashionMNIST(**{**right, **changed}, test=None)


@pytest.mark.parametrize("which", ["train", "validation"])
def test_images_and_labels_are_looked_at_before_training(which, model, refused):
    arguments = {"model": model, "recipe": FEW}
    weights = model.get_weights()
    for images, says in BAD_IMAGES.values():
        data = splits(**{which: Split(images, LABELS)})
        refused(train, arguments, "data", data, f"{which} images {says}")
    for labels, says in BAD_LABELS.values():
        data = splits(**{which: Split(IMAGES, labels)})
        refused(train, arguments, "data", data, f"{which} labels {says}")
    assert all(map(np.array_equal, weights, model.get_weights()))


def test_what_may_be_trained_on(model):
    data = splits(train=Split(IMAGES.astype(np.float64), LABELS.astype(np.uint8)))
    assert len(train(model, data, FEW)["seconds"]) == 1


def test_what_is_no_model_data_or_recipe(model, refused):
    right = {"model": model, "data": splits(), "recipe": FEW}
    inputs = keras.Input((4, 4, 1))
    without_head = keras.Model(inputs, keras.layers.ReLU()(inputs))
    for value in (None, "resnet", 3, keras.Sequential(), without_head, train):
        refused(train, right, "model", value, "model must be a keras.Model from")
    for value in (None, "fashion", IMAGES, {}, (IMAGES, LABELS)):
        refused(train, right, "data", value, "data must have the splits train and")
    for value in (None, {}, 4, "course"):
        refused(train, right, "recipe", value, "recipe must be a Recipe, got")
    for value in (0, 3, -1, 1.5, None, "1", NAN, [1]):
        refused(train, right, "evaluations", value)


def test_small_epochs_must_fit_the_network(model, refused):
    small = replace(FEW, small_epochs=1, epochs=2)
    refused(
        train,
        {"model": model, "data": splits()},
        "recipe",
        small,
        r"train images must fit .+, \(4, 4, 1\), got \(2, 2, 1\) \(with small_epochs=1",
    )
    odd = Split(np.zeros((8, 5, 5, 1), np.float32), LABELS)
    refused(
        train,
        {"model": model, "recipe": small},
        "data",
        splits(train=odd),
        "images must .+ height and width even, got float32",
    )


def test_images_and_labels_are_looked_at_before_evaluation(model, refused):
    arguments = {"model": model}
    for labels, says in BAD_LABELS.values():
        split = Split(IMAGES, labels)
        refused(evaluation.evaluate, arguments, "split", split, f"labels {says}")
    for value in NO_SIZES:
        right = {**arguments, "images": IMAGES}
        refused(evaluation.predict_logits, right, "batch_size", value)
    refused(evaluation.predict_logits, arguments, "images", IMAGES[:0], "images must")


def test_augmentation_and_normalisation(refused):
    right = {"images": IMAGES, "rng": np.random.default_rng(0)}
    for value in (-1, 1.0, True, None, "1", NAN, np.float64(1)):
        refused(fashion_mnist.augment, right, "shift", value)
        refused(Split(IMAGES, LABELS).first, {}, "count", value)
    for value in (IMAGES[0], IMAGES[..., 0], None, 3):
        refused(fashion_mnist.augment, right, "images", value, "images must be")
        refused(fashion_mnist.half_size, {}, "images", value, "images must be")
    for value in (IMAGES, IMAGES[..., 0], np.zeros((4, 4), np.uint8), None, [[[1]]]):
        refused(fashion_mnist.normalize, {}, "pixels", value, "pixels must be uint8")


def test_measures(refused):
    for value in (1.1, -0.1, NAN, math.inf):
        refused(evaluation.accuracy_interval, {"n": 10}, "accuracy", value)
    for value in (0, -1.96, NAN, math.inf):
        refused(evaluation.accuracy_interval, {"accuracy": 0.5, "n": 10}, "z", value)
    right = {"labels": [0, 1], "predicted": [0, 1], "classes": 2}
    for name in ("labels", "predicted"):
        for value in ([0.0, 1.0], [True, False], [0, 2], [0, -1]):
            refused(evaluation.confusion_matrix, right, name, value, f"{name} must be")
        for value in ([], [[0, 1]], [0], 0):
            refused(
                evaluation.confusion_matrix, right, name, value, "predicted must be as"
            )
    for value in (np.zeros((2, 3)), np.zeros(4), np.zeros((2, 2, 2)), 3):
        refused(evaluation.precision_and_recall, {}, "matrix", value, "matrix must be")
    right = {"probabilities": np.eye(2), "labels": LABELS[:2]}
    for value in (np.ones(2), np.ones((1, 2, 2)), 1.0):
        says = "probabilities must be"
        refused(evaluation.reliability, right, "probabilities", value, says)
    for value in (LABELS, LABELS[:1], LABELS[:2] + 1, np.ones(2), [0, 1]):
        refused(evaluation.reliability, right, "labels", value, "labels must be")


# --- Instruments


def test_instruments(model, refused):
    right = {"first": LABELS, "second": LABELS, "labels": LABELS}
    for name in right:
        refused(
            comparison.mcnemar, right, name, LABELS[:3], "first and second must be as"
        )
    for shape in ((2, 3, 1, 1), (3, 3, 2, 1), (3, 4, 1, 2)):
        refused(identity.dirac_kernel, {}, "shape", shape)
    names = ["stage1_block1", "stage1_block2"]
    for count in (-1, 3):
        right = {"names": names, "draws": 1}
        refused(lesions.random_sets, right, "count", count)

    def without(block):
        with lesions.deleted(model, block):
            pass

    for name in ("", "stage9_block1", "stem", None, 3):
        refused(without, {}, "block", name)
    right = {"model": model, "split": Split(IMAGES, LABELS), "directions": [[], []]}
    for places in ([0.0], [[0.0]], 0.0, [[0.0, 0.0, 0.0]]):
        says = r"places must have shape \(n, 2\), got"
        refused(surface.losses, right, "places", places, says)
    for rate in (0, -0.1, NAN):
        refused(toy.race, {"targets": {}, "steps": 1}, "rate", rate)


def test_batches_and_compilation_follow_a_recipe(model):
    with pytest.raises(ValueError, match="steps_per_epoch must be a positive integer"):
        compile_model(model, FEW, 0)
    with pytest.raises(ValueError, match="non-negative"):
        next(batches(splits(), FEW, -1))
