"""Notebook 07: the loss around trained weights, and the layers' responses."""

import numpy as np
from matplotlib.patheffects import withStroke

from resnet_lesson.figures import style


@style.drawing
def surfaces(grids, places, levels):
    """Loss over a plane through the trained weights, on one scale for all.

    Args:
        grids: title -> loss, float (n, n), rows along the second direction.
        places: float (n,): distances along each direction.
        levels: contour levels of the loss, in nats.
    """
    figure, axes = style.panel_row(10.0, 4.6, grids, sharey=True)
    for axis, loss in zip(axes, grids.values(), strict=True):
        plane = (places, places, np.minimum(loss, levels[-1]), levels)
        filled = axis.contourf(*plane, cmap="cividis")
        lines = axis.contour(*plane, colors="white", linewidths=0.7)
        named = lines.levels[::2]  # all of them would cover each other
        labels = axis.clabel(lines, named, fontsize=12, fmt="%g", colors=style.INK)
        for label in labels:  # legible on dark and light parts of the map
            label.set_path_effects([withStroke(linewidth=3, foreground="white")])
        axis.plot(0, 0, "+", color="white", markersize=14, mew=3)
        axis.set(xlabel="along direction 1", aspect="equal")
        axis.grid(visible=False)
    axes[0].set_ylabel("along direction 2")
    figure.colorbar(filled, ax=axes, label="loss (nats), cut off at the top")
    told = "; ".join(
        f"{title} {loss.min():.2f} at its lowest, above {levels[-1]:g} on "
        f"{np.mean(loss > levels[-1]):.0%} of the map"
        for title, loss in grids.items()
    )
    return style.describe(figure, f"Contour maps of the loss in nats: {told}.")


@style.drawing
def lines_through(curves):
    """Loss along one direction, pair by pair.

    Args:
        curves: title of a panel -> (kind -> (places, losses)).
    """
    figure, axes = style.panel_row(10.0, 4.0, curves, sharey=True)
    told = []
    for axis, (title, kinds) in zip(axes, curves.items(), strict=True):
        for kind, (places, losses) in kinds.items():
            axis.plot(places, losses, label=kind, **style.KINDS[kind] | style.NO_MARKER)
            middle = losses[len(losses) // 2]
            told.append(
                f"{kind}, {title}: {middle:.2f} in the middle, {losses[0]:.1f} and "
                f"{losses[-1]:.1f} at the ends"
            )
        axis.set(xlabel="along direction 1", yscale="log")
    axes[0].set_ylabel("loss (nats)")
    axes[0].legend(loc="upper center")
    return style.describe(figure, f"Loss along a direction. {'; '.join(told)}.")


@style.drawing
def responses(curves):
    """Standard deviation of the responses from the first layer to the last.

    Args:
        curves: label -> values by layer; a label starts with the kind.
    """
    figure, axis = style.new_figure(9.6, 4.0)
    for label, values in curves.items():
        line = style.KINDS[label.split("-")[0]] | style.NO_MARKER
        place = np.linspace(0, 100, len(values))
        thickness = 2.5 if len(values) > 30 else 1.3
        axis.plot(place, values, linewidth=thickness, label=label, **line)
    axis.set(xlabel="position in the network (% of its layers)", ylim=(0, None))
    axis.set_ylabel("std of the response (after BN)")
    axis.legend(ncols=2, loc="lower center")
    told = "; ".join(
        f"{label} {np.mean(values):.2f}" for label, values in curves.items()
    )
    return style.describe(
        figure, f"Standard deviation of each layer's response. Means: {told}."
    )
