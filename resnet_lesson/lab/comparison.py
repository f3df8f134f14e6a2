"""Whether one network is better than another: the same images, both answers."""

from math import comb

import numpy as np


def mcnemar(first, second, labels):
    """Compare two classifiers on the images where just one of them is right.

    Were both equally good, each such image would be a toss of a fair coin.

    Args:
        first, second: int (n,), the classes that each gives the same n images.
        labels: int (n,), the true classes.

    Returns:
        (only_first, only_second, p): how many images just the first, and just
        the second, classifies correctly, and the probability that a fair coin
        divides them at least as unevenly, in [0, 1] (exact, two-sided).

    Raises:
        ValueError: the three differ in shape.

    Source: McNemar, "Note on the sampling error of the difference between
    correlated proportions or percentages", Psychometrika 12 (1947), 153-157;
    here with the binomial distribution itself in place of his chi-squared.
    """
    first, second, labels = map(np.asarray, (first, second, labels))
    if not first.shape == second.shape == labels.shape:
        raise ValueError(
            f"first and second must be as many as labels, {labels.shape}, "
            f"got {first.shape} and {second.shape}"
        )
    only_first = int(np.sum((first == labels) & (second != labels)))
    only_second = int(np.sum((first != labels) & (second == labels)))
    tosses, fewer = only_first + only_second, min(only_first, only_second)
    tail = sum(comb(tosses, heads) for heads in range(fewer + 1)) / 2**tosses
    return only_first, only_second, min(1.0, 2 * tail)
