"""A block small enough to see through: two layers on vectors, known targets.

The block is F(x) = W2 ReLU(W1 x), with y = F(x) or, with a shortcut,
y = F(x) + x: equation 1 of He et al. (2015) with the F of their figure 2, no
biases, no BatchNormalization, nothing after the sum. F has twice as many
hidden units as x has components, so that it can be any A ReLU(x) + B ReLU(-x),
and every target here is of that form. Both blocks can therefore reach every
target exactly; what differs is how training gets there.

Inputs are standard normal, rows are examples: x is (batch, SIZE).
"""

from dataclasses import dataclass

import numpy as np

from resnet_lesson.conv_arithmetic import check_positive

KINDS = ("plain", "residual")
SIZE = 16  # components of x
HIDDEN = 2 * SIZE
BATCH = 64
MOMENTUM = 0.9
TEST = 1_000  # examples that the error is measured on


@dataclass(frozen=True)
class Target:
    """A desired mapping H(x) = keep x + turn Qx + bend Q|x|.

    Q is a random rotation or reflection, another one for each seed. All three
    terms have mean square 1 per component.

    keep: 1 for a target at or near the identity, 0 near zero.
    turn: of the linear part that is not x.
    bend: of the part that is not linear.
    """

    keep: float = 0.0
    turn: float = 0.0
    bend: float = 0.0

    def __call__(self, x, q):
        """H(x) for x (..., SIZE) and q (SIZE, SIZE)."""
        return self.keep * x + self.turn * (x @ q) + self.bend * (np.abs(x) @ q)

    def minus_input(self):
        """The target H(x) - x: what F has to be if there is a shortcut."""
        return Target(self.keep - 1, self.turn, self.bend)


def block(x, weights, *, shortcut):
    """The block's output.

    Args:
        x: (..., batch, SIZE).
        weights: (W1 of shape (..., SIZE, HIDDEN), W2 of shape (..., HIDDEN, SIZE)).
        shortcut: whether x is added: a bool, or an array of them that
            broadcasts with the output.

    Returns:
        y, (..., batch, SIZE).
    """
    first, second = weights
    return np.maximum(x @ first, 0) @ second + shortcut * x


def exact_weights(target, q, *, shortcut):
    """Weights with which the block computes the target: nobody trained them.

    Args:
        target: a `Target`.
        q: (SIZE, SIZE), its Q.
        shortcut: whether the block adds x.

    Returns:
        (W1, W2).
    """
    if shortcut:
        target = target.minus_input()
    one = np.eye(SIZE)
    linear, bent = target.keep * one + target.turn * q, target.bend * q
    return np.hstack([one, -one]), np.vstack([linear + bent, -linear + bent])


def start(seed):
    """(Q, W1, W2) of a seed, the weights He-initialised.

    Source of the initialisation: He et al., arXiv:1502.01852 (2015), section
    2.2, equation 10.
    """
    rng = np.random.default_rng([seed, 0])
    q, upper = np.linalg.qr(rng.normal(size=(SIZE, SIZE)))
    first = rng.normal(0, np.sqrt(2 / SIZE), (SIZE, HIDDEN))
    second = rng.normal(0, np.sqrt(2 / HIDDEN), (HIDDEN, SIZE))
    return q * np.sign(np.diag(upper)), first, second


def race(targets, *, seeds=range(5), steps=1_000, rate=0.1):
    """Train the plain and the residual block on each target, seed by seed.

    SGD with momentum, 64 fresh examples a step, constant rate. Within a seed
    all runs have the same Q, the same initial weights and the same examples:
    they differ in the target and the shortcut alone.

    Args:
        targets: a dict from a name to a `Target`.
        seeds: integers >= 0.
        steps: >= 1.
        rate: the learning rate, > 0.

    Returns:
        (when, errors): the steps at which the error was measured, int (n,),
        from 0 (before training) to `steps`; and a dict from name to a dict
        from kind, "plain" or "residual", to the mean squared error per
        component on 1,000 test examples, float (seeds, n).

    Raises:
        ValueError: `steps` is no positive integer, or `rate` is not positive.
    """
    check_positive(steps=steps)
    if not rate > 0:
        raise ValueError(f"rate must be positive, got {rate!r}")
    streams = [np.random.default_rng([seed, 1]) for seed in seeds]
    q, *weights = (np.stack(parts) for parts in zip(*map(start, seeds), strict=True))
    shape = (len(targets), len(KINDS))  # axes before those of the seeds and layers
    weights = [np.tile(layer, (*shape, 1, 1, 1)) for layer in weights]
    velocities = [np.zeros_like(layer) for layer in weights]
    shortcut = np.array([kind == "residual" for kind in KINDS])[:, None, None, None]

    def examples(count):
        x = np.stack([stream.normal(size=(count, SIZE)) for stream in streams])
        return x, np.stack([target(x, q) for target in targets.values()])[:, None]

    tested, wanted = examples(TEST)
    when, errors = _moments(steps), []
    for step in range(steps + 1):
        if step in when:
            off = block(tested, weights, shortcut=shortcut) - wanted
            errors.append(np.mean(off**2, axis=(-2, -1)))
        slopes = gradients(*examples(BATCH), weights, shortcut=shortcut)
        for layer, velocity, slope in zip(weights, velocities, slopes, strict=True):
            velocity *= MOMENTUM
            velocity -= rate * slope
            layer += velocity
    by_target = zip(targets, np.stack(errors, axis=-1), strict=True)
    return np.array(when), {
        name: dict(zip(KINDS, runs, strict=True)) for name, runs in by_target
    }


def gradients(x, wanted, weights, *, shortcut):
    """Gradients of the mean squared error with respect to W1 and W2.

    Args:
        x: (..., batch, SIZE).
        wanted: H(x), of a shape that broadcasts with the block's output.
        weights, shortcut: as for `block`.

    Returns:
        (gradient of W1, gradient of W2), of the weights' shapes.
    """
    first, second = weights
    before = x @ first
    hidden = np.maximum(before, 0)
    off = hidden @ second + shortcut * x - wanted
    slope = off * (2 / (x.shape[-2] * x.shape[-1]))
    back = (slope @ second.swapaxes(-1, -2)) * (before > 0)
    return x.swapaxes(-1, -2) @ back, hidden.swapaxes(-1, -2) @ slope


def _moments(steps):
    """Step 0, and about ten steps a decade."""
    spaced = np.geomspace(1, steps, 1 + round(10 * np.log10(steps)))
    return sorted({0, *(int(step) for step in np.round(spaced))})
