"""Checkers of notebook 07: paths, what survives a control, how many images.

Those of 7.2 and 7.6 are in `looking_inside_paths`, of 7.3 and 7.4 in
`looking_inside_measures`.
"""

from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.values import choices, number, read_number


@exercise(
    "7.1",
    expects="a dictionary of four integers",
    notice="A deleted block takes half of the paths with it, whatever the depth; a "
    "plain network has one path, and each block lies on it.",
)
def paths_by_hand(answer):
    wanted = {"paths": 64, "through_two": 15, "left": 32, "left_plain": 0}
    twice = "Every block offers two ways, and each choice multiplies the number."
    order = "A path is told by which blocks it runs through; it meets them in order."
    pairs = "Choose two of the six blocks: in how many ways?"
    other = "The deleted block keeps its shortcut. How many blocks still have a choice?"
    line = "A plain network has no shortcut: what is its signal to run through?"
    mistakes = {
        "paths": {12: twice, 36: twice, 6: twice, 720: twice, 128: "Count the blocks."}
        | {63: "One path runs through no F at all; it counts.", 32: "Count the blocks."}
        | {7: "Those are the possible lengths. Several paths may share a length."},
        "through_two": {30: order, 36: order, 12: pairs, 2: pairs, 6: pairs, 3: pairs}
        | {20: "Those run through three blocks.", 22: "Exactly two, not up to two."}
        | {4: pairs, 64: "Those are all paths."},
        "left": {63: "More than one path runs through that block.", 5: other}
        | {10: other, 58: other, 0: other, 16: "Only one block is deleted."}
        | {64: "A path through the deleted F carries nothing any more."}
        | {1: "That is a plain network. This one has shortcuts.", 31: other},
        "left_plain": dict.fromkeys((0.5, 1, 5, 6, 31, 32, 63, 64), line),
    }
    _keys(answer, wanted)
    for key, value in wanted.items():
        _prefixed(key, number, answer[key], value, mistakes=mistakes[key])


@exercise(
    "7.5",
    expects="a dictionary from each letter to one of three verdicts",
    notice="An architecture does much before it learns anything. What training did is "
    "what the untrained network lacks.",
)
def controls(answer):
    both, trained, unknown = "also untrained", "only trained", "not shown"
    wanted = {"a": both, "b": both, "c": trained, "d": both, "e": unknown}
    wanted |= {"f": both}
    hints = {
        ("a", trained): "How many filters of the untrained network pass that test?",
        ("b", trained): "Compare the two rows of bars, block by block.",
        ("c", both): "Look at the last stage of the line without training.",
        ("d", trained): "The change of the logits was measured without training, too.",
        ("e", trained): "How many kinds of network, rates and seeds were compared?",
        ("e", both): "Is there an untrained network on that map?",
        ("f", trained): "Look at the row of the stem in both figures.",
    }
    for key in "abdf":
        hints[key, unknown] = "The chapter measured it on the untrained network. Where?"
    hints["c", unknown] = "It was measured, stage by stage, with and without training."
    choices(answer, wanted, hints)


@exercise(
    "7.7",
    expects="an integer",
    notice="Half the error bar costs four times the images. A *paired* difference "
    "needs fewer: images on which both networks agree add nothing to it.",
)
def images_needed(answer):
    points = "Half a percentage point is 0.005."
    mistakes = {
        60: "0.3 / 0.005 is √n, not n.",
        0.36: points,
        1: points,
        4: points,
        13_830: "One standard error is asked for, not the 95 % interval.",
        13_829: "One standard error is asked for, not the 95 % interval.",
        14_400: "One standard error is asked for, not two.",
        7_200: "One network is judged, not the difference of two.",
        18: "0.005 has to be squared, too, when you solve for n.",
        4_000: "You left the factor 1 − p out.",
        36_000: "p is 0.1, the error.",
        10_000: "That is n for p = ½, the worst case. Here p is 0.1.",
        40_000: "That is 1 / 0.005². The spread of a single image's result is less.",
        400: "Check the power of ten: 0.005² = 0.000025.",
        900: "The standard error is to be half a point, not a whole one.",
        360: "Check the power of ten: 0.005² = 0.000025.",
    }
    hint = "Write √(p (1 − p) / n) ≤ 0.005 with p = 0.1, square it and solve for n."
    if read_number(answer) == 3_601:  # `math.ceil` of 3600.0000000000005
        return
    number(answer, 3_600, mistakes=mistakes, tolerance=1e-6, otherwise=hint)


@exercise(
    "7.8",
    expects="a dictionary from each letter to 'same' or 'change'",
    notice="BN divides by the scale that it has seen: the batch's in training mode, "
    "the stored one in inference mode. Only with the fitting statistics is a kernel's "
    "length without effect.",
)
def scales(answer):
    wanted = {"a": "same", "b": "change", "c": "same", "d": "change"}
    hints = {
        ("a", "change"): "BN divides by the batch's own standard deviation. Which "
        "factor does that have now?",
        ("b", "same"): "In inference mode BN divides by what it has stored. Did that "
        "change with the kernels?",
        ("c", "change"): "Write (4x − 4μ) / √(16σ²) and cancel.",
        ("d", "same"): "γ stands behind the division. What undoes it between the last "
        "BN and the logits?",
    }
    choices(answer, wanted, hints)


def _keys(answer, wanted):
    if not isinstance(answer, dict) or set(answer) != set(wanted):
        raise Hint(f"Keep a dictionary with the keys {', '.join(map(repr, wanted))}.")


def _prefixed(key, ask, *args, **options):
    """Ask, and say in front of the hint which entry it is about."""
    try:
        ask(*args, **options)
    except Hint as hint:
        raise Hint(f"{key}: {hint}") from None
