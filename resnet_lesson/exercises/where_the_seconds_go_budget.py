"""Checkers of chapter 9, continued: a network that fits into a budget of seconds."""

import json
import statistics
from pathlib import Path

from resnet_lesson.bench import throughput
from resnet_lesson.exercises.checking import exercise
from resnet_lesson.exercises.functions import function

BATCH = throughput.BATCH
# `bench.growth.PATH`, without the import of Keras that this would take.
RECORDED = Path(__file__).parents[1] / "recorded" / "files" / "speed.json"


def _steps(images):
    return images // BATCH


def _name(network):
    return network["depth"], network["width"], network["size"]


def _median(network):
    return statistics.median(network["seconds"])


def _macs(network):
    return network["macs"]


def _chosen(seconds_of=_median, steps=_steps, best=_macs):
    """A function that chooses: as asked for, or with one of its parts mistaken."""

    def choose(networks, images, seconds):
        fitting = [n for n in networks if steps(images) * seconds_of(n) <= seconds]
        return _name(max(fitting, key=best))

    return choose


def _mistakes(peak):
    def bound(network):
        return throughput.FLOPS_PER_MAC * BATCH * network["macs"] / peak

    return [
        (
            _chosen(best=lambda n: -_median(n)),
            "That is the fastest of all: it leaves most of the budget unused. Of "
            "those that fit, the one with the most MACs is asked for.",
        ),
        (
            _chosen(best=_median),
            "That is the slowest that fits. Is it the one with the most MACs?",
        ),
        (
            _chosen(best=lambda n: -n["macs"]),
            "That is the one with the fewest MACs among those that fit.",
        ),
        (
            _chosen(best=lambda n: n["depth"]),
            "That is the deepest that fits. Is it the one with the most MACs?",
        ),
        (
            _chosen(bound),
            "By the lower bound it would fit. The clock says that it does not.",
        ),
        (
            _chosen(lambda n: min(n["seconds"])),
            "Its fastest round fits; its median does not.",
        ),
        (
            _chosen(lambda n: max(n["seconds"])),
            "Even the slowest round fits there. The median of the rounds is asked for.",
        ),
        (
            _chosen(lambda n: statistics.mean(n["seconds"])),
            "You take the mean of the rounds, which one disturbed round moves.",
        ),
        (
            _chosen(lambda n: n["seconds"][0]),
            "You look at the first round only.",
        ),
        (
            _chosen(steps=lambda images: -(-images // BATCH)),
            "A last batch that is not full sits out: round the number of steps down.",
        ),
        (
            _chosen(steps=lambda images: 1),
            "You compare a single step with the budget. How many has an epoch?",
        ),
        (
            lambda networks, images, seconds: _name(
                next(n for n in networks if _steps(images) * _median(n) <= seconds)
            ),
            "That is the first that fits, not the one with the most MACs.",
        ),
    ]


def _cases(recorded):
    """(networks, images, seconds): first a few made up, then the recorded ones."""
    few = [
        {"depth": 8, "width": 16, "size": 28, "macs": 9, "seconds": [3.0, 2.0, 9.0]},
        {"depth": 20, "width": 8, "size": 28, "macs": 8, "seconds": [4.0, 4.0, 4.5]},
        {"depth": 14, "width": 16, "size": 28, "macs": 20, "seconds": [5, 1, 6]},
        {"depth": 8, "width": 4, "size": 28, "macs": 1, "seconds": [0.5, 0.5, 0.6]},
    ]
    return [
        (few, 64, 4.5),
        (few[::-1], 127, 3.5),
        (few, 640, 50.0),
        (recorded, 55_000, 60),
        (recorded[::-1], 55_000, 85),
        (recorded, 60_000, 300),
        (recorded, 1_000, 1.0),
        (recorded[5:], 60_000, 48),
    ]


@exercise(
    "9.6",
    expects="a function of networks, images and seconds that returns a tuple",
    notice="An epoch within a minute: by the lower bound depth 20 would fit, by the "
    "clock depth 8 is the most. The table of MACs alone chooses wrongly.",
)
def network_within(answer):
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    peak = recorded["bench"]["peak_flops"]
    function(answer, _chosen(), _cases(recorded["growth"]), mistakes=_mistakes(peak))
