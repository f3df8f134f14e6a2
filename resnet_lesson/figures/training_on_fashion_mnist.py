"""Notebook 06: the schedule, the curves, the seeds, the confusions."""

import numpy as np

from resnet_lesson.fashion_mnist import CLASS_NAMES
from resnet_lesson.figures import style
from resnet_lesson.figures.style import look

SETTINGS = (
    look(style.BLUE, "-"),
    look(style.ORANGE, "--"),
    look(style.GREEN, "-."),
    look(style.PURPLE, ":"),
)


@style.drawing
def schedule(rates, steps_per_epoch):
    """The learning rate at each step, against epochs.

    Args:
        rates: learning rate of every step of the run.
        steps_per_epoch: steps in an epoch.
    """
    figure, axis = style.new_figure(9.0, 3.2)
    epochs = np.arange(len(rates)) / steps_per_epoch
    highest = max(rates)
    peak = epochs[np.argmax(rates)], highest
    axis.plot(epochs, rates, color=style.BLUE)
    axis.plot(*peak, "o", color=style.ORANGE)
    words = f"peak {highest:.3f}"
    style.note(axis, words, peak, style.ORANGE, (8, 6), va="baseline")
    axis.set(xlabel="epoch", ylabel="learning rate", ylim=(0, 1.15 * highest))
    axis.set_title("warm-up, then half a cosine")
    end = epochs[-1] + epochs[1]
    return style.describe(
        figure,
        f"Learning rate against epoch: {rates[0]:.4f} at the start, a peak of "
        f"{highest:.3f} at epoch {peak[0]:.1f}, {rates[-1]:.4f} at epoch {end:.0f}.",
    )


@style.drawing
def training_curves(history, planned=None):
    """Loss and accuracy by epoch, each of the three ways of measuring them.

    Args:
        history: what `training.train` returns, or has so far; with several
            evaluations an epoch each of them is a point.
        planned: epochs of the whole run, to leave room for those to come.
    """
    figure, axes = style.panel_row(10.0, 4.4, ("loss (nats)", "accuracy (%)"))
    epochs = np.arange(1, len(history.get("seconds", ())) + 1)
    fine = "curve_" if "curve_epoch" in history else ""
    evaluated = history.get("curve_epoch", epochs)
    lines = {
        "running": (epochs - 0.5, "running mean", look(style.GREY, ":", "s")),
        f"{fine}train": (evaluated, "training images", look(style.BLUE, "-", "o")),
        f"{fine}validation": (evaluated, "validation", look(style.ORANGE, "--", "D")),
    }
    last = planned or len(epochs)
    ends = []
    for axis, key, scale in zip(axes, ("loss", "accuracy"), (1, 100), strict=True):
        for name, (x, label, line) in lines.items():
            y = scale * np.array(history.get(f"{name}_{key}", ()))
            if len(y):  # else trained without validation images, or not so far yet
                axis.plot(x, y, label=label, **line)
                ends.append(f"{label} {y[-1]:.3g}")
        axis.set(xlabel="epoch", xlim=(0, last + 0.3))
        axis.set_xticks(range(0, last + 1, max(1, last // 8)))
    axes[0].set_ylim(0, None)
    axes[0].legend(loc="lower left")
    losses, accuracies = ends[: len(ends) // 2], ends[len(ends) // 2 :]
    return style.describe(
        figure,
        f"Loss and accuracy by epoch. The losses end at: {', '.join(losses)}. "
        f"The accuracies, in percent: {', '.join(accuracies)}.",
    )


@style.drawing
def long_run(history, small_epochs):
    """Error on training images by epoch, with the change to full-size images.

    Args:
        history: what `training.train` returns.
        small_epochs: of its recipe.
    """
    figure, axis = style.new_figure(9.0, 4.2)
    epochs = np.arange(1, len(history["seconds"]) + 1)
    running, after = (
        100 * (1 - np.array(history[f"{when}_accuracy"]))
        for when in ("running", "train")
    )
    line = look(style.GREY, ":", "o")
    axis.plot(epochs - 0.5, running, label="running mean, altered images", **line)
    line = look(style.BLUE, "-", "o")
    axis.plot(epochs, after, label="after the epoch, unaltered", **line)
    axis.axvline(small_epochs, color=style.ORANGE, linewidth=1.5)
    top = axis.get_ylim()[1]
    axis.text(small_epochs, top, "14 × 14 pixels ", ha="right", va="top")
    axis.text(small_epochs, top, " 28 × 28 pixels", ha="left", va="top")
    axis.set(xlabel="epoch", ylim=(0, None))
    axis.set_title("Recorded: training error of the long run (%)")
    axis.legend(loc="lower left")
    return style.describe(
        figure,
        f"Recorded: error on training images over {len(epochs)} epochs, of the running "
        f"mean from {running[0]:.0f} to {running[-1]:.1f} %, after the epoch from "
        f"{after[0]:.0f} to {after[-1]:.1f} %. A line at epoch {small_epochs} parts "
        "small from full-size images.",
    )


@style.drawing
def losses_by_step(losses):
    """Training loss of each step for several settings, smoothed for the eye.

    Args:
        losses: label -> losses of the steps, float (steps,).
    """
    figure, axis = style.new_figure(9.0, 3.8)
    for (label, values), line in zip(losses.items(), SETTINGS, strict=False):
        axis.plot(values, linewidth=0.6, alpha=0.35, **line)
        smooth = np.convolve(values, np.ones(15) / 15, mode="valid")
        axis.plot(np.arange(len(smooth)) + 7, smooth, label=label, **line)
    axis.set(xlabel="step", ylabel="training loss (nats)", ylim=(0, 4))
    axis.legend(loc="upper right")
    ends = (
        f"{label}: highest {max(values):.1f}, {np.mean(values[-15:]):.2f} at the end"
        for label, values in losses.items()
    )
    return style.describe(figure, f"Training loss by step. {'; '.join(ends)}.")


@style.drawing
def moving_share(momenta, steps):
    """How much of the moving statistics comes from data, by step.

    Args:
        momenta: BatchNormalization's momentum, several values.
        steps: how far to draw.
    """
    figure, axis = style.new_figure(9.0, 3.4)
    for momentum, line in zip(momenta, SETTINGS, strict=False):
        share = 100 * (1 - momentum ** np.arange(steps + 1))
        axis.plot(share, **line)
        at = int(0.4 * steps)
        words, below = f"momentum {momentum}", (0, -20)
        style.note(axis, words, (at, share[at]), line["color"], below, va="baseline")
    axis.set(xlabel="steps of training", ylabel="% learned", xlim=(0, steps))
    axis.set_ylim(0, 105)
    axis.set_title("share of the moving statistics that comes from data")
    said = (
        f"momentum {momentum} reaches 95 % after "
        f"{int(np.ceil(np.log(0.05) / np.log(momentum)))} steps and "
        f"{100 * (1 - momentum**steps):.0f} % after {steps}"
        for momentum in momenta
    )
    return style.describe(
        figure,
        f"Share of the moving statistics that comes from data: {', '.join(said)}.",
    )


@style.drawing
def seed_spread(histories):
    """Validation accuracy by epoch, one thin line for each seed.

    Args:
        histories: of the same recipe with different seeds.
    """
    figure, axis = style.new_figure(9.0, 3.8)
    curves = 100 * np.array([history["validation_accuracy"] for history in histories])
    epochs, mean = np.arange(1, curves.shape[1] + 1), curves.mean(axis=0)
    thin = {"color": style.GREY, "linewidth": 1.2, "marker": "o", "markersize": 4}
    axis.plot(epochs, curves.T, **thin)
    axis.plot(epochs, mean, color=style.BLUE, marker="D")
    words = f"mean {mean[-1]:.1f} %"
    style.note(axis, words, (epochs[-1], mean[-1]), style.BLUE)
    axis.set(xlabel="epoch", ylabel="validation accuracy (%)", xticks=epochs)
    axis.set_xlim(0.9, epochs[-1] + 0.6)
    axis.set_title(f"recorded: the same recipe, {len(curves)} seeds")
    spans = [f"{curves[:, e].min():.1f} to {curves[:, e].max():.1f} %" for e in (0, -1)]
    return style.describe(
        figure,
        f"Recorded: validation accuracy by epoch of {len(curves)} seeds, {spans[0]} "
        f"after the first epoch and {spans[1]} after the last; their mean is drawn "
        "in blue.",
    )


@style.drawing
def steps_to_the_course(results):
    """Validation error after each change, a dot for each seed, a bar for the mean.

    Args:
        results: label -> validation accuracies of the seeds, from the baseline
            to the course.
    """
    figure, axis = style.new_figure(9.6, 0.62 * len(results) + 1.1)
    said = []
    for row, accuracies in enumerate(results.values()):
        errors = 100 * (1 - np.array(accuracies))
        mean, deviation = errors.mean(), errors.std(ddof=1)
        axis.plot(errors, [row] * len(errors), "o", color=style.GREY, markersize=6)
        axis.plot(mean, row, "|", color=style.ORANGE, markersize=26, mew=4)
        words = f"{mean:.1f} ± {deviation:.1f}"
        style.note(axis, words, (errors.max(), row), style.ORANGE)
        said.append(f"{list(results)[row]} {words}")
    axis.set_yticks(range(len(results)), results)
    axis.invert_yaxis()
    axis.set_xlim(0, 118 * (1 - min(map(min, results.values()))))
    axis.set_xlabel("validation error (%), mean ± standard deviation")
    axis.set_title("recorded: from the baseline to the course")
    return style.describe(
        figure, f"Recorded: validation error in percent. {'; '.join(said)}."
    )


@style.drawing
def confusion(matrix):
    """A confusion matrix, mistakes shaded, the right answers left white.

    Args:
        matrix: int (10, 10), see `evaluation.confusion_matrix`.
    """
    figure, axis = style.new_figure(9.0, 7.2)
    mistakes = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    axis.imshow(mistakes, cmap="Oranges", vmax=1.6 * mistakes.max())
    for row, column in np.argwhere(matrix):
        weight, count = "bold" if row == column else "normal", matrix[row, column]
        axis.text(column, row, count, ha="center", va="center", weight=weight)
    axis.set_xticks(range(len(CLASS_NAMES)), CLASS_NAMES, rotation=40, ha="right")
    axis.set_yticks(range(len(CLASS_NAMES)), CLASS_NAMES)
    axis.set(xlabel="predicted class", ylabel="true class")
    axis.grid(visible=False)
    true, taken = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return style.describe(
        figure,
        f"Confusion matrix of {matrix.sum():,} images, {np.trace(matrix):,} of them on "
        f"the diagonal. The most frequent mistake: {CLASS_NAMES[true]} taken for "
        f"{CLASS_NAMES[taken]}, {mistakes.max()} times.",
    )
