"""The wiring of a model, read from its tensors, and the styles that it sees through."""

import answers.building_resnet as answers
import pytest

from resnet_lesson import blocks, models
from resnet_lesson.base.quiet import keras
from resnet_lesson.exercises import check
from resnet_lesson.lab import inspection, wiring

layers = keras.layers


def built(builder, filters=6, channels=6, **options):
    x = keras.Input((9, 8, channels))
    return keras.Model(x, builder(x, filters, **options))


@pytest.mark.parametrize(
    ("builder", "options", "text"),
    [
        (blocks.plain_block, {}, "relu(bn(conv 3×3(relu(bn(conv 3×3(x))))))"),
        (blocks.basic_block, {}, "relu(bn(conv 3×3(relu(bn(conv 3×3(x))))) + x)"),
        (
            blocks.basic_block,
            {"stride": 2},
            "relu(bn(conv 3×3(relu(bn(conv 3×3/2(x))))) + bn(conv 1×1/2(x)))",
        ),
        (
            blocks.preactivation_block,
            {"filters": 8},
            "conv 3×3(relu(bn(conv 3×3(relu(bn(x)))))) + conv 1×1(relu(bn(x)))",
        ),
    ],
)
def test_formulas_of_blocks(builder, options, text):
    assert wiring.formula(built(builder, name="block", **options)) == text


def test_style_and_names_do_not_matter():
    def other(x, filters):
        x = layers.Identity()(x)  # no step at all
        conv = layers.Conv2D(filters, 3, padding="same", activation="relu")
        inside = keras.Sequential([layers.BatchNormalization()], name="inside")
        return keras.ops.maximum(x + inside(conv(conv(x))), 0)

    model = built(other)
    assert wiring.formula(model) == "relu(bn(relu(conv 3×3(relu(conv 3×3(x))))) + x)"
    steps = wiring.steps(model)
    assert steps[0].operation is steps[2].operation  # one layer, called twice
    assert [step.shape for step in steps] == [(9, 8, 6)] * len(steps)


def test_every_layer_of_a_deep_network_is_one_step():
    model = models.cifar_resnet(56, shortcut="B")
    steps = wiring.steps(model)
    assert len(steps) == len(model.layers) - 1  # all but the input
    assert sum(step.kind.startswith("conv") for step in steps) + 1 == (
        inspection.depth(model) + 2  # and two projections
    )
    for place, step in enumerate(steps):
        assert all(before < place for before in step.inputs)


@pytest.mark.parametrize(
    ("number", "answer"),
    [(n, answer) for n, others in answers.ALSO_RIGHT.items() for answer in others],
)
def test_right_answers_in_other_styles(number, answer, capsys):
    check(number, answer)
    assert capsys.readouterr().out.startswith("✓")
