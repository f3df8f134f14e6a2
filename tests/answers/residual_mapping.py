"""Answers to the exercises of notebook 02: right ones, and typical wrong ones."""

import numpy as np

from resnet_lesson.lab import toy

RESIDUALS = {
    "1.2 x - 1": [-0.6, -1.2, -0.9],
    "x": (0, 0, 0),
    "-x": np.array([-4, 2, -1]),
    "ReLU(x)": [0, 1, 0],
    "0": [-2, 1, -0.5],
}


def possible_F(x, y, relu):
    low, high = y - x, y - x
    if relu:
        low = np.where(y == 0, -np.inf, low)
    return low, high


def inf_above(x, y, relu):
    return y - x, np.where(relu & (y == 0), np.inf, y - x)


def unbounded(x, y, relu):
    low, high = possible_F(x, y, relu)
    return low, np.where(np.isinf(low), np.inf, high)


def zero_floor(x, y, relu):
    return np.where(relu & (y == 0), 0, y - x), y - x


def zero_roof(x, y, relu):
    low, high = possible_F(x, y, relu)
    return low, np.where(np.isinf(low), 0, high)


def of_negative_x(x, y, relu):
    return np.where(relu & (x < 0), -np.inf, y - x), y - x


def not_positive(x, y, relu):
    return np.where(relu & (y <= x), -np.inf, y - x), y - x


SHAPES = {
    "matrix": (128, 64),
    "Keras, dense": (64, 128),
    "Keras, 1×1": (1, 1, 64, 128),
    "weights": 8_192,
    "stride": 2,
}


def block(x, W1, W2, Ws=None):
    F = np.maximum(x @ W1, 0) @ W2
    return np.maximum(F + (x if Ws is None else x @ Ws), 0)


def given(x, W1, W2, Ws=None):
    carried = x if Ws is None else x @ Ws
    H = np.maximum(np.maximum(x @ W1, 0) @ W2, 0)
    F = H - carried
    return F + carried


def cut_before(x, W1, W2, Ws=None):
    carried = x if Ws is None else x @ Ws
    return np.maximum(np.maximum(x @ W1, 0) @ W2, 0) + carried


def never_cut(x, W1, W2, Ws=None):
    return np.maximum(x @ W1, 0) @ W2 + (x if Ws is None else x @ Ws)


def subtracts(x, W1, W2, Ws=None):
    F = np.maximum(x @ W1, 0) @ W2
    return np.maximum(F - (x if Ws is None else x @ Ws), 0)


def linear(x, W1, W2, Ws=None):
    return np.maximum(x @ W1 @ W2 + (x if Ws is None else x @ Ws), 0)


def ignores(x, W1, W2, Ws=None):
    return block(x, W1, W2)


def relu_on_the_shortcut(x, W1, W2, Ws=None):
    carried = x if Ws is None else x @ Ws
    return np.maximum(np.maximum(x @ W1, 0) @ W2 + np.maximum(carried, 0), 0)


def relu_on_the_projection(x, W1, W2, Ws=None):
    carried = x if Ws is None else np.maximum(x @ Ws, 0)
    return np.maximum(np.maximum(x @ W1, 0) @ W2 + carried, 0)


def projects_the_sum(x, W1, W2, Ws=None):
    y = np.maximum(x @ W1, 0) @ W2 + x
    return np.maximum(y if Ws is None else y @ Ws, 0)


def gradients(x, wanted, W1, W2):
    before = x @ W1
    hidden = np.maximum(before, 0)
    slope = 2 * (hidden @ W2 + x - wanted) / x.size
    return x.T @ ((slope @ W2.T) * (before > 0)), hidden.T @ slope


def times(factor):
    return lambda x, *rest: [factor(x) * slope for slope in gradients(x, *rest)]


def without_shortcut(x, wanted, W1, W2):
    return gradients(x, wanted + x, W1, W2)


def without_mask(x, wanted, W1, W2):
    hidden = np.maximum(x @ W1, 0)
    slope = 2 * (hidden @ W2 + x - wanted) / x.size
    return x.T @ (slope @ W2.T), hidden.T @ slope


def before_the_relu(x, wanted, W1, W2):
    slope = 2 * (np.maximum(x @ W1, 0) @ W2 + x - wanted) / x.size
    return gradients(x, wanted, W1, W2)[0], (x @ W1).T @ slope


def shortcut_in_the_gradient(x, wanted, W1, W2):
    first, second = gradients(x, wanted, W1, W2)
    return first + 1, second + 1


luck = np.random.default_rng(0)
RUNS = {"a": 0.5, "b": -2.0, "c": 1 - 0.3, "d": 0.4}
SENTENCES = {
    "a": "definition",
    "b": "hypothesis",
    "c": "refuted",
    "d": "measured",
    "e": "refuted",
    "f": "hypothesis",
}

RIGHT = {
    "2.1": RESIDUALS,
    "2.2": possible_F,
    "2.3": SHAPES,
    "2.4": block,
    "2.5": gradients,
    "2.6": lambda x: -x,
    "2.7": RUNS,
    "2.8": SENTENCES,
}

WRONG = {
    "2.1": [
        ({**RESIDUALS, "0": [0, 0, 0]}, "H = 0: That is H(x)"),
        ({**RESIDUALS, "x": [2, -1, 0.5]}, "H = x: That is H(x)"),
        ({**RESIDUALS, "-x": [4, -2, 1]}, "H = -x: The other way round"),
        ({**RESIDUALS, "-x": [0, 0, 0]}, "The shortcut adds x"),
        ({**RESIDUALS, "1.2 x - 1": [1.4, -2.2, -0.4]}, "plain block's layers"),
        ({**RESIDUALS, "1.2 x - 1": [0.4, -0.2, 0.1]}, "And the constant?"),
        ({**RESIDUALS, "1.2 x - 1": [1.4, 0.8, 1.1]}, "sign of the constant"),
        ({**RESIDUALS, "1.2 x - 1": [2.4, -1.2, 0.6]}, "collect"),
        ({**RESIDUALS, "ReLU(x)": [0, -1, 0]}, "The other way round"),
        ({**RESIDUALS, "ReLU(x)": [0, 0, 0]}, "With F = 0 the block puts out x"),
        ({**RESIDUALS, "ReLU(x)": [0, 1, 0.5]}, "ReLU changes nothing"),
        ({**RESIDUALS, "0": [-2, 1, 0.5]}, "the first at (2,)"),
        ({**RESIDUALS, "x": 0}, "shape (3,)"),
        ({**RESIDUALS, "x": "0"}, "array of finite numbers"),
        (list(RESIDUALS.values()), "Keep a dictionary"),
    ],
    "2.2": [
        (lambda x, y, relu: (y - x, y - x), "y = 0 says only"),
        (lambda x, y, relu: possible_F(x, y, True), "a sum of exactly 0"),
        (lambda x, y, relu: possible_F(x, y, not relu), "`relu` is true"),
        (inf_above, "below zero or those above"),
        (unbounded, "How large can F(x) be?"),
        (zero_floor, "nothing bounds F(x) from below"),
        (zero_roof, "F(x) may be positive"),
        (of_negative_x, "sign of x alone"),
        (not_positive, "whatever x is"),
        (lambda x, y, relu: possible_F(x, y, relu)[::-1], "First the lowest"),
        (lambda x, y, relu: possible_F(-x, y, relu), "*sum*"),
        (lambda x, y, relu: possible_F(0 * x, y, relu), "Take off"),
        (lambda x, y, relu: y - x, "is wanted"),
        (lambda x, y, relu: (x - y, x - y), "instead of"),
        (lambda x, y: (y - x, y - x), "raises TypeError"),
    ],
    "2.3": [
        ({**SHAPES, "matrix": (64, 128)}, "matrix: the right sizes in another"),
        ({**SHAPES, "Keras, dense": (128, 64)}, "x is a row"),
        ({**SHAPES, "Keras, 1×1": (128, 64, 1, 1)}, "channels in, channels out"),
        ({**SHAPES, "Keras, 1×1": (1, 1, 128, 64)}, "channels in, channels out"),
        ({**SHAPES, "Keras, 1×1": (2, 2, 64, 128)}, "no axis of a kernel"),
        ({**SHAPES, "Keras, 1×1": (3, 3, 64, 128)}, "more than one pixel"),
        ({**SHAPES, "Keras, 1×1": (64, 128)}, "has 4 axes, yours 2"),
        ({**SHAPES, "Keras, 1×1": (1, 1, 64, 64)}, "Which number is off?"),
        ({**SHAPES, "matrix": (1, 128, 64)}, "has 2 axes"),
        ({**SHAPES, "matrix": 8_192}, "a tuple of integers"),
        ({**SHAPES, "weights": 8_320}, "no bias"),
        ({**SHAPES, "weights": 73_728}, "3×3"),
        ({**SHAPES, "weights": 192}, "*each* input channel"),
        ({**SHAPES, "weights": 100}, "weights: 100 is not it"),
        ({**SHAPES, "stride": 1}, "56 × 56 has to become"),
        ({**SHAPES, "stride": 4}, "along one side"),
    ],
    "2.4": [
        (given, "what a plain block gives"),
        (cut_before, "Where has the paper its second ReLU?"),
        (lambda *case: np.maximum(cut_before(*case), 0), "it can only add"),
        (never_cut, "What follows it"),
        (subtracts, "Nothing in a block subtracts"),
        (linear, "lost the ReLU"),
        (ignores, "Where Ws is given"),
        (projects_the_sum, "not the sum"),
        (relu_on_the_shortcut, "A ReLU stands on the shortcut"),
        (relu_on_the_projection, "A ReLU stands behind Ws"),
        (lambda x, W1, W2, Ws=None: np.maximum(x, 0), "gives"),
        (lambda *case: block(*case)[0], "wanted"),
        (lambda x, W1, W2: block(x, W1, W2), "raises TypeError"),
    ],
    "2.5": [
        (times(lambda x: x.size), "a mean, not a sum"),
        (times(lambda x: x.shape[1]), "not over the examples alone"),
        (times(lambda x: x.shape[0]), "not over the components alone"),
        (times(lambda x: 0.5), "a factor"),
        (times(lambda x: x.size / 2), "Two factors"),
        (times(lambda x: -1), "uphill"),
        (without_shortcut, "no shortcut in your y"),
        (without_mask, "which hidden units"),
        (before_the_relu, "comes out of the ReLU"),
        (lambda *case: gradients(*case)[::-1], "First the gradient of W1"),
        (lambda *case: [g.T for g in gradients(*case)], "transposed"),
        (lambda *case: gradients(*case)[0], "gives"),
        (shortcut_in_the_gradient, "gives"),
        (lambda x, t, W1, W2: toy.gradients(x, t, (W1, W2), shortcut=True), "own"),
        (toy.gradients, "own function"),
    ],
    "2.6": [
        (lambda x: x, "does not hinder"),
        (lambda x: 0.9 * x, "the shortcut helps"),
        (lambda x: 0 * x, "The mean square of H(x) is 0"),
        (lambda x: 0.1 * np.abs(x), "0.4 to 2 is asked for"),
        (lambda x: -3 * x, "far larger than x"),
        (np.abs, "which of the two is each block's task?"),
        (np.sin, "does not hinder"),
        (lambda x: x[:, ::-1], "the shortcut helps"),
        (lambda x: x.sum(), "shape of x"),
        (lambda x: -x / x.std(axis=0), "whatever the others are"),
        (lambda x: luck.normal(size=x.shape), "each time"),
        (lambda x: x / 0, "not finite"),
        (-1, "made by `def`"),
        (lambda: 0, "raises TypeError"),
    ],
    "2.7": [
        ({**RUNS, "a": 2.5}, "a: The shortcut's x is taken *off*"),
        ({**RUNS, "a": 1.5}, "What is left to its layers?"),
        ({**RUNS, "a": -0.5}, "Mind the sign"),
        ({**RUNS, "b": 0}, "b: The shortcut's x is taken *off*"),
        ({**RUNS, "b": 2}, "b: Mind the sign"),
        ({**RUNS, "c": 0}, "carries 0.3 x, not x"),
        ({**RUNS, "c": 1.3}, "c: The shortcut's x is taken *off*"),
        ({**RUNS, "d": 0.6}, "−0.2 x"),
        ({**RUNS, "d": 1}, "−0.6 x"),
        ({**RUNS, "d": 3}, "d: 3 is not it"),
        ({**RUNS, "d": "0.4"}, "got the text"),
        ([0.5, -2, 0.7, 0.4], "Keep a dictionary"),
    ],
    "2.8": [
        ({**SENTENCES, "a": "measured"}, "a: Did it need measuring?"),
        ({**SENTENCES, "a": "hypothesis"}, "a: Could any experiment"),
        ({**SENTENCES, "b": "measured"}, "b: Read the condition"),
        ({**SENTENCES, "b": "definition"}, "b: Read the condition"),
        ({**SENTENCES, "c": "hypothesis"}, "weights are written down"),
        ({**SENTENCES, "d": "hypothesis"}, "number of steps"),
        ({**SENTENCES, "e": "definition"}, "says nothing about sizes"),
        ({**SENTENCES, "e": "measured"}, "e: Look at the table"),
        ({**SENTENCES, "f": "measured"}, "f: Who knows H"),
        ({**SENTENCES, "f": "true"}, "none of"),
        (list(SENTENCES.values()), "Keep the dictionary"),
    ],
}
