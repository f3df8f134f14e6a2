"""Whether a reader's network is ResNet-18, step by step of its computation."""

from itertools import zip_longest

from resnet_lesson.base.quiet import keras
from resnet_lesson.exercises.checking import Hint
from resnet_lesson.exercises.values import short
from resnet_lesson.lab import inspection, wiring

PARAMETERS = 11_689_512


def resnet18(model):
    """Ask for ResNet-18 on 224 × 224 images, of 1,000 logits.

    Args:
        model: what the reader's function returned.
    """
    if not isinstance(model, keras.Model):
        raise Hint(f"Return a keras.Model, got {short(model)}.")
    if not getattr(model, "inputs", None):
        raise Hint("Make a functional model: keras.Model(images, logits).")
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise Hint("The model has one input, images, and one output, logits.")
    if model.input_shape != (None, 224, 224, 3):
        raise Hint(f"Images are 224 × 224 × 3, your input is {model.input_shape[1:]}.")
    count = inspection.trainable_parameters(model)
    steps = [(step.kind, step.shape) for step in wiring.steps(model)]
    for place, (got, wanted) in enumerate(zip_longest(_flat(steps), RESNET18), 1):
        if got != wanted:
            hint = _difference(place, got, wanted)
            raise Hint(f"{hint} (Trainable parameters: {count:,}.)")
    missing = PARAMETERS - count
    if missing == -4_800:
        raise Hint("4,800 parameters too many: the convolutions keep their biases.")
    if missing:
        raise Hint(
            f"The steps are right, but {count:,} trainable parameters are "
            f"{abs(missing):,} too {'few' if missing > 0 else 'many'}. Look at biases, "
            "γ and β, and the dense layer."
        )


def _flat(steps):
    """Steps without explicit padding; pooling over all pixels is global."""
    steps = [step for step in steps if step[0] != "pad"]
    for place, (kind, shape) in enumerate(steps):
        if kind == "Flatten" and steps[place - 1][1] == (1, 1, *shape):
            steps[place - 1 : place + 1] = [("global average", shape)]
    return steps


def _steps():
    """The steps of ResNet-18, F before the shortcut."""
    at = (112, 112, 64)
    yield from (("conv 7×7/2", at), ("bn", at), ("relu", at))
    yield ("max 3×3/2", (56, 56, 64))
    for stage in range(4):
        at = (56 >> stage,) * 2 + (64 << stage,)
        for new in (stage > 0, False):
            stride = "/2" if new else ""
            yield from ((f"conv 3×3{stride}", at), ("bn", at), ("relu", at))
            yield from (("conv 3×3", at), ("bn", at))
            if new:
                yield from (("conv 1×1/2", at), ("bn", at))
            yield from (("+", at), ("relu", at))
    yield from (("global average", (512,)), ("dense", (1000,)))


RESNET18 = list(_steps())


def _difference(place, got, wanted):
    """The hint for the first step of ResNet-18 that differs, counted from 1.

    Args:
        place: of the step, counted from the images.
        got, wanted: (kind, shape) of the step, or None behind the end.
    """
    if got is None:
        return f"The network ends before step {place}."
    if wanted is None:
        return f"Behind the dense layer stands {got[0]}; the network gives logits."
    if wanted[0].startswith("max") and got[0].startswith("conv"):
        return "Between stem and first stage a max-pool is missing."
    if got[0] == wanted[0] == "dense":
        return f"The dense layer gives {got[1][0]} logits; ImageNet has 1,000 classes."
    if wanted[0] == "global average":
        return (
            f"Behind the last block stands {got[0]}; "
            "ResNet averages over all positions there."
        )
    if got[0][:1].isupper():
        return f"The check cannot follow {got[0]}; {OPAQUE}."
    if got[0] == wanted[0] and got[1][-1] == wanted[1][-1]:
        return (
            f"Step {place}, {got[0]}, gives {_sides(got[1])} pixels instead of "
            f"{_sides(wanted[1])}. Is padding 'same' everywhere?"
        )
    return (
        f"Step {place} of the computation, counted from the images, is {_named(got)}; "
        f"{_named(wanted)} is wanted there."
    )


OPAQUE = "build the network from Keras layers and from functions such as basic_block"


def _named(step):
    return f"{step[0]} with the output {' × '.join(map(str, step[1]))}"


def _sides(shape):
    return " × ".join(map(str, shape[:2]))
