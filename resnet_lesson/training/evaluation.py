"""How good a trained network is: loss and accuracy in inference mode."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from resnet_lesson.conv_arithmetic import check_positive
from resnet_lesson.training.checks import check_labels


def evaluate(model, split, batch_size=500):
    """Mean cross-entropy and accuracy of a model on a split, in inference mode.

    Args:
        model: from images to logits.
        split: with `.images` and integer `.labels`.
        batch_size: images at a time; it does not change the result.

    Returns:
        (loss in nats, without label smoothing; accuracy in [0, 1]).

    Raises:
        ValueError: there are no images, or not a class for each.
    """
    check_labels("labels", split.labels, model.output_shape[-1], split.images)
    logits = predict_logits(model, split.images, batch_size).astype(np.float64)
    top = logits.max(axis=1)
    log_sum = top + np.log(np.exp(logits - top[:, np.newaxis]).sum(axis=1))
    true_logit = logits[np.arange(len(logits)), split.labels]
    accuracy = np.mean(logits.argmax(axis=1) == split.labels)
    return float(np.mean(log_sum - true_logit)), float(accuracy)


def predict_logits(model, images, batch_size=500):
    """Logits float32 (n, classes) of many images, in inference mode.

    Raises:
        ValueError: there are no images, or `batch_size` is no positive integer.
    """
    check_positive(batch_size=batch_size)
    if not len(images):
        raise ValueError("images must be at least one, got none")
    starts = range(0, len(images), batch_size)
    batches = [images[start : start + batch_size] for start in starts]
    # The first batch builds the function that the threads then share; one of
    # them alone would leave a core idle, see `parallel.share_cores`.
    first = model.predict_on_batch(batches[0])
    with ThreadPoolExecutor(2) as pool:
        rest = pool.map(model.predict_on_batch, batches[1:])
    return np.concatenate([first, *rest])


def mirrored_accuracy(model, split):
    """Accuracy by the mean of the logits of each image and its mirror image.

    Args and batches are those of `evaluate`; returns the accuracy in [0, 1].
    """
    logits = sum(
        predict_logits(model, images)
        for images in (split.images, split.images[:, :, ::-1])
    )
    return float(np.mean(logits.argmax(axis=1) == split.labels))


def accuracy_interval(accuracy, n, z=1.96):
    """Wilson's score interval for an accuracy measured on n examples.

    Args:
        accuracy: share of the examples classified correctly, in [0, 1].
        n: number of examples, >= 1.
        z: standard normal quantile, > 0; 1.96 gives 95 % coverage.

    Returns:
        (low, high), in [0, 1]. It holds for one network and the draw of the
        examples; it says nothing of another seed's network.

    Raises:
        ValueError: an argument is out of range.

    Source: Wilson, "Probable inference, the law of succession, and
    statistical inference", JASA 22 (1927), 209-212.
    """
    if not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy must be in [0, 1], got {accuracy!r}")
    check_positive(n=n)
    if not 0 < z < math.inf:
        raise ValueError(f"z must be positive, got {z!r}")
    shrunk = (accuracy + z**2 / (2 * n)) / (1 + z**2 / n)
    spread = math.sqrt(accuracy * (1 - accuracy) / n + (z / (2 * n)) ** 2)
    half = z * spread / (1 + z**2 / n)
    return shrunk - half, shrunk + half


def confusion_matrix(labels, predicted, classes):
    """How often images of one class were taken for another.

    Args:
        labels: int (n,), the true classes.
        predicted: int (n,), the network's.
        classes: number of classes.

    Returns:
        int (classes, classes): row the true class, column the predicted one.

    Raises:
        ValueError: the two differ in length, or are no classes in range.
    """
    check_positive(classes=classes)
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    if labels.shape != predicted.shape:
        raise ValueError(
            f"predicted must be as many as labels, {labels.size}, got {predicted.size}"
        )
    for name, values in (("labels", labels), ("predicted", predicted)):
        check_labels(name, values, classes)
    matrix = np.zeros((classes, classes), dtype=int)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def precision_and_recall(matrix):
    """By class: how many of the found are right, how many of the real are found.

    Args:
        matrix: a `confusion_matrix`.

    Returns:
        (precision, recall), float (classes,) each; NaN where a class was never
        predicted or never occurs.

    Raises:
        ValueError: the matrix is not square.
    """
    if np.ndim(matrix) != 2 or len(set(np.shape(matrix))) != 1:
        raise ValueError(
            f"matrix must be (classes, classes), got shape {np.shape(matrix)}"
        )
    right = np.diag(matrix)
    found, real = matrix.sum(axis=0), matrix.sum(axis=1)
    nan = np.full(len(matrix), np.nan)
    precision = np.divide(right, found, out=nan.copy(), where=found > 0)
    return precision, np.divide(right, real, out=nan, where=real > 0)


def reliability(probabilities, labels, bins=10):
    """Whether a network is right as often as it says.

    Args:
        probabilities: float (n, classes), the softmax of the logits.
        labels: int (n,), the true classes.
        bins: of equal width, over the confidence in [0, 1]; >= 1.

    Returns:
        (confidence, accuracy, count), each of length `bins`: means of the
        images whose largest probability falls into the bin, NaN where there
        are none, and their number. The expected calibration error is the mean
        of |accuracy - confidence|, weighted by count.

    Raises:
        ValueError: `bins` is no positive integer, or there are not as many
            labels as rows of probabilities.

    Source: Guo, Pleiss, Sun & Weinberger, "On Calibration of Modern Neural
    Networks", arXiv:1706.04599 (2017), section 2; the error is equation 3.
    """
    check_positive(bins=bins)
    if np.ndim(probabilities) != 2:
        raise ValueError(
            f"probabilities must be (n, classes), got shape {np.shape(probabilities)}"
        )
    check_labels("labels", labels, probabilities.shape[1], probabilities)
    largest = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    which = np.minimum((largest * bins).astype(int), bins - 1)
    count = np.bincount(which, minlength=bins)
    with np.errstate(invalid="ignore"):
        confidence = np.bincount(which, weights=largest, minlength=bins) / count
        accuracy = np.bincount(which, weights=right, minlength=bins) / count
    return confidence, accuracy, count
