"""What checkers ask of a reader's Keras block: our wiring, and our values."""

from functools import cache

import numpy as np

from resnet_lesson.base.quiet import keras
from resnet_lesson.exercises.checking import Hint
from resnet_lesson.exercises.functions import written
from resnet_lesson.lab import wiring
from resnet_lesson.parts import BN_EPSILON

SIZE = (9, 8)  # an odd and an even side: rounding shows at stride 2
BN = keras.layers.BatchNormalization


def block(answer, reference, cases, *, diagnose, own=()):
    """Ask for a builder of blocks that computes what ours does.

    Args:
        answer: the reader's function of (x, filters, stride=1).
        reference: ours, with the keyword `name` as well.
        cases: (channels of x, filters, stride), the smallest first.
        diagnose: function of (steps, formula, wanted formula) of the reader's
            block that raises a `Hint` for a mistake it knows.
        own: functions of the package that the reader's must not use.

    Weights are copied from our block to the reader's, in the order of the
    computation; outputs must agree in inference mode.
    """
    written(answer, own)
    for place, (channels, filters, stride) in enumerate(cases):
        case = f"With {channels} channels in, filters={filters} and stride={stride}"
        right = _right(reference, channels, filters, stride)
        mine = _model(answer, channels, filters, stride, case)
        steps, text = wiring.steps(mine), wiring.formula(mine)
        yours = f"{case} yours computes {text}."
        try:
            _only_keras(steps)
            _same_shape(mine, right)
            if text != wiring.formula(right):
                diagnose(steps, text, wiring.formula(right))
            _no_bias(steps)
            _same_weights(steps, wiring.steps(right))
            # The wiring is ours: the first case and the last tell about the values.
            if place in (0, len(cases) - 1):
                _same_values(mine, right, channels)
        except Hint as hint:
            raise Hint(f"{hint} {yours}", _drawn(mine)) from None


def _drawn(model):
    from resnet_lesson.figures.building_resnet import wiring_diagram

    return wiring_diagram(model, "your block")


@cache
def _right(reference, channels, filters, stride):
    x = keras.Input((*SIZE, channels), name="x")
    return keras.Model(x, reference(x, filters, stride=stride, name="block"))


def _model(answer, channels, filters, stride, case):
    x = keras.Input((*SIZE, channels), name="x")
    try:
        y = answer(x, filters, stride=stride)
    except (Exception, SystemExit) as error:
        first = " ".join(str(error).split())[:150]
        if "incompatible shapes" in first or "broadcast" in first:
            raise Hint(
                f'{case} the two summands differ in shape. Is padding "same"? When '
                "does x need a projection, and with which filters and stride?"
            ) from None
        if "KerasTensor" in first:
            raise Hint("x is a Keras tensor: use keras.layers or keras.ops.") from None
        raise Hint(f"{case} it raises {type(error).__name__}: {first}") from None
    if y is None:
        raise Hint("It returns None: is there a `return`?")
    if isinstance(y, (keras.layers.Layer, keras.Model)):
        raise Hint("It returns a layer. Call the layer, and return what comes out.")
    if not isinstance(y, keras.KerasTensor):
        raise Hint(
            f"It returns a {type(y).__name__}; return the tensor behind the last layer."
        )
    try:
        return keras.Model(x, y)
    except Exception:
        raise Hint(
            "What it returns is not computed from its argument x alone."
        ) from None


def _same_shape(mine, right):
    got, wanted = mine.output.shape[1:], right.output.shape[1:]
    if len(got) != 3:
        raise Hint(f"The output must be feature maps, got the shape {tuple(got)}.")
    if got[-1] != wanted[-1]:
        raise Hint(f"It gives {got[-1]} channels where {wanted[-1]} are wanted.")
    if got != wanted:
        raise Hint(
            f"Of {SIZE[0]} × {SIZE[1]} it makes {got[0]} × {got[1]}; wanted are "
            f"{wanted[0]} × {wanted[1]}. Is every padding 'same', and the stride "
            "used once on each path?"
        )


def _only_keras(steps):
    for step in steps:
        if not type(step.operation).__module__.startswith("keras."):
            name = type(step.operation).__name__
            raise Hint(f"The check cannot look into {name}: call Keras layers in turn.")


def _no_bias(steps):
    if any(getattr(step.operation, "use_bias", False) for step in steps):
        raise Hint(
            "A convolution keeps its bias, though the BN behind it takes it out "
            "again: use_bias=False."
        )


def _same_weights(steps, right):
    layers, wanted = _weighted(steps), _weighted(right)
    if len({id(layer) for layer in layers}) < len(layers):
        raise Hint(
            "One layer is called twice, so both calls share its weights. Make a new "
            "layer for each place."
        )
    if len(layers) != len(wanted):
        raise Hint(
            f"{len(layers)} layers have weights, {len(wanted)} are wanted. Does "
            "something that both paths could share stand there twice?"
        )
    if list(map(_shapes, layers)) != list(map(_shapes, wanted)):
        raise Hint(
            "The weights' shapes are not those of this block: count the filters of "
            "each convolution; BN works over the last axis."
        )


def _same_values(mine, right, channels):
    """Copy random weights from ours to the reader's block; compare the outputs."""
    generator = np.random.default_rng(5)
    pairs = zip(*(_weighted(wiring.steps(m)) for m in (mine, right)), strict=True)
    for layer, source in pairs:
        source.set_weights(_random(source, generator))
        layer.set_weights(source.get_weights())
        if isinstance(layer, BN):
            layer.epsilon = BN_EPSILON  # any small ε is right
    x = generator.normal(size=(2, *SIZE, channels)).astype("float32")
    got, expected = np.array(mine(x)), np.array(right(x))
    if not np.allclose(got, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max()):
        raise Hint(
            "The layers are right, but in inference mode the values are not. Is "
            "`training` fixed, or a dilation or data format set?"
        )


def _shapes(layer):
    return [weight.shape for weight in layer.weights]


def _weighted(steps):
    return [step.operation for step in steps if getattr(step.operation, "weights", ())]


def _random(layer, generator):
    """Weights at which no part of a block is without effect."""
    if isinstance(layer, BN):  # γ, β, moving mean, moving variance
        channels = layer.gamma.shape[0]
        ranges = ((0.5, 1.5), (-1, 1), (-1, 1), (0.5, 2))
        return [generator.uniform(*bounds, channels) for bounds in ranges]
    shape = layer.kernel.shape
    return [generator.normal(0, (2 / np.prod(shape[:3])) ** 0.5, shape)]


# Questions to the steps of a reader's block; a place is an index, -1 the input.


def kind(steps, place):
    """The kind of the step at a place; "x" for the input."""
    return "x" if place < 0 else steps[place].kind


def places(steps, word):
    """The places of the steps whose kind begins with a word."""
    return [i for i, step in enumerate(steps) if step.kind.startswith(word)]


def before(steps, place):
    """The places that lead to a place, itself included, in order."""
    found, waiting = set(), [place]
    while waiting:
        place = waiting.pop()
        if place >= 0 and place not in found:
            found.add(place)
            waiting += steps[place].inputs
    return sorted(found)


def convolutions(steps, among):
    """The steps among these places that are convolutions."""
    return [steps[i] for i in among if steps[i].kind.startswith("conv ")]


def followed(steps, place):
    """The kinds of the steps that read the step at a place."""
    return [step.kind for step in steps if place in step.inputs]


def summands(steps):
    """The places of what the last sum adds, F first; empty without a sum."""
    sums = places(steps, "+")
    return steps[sums[-1]].inputs if sums else ()
