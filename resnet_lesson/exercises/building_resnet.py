"""Exercises of notebook 05: shapes and counts by hand, blocks and a network."""

from resnet_lesson import blocks, models, parts
from resnet_lesson.exercises import building_resnet_blocks as keras_blocks
from resnet_lesson.exercises import building_resnet_network as assembled
from resnet_lesson.exercises import building_resnet_wiring as wired
from resnet_lesson.exercises.checking import Hint, exercise
from resnet_lesson.exercises.functions import call, written
from resnet_lesson.exercises.values import array, choice, number

SHAPES = {
    "course, 28 pixels": [(14, 14, 20), (14, 14, 20), (7, 7, 40), (4, 4, 80)],
    "ResNet-50, 224 pixels": [
        (112, 112, 64),
        (56, 56, 64),
        (56, 56, 256),
        (28, 28, 512),
        (14, 14, 1024),
        (7, 7, 2048),
    ],
}


@exercise(
    "5.1",
    expects="a dictionary with two lists of (height, width, channels)",
    notice="7 pixels become 4 at stride 2, because sizes are rounded up; a bottleneck "
    "gives four times its filters.",
)
def shapes(answer):
    if not isinstance(answer, dict) or set(answer) != set(SHAPES):
        raise Hint(f"Keep the dictionary with the keys {', '.join(map(repr, SHAPES))}.")
    course, resnet50 = SHAPES.values()
    for name, given in answer.items():
        mistakes = [
            ([*course[:3], (3, 3, 80)], "7 pixels at stride 2: ⌈7 / 2⌉, not ⌊7 / 2⌋."),
            (
                [(28, 28, 20), (28, 28, 20), (14, 14, 40), (7, 7, 80)],
                "Here the stem has stride 2, too.",
            ),
            (
                [(14, 14, 20), (7, 7, 20), (4, 4, 40), (2, 2, 80)],
                "The first stage keeps the stem's size: only later stages halve it.",
            ),
            (
                [
                    (h, w, c if i < 2 else c // 4)
                    for i, (h, w, c) in enumerate(resnet50)
                ],
                "Those are the filters inside the bottlenecks. What does a block "
                "put out?",
            ),
            (
                [resnet50[0], *((h // 2, w // 2, c) for h, w, c in resnet50[1:])],
                "After the pooling the first stage keeps its size.",
            ),
            (
                [
                    resnet50[0],
                    resnet50[0],
                    *((2 * h, 2 * w, c) for h, w, c in resnet50[2:]),
                ],
                "The max-pool has stride 2.",
            ),
            ([(c, h, w) for h, w, c in SHAPES[name]], "Channels come last here."),
            (
                [(1, *shape) for shape in SHAPES[name]],
                "Leave the batch out: three numbers for each part.",
            ),
            (
                [h for h, _, _ in SHAPES[name]],
                "Give (height, width, channels) for each.",
            ),
        ]
        array(given, SHAPES[name], mistakes=mistakes, name=name)


def _count(channels=64, filters=128, *, bn=2, bias=0, projection=1, projection_bn=2):
    first = 9 * channels * filters + (bn + bias) * filters
    second = 9 * filters * filters + (bn + bias) * filters
    carried = channels * filters + (projection_bn + bias) * filters
    return first + second + projection * carried


@exercise(
    "5.2",
    expects="an integer",
    notice="The convolutions hold 99.7 % of them; the projection's share is 3.7 %.",
)
def counted(answer):
    number(
        answer,
        _count(),
        mistakes={
            _count(
                projection=0
            ): "The shapes change, so the shortcut has weights, too.",
            _count(projection_bn=0): "The projection has a BN, too.",
            _count(bn=0, projection_bn=0): "BN has trainable parameters: which two for "
            "each channel?",
            _count(bn=0, projection_bn=0, projection=0): "Something else is trained: "
            "BN, and what the shortcut holds where shapes change.",
            _count(bn=1, projection_bn=1): "BN has two trainable numbers a channel.",
            _count(bn=4, projection_bn=4): "Moving mean and variance are not trained. "
            "That is Keras' total.",
            _count(bias=1): "The convolutions have no bias: BN shifts.",
            _count(channels=128): "The block reads 64 channels.",
            _count(channels=128, projection=0): "The block reads 64 channels, and its "
            "shortcut has weights.",
            _count() + 8 * 64 * 128: "The projection is a 1×1 convolution.",
            9 * 64 * 128 + 9 * 64 * 128 + 64 * 128 + 6 * 128: "The second convolution "
            "reads what the first puts out.",
        },
        otherwise="Add up: two 3×3 convolutions, a 1×1 convolution, and γ and β of the "
        "BN behind each of the three.",
    )


@exercise(
    "5.3",
    expects="a function of (x, filters, stride=1) that returns a Keras tensor",
    notice="With copied weights your block and the package's give equal outputs.",
)
def basic_block(answer):
    keras_blocks.block(
        answer,
        blocks.basic_block,
        [(6, 6, 1), (6, 6, 2), (6, 10, 1), (6, 10, 2)],
        diagnose=wired.post_activation(("3×3", "3×3"), strided=0),
        own=OWN,
    )


@exercise(
    "5.4",
    expects='a dictionary such as {"block": "A", "adds": "bn1"}',
    notice="Nothing failed: the shapes agree at stride 1 as well as at stride 2.",
)
def wrong_block(answer):
    if not isinstance(answer, dict) or set(answer) != {"block", "adds"}:
        raise Hint("Keep the dictionary with the keys 'block' and 'adds'.")
    choice(
        answer["block"],
        "C",
        {
            "A": "A adds x itself; that it compares whole shapes is only another way "
            "to ask.",
            "B": "B keeps x in `carried` before it changes it; follow that name.",
            "D": "D computes the shortcut first; the order of the two does not matter.",
        },
    )
    late = "That is computed, too, but what does the name x stand for in the sum?"
    choice(
        answer["adds"],
        "relu1",
        {
            "x": "That is what it should add. What does the name x stand for by then?",
            "conv1": late,
            "bn1": late,
            "conv2": late,
            "bn2": late,
        },
    )


@exercise(
    "5.5",
    expects="a function without arguments that returns a keras.Model",
    notice="11,689,512, the number that torchvision's ResNet-18 has as well.",
)
def resnet18(answer):
    written(
        answer, [models.imagenet_resnet, models.cifar_resnet, models.fashion_resnet]
    )
    assembled.resnet18(call(answer, ()))


@exercise(
    "5.6",
    expects="a function of (x, filters, stride=1) that returns a Keras tensor",
    notice="The output has 4 × filters channels, and so has the projection.",
)
def bottleneck_block(answer):
    keras_blocks.block(
        answer,
        blocks.bottleneck_block,
        [(24, 6, 1), (6, 6, 1), (24, 6, 2), (10, 6, 2)],
        diagnose=wired.post_activation(("1×1", "3×3", "1×1"), strided=1),
        own=OWN,
    )


@exercise(
    "5.7",
    expects="a function of (x, filters, stride=1) that returns a Keras tensor",
    notice="Nothing acts on x along the identities, so x_L = x_l + ΣF holds.",
)
def repaired_block(answer):
    keras_blocks.block(
        answer,
        blocks.preactivation_block,
        [(6, 6, 1), (6, 6, 2), (6, 10, 1), (6, 10, 2)],
        diagnose=wired.pre_activation,
        own=OWN,
    )


STATEMENTS = {
    "a": ("true", "F ends in a ReLU. Which sign has what it adds?"),
    "b": ("true", "F(x) = ReLU(0) = 0, and nothing follows the sum."),
    "c": ("false", "To lower a value F would have to be negative somewhere."),
    "d": (
        "false",
        "There F comes from BN, and the ReLU acts on the sum: F can be negative.",
    ),
}


@exercise(
    "5.8",
    expects='a dictionary of "true" and "false"',
    notice="Such a block can be the identity, but it cannot subtract (He et al. 2016, "
    "§4.1).",
)
def early_relu(answer):
    if not isinstance(answer, dict) or set(answer) != set(STATEMENTS):
        raise Hint("Keep the dictionary with the keys 'a', 'b', 'c', 'd'.")
    for key, (right, hint) in STATEMENTS.items():
        given = answer[key]
        given = str(given) if isinstance(given, bool) else given
        other = {"true": "false", "false": "true"}[right]
        try:
            choice(given, right, {other: hint})
        except Hint as wrong:
            raise Hint(f"{key}: {wrong}") from None


OWN = [
    blocks.mapping,
    blocks.plain_block,
    blocks.basic_block,
    blocks.bottleneck_block,
    blocks.preactivation_block,
    blocks.BasicBlock,
    parts.shortcut_path,
    parts.needs_projection,
]
