"""Drawings of where the seconds of training go, and how they grow."""

import numpy as np

from resnet_lesson.bench.throughput import BATCH, FLOPS_PER_MAC
from resnet_lesson.figures import style


@style.drawing
def ways(result):
    """Images per second of each way of training, a dot for each turn.

    Args:
        result: of `throughput.bench`.
    """
    speeds = result["ways"]
    figure = _dots(speeds, "images per second", 0.7, ours="resnet_lesson")
    title = f"Recorded: {len(speeds)} ways to train one network; bar: median"
    figure.axes[0].set_title(title)
    medians = ", ".join(f"{name} {np.median(v):.0f}" for name, v in speeds.items())
    text = (
        f"A dot for each turn, by way of training. Median images per second: {medians}."
    )
    return style.describe(figure, text)


@style.drawing
def replicas(seconds):
    """Time per step by number of replicas, a dot for each turn.

    Args:
        seconds: of `side_by_side.seconds_by_replicas`.
    """
    ms = {
        f"{count} replica{'s' * (count > 1)}": [1000 * time for time in times]
        for count, times in seconds.items()
    }
    figure = _dots(ms, "ms per step", 0.8)
    figure.axes[0].set_title(f"Live: a step of {BATCH} images, in turns; bar: median")
    medians = ", ".join(f"{name} {np.median(v):.0f}" for name, v in ms.items())
    text = f"A dot for each turn, by number of replicas. Median ms per step: {medians}."
    return style.describe(figure, text)


def _dots(groups, label, height, ours=None):
    figure, axis = style.new_figure(9.0, height * len(groups) + 1.2)
    for row, (name, values) in enumerate(groups.items()):
        dots = style.look(style.BLUE, "", "o")
        if name == ours:
            dots = style.look(style.ORANGE, "", "D")
        axis.plot(values, np.full(len(values), row), alpha=0.6, **dots)
        axis.plot([np.median(values)] * 2, [row - 0.3, row + 0.3], color=style.INK)
    axis.set_yticks(range(len(groups)), groups)
    axis.set_ylim(len(groups) - 0.4, -0.6)
    axis.set_xlim(left=0)
    axis.set_xlabel(label)
    return figure


@style.drawing
def step_shares(profiles):
    """Shares of a step's operations, by kind, one bar for each profile.

    Args:
        profiles: name -> seconds by kind, as `profiling.step_profile` gives them.
    """
    kinds = list(next(iter(profiles.values())))
    figure, axis = style.new_figure(9.0, 0.8 * len(kinds) + 1.0)
    thickness, told = 0.8 / len(profiles), []
    looks = ({"color": style.SKY, "hatch": "//"}, {"color": style.BLUE})
    for row, (name, seconds) in enumerate(profiles.items()):
        shares = np.array([seconds[kind] for kind in kinds])
        shares *= 100 / shares.sum()
        places = np.arange(len(kinds)) + (row - (len(profiles) - 1) / 2) * thickness
        bars = axis.barh(
            places, shares, 0.9 * thickness, label=name, edgecolor="white", **looks[row]
        )
        axis.bar_label(bars, fmt="%.0f %%", padding=4)
        parts = ", ".join(f"{k} {s:.0f} %" for k, s in zip(kinds, shares, strict=True))
        told.append(f"{name}: {parts}")
    axis.set_yticks(range(len(kinds)), kinds)
    axis.invert_yaxis()
    axis.margins(x=0.12)
    axis.grid(visible=False, axis="y")
    axis.legend(loc="lower right")
    axis.set_xlabel("share of the time of all operations (%)")
    axis.set_title("A training step, by kind of operation")
    text = f"Bars of each kind's share of a step's time. {'. '.join(told)}."
    return style.describe(figure, text)


@style.drawing
def growth(networks, peak):
    """Time per step against multiply-accumulates, one line for each change.

    Args:
        networks: "growth" of `growth.read`.
        peak: FLOP/s, for the line of the least time.
    """
    figure, axis = style.new_figure(9.0, 4.8)
    changes = {  # and where the label stands, in points from the line's end
        "depth": (style.look(style.BLUE, "-", "o"), (4, -20)),
        "width": (style.look(style.ORANGE, "--", "s"), (9, -4)),
        "size": (style.look(style.GREEN, ":", "D"), (-38, 8)),
    }
    told = []
    for name, (look, offset) in changes.items():
        group = [network for network in networks if network["changed"] == name]
        macs = np.array([network["macs"] for network in group]) / 1e6
        ms = np.array([1000 * np.median(network["seconds"]) for network in group])
        axis.loglog(macs, ms, **look)
        place = macs[-1], ms[-1]
        style.note(axis, name, place, look["color"], offset, va="baseline")
        told.append(
            f"{name}: {macs[0]:.0f} to {macs[-1]:.0f} million MACs, "
            f"{ms[0]:.0f} to {ms[-1]:.0f} ms"
        )
    all_macs = [network["macs"] for network in networks]
    ends = np.array([min(all_macs), max(all_macs)])
    least = 1000 * FLOPS_PER_MAC * BATCH * ends / peak
    axis.loglog(ends / 1e6, least, color=style.GREY, linewidth=1.5, zorder=0)
    place = ends[0] / 1e6, least[0]
    style.note(axis, "lower bound", place, style.GREY, (24, -4), va="baseline")
    axis.margins(x=0.12)
    axis.set_xlabel("multiply-accumulates per image, forward (millions)")
    axis.set_ylabel("time per step (ms)")
    axis.set_title(f"Recorded: a step of {BATCH} images")
    text = (
        "Time per step against multiply-accumulates, both axes logarithmic, and a "
        f"straight line of the lower bound. {'; '.join(told)}."
    )
    return style.describe(figure, text)


@style.drawing
def race(runs):
    """Test accuracy against the seconds that the whole program took.

    Args:
        runs: of `race.read`.
    """
    figure, axis = style.new_figure(9.0, 4.4)
    programs = dict.fromkeys(run["program"] for run in runs)
    looks, told = ((style.GREY, "o"), (style.BLUE, "D"), (style.ORANGE, "s")), []
    for name, (color, marker) in zip(programs, looks, strict=True):
        group = [run for run in runs if run["program"] == name]
        seconds = [run["seconds"] for run in group]
        accuracies = [100 * run["test_accuracy"] for run in group]
        axis.plot(seconds, accuracies, marker, color=color, markersize=9, alpha=0.8)
        top = np.median(seconds), max(accuracies)
        style.note(axis, name, top, color, (0, 12), va="baseline", ha="center")
        told.append(
            f"{name}: {min(accuracies):.1f} to {max(accuracies):.1f} % in "
            f"{min(seconds):.0f} to {max(seconds):.0f} seconds"
        )
    axis.set_xlim(left=0)
    axis.margins(0.15)
    axis.set_xlabel("seconds from the program's start to its end")
    axis.set_ylabel("test accuracy (%)")
    axis.set_title(f"Recorded: {len(programs)} programs, in turns; a dot for each seed")
    text = f"Test accuracy against seconds. {'; '.join(told)}."
    return style.describe(figure, text)


@style.drawing
def devices(panels):
    """How many times faster several devices are, one line for each network.

    Args:
        panels: title -> network's name -> number of devices -> times faster
            than one.
    """
    figure, axes = style.panel_row(9.0, 4.2, list(panels), sharey=True)
    looks = style.look(style.BLUE, "-", "o"), style.look(style.ORANGE, "--", "s")
    told = []
    for axis, (title, networks) in zip(axes, panels.items(), strict=True):
        for (name, factors), look in zip(networks.items(), looks, strict=True):
            axis.loglog(list(factors), list(factors.values()), label=name, **look)
            most = max(factors)
            told.append(f"{title}, {name}: {factors[most]:.1f} times on {most} devices")
        counts = list(factors)
        axis.loglog(counts, counts, color=style.GREY, linewidth=1.5, zorder=0)
        axis.set_xticks(counts, counts)
        axis.minorticks_off()
        axis.set_xlabel("devices, computed")
    ticks = [t for t in (0.5, 1, 2, 4, 8, 16, 32) if t <= max(counts)]
    axes[0].set_yticks(ticks, [f"{t:g}" for t in ticks])
    axes[0].set_ylabel("times faster than one")
    axes[0].legend(loc="upper left")
    text = (
        "Times faster than one device against the number of devices, with a grey line "
        f"where twice as many are twice as fast. {'; '.join(told)}."
    )
    return style.describe(figure, text)
