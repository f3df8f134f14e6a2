"""Notebook 01: errors against epochs and depth, signals against layers."""

import numpy as np

from resnet_lesson.figures.style import (
    BLUE,
    GREEN,
    GREY,
    KINDS,
    ORANGE,
    PURPLE,
    drawing,
    end_label,
    new_figure,
)

MARKERS = ("o", "D", "s", "^")


@drawing
def training_curves(histories):
    """Running loss, and error on training images, epoch by epoch.

    Args:
        histories: label, such as "plain-56" -> what `training.train` returns.
    """
    figure, (losses, errors) = new_figure(10.0, 4.4, 1, 2)
    styles = zip(
        (GREY, GREEN, ORANGE, BLUE), (":", "-.", "--", "-"), MARKERS, strict=True
    )
    ends = []
    for (label, history), (color, line, marker) in zip(
        histories.items(), styles, strict=False
    ):
        epochs = np.arange(1, len(history["seconds"]) + 1)
        options = {"color": color, "linestyle": line, "marker": marker}
        losses.plot(epochs - 0.5, history["running_loss"], label=label, **options)
        wrong = 100 * (1 - np.array(history["train_accuracy"]))
        errors.plot(epochs, wrong, **options)
        ends.append((wrong[-1], color))
    gap = 0.085 * errors.get_ylim()[1]
    place = -np.inf
    for end, color in sorted(ends):
        place = max(end, place + gap)  # one label above the other
        errors.text(epochs[-1] + 0.12, place, f"{end:.0f} %", color=color, va="center")
    losses.set(title="running loss (nats), training mode", ylim=(0, None))
    errors.set(title="error on training images (%)", ylim=(0, None))
    for axis in (losses, errors):
        axis.set(xlabel="epoch", xlim=(0, len(epochs) + 0.6))
        axis.set_xticks(range(len(epochs) + 1))
    losses.legend(loc="upper right")
    return figure


@drawing
def by_layer(columns, ylabel):
    """One value for each layer, from the first to the last, panel by panel.

    Args:
        columns: title of a panel -> (label of a line -> values by layer), one or
            two lines.
        ylabel: what the values are; the axis is logarithmic.
    """
    figure, axes = new_figure(10.0, 4.0, 1, len(columns), sharey=True, squeeze=False)
    for axis, (title, lines) in zip(axes[0], columns.items(), strict=True):
        styles = zip((PURPLE, GREEN), ("--", "-"), strict=True)
        for (label, values), (color, line) in zip(lines.items(), styles, strict=False):
            layers = np.arange(1, len(values) + 1)
            axis.plot(layers, values, color=color, linestyle=line, label=label)
        axis.set(title=title, xlabel="layer", yscale="log")
    axes[0, 0].set_ylabel(ylabel)
    axis.legend(loc="best")  # the last panel has all lines
    return figure


@drawing
def error_against_depth(errors, longer=None):
    """Training error at the end of the runs, a dot for each seed, a line for the mean.

    Args:
        errors: kind ("plain" or "residual") -> depth -> errors of the seeds, in
            percent.
        longer: (depth, error in percent) of a plain run with more iterations.
    """
    figure, axis = new_figure(9.0, 4.6)
    for kind, by_depth in errors.items():
        color, line, marker = KINDS[kind]
        depths = list(by_depth)
        means = [np.mean(values) for values in by_depth.values()]
        axis.plot(depths, means, color=color, linestyle=line, marker=marker)
        for depth, values in by_depth.items():
            axis.plot([depth] * len(values), values, ".", color=color, alpha=0.5)
        end_label(axis, f"{kind} {means[-1]:.1f} %", depths[-1], means[-1], color)
    if longer is not None:
        axis.plot(*longer, "*", color=ORANGE, markersize=16)
        end_label(axis, f"3 × as long {longer[1]:.1f} %", *longer, ORANGE)
    axis.set(xlabel="depth (weighted layers)", ylabel="training error (%)")
    axis.set(xlim=(4, depths[-1] + 16), ylim=(0, None), xticks=depths)
    axis.set_title("recorded: training error against depth")
    return figure
