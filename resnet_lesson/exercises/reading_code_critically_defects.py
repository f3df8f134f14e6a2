"""Exercises 8.4 to 8.6: a check for each of three defects of data and mode."""

import functools

import numpy as np

from resnet_lesson import fashion_mnist
from resnet_lesson.exercises.checking import exercise
from resnet_lesson.exercises.reading_code_critically_verdicts import catches, claim


@exercise(
    "8.4",
    expects="a function check(images)",
    notice="Each of these arrays has the right shape; only values tell them apart.",
)
def scaled_once(answer):
    train, mean, std = _train_images(), fashion_mnist.MEAN, fashion_mnist.STD
    batches = [train[128 * n : 128 * n + 128] for n in range(5)]
    grey = fashion_mnist.denormalize(batches[0])
    fixes = {f"batch {n} of 128 images": (x,) for n, x in enumerate(batches)}
    catches(
        answer,
        fixes={"1,280 training images": (train,), **fixes},
        defects={
            "images divided by 255 twice": ((grey / 255 - mean) / std,),
            "images not divided at all": ((255 * grey - mean) / std,),
            "images divided by the variance": ((grey - mean) / std**2,),
            "images whose mean was not subtracted": (grey / std,),
            "images whose mean alone was subtracted": (grey - mean,),
        },
        mistakes=[
            (
                lambda images: claim(abs(images.mean()) < 0.3),
                "It looks at the mean alone: divided by the variance in place of the "
                "standard deviation, images still have mean 0.",
            ),
            (
                lambda images: claim(0.5 < images.std() < 2),
                "It looks at the spread alone: without subtracting the mean, images "
                "still have standard deviation 1.",
            ),
            (
                lambda images: claim(images.mean() == 0),
                "It fails on every batch, good ones included. A batch is a sample: its "
                "mean is near 0 and its standard deviation near 1, never exactly.",
            ),
            (
                lambda images: claim(images.max() <= 1),
                "Normalised images are not in [0, 1]: black is at -0.81 and white at "
                "2.02.",
            ),
            (
                lambda images: None,
                "It passes on images that were divided by 255 twice. What would you "
                "compute of the pixels to see that?",
            ),
        ],
    )


@exercise(
    "8.5",
    expects="a function check(predict, images)",
    notice=(
        "In inference mode an image's prediction does not depend on its company; in "
        "training mode, with the batch's statistics, it does."
    ),
)
def alone_as_in_company(answer):
    images = _train_images()[:128]
    classes = _predictor("batch")(images).argmax(axis=1)
    # An image alone has nothing but zeros there, so its class is 0.
    stays = np.roll(images, -int(np.argmin(classes)), axis=0)
    catches(
        answer,
        fixes={
            "a network in inference mode": (_predictor("stored"), images),
            "a network that takes one image at a time": (_one_by_one, images[:5]),
        },
        defects={
            "a network in training mode": (_predictor("batch"), images),
            "5 images in training mode": (_predictor("batch"), images[:5]),
            "training mode and an image that keeps its class": (
                _predictor("batch"),
                stays,
            ),
            "company that raises all ten numbers": (_shifted(1), images),
            "company that lowers all ten numbers": (_shifted(-1), images),
            "company that raises five numbers and lowers five": (
                _shifted(np.tile([1, -1], 5)),
                images,
            ),
        },
        mistakes=[
            (
                lambda predict, images: None,
                "It passes in training mode. Compare an image's ten numbers in other "
                "company, or in none: twice the same batch, or the same batch in "
                "another order, has the same mean.",
            ),
            (
                lambda predict, images: claim(
                    predict(images[:1]).argmax() == predict(images)[0].argmax()
                ),
                "It compares the class, which may stay while the ten numbers change: "
                "compare the numbers.",
            ),
            (
                lambda predict, images: claim(
                    (predict(images[:1]) == predict(images)[:1]).all()
                ),
                "It fails in inference mode, by the last digit: sums of another order "
                "round otherwise. `np.allclose` leaves room for that.",
            ),
            (
                lambda predict, images: claim(
                    np.allclose(predict(images[:1]), predict(images))
                ),
                "It fails in either mode. Is it the same image that you pick out of "
                "both results, as `[:1]` does?",
            ),
        ],
    )


@exercise(
    "8.6",
    expects="a function check(images, labels, new_images, new_labels)",
    notice="Counting images, or labels, sees nothing here: a check must ask for pairs.",
)
def pairs_kept(answer):
    images, labels = _train_images()[:40], np.arange(40) % 10
    rng = np.random.default_rng(6)
    one, other = rng.permutation(40), rng.permutation(40)
    late = np.r_[:38, 39, 38]
    whole = (images, labels)
    catches(
        answer,
        fixes={
            "one order for both": (*whole, images[one], labels[one]),
            "the same order as before": (*whole, images, labels),
        },
        defects={
            "an order for each": (*whole, images[one], labels[other]),
            "only the images shuffled": (*whole, images[one], labels),
            "only the labels shuffled": (*whole, images, labels[one]),
            "the last two labels exchanged": (*whole, images, labels[late]),
        },
        mistakes=[
            (
                lambda images, labels, new_images, new_labels: None,
                "All images and all labels are still there. Ask whether each label is "
                "still beside its image.",
            ),
            (
                lambda images, labels, new_images, new_labels: claim(
                    (labels == new_labels).all()
                ),
                "Shuffling may change the order of the labels, as long as the images "
                "go with them.",
            ),
            (
                lambda images, labels, new_images, new_labels: claim(
                    new_labels[0] == labels[_place(images, new_images[0])]
                ),
                "It follows the first image or images; later ones may have lost their "
                "labels.",
            ),
        ],
    )


def _place(images, image):
    return next(n for n, other in enumerate(images) if np.array_equal(other, image))


@functools.cache
def _train_images():
    return fashion_mnist.load().train.images[:1280]


def _predictor(statistics):
    """One BN and one dense layer in NumPy; `statistics` of the "batch" or "stored"."""
    rng = np.random.default_rng(5)
    weights = rng.normal(size=(784, 10)).astype("float32")
    stored = _train_images().reshape(-1, 784)
    stored = stored.mean(axis=0), stored.std(axis=0)

    def predict(images):
        x = np.array(images).reshape(-1, 784)
        mean, std = stored
        if statistics == "batch":
            mean, std = x.mean(axis=0), x.std(axis=0)
        # A library, too, may sum a single image's products in another order.
        order = slice(None, None, -1 if len(x) == 1 else 1)
        return ((x - mean) / (std + 1e-3))[:, order] @ weights[order]

    return predict


def _shifted(signs):
    """Inference mode, but for a sum that grows with the spread of the company."""
    predict = _predictor("stored")
    return lambda images: (
        predict(images) + 30 * signs * np.std(np.mean(images, axis=(1, 2, 3)))
    )


def _one_by_one(images):
    """Inference mode, with results that are equal to the last digit."""
    predict = _predictor("stored")
    return np.concatenate([predict(image[None]) for image in images])
