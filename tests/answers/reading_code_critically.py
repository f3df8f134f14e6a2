"""Answers to the exercises of notebook 08: right ones, and typical wrong ones."""

import itertools

import numpy as np

SUMS = {
    "half the channels": "error",
    "one channel": "runs",
    "half the size": "error",
    "pooled": "runs",
    "one image": "runs",
}
REPAIRS = {
    5: "    y = layers.BatchNormalization()(y)",
    17: "stride = 2 if stage > 0 and index == 1 else 1",
    26: "logits = net(images, training=True)",
}
REASONS = {
    "the parameter count is right": "C",
    "the loss falls": "E",
    "no negative value reaches pooling": "A",
    "one batch, equal loss in training and evaluation": "B",
    "validation and test images are disjoint": "D",
}


def nothing(*subject):
    print("looks good", subject)


def always(*subject):
    raise AssertionError("wrong")


# --- 8.2


def equal_shapes(predictions, labels):
    assert predictions.shape == labels.shape, f"{predictions.shape}, {labels.shape}"


def equal_lengths(predictions, labels):
    assert len(predictions) == len(labels), "lengths"


def flat_labels(predictions, labels):
    assert labels.ndim == 1, f"labels have {labels.ndim} axes"


def flat_predictions(predictions, labels):
    assert np.ndim(predictions) == 1, "predictions must be flat"


def as_many_axes(predictions, labels):
    assert predictions.ndim == labels.ndim, "an axis too many"


def both_flat(predictions, labels):
    assert predictions.ndim == labels.ndim == 1, "an axis too many"


def good_accuracy(predictions, labels):
    assert (predictions == labels).mean() > 0.6, "poor"


def returns_bool(predictions, labels):
    return predictions.shape == labels.shape


def value_error(predictions, labels):
    if predictions.shape != labels.shape:
        raise ValueError("shapes differ")


def crashes(predictions, labels):
    assert predictions.shape == labels.form


# --- 8.3


def distinct(layers):
    assert len({id(layer) for layer in layers}) == len(layers), "shared"


def pairwise(layers):
    for a, b in itertools.combinations(layers, 2):
        assert a is not b, f"{a.name} occurs twice"


def first_two(layers):
    assert layers[0] is not layers[1]


def neighbours(layers):
    assert all(a is not b for a, b in itertools.pairwise(layers)), "shared"


def with_first(layers):
    assert all(layers[0] is not other for other in layers[1:]), "shared"


def names(layers):
    assert len({layer.name for layer in layers}) == len(layers), "a name twice"


def not_all_the_same(layers):
    assert layers != [layers[0]] * len(layers), "all the same"


def three_of_them(layers):
    assert len(layers) == 3, "three blocks are wanted"


def other_settings(layers):
    settings = {layer.filters for layer in layers}
    assert len(settings) == len(layers), "same settings"


# --- 8.4


def mean_and_spread(images):
    assert abs(images.mean()) < 0.2, f"mean {images.mean():.2f}"
    assert abs(images.std() - 1) < 0.2, f"standard deviation {images.std():.2f}"


def black_and_white(images):
    assert -1 < images.min() < -0.5, "wrong black"
    assert 1.5 < images.max() < 2.5, "wrong white"


def exactly_zero(images):
    assert images.mean() == 0
    assert images.std() == 1


def too_narrow(images):
    assert abs(images.mean()) < 0.05, f"mean {images.mean():.2f}"
    assert abs(images.std() - 1) < 0.05


def mean_alone(images):
    assert np.abs(np.mean(images)) < 0.25, "mean"


def not_too_wide(images):
    assert abs(images.mean()) < 0.3
    assert images.std() < 1.3


def spread_alone(images):
    assert np.isclose(np.std(images), 1, atol=0.2), "spread"


def in_unit_range(images):
    assert images.min() >= 0, "below 0"
    assert images.max() <= 1, "above 1"


def at_most_one(images):
    assert images.max() <= 1, "above 1"


def shape_only(images):
    assert images.shape[1:] == (28, 28, 1), images.shape


# --- 8.5


def alone(predict, images):
    one, among = predict(images[:1]), predict(images)[:1]
    assert np.allclose(one, among, atol=1e-3), abs(one - among).max()


def halves(predict, images):
    half = len(images) // 2
    parts = [predict(images[:half]), predict(images[half:])]
    np.testing.assert_allclose(np.concatenate(parts), predict(images), atol=1e-3)


def exactly(predict, images):
    assert (predict(images[:1]) == predict(images)[:1]).all(), "not equal"


def twice(predict, images):
    assert np.allclose(predict(images), predict(images)), "random"


def reversed_order(predict, images):
    assert np.allclose(predict(images[::-1])[::-1], predict(images), atol=1e-3)


def with_all(predict, images):
    assert np.allclose(predict(images[:1]), predict(images)), "depends on the batch"


def without_absolute(predict, images):
    assert np.max(predict(images[:1]) - predict(images)[:1]) < 1e-2


def means(predict, images):
    assert abs(np.mean(predict(images[:1]) - predict(images)[:1])) < 1e-2


def too_generous(predict, images):
    assert np.allclose(predict(images[:1]), predict(images)[:1], atol=100)


def first_of_many(predict, images):
    assert np.allclose(predict(images[:64]), predict(images)[:64], atol=1e-2)


def classes(predict, images):
    one, among = predict(images[:1]), predict(images)[:1]
    assert one.argmax() == among.argmax(), "another class"


def ambiguous(predict, images):
    assert predict(images[:1]) == predict(images)[:1]


# --- 8.6


def same_pairs(images, labels, new_images, new_labels):
    before = sorted((x.tobytes(), int(y)) for x, y in zip(images, labels, strict=True))
    after = zip(new_images, new_labels, strict=True)
    assert before == sorted((x.tobytes(), int(y)) for x, y in after), "torn apart"


def looked_up(images, labels, new_images, new_labels):
    for image, label in zip(new_images, new_labels, strict=True):
        place = np.argmin(np.abs(images - image).sum(axis=(1, 2, 3)))
        assert labels[place] == label, f"image {place} had label {labels[place]}"


def same_labels(images, labels, new_images, new_labels):
    assert sorted(labels) == sorted(new_labels), "labels are missing"


def unmoved(images, labels, new_images, new_labels):
    assert np.array_equal(labels, new_labels), "labels moved"


def first_pair(images, labels, new_images, new_labels):
    place = np.argmin(np.abs(images - new_images[0]).sum(axis=(1, 2, 3)))
    assert labels[place] == new_labels[0], "first"


def some_pairs(images, labels, new_images, new_labels):
    looked_up(images, labels, new_images[:10], new_labels[:10])


def pixels_alone(images, labels, new_images, new_labels):
    assert not np.array_equal(images, new_images), "not shuffled"


def without(line):
    return {number: text for number, text in REPAIRS.items() if number != line}


RIGHT = {
    "8.1": SUMS,
    "8.2": equal_shapes,
    "8.3": distinct,
    "8.4": mean_and_spread,
    "8.5": alone,
    "8.6": same_pairs,
    "8.7": REPAIRS,
    "8.8": REASONS,
}

# Answers in another style, which must be accepted, too.
ALSO_RIGHT = {
    "8.1": [{key: word.upper() for key, word in SUMS.items()}],
    "8.3": [pairwise],
    "8.4": [black_and_white],
    "8.5": [halves],
    "8.6": [looked_up],
    "8.7": [without(17) | {16: "for index in range(blocks):"}],
}

WRONG = {
    "8.1": [
        (SUMS | {"pooled": "error"}, "pooled: Every axis is equal or has length 1"),
        (SUMS | {"one channel": "error"}, "one channel"),
        (SUMS | {"half the size": "runs"}, "only an axis of length 1 is stretched"),
        (["error"] * 5, "Keep the dictionary"),
        (SUMS | {"one image": True}, "text in quotes"),
    ],
    "8.2": [
        (equal_lengths, "Lengths and sizes agree"),
        (flat_labels, "labels alone"),
        (flat_predictions, "predictions alone"),
        (good_accuracy, "poor network"),
        (as_many_axes, "one prediction is stretched over all labels"),
        (both_flat, "Which lengths must agree?"),
        (returns_bool, "nobody looks at what a check returns"),
        (value_error, "On the defect, labels of shape (32, 1), your check raises Val"),
        (crashes, "On the fix"),
        (nothing, "Is there an `assert` in it"),
        (always, "fails on everything"),
        (True, "Answer with a function"),
    ],
    "8.3": [
        (first_two, "first two"),
        (neighbours, "neighbours"),
        (with_first, "all with the first"),
        (names, "Two layers may well have one name"),
        (not_all_the_same, "passes on this defect: the first two the same"),
        (three_of_them, "fails on the fix, four blocks"),
        (other_settings, "fails on everything"),
        (nothing, "Is there an `assert` in it"),
    ],
    "8.4": [
        (exactly_zero, "It fails on every batch"),
        (too_narrow, "It fails on the fix, batch 1 of 128 images: mean 0.08"),
        (mean_alone, "mean alone"),
        (not_too_wide, "on this defect: images whose mean alone was subtracted"),
        (spread_alone, "spread alone"),
        (at_most_one, "black is at -0.81"),
        (in_unit_range, "It fails on every batch"),
        (shape_only, "What would you compute of the pixels"),
    ],
    "8.5": [
        (exactly, "np.allclose"),
        (twice, "same mean"),
        (reversed_order, "same mean"),
        (with_all, "same image"),
        (classes, "compares the class"),
        (without_absolute, "company that raises all ten numbers"),
        (means, "raises five numbers and lowers five"),
        (too_generous, "Compare an image's ten numbers in other company"),
        (first_of_many, "passes on this defect: 5 images in training mode"),
        (ambiguous, "ValueError"),
        (nothing, "Is there an `assert` in it"),
    ],
    "8.6": [
        (same_labels, "still beside its image"),
        (unmoved, "may change the order"),
        (first_pair, "follows the first image"),
        (some_pairs, "follows the first image"),
        (pixels_alone, "fails on the fix, the same order as before"),
    ],
    "8.7": [
        (without(5), "Still wrong is a value: the range of F(x)"),
        (without(17), "Still wrong is a shape"),
        (without(26), "Still wrong is how it is run"),
        ({9: "return layers.Add()([y, x])"}, "Line 9 was sound"),
        (REPAIRS | {3: "y = layers.BatchNormalization()(y)"}, "Line 3 was sound"),
        ({17: "stride = 2 if stage > 0 and index == 0 else 1"}, "what it was before"),
        ({5: "y = layers.ReLU()(y"}, "the program stops. SyntaxError"),
        ({31: "return 0"}, "run from 1 to 30"),
        ([5, 17, 26], "Answer with a dictionary"),
        (without(26) | {26: "logits = net(images, training=False)"}, "the mode of BN"),
        (REPAIRS | {5: ""}, "something sound went with them"),
        (
            REPAIRS | {22: "loss_of = keras.losses.SparseCategoricalCrossentropy()"},
            "Line 22 was sound",
        ),
    ],
    "8.8": [
        (REASONS | {"the parameter count is right": "E"}, "What costs none"),
        (REASONS | {"the loss falls": "B"}, "without BN inside its blocks"),
        (REASONS | {"no negative value reaches pooling": "D"}, "Which of the two"),
        (dict(zip(REASONS, "ABCDE", strict=True)), "It counts weights"),
        (REASONS | {"the loss falls": "F"}, "none of"),
    ],
}
