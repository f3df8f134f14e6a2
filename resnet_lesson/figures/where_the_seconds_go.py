"""Drawings of where the seconds of training go, and how they grow."""

import numpy as np

from resnet_lesson.figures.style import BLUE, GREEN, GREY, ORANGE, drawing, new_figure


@drawing
def ways(result):
    """Images per second of each way of training, a dot for each turn.

    Args:
        result: of `bench.bench`.
    """
    speeds = result["ways"]
    figure, axis = new_figure(9.0, 0.7 * len(speeds) + 1.2)
    for row, (name, values) in enumerate(speeds.items()):
        color = ORANGE if name == "resnet_lesson" else BLUE
        axis.plot(values, np.full(len(values), row), "o", color=color, alpha=0.6)
        median = np.median(values)
        axis.plot([median, median], [row - 0.3, row + 0.3], color=color)
    axis.set_yticks(range(len(speeds)), speeds)
    axis.invert_yaxis()
    axis.set_xlim(left=0)
    axis.set_xlabel("images per second")
    axis.set_title("Recorded: one network, trained in turns; bar: median")
    return figure


@drawing
def step_shares(seconds):
    """Shares of a step's operations, by kind.

    Args:
        seconds: of `profiling.step_profile`.
    """
    figure, axis = new_figure(9.0, 0.6 * len(seconds) + 1.0)
    total = sum(seconds.values())
    shares = [100 * part / total for part in seconds.values()]
    bars = axis.barh(range(len(shares)), shares, color=BLUE)
    axis.bar_label(bars, [f"{share:.0f} %" for share in shares], padding=4)
    axis.set_yticks(range(len(shares)), seconds)
    axis.invert_yaxis()
    axis.set_xlim(0, 1.12 * max(shares))
    axis.set_xlabel("share of the time of all operations (%)")
    axis.set_title("Recorded: a training step")
    return figure


@drawing
def growth(networks):
    """Time per step against multiply-accumulates, one line for each change.

    Args:
        networks: "growth" of `speed.read`.
    """
    figure, axis = new_figure(9.0, 4.8)
    styles = {  # and where the label stands, in points from the line's end
        "depth": (BLUE, "o-", (4, -20)),
        "width": (ORANGE, "s--", (9, -4)),
        "size": (GREEN, "D:", (-38, 8)),
    }
    for name, (color, style, offset) in styles.items():
        line = [network for network in networks if network["changed"] == name]
        macs = np.array([network["macs"] for network in line]) / 1e6
        seconds = np.array([np.median(network["seconds"]) for network in line])
        axis.loglog(macs, 1000 * seconds, style, color=color)
        end = macs[-1], 1000 * seconds[-1]
        axis.annotate(name, end, offset, textcoords="offset points", color=color)
        if name == "depth":
            ends = axis.get_xlim()[0], 8 * macs[-1]
            slope = 1000 * seconds[len(seconds) // 2] / macs[len(macs) // 2]
    ends = np.array(ends)
    axis.loglog(ends, slope * ends, color=GREY, linewidth=1.5, zorder=0)
    axis.margins(x=0.12)
    axis.set_xlabel("multiply-accumulates per image, forward (millions)")
    axis.set_ylabel("time per step (ms)")
    axis.set_title("Recorded: a step of 64 images; grey: proportional to MACs")
    return figure


@drawing
def race(runs):
    """Test accuracy against the seconds that the whole program took.

    Args:
        runs: of `race.read`.
    """
    figure, axis = new_figure(9.0, 4.4)
    programs = dict.fromkeys(run["program"] for run in runs)
    styles = (GREY, "o"), (BLUE, "D"), (ORANGE, "s")
    for name, (color, marker) in zip(programs, styles, strict=True):
        group = [run for run in runs if run["program"] == name]
        seconds = [run["seconds"] for run in group]
        accuracies = [100 * run["test_accuracy"] for run in group]
        axis.plot(seconds, accuracies, marker, color=color, markersize=9, alpha=0.8)
        highest = np.median(seconds), max(accuracies)
        axis.annotate(
            name, highest, (0, 12), textcoords="offset points", color=color, ha="center"
        )
    axis.set_xlim(left=0)
    axis.margins(0.15)
    axis.set_xlabel("seconds from the program's start to its end")
    axis.set_ylabel("test accuracy (%)")
    axis.set_title("Recorded: three programs, three seeds, in turns")
    return figure
