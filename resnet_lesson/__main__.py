"""The command line, `python -m resnet_lesson`: experiments, notebooks, the machine."""

import argparse
import json
import sys
from pathlib import Path

from resnet_lesson.training.recipe import Recipe


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {message}\n")


def main(arguments=None):
    """Run a command; returns the exit code."""
    args = _parser().parse_args(arguments)
    try:
        return args.command(args)
    except KeyboardInterrupt:
        return 130  # training has said how to resume
    except (ValueError, OSError, RuntimeError) as error:
        print(f"python -m resnet_lesson: error: {error}", file=sys.stderr)
        return 2


def _parser():
    parser = Parser(
        prog="python -m resnet_lesson",
        description="The course's experiments without a notebook.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    train = commands.add_parser(
        "train",
        help="train the course's network on Fashion-MNIST",
        description="Train the course's residual network on the 55,000 training "
        "images of Fashion-MNIST, print validation accuracy after each epoch and "
        "test accuracy once at the end, and leave the model, the history and a "
        "picture of the loss curves in a folder. What is not given is as in the "
        "course's recipe (or, with --resume, as in the run that is resumed).",
    )
    train.set_defaults(command=_train)
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

    record = commands.add_parser(
        "record",
        help="make a recorded experiment again",
        description="Run what is missing of a recorded experiment. Every finished "
        "run is written at once, so this may be interrupted and called again.",
    )
    record.set_defaults(command=_record)
    record.add_argument("experiment", help="its name, such as course or surface")
    record.add_argument(
        "--workers",
        type=int,
        default=1,
        help="processes that share the cores (default: 1); small networks gain",
    )

    bench = commands.add_parser(
        "bench",
        help="measure how fast this machine trains",
        description="Train the source lesson's network in turns: its own way (plain "
        "fit), the course's and, where it is installed, PyTorch's. Print images per "
        "second, the ratios, the share of this machine's peak and where the time of "
        "a step goes. Close other programs first; it takes two minutes.",
    )
    bench.set_defaults(command=_bench)
    bench.add_argument(
        "--pairs", type=int, default=5, help="turns of each way (default: 5)"
    )
    bench.add_argument(
        "--images", type=int, default=3_200, help="in each turn (default: 3200)"
    )
    bench.add_argument("--json", action="store_true", help="print JSON, not a table")

    check = commands.add_parser(
        "check",
        help="tell whether this machine is ready for the course",
        description="Show versions, cores, memory and data files; name the cure "
        "for each fault. The exit code is 1 if there is one.",
    )
    check.set_defaults(command=_check)

    build = commands.add_parser(
        "build",
        help="rebuild the stored outputs of notebooks",
        description="Run notebooks from top to bottom in a fresh kernel and store "
        "what comes out. A notebook that fails is left as it was, and the others "
        "go on; the exit code is 1 then.",
    )
    build.set_defaults(command=_build)
    stale = commands.add_parser(
        "stale",
        help="tell which stored outputs are older than their code",
        description="Compare each notebook's stamp with its code, the modules it "
        "imports and the recordings it reads, and name what has changed since its "
        "outputs were stored (of all notebooks, if none is named). The exit code is "
        "1 if anything has.",
    )
    stale.set_defaults(command=_stale)
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
    return parser


def _train(args):
    # Imported here so that --help and wrong arguments answer at once.
    from resnet_lesson.commands.train import run_fashion

    names = ("epochs", "batch_size", "peak_rate", "replicas", "seed")
    given = {name: getattr(args, name) for name in names}
    chosen = {name: value for name, value in given.items() if value is not None}
    run_fashion(
        chosen,
        run_dir=args.run_dir,
        resume=args.resume,
        mirrored=args.strategy == "mirrored",
    )
    return 0


def _record(args):
    from resnet_lesson.bench import growth, race
    from resnet_lesson.recorded import planes, recordings

    others = {"race": race, "speed": growth, "surface": planes}
    if args.experiment in others:  # measurements of other kinds than training runs
        others[args.experiment].record()
    else:
        recordings.record(args.experiment, workers=args.workers)
    return 0


def _bench(args):
    from resnet_lesson.bench import throughput

    result = throughput.bench(pairs=args.pairs, images=args.images)
    print(json.dumps(result, indent=1) if args.json else throughput.report(result))
    return 0


def _check(args):
    from resnet_lesson.commands import check

    findings = check.check()
    print(check.report(findings))
    return 1 if any(finding.cure for finding in findings) else 0


def _build(args):
    from resnet_lesson.commands import notebooks

    return notebooks.build_each(notebooks.find(args.notebooks))


def _stale(args):
    from resnet_lesson.commands import notebooks

    return notebooks.tell_stale(notebooks.find(args.notebooks))


if __name__ == "__main__":
    sys.exit(main())
