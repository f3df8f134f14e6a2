"""Drawings of where the seconds of training go, and how they grow."""

import numpy as np

from resnet_lesson.figures import style


@style.drawing
def ways(result):
    """Images per second of each way of training, a dot for each turn.

    Args:
        result: of `bench.bench`.
    """
    speeds = result["ways"]
    figure, axis = style.new_figure(9.0, 0.7 * len(speeds) + 1.2)
    for row, (name, values) in enumerate(speeds.items()):
        color = style.ORANGE if name == "resnet_lesson" else style.BLUE
        axis.plot(values, np.full(len(values), row), "o", color=color, alpha=0.6)
        axis.plot([np.median(values)] * 2, [row - 0.3, row + 0.3], color=color)
    axis.set_yticks(range(len(speeds)), speeds)
    axis.invert_yaxis()
    axis.set_xlim(left=0)
    axis.set_xlabel("images per second")
    axis.set_title("Recorded: one network, trained in turns; bar: median")
    return figure


@style.drawing
def step_shares(seconds):
    """Shares of a step's operations, by kind.

    Args:
        seconds: of `profiling.step_profile`.
    """
    figure, axis = style.new_figure(9.0, 0.6 * len(seconds) + 1.0)
    shares = 100 * np.array(list(seconds.values())) / sum(seconds.values())
    bars = axis.barh(list(seconds), shares, color=style.BLUE)
    axis.bar_label(bars, fmt="%.0f %%", padding=4)
    axis.invert_yaxis()
    axis.set_xlim(0, 1.12 * max(shares))
    axis.set_xlabel("share of the time of all operations (%)")
    axis.set_title("Recorded: a training step")
    return figure


@style.drawing
def growth(networks):
    """Time per step against multiply-accumulates, one line for each change.

    Args:
        networks: "growth" of `speed.read`.
    """
    figure, axis = style.new_figure(9.0, 4.8)
    changes = {  # and where the label stands, in points from the line's end
        "depth": (style.BLUE, "o-", (4, -20)),
        "width": (style.ORANGE, "s--", (9, -4)),
        "size": (style.GREEN, "D:", (-38, 8)),
    }
    for name, (color, line, offset) in changes.items():
        group = [network for network in networks if network["changed"] == name]
        macs = np.array([network["macs"] for network in group]) / 1e6
        ms = np.array([1000 * np.median(network["seconds"]) for network in group])
        axis.loglog(macs, ms, line, color=color)
        style.note(axis, name, (macs[-1], ms[-1]), color, offset, va="baseline")
        if name == "depth":
            ends = np.array([axis.get_xlim()[0], 8 * macs[-1]])
            slope = ms[len(ms) // 2] / macs[len(macs) // 2]
    axis.loglog(ends, slope * ends, color=style.GREY, linewidth=1.5, zorder=0)
    axis.margins(x=0.12)
    axis.set_xlabel("multiply-accumulates per image, forward (millions)")
    axis.set_ylabel("time per step (ms)")
    axis.set_title("Recorded: a step of 64 images; grey: proportional to MACs")
    return figure


@style.drawing
def race(runs):
    """Test accuracy against the seconds that the whole program took.

    Args:
        runs: of `race.read`.
    """
    figure, axis = style.new_figure(9.0, 4.4)
    programs = dict.fromkeys(run["program"] for run in runs)
    looks = (style.GREY, "o"), (style.BLUE, "D"), (style.ORANGE, "s")
    for name, (color, marker) in zip(programs, looks, strict=True):
        group = [run for run in runs if run["program"] == name]
        seconds = [run["seconds"] for run in group]
        accuracies = [100 * run["test_accuracy"] for run in group]
        axis.plot(seconds, accuracies, marker, color=color, markersize=9, alpha=0.8)
        top = np.median(seconds), max(accuracies)
        style.note(axis, name, top, color, (0, 12), va="baseline", ha="center")
    axis.set_xlim(left=0)
    axis.margins(0.15)
    axis.set_xlabel("seconds from the program's start to its end")
    axis.set_ylabel("test accuracy (%)")
    axis.set_title("Recorded: three programs, three seeds, in turns")
    return figure
