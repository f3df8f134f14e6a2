"""Notebook 02: x, F(x) and their sum as pictures; a fit; the toy's errors."""

import numpy as np

from resnet_lesson.figures.style import (
    BLUE,
    GREY,
    INK,
    KINDS,
    ORANGE,
    PALE,
    SIGNED,
    drawing,
    new_figure,
)


@drawing
def sums(rows, titles=("x", "F(x)", "y = F(x) + x"), signs=("+", "=")):
    """Three maps a row, the first two adding up to the third, in one colour scale.

    Args:
        rows: label of a row -> three arrays (height, width).
        titles: of the columns.
        signs: between the columns.
    """
    figure, axes = new_figure(8.6, 0.6 + 2.35 * len(rows), len(rows), 3, squeeze=False)
    figure.get_layout_engine().set(wspace=0.16)
    for row, (label, maps) in zip(axes, rows.items(), strict=True):
        limit = max(np.abs(values).max() for values in maps)
        for panel, values in zip(row, maps, strict=True):
            image = panel.imshow(values, cmap=SIGNED, vmin=-limit, vmax=limit)
            panel.set(xticks=[], yticks=[])
            panel.grid(visible=False)
            for spine in panel.spines.values():
                spine.set(visible=True, color=PALE)
        row[0].set_ylabel(label)
        for panel, sign in zip(row, signs, strict=False):
            panel.text(
                1.15,
                0.5,
                sign,
                transform=panel.transAxes,
                ha="center",
                va="center",
                fontsize=26,
            )
        figure.colorbar(image, ax=row[-1], shrink=0.85, pad=0.06)
    for panel, title in zip(axes[0], titles, strict=True):
        panel.set_title(title, loc="center")
    return figure


@drawing
def fit(inputs, observed, fitted):
    """A statistical fit: points, the fitted line, and residuals as vertical strokes.

    Args:
        inputs, observed, fitted: float (n,), in the order of the inputs.
    """
    figure, axis = new_figure(8.0, 3.6)
    axis.vlines(inputs, fitted, observed, color=BLUE, linewidth=3)
    axis.plot(inputs, fitted, color=ORANGE, linestyle="--")
    axis.plot(inputs, observed, "o", color=INK)
    widest = int(np.argmax(np.abs(observed - fitted)))
    labels = (
        ("observed", (inputs[0], observed[0]), (0, 12), INK, "center"),
        ("fitted", (inputs[-1], fitted[-1]), (10, 0), ORANGE, "left"),
        (
            "residual",
            (inputs[widest], (observed[widest] + fitted[widest]) / 2),
            (8, 0),
            BLUE,
            "left",
        ),
    )
    for text, place, offset, color, side in labels:
        axis.annotate(
            text,
            place,
            xytext=offset,
            textcoords="offset points",
            color=color,
            ha=side,
            va="bottom" if side == "center" else "center",
        )
    span = inputs[-1] - inputs[0]
    axis.set(xlabel="input", ylabel="response")
    axis.set_xlim(inputs[0] - 0.1 * span, inputs[-1] + 0.16 * span)
    return figure


@drawing
def races(when, errors, titles, floor=1e-6):
    """Error of the plain and the residual block against steps, a panel a target.

    Lines are medians over seeds, bands reach from the best to the worst seed.

    Args:
        when: steps, int (n,).
        errors: target -> kind -> float (seeds, n), as `toy.race` returns it.
        titles: target -> title of its panel.
        floor: the lower end of the error axis.
    """
    columns = 3
    rows = -(-len(errors) // columns)
    figure, axes = new_figure(
        10.5, 0.5 + 3.0 * rows, rows, columns, sharex=True, sharey=True, squeeze=False
    )
    steps = np.maximum(when, 0.7)  # step 0 has no place on a logarithmic axis
    for axis, (name, kinds) in zip(axes.flat, errors.items(), strict=False):
        for kind, values in kinds.items():
            color, line, _ = KINDS[kind]
            shown = np.maximum(values, floor / 10)
            axis.fill_between(
                steps, shown.min(axis=0), shown.max(axis=0), color=color, alpha=0.2
            )
            axis.plot(
                steps, np.median(shown, axis=0), color=color, linestyle=line, label=kind
            )
        axis.set(title=titles[name], xscale="log", yscale="log", ylim=(floor, 10))
    for axis in axes[-1]:
        axis.set_xlabel("training steps")
        axis.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    for row in axes:
        row[0].set_ylabel("mean squared error")
    axes[0, 0].legend(loc="lower left")
    return figure


@drawing
def dial(errors, moments):
    """Error against the position of the target between zero and the identity.

    Args:
        errors: step -> kind -> position a -> errors of the seeds.
        moments: the steps to draw, a panel each.
    """
    figure, axes = new_figure(10.0, 4.2, 1, len(moments), sharey=True, squeeze=False)
    for axis, step in zip(axes[0], moments, strict=True):
        for kind, by_position in errors[step].items():
            color, line, marker = KINDS[kind]
            positions = list(by_position)
            spread = np.array(list(by_position.values()))
            axis.fill_between(
                positions,
                spread.min(axis=1),
                spread.max(axis=1),
                color=color,
                alpha=0.2,
            )
            axis.plot(
                positions,
                np.median(spread, axis=1),
                color=color,
                linestyle=line,
                marker=marker,
                label=kind,
            )
        axis.axvline(0.5, color=GREY, linestyle=":", linewidth=1.5)
        axis.set(title=f"after {step} steps", yscale="log", xticks=positions)
        axis.set_xticklabels(
            [{0: "0\nzero", 1: "1\nidentity"}.get(p, f"{p:g}") for p in positions]
        )
        axis.set_xlabel("a, the share of x in the target")
    axes[0, 0].set_ylabel("mean squared error")
    axes[0, 0].legend(loc="lower center")
    return figure
