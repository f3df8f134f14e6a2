"""What is recorded: networks, recipes, data and seeds of each experiment.

`recordings` runs an experiment and reads what came out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from resnet_lesson import models
from resnet_lesson.lab.source_lesson import source_lesson_resnet
from resnet_lesson.recorded.networks import constructed, small_network, twenty
from resnet_lesson.recorded.splits import (
    as_loaded,
    scaled,
    scaled_without_validation,
    small,
    without_validation,
)
from resnet_lesson.training.recipe import Recipe


@dataclass(frozen=True)
class Variant:
    """A network and a recipe, run once for every seed of an experiment.

    network: builds the model.
    recipe: its `seed` is replaced by each seed in turn.
    data: prepares the splits of `fashion_mnist.load`.
    seeds: other than the experiment's, or None.
    """

    network: Callable
    recipe: Recipe
    data: Callable = as_loaded
    seeds: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Experiment:
    """What is recorded under one name.

    variants: by name.
    seeds: each variant is run once for each.
    judged: whether the finished runs are evaluated on the test images.
    kept: variants whose weights, after the run of the first seed, are kept.
    mirrored: whether they are also judged by the mean of the logits of each
        test image and its mirror image.
    """

    variants: dict[str, Variant]
    seeds: tuple[int, ...] = (0, 1, 2)
    judged: bool = False
    kept: tuple[str, ...] = ()
    mirrored: bool = False


COURSE = Recipe()
# The source lesson's: Adam at 0.001, batches of 32, one epoch, nothing else.
PLAINEST = Recipe(
    epochs=1,
    batch_size=32,
    peak_rate=0.001,
    schedule="constant",
    warmup=0.0,
    weight_decay=0.0,
    flip=False,
    replicas=1,
)
SCHEDULED = replace(
    COURSE,
    epochs=1,
    batch_size=PLAINEST.batch_size,
    flip=PLAINEST.flip,
    replicas=PLAINEST.replicas,
)

# The longest run of the course, on all 60,000 images.
LONG = Recipe(
    epochs=26,
    small_epochs=12,
    peak_rate=0.008,
    label_smoothing=0.1,
    shift=2,
)

# Degradation: He et al. (2015), section 4.2, made small. `DEEP` is the recipe
# but for its peak rate, which each use of it sets.
KINDS = ("plain", "residual")
DEPTHS = (8, 20, 32, 44, 56)
PEAK_RATES = (0.03, 0.1, 0.3)
DEEP = Recipe(
    epochs=6,
    batch_size=128,
    optimizer="sgd",
    warmup=0.1,
    weight_decay=1e-4,
    flip=False,
    replicas=1,
)
# What notebook 01 trains while the reader watches: shorter, and all at the rate
# that suits plain-56 best.
LIVE = replace(DEEP, epochs=3, peak_rate=0.03)
LIVE_NETWORKS = (("plain", 8), ("plain", 20), ("plain", 56), ("residual", 56))
# The best of `PEAK_RATES` for each, by the training error at the end of the
# recording "rates"; fixed before the seeds of "degradation" were run.
BEST_RATE = {
    ("plain", 8): 0.3,
    ("plain", 20): 0.1,
    ("plain", 32): 0.03,
    ("plain", 44): 0.1,
    ("plain", 56): 0.03,
    ("residual", 8): 0.3,
    ("residual", 20): 0.3,
    ("residual", 32): 0.3,
    ("residual", 44): 0.03,
    ("residual", 56): 0.1,
}
DEEPEST = replace(DEEP, peak_rate=BEST_RATE["plain", 56])
LONGER = replace(DEEPEST, epochs=3 * DEEP.epochs)


def _deep(kind, depth, recipe):
    network = partial(small_network, kind, depth)
    return Variant(network, recipe, small)


_BASELINE = Variant(source_lesson_resnet, PLAINEST, scaled_without_validation)

EXPERIMENTS = {
    "course": Experiment(
        {"course": Variant(models.fashion_resnet, COURSE)},
        seeds=(0, 1, 2, 3, 4),
        judged=True,
        kept=("course",),
    ),
    # Six seeds, three of them twice: sums rounded otherwise end somewhere else.
    "baseline": Experiment(
        {
            "baseline": _BASELINE,
            "baseline, another machine": replace(_BASELINE, seeds=(0, 1, 2)),
        },
        seeds=(0, 1, 2, 3, 4, 5),
        judged=True,
    ),
    # From the baseline towards the course, one change on top of the other, all
    # of one epoch and compared on validation images. What is still missing
    # after the last is the course's other three epochs.
    "steps": Experiment(
        {
            "baseline": Variant(source_lesson_resnet, PLAINEST, scaled),
            "He initialisation": Variant(
                partial(source_lesson_resnet, initializer="he_normal"),
                PLAINEST,
                scaled,
            ),
            "the course's network and normalisation": Variant(
                models.fashion_resnet, PLAINEST
            ),
            "schedule and weight decay": Variant(models.fashion_resnet, SCHEDULED),
            "batches of 64, two halves at a time": Variant(
                models.fashion_resnet, replace(SCHEDULED, batch_size=64, replicas=2)
            ),
            "mirroring": Variant(models.fashion_resnet, replace(COURSE, epochs=1)),
        }
    ),
    # What mirroring alone is worth over all four epochs: "course" without it.
    "unmirrored": Experiment(
        {"unmirrored": Variant(models.fashion_resnet, replace(COURSE, flip=False))}
    ),
    "rates": Experiment(
        {
            f"{kind}-{depth} at {rate}": _deep(
                kind, depth, replace(DEEP, peak_rate=rate)
            )
            for kind in KINDS
            for depth in DEPTHS
            for rate in PEAK_RATES
        },
        seeds=(0,),
    ),
    # Two doubts about "rates" settled afterwards: a lower rate for the deep plain
    # networks, and more seeds where plain-56 did not begin to learn.
    "recheck": Experiment(
        {
            **{
                f"plain-{depth} at 0.01": _deep(
                    "plain", depth, replace(DEEP, peak_rate=0.01)
                )
                for depth in DEPTHS[2:]
            },
            "plain-56 at 0.1": replace(
                _deep("plain", 56, replace(DEEP, peak_rate=0.1)), seeds=(1, 2)
            ),
        },
        seeds=(0,),
    ),
    # He's construction as a start: plain-56 that computes what the kept plain-20 does,
    # and plain-20 itself, both trained on as plain-56 is in "degradation".
    "constructed": Experiment(
        {
            name: Variant(partial(constructed, depth), DEEPEST, small)
            for name, depth in (("plain-20 trained on", 20), ("constructed", 56))
        }
    ),
    "degradation": Experiment(
        {
            **{
                f"{kind}-{depth}": _deep(kind, depth, replace(DEEP, peak_rate=rate))
                for (kind, depth), rate in BEST_RATE.items()
            },
            # He et al. (2015), footnote 3: three times the iterations.
            "plain-56, three times as long": replace(
                _deep("plain", 56, LONGER), seeds=(1,)
            ),
        },
        seeds=(1, 2, 3),  # seed 0 chose the rates
        kept=("plain-20", "plain-56", "residual-20", "residual-56"),
    ),
    "live": Experiment(
        {f"{kind}-{depth}": _deep(kind, depth, LIVE) for kind, depth in LIVE_NETWORKS},
        seeds=(0, 1, 2, 3, 4),
    ),
    "fashion": Experiment(
        {"resnet20": Variant(partial(twenty, "basic"), LONG, without_validation)},
        judged=True,
        kept=("resnet20",),
        mirrored=True,
    ),
    # The same recipes, data and layers as "course" and "fashion", no shortcuts.
    "twins": Experiment(
        {
            "plain14": Variant(models.fashion_plain, COURSE),
            "plain20": Variant(
                partial(twenty, "plain"),
                LONG,
                without_validation,
                seeds=(0,),  # half an hour each
            ),
        },
        judged=True,
        mirrored=True,
    ),
}
