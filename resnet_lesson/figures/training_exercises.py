"""Notebook 06, its exercises: four runs to diagnose, and a reader's own schedule."""

import numpy as np

from resnet_lesson.figures import style
from resnet_lesson.figures.style import look

EPOCHS = np.arange(1, 13)
LINES = {
    "running mean": (EPOCHS - 0.5, look(style.GREY, ":", "s")),
    "training images": (EPOCHS, look(style.BLUE, "-", "o")),
    "validation": (EPOCHS, look(style.ORANGE, "--", "D")),
}


def _runs():
    """Made-up losses of four runs: running mean, training images, validation."""
    falling = 2.2 - 0.11 * EPOCHS
    fit = 0.03 + 1.1 * np.exp(-EPOCHS / 2.5)
    jumps = 0.35 * np.array([1, -1, 2, 0, -1, 1.5, -1.2, 2, -0.5, 1.3, -1, 0.6])
    lag = 2.4 - 1.1 * np.maximum(0, EPOCHS - 8) / 4
    return {
        "A": (fit + 0.06, fit, 0.25 + 0.8 * np.exp(-EPOCHS / 2) + 0.045 * EPOCHS),
        "B": (0.25 + 1.3 * np.exp(-EPOCHS / 3), lag, lag + 0.06),
        "C": (falling + 0.12, falling, falling + 0.04),
        "D": (2.1 + jumps / 3, 2.2 + jumps, 2.25 + 1.05 * jumps),
    }


@style.drawing
def made_up_runs():
    """Loss curves of four runs that never took place, each ill in its own way."""
    figure, axes = style.new_figure(10.0, 6.6, 2, 2, sharex=True, sharey=True)
    said = []
    for axis, (letter, curves) in zip(axes.flat, _runs().items(), strict=True):
        for values, (label, (x, line)) in zip(curves, LINES.items(), strict=True):
            axis.plot(x, values, label=label, markersize=5, **line)
        axis.set_title(f"{letter} (made up)")
        axis.label_outer()
        starts_and_ends = (
            f"{label} from {values[0]:.1f} over {values[5]:.1f} to {values[-1]:.1f}"
            for label, values in zip(LINES, curves, strict=True)
        )
        said.append(f"{letter}: {', '.join(starts_and_ends)}")
    axes[0, 0].legend(loc="upper right")
    axes[0, 0].set(ylim=(0, 3.2), xticks=EPOCHS[1::2])
    figure.supxlabel("epoch")
    figure.supylabel("loss (nats)")
    return style.describe(
        figure, f"Made-up losses at epochs 1, 6 and 12. {'; '.join(said)}."
    )


@style.drawing
def your_schedule(rates, warmup_steps, peak):
    """A reader's learning rates, and three points that they have to meet.

    Args:
        rates: of the steps 0, 1, ...; the last of them is the end of the run.
        warmup_steps: where the peak has to be.
        peak: how high it has to be.
    """
    figure, axis = style.new_figure(9.0, 3.4)
    steps = len(rates) - 1
    axis.plot(rates, label="your rates", color=style.BLUE)
    wanted = {0: 0.0, warmup_steps: peak, steps: 0.0}
    axis.plot(
        list(wanted), list(wanted.values()), "D", color=style.ORANGE, label="to be met"
    )
    axis.set(xlabel="step", ylabel="learning rate")
    axis.legend(loc="upper right")
    places = ", ".join(f"{rates[step]:.3g} at step {step}" for step in wanted)
    return style.describe(
        figure,
        f"Your learning rates by step: {places}; asked for are 0, {peak} and 0.",
    )
