"""Notebook 01 (and 00): errors against epochs and depth, signals against layers."""

import numpy as np

from resnet_lesson.figures import style
from resnet_lesson.figures.style import look

RUNS = (
    look(style.GREY, ":", "o"),
    look(style.GREEN, "-.", "D"),
    look(style.ORANGE, "--", "s"),
    look(style.BLUE, "-", "^"),
)
SIGNALS = (look(style.PURPLE, "--"), look(style.GREEN, "-"))


@style.drawing
def training_curves(histories):
    """Running loss, and error on training images, epoch by epoch.

    Args:
        histories: label, such as "plain-56" -> what `training.train` returns.
    """
    titles = ("running loss (nats), training mode", "error on training images (%)")
    figure, (losses, errors) = style.panel_row(10.0, 4.4, titles)
    ends = []
    for (label, history), run in zip(histories.items(), RUNS, strict=False):
        epochs = np.arange(1, len(history["seconds"]) + 1)
        losses.plot(epochs - 0.5, history["running_loss"], label=label, **run)
        wrong = 100 * (1 - np.array(history["train_accuracy"]))
        errors.plot(epochs, wrong, **run)
        ends.append((wrong[-1], run["color"]))
    gap = 0.085 * errors.get_ylim()[1]
    place = -np.inf
    for end, color in sorted(ends):
        place = max(end, place + gap)  # one label above the other
        look = {"color": style.words_in(color), "va": "center"}
        errors.text(epochs[-1] + 0.12, place, f"{end:.0f} %", **look)
    for axis in (losses, errors):
        axis.set(xlabel="epoch", xlim=(0, len(epochs) + 0.6), ylim=(0, None))
        axis.set_xticks(range(len(epochs) + 1))
    losses.legend(loc="upper right")
    told = ", ".join(
        f"{label} at {end:.0f} %"
        for label, (end, _) in zip(histories, ends, strict=True)
    )
    return style.describe(
        figure,
        "Left the running loss, right the error on training images, by epoch. After "
        f"epoch {len(epochs)} the errors are: {told}.",
    )


@style.drawing
def by_layer(columns, ylabel, log=True, legend=-1):
    """One value for each layer, from the first to the last, panel by panel.

    Args:
        columns: title of a panel -> (label of a line -> values by layer), one or
            two lines.
        ylabel: what the values are.
        log: whether their axis is logarithmic.
        legend: number of the panel that has room for it, and all lines.
    """
    figure, axes = style.panel_row(10.0, 4.0, columns, sharey=True)
    for axis, lines in zip(axes, columns.values(), strict=True):
        for (label, values), line in zip(lines.items(), SIGNALS, strict=False):
            axis.plot(np.arange(1, len(values) + 1), values, label=label, **line)
        axis.set(xlabel="layer", yscale="log" if log else "linear")
    axes[0].set_ylabel(ylabel)
    axes[legend].legend(loc="upper right")
    told = "; ".join(
        f"{title}, {label}, from {values[0]:.2g} to {values[-1]:.2g}"
        for title, lines in columns.items()
        for label, values in lines.items()
    )
    return style.describe(
        figure,
        f"{len(columns)} panels: {ylabel}. From the first layer to the last: {told}.",
    )


@style.drawing
def error_against_depth(errors, longer=None):
    """Training error at the end of the runs, a dot for each seed, a line for the mean.

    Args:
        errors: kind ("plain" or "residual") -> depth -> errors of the seeds, in
            percent.
        longer: (depth, error in percent) of a plain run with more iterations.
    """
    figure, axis = style.new_figure(9.0, 4.6)
    for kind, by_depth in errors.items():
        run = style.KINDS[kind]
        depth, error = style.seeds(axis, by_depth, run, center=np.mean)
        style.note(axis, f"{kind} {error:.1f} %", (depth, error), run["color"])
    if longer is not None:
        axis.plot(*longer, "*", color=style.ORANGE, markersize=16)
        style.note(axis, f"3 × as long {longer[1]:.1f} %", longer, style.ORANGE)
    axis.set(xlabel="depth (weighted layers)", ylabel="training error (%)")
    axis.set(xlim=(4, depth + 16), ylim=(0, None), xticks=list(by_depth))
    axis.set_title("recorded: training error against depth")
    told = "; ".join(
        f"{kind}, {', '.join(f'{d} layers {np.mean(e):.1f}' for d, e in ends.items())}"
        for kind, ends in errors.items()
    )
    if longer is not None:
        told += f"; a star, plain, {longer[0]} layers, 3 × as long, {longer[1]:.1f}"
    return style.describe(
        figure, f"Recorded training error in percent, mean of the seeds: {told}."
    )
