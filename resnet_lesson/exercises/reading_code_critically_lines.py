"""A ResNet and its training step in thirty lines, three of them faulty on purpose."""

import re

import numpy as np

from resnet_lesson.base.quiet import keras
from resnet_lesson.exercises.checking import Hint
from resnet_lesson.exercises.values import same, short

PROGRAM = """\
def block(x, filters, stride):
    y = layers.Conv2D(filters, 3, stride, "same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 3, 1, "same", use_bias=False)(y)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    if stride != 1 or x.shape[-1] != filters:
        x = layers.Conv2D(filters, 1, stride, use_bias=False)(x)
        x = layers.BatchNormalization()(x)
    return layers.ReLU()(layers.Add()([y, x]))

def network(stages=3, blocks=2, width=16):
    x = inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for stage in range(stages):
        for index in range(1, blocks + 1):
            stride = 2 if stage > 0 and index == 0 else 1
            x = block(x, width * 2**stage, stride)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10)(x))

loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

def step(net, optimizer, images, labels):
    with tf.GradientTape() as tape:
        logits = net(images)
        loss = loss_of(labels, logits)
    variables = net.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss
"""
LINES = PROGRAM.splitlines()

IMAGES = np.random.default_rng(0).normal(size=(8, 28, 28, 1)).astype("float32")
REPAIRED = {  # from line 0 on
    4: "    y = layers.BatchNormalization()(y)",
    16: "            stride = 2 if stage > 0 and index == 1 else 1",
    25: "        logits = net(images, training=True)",
}
FAULTY = (5, 16, 17, 26, 27)  # where the three can be repaired

# Lines that look as if something were wrong with them.
SOUND = {
    1: "F is a mapping of x; the arguments are in order.",
    2: "No bias is right in front of BN, which subtracts it again.",
    3: "Convolution, BN, ReLU: so it should be between the two convolutions.",
    4: "The stride belongs to the first convolution of the block alone.",
    6: "It projects where stride or channels change, which is when it must.",
    7: "The projection is a 1×1 convolution with the block's stride.",
    8: "BN belongs behind the projection, and no ReLU.",
    9: "He et al. (2015) put the ReLU behind the sum.",
    13: "The stem has no bias, since BN follows.",
    14: "The stem is activated once, and BN stands before its ReLU.",
    18: "Each stage doubles the channels: 16, 32, 64.",
    20: "No softmax here: the loss asks for logits.",
    22: "The last layer gives logits, and the loss is told so.",
}


def numbered():
    """The program with the number of each line."""
    return "\n".join(f"{n:>2}  {line}".rstrip() for n, line in enumerate(LINES, 1))


def check_repairs(repairs):
    """Put the reader's lines in, run the program, and look at what it does."""
    net, before, loss = _run("\n".join(_replaced(repairs)), repairs)
    done = _repaired(net, before)
    left = [what for what, good in done.items() if not good]
    others = [number for number in repairs if number not in FAULTY]
    sound_still = not left and _as_wanted(net, before, loss)
    if others and not sound_still:
        sound = SOUND.get(others[0], "What it did is now undone.")
        raise Hint(f"Line {others[0]} was sound. {sound}")
    if left:
        raise Hint(
            f"{len(done) - len(left)} of {len(done)} are repaired. Still wrong is "
            f"{left[0]}."
        )
    if not sound_still:
        raise Hint(
            "The three faults are gone, but something sound went with them. Compare "
            "your lines with the old ones, layer by layer."
        )


def _replaced(repairs):
    if not isinstance(repairs, dict) or not repairs:
        raise Hint("Answer with a dictionary: the line's number, the line's new text.")
    lines = list(LINES)
    for number, text in repairs.items():
        if isinstance(number, bool) or number not in range(1, len(LINES) + 1):
            raise Hint(f"There is no line {short(number)}: they run from 1 to 30.")
        if not isinstance(text, str):
            raise Hint(f"Line {number} must be text in quotes, got {short(text)}.")
        old = lines[number - 1]
        if text.strip() == old.strip():
            raise Hint(f"Your line {number} is what it was before.")
        # The old indentation, so that nobody has to count spaces.
        indent = re.match(" *", old).group()
        lines[number - 1] = indent + text.strip() if text.strip() else ""
    return lines


def _run(source, repairs):
    """The network after one step of the program, its weights before, the loss."""
    try:
        names = _execute(source)
        net = names["network"]()
        before = net.get_weights()
        loss = names["step"](net, keras.optimizers.SGD(0.1), IMAGES, np.arange(8))
    except (Exception, SystemExit) as error:
        lines = ", ".join(map(str, repairs))
        raise Hint(
            f"With your line {lines} the program stops. {type(error).__name__}: "
            f"{str(error).splitlines()[0][:120]}"
        ) from None
    return net, before, loss


def _execute(source):
    import tensorflow as tf

    names = {"keras": keras, "layers": keras.layers, "tf": tf}
    exec(compile(source, "<thirty lines>", "exec"), names)
    return names


def _repaired(net, before):
    """What a reviewer looks at -> whether it is as it should be."""
    sums = [layer for layer in net.layers if isinstance(layer, keras.layers.Add)]
    sizes = [layer.output.shape[1] for layer in sums]
    mapped = keras.Model(net.input, [layer.input[0] for layer in sums])
    moved = {
        weight.path: (old != weight.numpy()).any()
        for old, weight in zip(before, net.weights, strict=True)
    }
    return {
        "a shape: the sizes behind the six blocks": sizes == [28, 28, 14, 14, 7, 7],
        "a value: the range of F(x)": all(
            (np.array(y) < 0).any() for y in mapped(IMAGES, training=True)
        ),
        "how it is run: the mode of BN in a step": all(
            changed for path, changed in moved.items() if "moving" in path
        ),
    }


def _as_wanted(net, before, loss):
    """Whether the step has the loss that it has with the three repairs alone."""
    wanted = _execute("\n".join({**dict(enumerate(LINES)), **REPAIRED}.values()))
    twin = wanted["network"]()
    if [w.shape for w in twin.weights] != [w.shape for w in net.weights]:
        return False
    twin.set_weights(before)
    expected = wanted["step"](twin, keras.optimizers.SGD(0.1), IMAGES, np.arange(8))
    return same(loss, float(expected), 1e-3)
