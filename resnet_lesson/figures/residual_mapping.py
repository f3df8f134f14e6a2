"""Notebook 02: x, F(x) and their sum as pictures; a fit; the toy's errors."""

import numpy as np

from resnet_lesson.figures import style


@style.drawing
def sums(rows, titles=("x", "F(x)", "y = F(x) + x"), signs=("+", "=")):
    """Three maps a row, the first two adding up to the third, in one colour scale.

    Args:
        rows: label of a row -> three arrays (height, width).
        titles: of the columns.
        signs: between the columns.
    """
    figure, axes = style.new_figure(
        8.6, 0.6 + 2.35 * len(rows), len(rows), 3, squeeze=False
    )
    figure.get_layout_engine().set(wspace=0.16)
    for row, (label, maps) in zip(axes, rows.items(), strict=True):
        limit = max(np.abs(values).max() for values in maps)
        for panel, values in zip(row, maps, strict=True):
            image = style.signed_picture(panel, values, limit)
            panel.spines[:].set(visible=True, color=style.PALE)
        row[0].set_ylabel(label)
        beside = {"ha": "center", "va": "center", "fontsize": 26}
        for panel, sign in zip(row, signs, strict=False):
            panel.text(1.15, 0.5, sign, transform=panel.transAxes, **beside)
        figure.colorbar(image, ax=row[-1], shrink=0.85, pad=0.06)
    for panel, title in zip(axes[0], titles, strict=True):
        panel.set_title(title, loc="center")
    return style.describe(figure, _sums_in_words(rows, titles))


def _sums_in_words(rows, titles):
    sizes = [
        (f"{label}: " if label else "")
        + ", ".join(f"{np.sqrt(np.mean(np.square(values))):.2f}" for values in maps)
        for label, maps in rows.items()
    ]
    return (
        f"Three pictures a row, {titles[0]} and {titles[1]} adding up to {titles[2]}, "
        f"each row in one colour scale. Root mean squares: {'; '.join(sizes)}."
    )


@style.drawing
def fit(inputs, observed, fitted):
    """A statistical fit: points, the fitted line, and residuals as vertical strokes.

    Args:
        inputs, observed, fitted: float (n,), in the order of the inputs.
    """
    figure, axis = style.new_figure(8.0, 3.6)
    axis.vlines(inputs, fitted, observed, color=style.BLUE, linewidth=3)
    axis.plot(inputs, fitted, color=style.ORANGE, linestyle="--")
    axis.plot(inputs, observed, "o", color=style.INK)
    first, last = (inputs[0], observed[0]), (inputs[-1], fitted[-1])
    style.note(axis, "observed", first, style.INK, (0, 12), va="bottom", ha="center")
    style.note(axis, "fitted", last, style.ORANGE, (10, 0))
    widest = int(np.argmax(np.abs(observed - fitted)))
    middle = inputs[widest], (observed[widest] + fitted[widest]) / 2
    style.note(axis, "residual", middle, style.BLUE, (8, 0))
    span = inputs[-1] - inputs[0]
    axis.set(xlabel="input", ylabel="response")
    axis.set_xlim(inputs[0] - 0.1 * span, inputs[-1] + 0.16 * span)
    above = int(np.sum(observed > fitted))
    return style.describe(
        figure,
        f"{len(inputs)} points around a dashed line of fitted values. A vertical "
        f"stroke from the line to each point is its residual: {above} upwards, "
        f"{len(inputs) - above} downwards.",
    )


@style.drawing
def races(when, errors, titles, floor=1e-6):
    """Error of the plain and the residual block against steps, a panel a target.

    Lines are medians over seeds, bands reach from the best to the worst seed.

    Args:
        when: steps, int (n,).
        errors: target -> kind -> float (seeds, n), as `toy.race` returns it.
        titles: target -> title of its panel.
        floor: the lower end of the error axis.
    """
    rows, columns = -(-len(errors) // 3), 3
    figure, axes = style.new_figure(
        10.5, 0.5 + 3.0 * rows, rows, columns, sharex=True, sharey=True, squeeze=False
    )
    steps = np.maximum(when, 0.7)  # step 0 has no place on a logarithmic axis
    for axis, (name, kinds) in zip(axes.flat, errors.items(), strict=False):
        for kind, values in kinds.items():
            line = style.KINDS[kind] | style.NO_MARKER | {"label": kind}
            style.spread(axis, steps, np.maximum(values, floor / 10).T, line)
        axis.set(title=titles[name], xscale="log", yscale="log", ylim=(floor, 10))
    for axis in axes[-1]:
        axis.set_xlabel("training steps")
        axis.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    for row in axes:
        row[0].set_ylabel("mean squared error")
    axes[0, 0].legend(loc="lower left")
    return style.describe(figure, _races_in_words(when, errors, titles))


def _races_in_words(when, errors, titles):
    moments = [step for step in (100, 1000) if step in when] or [int(when[-1])]
    ends = [
        f"{titles[name]}: "
        + ", ".join(
            f"{kind} {_at(when, values, step)}"
            for step in moments
            for kind, values in kinds.items()
        )
        for name, kinds in errors.items()
    ]
    steps = " and then ".join(f"{step} steps" for step in moments)
    return (
        "Error against training steps, both axes logarithmic, a line and a band for "
        f"each block. Median errors after {steps}: {'; '.join(ends)}."
    )


def _at(when, values, step):
    median = np.median(values[:, list(when).index(step)])
    return f"{median:.1g}" if median >= 1e-6 else "below 1e-6"


@style.drawing
def dial(errors, moments):
    """Error against the position of the target between zero and the identity.

    Args:
        errors: step -> kind -> position a -> errors of the seeds.
        moments: the steps to draw, a panel each.
    """
    titles = [f"after {step} steps" for step in moments]
    figure, axes = style.panel_row(10.0, 4.2, titles, sharey=True)
    for axis, step in zip(axes, moments, strict=True):
        for kind, by_position in errors[step].items():
            line = style.KINDS[kind] | {"label": kind}
            style.spread(axis, list(by_position), by_position.values(), line)
        axis.axvline(0.5, color=style.GREY, linestyle=":", linewidth=1.5)
        names = {0: "0\nzero", 1: "1\nidentity"}
        axis.set_xticks(
            list(by_position), [names.get(a, f"{a:g}") for a in by_position]
        )
        axis.set(xlabel="a, the share of x in the target", yscale="log")
    axes[0].set_ylabel("mean squared error")
    axes[0].legend(loc="lower center")
    return style.describe(figure, _dial_in_words(errors, moments))


def _dial_in_words(errors, moments):
    lines = []
    for step in moments:
        lowest = []
        for kind, by_position in errors[step].items():
            medians = {a: np.median(values) for a, values in by_position.items()}
            lowest.append(f"the {kind} block at a = {min(medians, key=medians.get):g}")
        lines.append(f"after {step} steps {' and '.join(lowest)}")
    return (
        "Error against a, the share of x in the target, a line and a band for each "
        f"block. The lowest median error has {'; '.join(lines)}."
    )
