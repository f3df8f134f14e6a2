"""What `python -m resnet_lesson` understands: its commands and their arguments.

Nothing here imports Keras, so that --help and wrong arguments answer at once.
"""

import argparse
from pathlib import Path

from resnet_lesson.training.recipe import Recipe

# The experiments of `recorded.experiments`, and what is measured in other ways.
RECORDED = (
    "course",
    "baseline",
    "steps",
    "unmirrored",
    "rates",
    "recheck",
    "constructed",
    "degradation",
    "live",
    "fashion",
    "twins",
    "race",
    "speed",
    "surface",
)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {message}\n")


def parser():
    """The parser; what it returns has the name of the command as `command`."""
    whole = Parser(
        prog="python -m resnet_lesson",
        description="The course's experiments without a notebook.",
    )
    commands = whole.add_subparsers(required=True, metavar="command", dest="command")
    _start(commands)
    _train(commands)
    _record(commands)
    _bench(commands)
    _notebooks(commands)
    _decks_and_site(commands)
    commands.add_parser(
        "check",
        help="tell whether this machine is ready for the course",
        description="Show versions, cores, memory and data files; name the cure "
        "for each fault. The exit code is 1 if there is one.",
    )
    return whole


def _start(commands):
    start = commands.add_parser(
        "start",
        help="open the course in JupyterLab, in a copy to work in",
        description="Copy the notebooks into a folder of your own, beside them, and "
        "open it in JupyterLab. Called again, it opens the same folder: what you have "
        "changed there stays, what is new in the course is added, and what you have "
        "not touched is brought up to date.",
    )
    start.add_argument(
        "--copy-only", action="store_true", help="make the copy, do not open it"
    )
    start.add_argument(
        "options",
        nargs="*",
        metavar="option",
        help="for JupyterLab, after --, such as -- --no-browser --port 8890",
    )


def _train(commands):
    train = commands.add_parser(
        "train",
        help="train the course's network on Fashion-MNIST",
        description="Train the course's residual network on the 55,000 training "
        "images of Fashion-MNIST, print validation accuracy after each epoch and "
        "test accuracy once at the end, and leave the model, the history and a "
        "picture of the loss curves in a folder. What is not given is as in the "
        "course's recipe (or, with --resume, as in the run that is resumed).",
    )
    train.add_argument(
        "--epochs",
        type=int,
        help=f"passes over the training images (default: {Recipe.epochs})",
    )
    train.add_argument(
        "--batch-size", type=int, help=f"images per step (default: {Recipe.batch_size})"
    )
    train.add_argument(
        "--peak-rate",
        type=float,
        help=f"largest learning rate (default: {Recipe.peak_rate})",
    )
    train.add_argument(
        "--replicas",
        type=int,
        help="computations side by side, each on its part of a batch, such as the "
        f"number of cores (default: {Recipe.replicas})",
    )
    train.add_argument(
        "--strategy",
        choices=("mirrored",),
        help="divide each batch among the GPUs, or without them between two halves "
        "of the processor, by tf.distribute",
    )
    train.add_argument(
        "--seed",
        type=int,
        help=f"of weights, data order, augmentation (default: {Recipe.seed})",
    )
    train.add_argument(
        "--run-dir",
        type=Path,
        help="folder to write to (default: runs/fashion-seed and the seed)",
    )
    train.add_argument(
        "--resume", action="store_true", help="continue the run in the folder"
    )


def _record(commands):
    record = commands.add_parser(
        "record",
        help="make a recorded experiment again",
        description="Run what is missing of a recorded experiment. Every finished "
        "run is written at once, so this may be interrupted and called again. "
        f"What can be recorded: {', '.join(RECORDED)}.",
    )
    record.add_argument("experiment", help="one of these names")
    record.add_argument(
        "--workers",
        type=int,
        default=1,
        help="processes that share the cores (default: 1); small networks gain",
    )


def _bench(commands):
    bench = commands.add_parser(
        "bench",
        help="measure how fast this machine trains",
        description="Train the source lesson's network in turns: its own way (plain "
        "fit), the course's and, where it is installed, PyTorch's. Print images per "
        "second, the ratios, the share of this machine's peak and where the time of "
        "a step goes. Close other programs first; it takes two minutes.",
    )
    bench.add_argument(
        "--pairs", type=int, default=5, help="turns of each way (default: 5)"
    )
    bench.add_argument(
        "--images", type=int, default=3_200, help="in each turn (default: 3200)"
    )
    bench.add_argument("--json", action="store_true", help="print JSON, not a table")


def _notebooks(commands):
    build = commands.add_parser(
        "build",
        help="rebuild the stored outputs of notebooks",
        description="Run notebooks from top to bottom in a fresh kernel and store "
        "what comes out. A notebook that fails is left as it was, and the others "
        "go on; the exit code is 1 then.",
    )
    stale = commands.add_parser(
        "stale",
        help="tell which stored outputs are older than their code",
        description="Compare each notebook's stamp with its code, the modules it "
        "imports and the recordings it reads, and name what has changed since its "
        "outputs were stored (of all notebooks, if none is named). The exit code is "
        "1 if anything has.",
    )
    for command in (build, stale):
        which = command.add_mutually_exclusive_group(required=command is build)
        which.add_argument(
            "notebooks",
            nargs="*",
            default=[],
            metavar="notebook",
            help="such as 05, solutions/05, 05_building_resnet or a path",
        )
        which.add_argument("--all", action="store_true", help="every notebook")


def _decks_and_site(commands):
    decks = commands.add_parser(
        "decks",
        help="make slides of all lessons",
        description="Make a deck of slides of every lesson, and a page that lists "
        "them, from what is stored in the notebooks. Each deck is one file that "
        "works in a browser without a network: on a memory stick, for instance.",
    )
    site = commands.add_parser(
        "site",
        help="make a website of the course",
        description="Make a page of every lesson and of its worked answers, from "
        "what is stored in the notebooks, with the decks and a search. It works from "
        "the folder itself, without a network, and from any web server.",
    )
    for command, folder in ((decks, "decks"), (site, "site")):
        command.add_argument(
            "--to",
            type=Path,
            default=Path(folder),
            metavar="FOLDER",
            help=f"folder to write to (default: {folder})",
        )
