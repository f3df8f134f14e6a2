"""Checkers of chapter 9: bounds, equalities, and what a measurement shows.

Those of its longer functions stand in the modules that share its name.
"""

from resnet_lesson.exercises.checking import exercise
from resnet_lesson.exercises.functions import function
from resnet_lesson.exercises.values import choices, number

_COSTS = [(1, 1, 6), (1, 1, 12), (5, 3, 40), (20_183_936, 64, 2e11), (1e9, 1, 1e9)]


def _costs_with(flops):
    return lambda macs, images, peak: flops * macs * images / peak


@exercise(
    "9.1",
    expects="a function of MACs, images and peak that returns seconds",
    notice="No program that computes these products one by one in this precision "
    "can be faster; how near it comes is a matter for the clock.",
)
def least_seconds(answer):
    function(
        answer,
        _costs_with(6),
        _COSTS,
        mistakes=[
            (
                _costs_with(2),
                "That is the forward pass alone; training also goes backward.",
            ),
            (
                _costs_with(4),
                "Backward there are two products for each one forward: for the "
                "gradients of the inputs, and for those of the weights.",
            ),
            (
                _costs_with(3),
                "Three passes, yes. But how many floating-point operations is one "
                "multiply-accumulate?",
            ),
            (
                _costs_with(1),
                "A multiply-accumulate is more than one operation, and training is "
                "more than the forward pass.",
            ),
            (
                _costs_with(12),
                "Twice too much: 2 operations a MAC, and the forward pass once, the "
                "backward pass as much as two of them.",
            ),
            (
                lambda macs, images, peak: 6 * macs / peak,
                "That is for one image: are the images used?",
            ),
            (
                lambda macs, images, peak: 6 * macs / images / peak,
                "More images take longer, not less.",
            ),
            (
                lambda macs, images, peak: peak / (6 * macs * images),
                "Upside down: that is in steps a second.",
            ),
            (
                lambda macs, images, peak: 6 * macs * images // peak,
                "`//` drops the fraction; seconds are no integers.",
            ),
            (
                lambda macs, images, peak: 6000 * macs * images / peak,
                "That is in milliseconds.",
            ),
            (
                lambda macs, images, peak: 6 * macs * images / (peak * 1e9),
                "The peak is in FLOP/s already, not in GFLOP/s.",
            ),
            (
                lambda macs, images, peak: 6 * macs * images,
                "That counts the operations. How long do they take at the peak?",
            ),
        ],
    )


@exercise(
    "9.3",
    expects='a dictionary whose values are "equal" or "different"',
    notice="Parts change the result only where something looks at the other images "
    "of its part, as BN does in training mode, or where parts are weighed wrongly.",
)
def same_loss(answer):
    no_look = "Does anything in it look at the other images of the part?"
    choices(
        answer,
        {
            "halves, without BN": "equal",
            "halves, with BN, in training mode": "different",
            "halves, with BN, in inference mode": "equal",
            "halves, with BN that exchanges its statistics": "equal",
            "48 and 16 images, without BN": "different",
            "halves, without BN, label smoothing 0.1": "equal",
        },
        {
            ("halves, without BN", "different"): "A mean of 64 losses, or the mean "
            f"of two means of 32 each. {no_look}",
            ("halves, with BN, in training mode", "equal"): "Which images do mean "
            "and variance come from here?",
            ("halves, with BN, in inference mode", "different"): "Which mean and "
            "variance does BN use in inference mode? Do they depend on the batch?",
            (
                "halves, with BN that exchanges its statistics",
                "different",
            ): "With the halves' statistics put together, which images do mean and "
            "variance come from?",
            ("48 and 16 images, without BN", "equal"): "The plain mean of two means: "
            "how much does an image of the small part count, how much one of the "
            "large part?",
            ("halves, without BN, label smoothing 0.1", "different"): "Smoothing "
            f"changes each image's own target. {no_look}",
        },
    )


BY_TURN = "Compare turn by turn: seconds in the printed rows, accuracy in the figure."


@exercise(
    "9.7",
    expects='a dictionary from A to F to "shown", "not shown" or "refuted"',
    notice="Three whole programs in turns show which one is ahead, and by how much "
    "here. Why it is ahead, they cannot show: too much changed at once.",
)
def race_shows(answer):
    choices(
        answer,
        {
            "A": "shown",
            "B": "not shown",
            "C": "refuted",
            "D": "not shown",
            "E": "shown",
            "F": "not shown",
        },
        {
            ("A", "not shown"): BY_TURN,
            ("A", "refuted"): BY_TURN,
            ("B", "shown"): "How many other things differ between the two programs? "
            "For a cause, change one alone.",
            ("B", "refuted"): "Nothing speaks against it. Does anything isolate it?",
            ("C", "shown"): "MACs of an image times epochs: 10.15 million three "
            "times, against 20.18 million once.",
            ("C", "not shown"): "This can be counted: MACs of an image times epochs, "
            "10.15 million three times, 20.18 million once.",
            ("D", "shown"): "On images of which size was that program judged?",
            ("D", "refuted"): "Nobody has looked at larger images: what is known?",
            ("E", "not shown"): "Three turns, and the ratio of seconds in each: are "
            "all below a fifth?",
            ("E", "refuted"): "Divide the seconds turn by turn: 19.3 by 122.9, ...",
            ("F", "shown"): "How many machines have been measured?",
            ("F", "refuted"): "That would need another machine with another order.",
        },
    )


@exercise(
    "9.8",
    expects="an integer, images of each device",
    notice="Twice the depth, or twice the width, changes this number little: MACs "
    "and weights grow alike. Images per device and their size decide.",
)
def images_each(answer):
    number(
        answer,
        70,
        mistakes={
            69: "With 69 the exchange takes a little more than a tenth. Round so that "
            "the condition holds.",
            69.35: "Images come whole: the smallest integer that suffices.",
            7: "With so many the exchange takes as long as the arithmetic. It should "
            "take a tenth of it at most.",
            9: "1 Gbit/s is a number of bits; a byte has eight of them.",
            8.67: "1 Gbit/s is a number of bits; a byte has eight of them.",
            63: "A tenth of the arithmetic is asked for, not of the whole step.",
            93: "Each device sends and receives 2 (n − 1) / n of the gradients' bytes. "
            "You have a factor of 2.",
            47: "Each device sends and receives 2 (n − 1) / n of the gradients' bytes. "
            "You have a factor of 1.",
            35: "Each device sends and receives 2 (n − 1) / n of the gradients' bytes. "
            "The 2 is missing.",
            139: "A factor of 2 too large. Is a MAC 6 FLOP in training, and a weight "
            "4 bytes?",
            209: "Training takes 6 FLOP for each MAC, not 2.",
            208: "Training takes 6 FLOP for each MAC, not 2.",
            417: "Training takes 6 FLOP for each MAC, not 1.",
            18: "Four times too few: do 4 bytes a weight, and 100 GFLOP/s, enter once?",
            278: "That is for the four devices together. How many for each?",
            280: "That is for the four devices together. How many for each?",
            555: "Bits and bytes: the link is eight times faster than you have it, or "
            "the gradients are eight times smaller.",
        },
        tolerance=2e-3,
        otherwise="Seconds of the exchange, by section 7: 2 (n − 1) / n · 4 bytes · "
        "weights / bytes per second. Seconds of an image: 6 · MACs / FLOP/s. The "
        "first at most a tenth of the second, times images.",
    )
