"""Exercise 3.4: from which number of blocks on a scaled shortcut is spent."""

import math

from resnet_lesson.exercises.checking import exercise
from resnet_lesson.exercises.functions import function


def _blocks_until(scale, share=0.01):
    count = 0
    while scale**count >= share:
        count += 1
    return count


@exercise(
    "3.4",
    expects="a function of a scale and a share that gives a number of blocks",
    notice="Seven blocks spend a shortcut of λ = 0.5, and 44 one of 0.9: ResNet-110 "
    "has 54.",
)
def scaled_shortcut(answer):
    edges = [(0.5, 0.5), (0.5, 0.125), (0.25, 0.0625)]
    cases = [(0.5,), (0.9,), *edges, (0.99, 0.5), (0.2, 0.3), (0.6,), (0.9, 0.81)]
    mistakes = [
        (
            lambda s, p=0.01: math.floor(math.log(p) / math.log(s)) + 1,
            "Right, but for rounded logarithms: at the edge trust the condition "
            "itself.",
        ),
        (
            lambda s, p=0.01: round(math.log(p) / math.log(s)),
            "Rounded to the nearest, the number may be one too small.",
        ),
        (
            lambda s, p=0.01: math.ceil(math.log(p) / math.log(s)),
            "Right, but for the edge: *under* the share is less than it.",
        ),
        (
            lambda s, p=0.01: int(math.log(p) / math.log(s)),
            "After so many blocks the shortcut still carries the share, or more.",
        ),
        (
            lambda s, p=0.01: _blocks_until(s, p) - 1,
            "After so many blocks the shortcut still carries the share, or more.",
        ),
        (
            lambda s, p=0.01: _blocks_until(s, p) + 1,
            "One block fewer does it, too. Does your count begin at λ⁰?",
        ),
        (
            lambda s, p=0.01: math.log(p) / math.log(s),
            "Blocks come in whole numbers.",
        ),
        (
            lambda s, p=0.01: math.log(s) / math.log(p),
            "Solve λ^L = share for L once more.",
        ),
        (
            lambda s, p=0.01: _blocks_until(s * s, p),
            "A block has one shortcut, so one factor λ, whatever layers F has.",
        ),
        (lambda s, p=0.01: _blocks_until(s), "The second argument is not used."),
    ]
    function(answer, _blocks_until, cases, mistakes=mistakes, tolerance=1e-9)
