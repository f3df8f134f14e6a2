"""Everything that decides how a network is trained, checked when it is made."""

import operator
from dataclasses import dataclass
from functools import partial
from numbers import Integral, Real

OPTIMIZERS = ("adamw", "sgd")
SCHEDULES = ("cosine", "constant")
INTEGERS = {  # and the least that is allowed
    "epochs": 1,
    "batch_size": 1,
    "shift": 0,
    "small_epochs": 0,
    "replicas": 1,
    "seed": 0,
}
REALS = {  # what is allowed, in words and as a test that NaN fails
    "peak_rate": ("positive", lambda value: 0 < value < float("inf")),
    "weight_decay": (">= 0", lambda value: 0 <= value < float("inf")),
    "warmup": ("in [0, 1)", lambda value: 0 <= value < 1),
    "label_smoothing": ("in [0, 1)", lambda value: 0 <= value < 1),
}


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a network is trained.

    epochs: passes over the training images.
    batch_size: images per step; what does not fill a last batch sits out that
        epoch (each epoch shuffles anew).
    optimizer: "adamw" (which is Adam where `weight_decay` is 0) or "sgd" (with
        momentum 0.9).
    peak_rate: the largest learning rate.
    schedule: "cosine" (down to zero after the warm-up) or "constant".
    warmup: share of all steps, in [0, 1), in which the rate rises linearly
        from a 25th of the peak.
    weight_decay: decoupled, on kernels only (not on biases, gamma and beta).
    label_smoothing: in [0, 1), spread evenly over the classes.
    flip: mirror training images at random.
    shift: move them by up to so many pixels.
    small_epochs: the first so many epochs show the images at half their height
        and width, which takes a quarter of the work; the network must take
        images of any size (`input_shape=(None, None, 1)`).
    replicas: computations that run side by side, each on an equal part of the
        batch; see `parallel`.
    seed: of the data order and the augmentation. The initial weights follow
        `keras.utils.set_random_seed`, called before the model is built.
    """

    epochs: int = 4
    batch_size: int = 64
    optimizer: str = "adamw"
    peak_rate: float = 0.005
    schedule: str = "cosine"
    warmup: float = 0.2
    weight_decay: float = 0.05
    label_smoothing: float = 0.0
    flip: bool = True
    shift: int = 0
    small_epochs: int = 0
    replicas: int = 2
    seed: int = 0

    def __post_init__(self):
        for name, allowed in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
            value = getattr(self, name)
            if not isinstance(value, str) or value not in allowed:
                raise ValueError(f"{name} must be one of {allowed}, got {value!r}")
        for name, low in INTEGERS.items():
            fits = partial(operator.le, low)
            self._check_number(name, Integral, f"an integer >= {low}", fits)
        for name, (allowed, fits) in REALS.items():
            self._check_number(name, Real, allowed, fits)
        if not isinstance(self.flip, bool):
            raise ValueError(f"flip must be True or False, got {self.flip!r}")
        if self.small_epochs > self.epochs:
            raise ValueError(
                f"small_epochs must be at most epochs, {self.epochs}, "
                f"got {self.small_epochs}"
            )
        if self.batch_size % self.replicas:
            raise ValueError(
                f"replicas must divide batch_size, {self.batch_size}, "
                f"got {self.replicas}"
            )

    def _check_number(self, name, kind, allowed, fits):
        value = getattr(self, name)
        is_number = isinstance(value, kind) and not isinstance(value, bool)
        if not is_number or not fits(value):
            raise ValueError(f"{name} must be {allowed}, got {value!r}")
        if not isinstance(value, (int, float)):
            # One of NumPy's; a recipe is written as JSON. (The class is frozen.)
            python = int if kind is Integral else float
            object.__setattr__(self, name, python(value))
