"""The command line, `python -m resnet_lesson`: experiments, notebooks, the machine."""

import contextlib
import json
import signal
import sys

from resnet_lesson.commands import arguments


def main(given=None):
    """Run a command; returns the exit code."""
    args = arguments.parser().parse_args(given)
    try:
        with _ended_as_interrupted():
            return COMMANDS[args.command](args)
    except KeyboardInterrupt:
        return 130  # training has said how to resume
    except (ValueError, OSError, RuntimeError) as error:
        print(f"python -m resnet_lesson: error: {error}", file=sys.stderr)
        return 2


@contextlib.contextmanager
def _ended_as_interrupted():
    """SIGTERM, by which systems and batch queues end a process, is like Ctrl-C."""

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _start(args):
    from resnet_lesson.commands import start

    return start.start(args.options, copy_only=args.copy_only)


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
    elif args.experiment in recordings.EXPERIMENTS:
        recordings.record(args.experiment, workers=args.workers)
    else:
        names = (*recordings.EXPERIMENTS, *others)
        raise ValueError(f"experiment must be one of {names}, got {args.experiment!r}")
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


def _decks(args):
    from resnet_lesson.commands import decks

    count = len(decks.write_decks(args.to)) - 1
    print(f"{count} decks; open {args.to / 'index.html'} in a browser")
    return 0


def _site(args):
    from resnet_lesson.commands import site

    count = site.write_site(args.to)
    print(f"{count} pages; open {args.to / 'index.html'} in a browser")
    return 0


COMMANDS = {
    "start": _start,
    "train": _train,
    "record": _record,
    "bench": _bench,
    "check": _check,
    "build": _build,
    "stale": _stale,
    "decks": _decks,
    "site": _site,
}

if __name__ == "__main__":
    sys.exit(main())
