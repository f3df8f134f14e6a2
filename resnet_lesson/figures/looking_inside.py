"""Notebook 07: filters, feature maps, lesions, loss surfaces, confidence."""

import numpy as np

from resnet_lesson.fashion_mnist import CLASS_NAMES
from resnet_lesson.figures import style
from resnet_lesson.figures.fashion_images import clothing
from resnet_lesson.lab.lesions import halves_size


@style.drawing
def filters(kernels):
    """First-layer kernels, orange for positive weights, blue for negative.

    Args:
        kernels: float32 (3, 3, 1, filters), filters a multiple of 8.
    """
    count = kernels.shape[-1]
    figure, axes = style.new_figure(
        9.0, 1.25 * count // 8, count // 8, 8, squeeze=False
    )
    for index, axis in enumerate(axes.flat):
        style.signed_picture(axis, kernels[:, :, 0, index], np.abs(kernels).max())
    return figure


@style.drawing
def feature_maps(images, stages, channels=8):
    """Images, and what some channels of each stage put out for them.

    Args:
        images: float32 (n, height, width, 1), normalised, n of 2 or 3.
        stages: title -> float32 (n, height, width, channels).
        channels: how many of the channels are shown, the strongest first.
    """
    rows = [
        (title, image, maps[index])
        for index, image in enumerate(images)
        for title, maps in stages.items()
    ]
    figure, axes = style.new_figure(9.6, 1.0 * len(rows) + 0.3, len(rows), channels + 1)
    for (first, *others), (title, image, maps) in zip(axes, rows, strict=True):
        clothing(first, image)
        first.set_ylabel(title, rotation=0, ha="right", va="center")
        strongest = np.argsort(-maps.std(axis=(0, 1)))[:channels]
        for axis, channel in zip(others, strongest, strict=True):
            style.picture(axis, maps[..., channel])
    return figure


@style.drawing
def block_sums(rows):
    """What a block carries, what it adds, and the sum, for one channel each.

    Args:
        rows: label -> (carried, added), each float32 (height, width).
    """
    figure, axes = style.new_figure(9.0, 2.1 * len(rows), len(rows), 3, squeeze=False)
    for (label, (carried, added)), line in zip(rows.items(), axes, strict=True):
        limit = max(np.abs(carried).max(), np.abs(carried + added).max())
        for axis, values in zip(line, (carried, added, carried + added), strict=True):
            image = style.signed_picture(axis, values, limit)
        figure.colorbar(image, ax=line, fraction=0.03)
        line[0].set_ylabel(label, rotation=0, ha="right", va="center")
    for axis, title in zip(axes[0], ("x, carried", "F(x), added", "sum"), strict=True):
        axis.set_title(title, loc="center")
    return figure


@style.drawing
def bars_by_block(values, ylabel):
    """One bar for each block, those that halve the size in another colour.

    Args:
        values: block name -> value.
        ylabel: what the values are.
    """
    figure, axis = style.new_figure(9.6, 3.8)
    colors = [style.ORANGE if halves_size(name) else style.BLUE for name in values]
    hatches = ["//" if halves_size(name) else "" for name in values]
    axis.bar(range(len(values)), values.values(), color=colors, hatch=hatches)
    _name_blocks(axis, values)
    axis.set_ylabel(ylabel)
    axis.set_xlabel("block (stage.block); hatched: halves the image size")
    return figure


@style.drawing
def responses(curves):
    """Standard deviation of the responses from the first layer to the last.

    Args:
        curves: label -> values by layer; a label starts with the kind.
    """
    figure, axis = style.new_figure(9.6, 4.2)
    for label, values in curves.items():
        line = style.KINDS[label.split("-")[0]] | style.NO_MARKER
        place = np.linspace(0, 100, len(values))
        thickness = 2.5 if len(values) > 30 else 1.3
        axis.plot(place, values, linewidth=thickness, label=label, **line)
    axis.set(xlabel="position in the network (% of its layers)", ylim=(0, None))
    axis.set_ylabel("std of the response (after BN)")
    axis.legend(ncols=2, loc="lower center")
    return figure


@style.drawing
def single_lesions(errors, intact):
    """Error after deleting one block, block by block, for two networks.

    Args:
        errors: kind -> block name -> error in percent.
        intact: kind -> error of the whole network in percent.
    """
    figure, axis = style.new_figure(9.8, 4.4)
    for kind, by_block in errors.items():
        line, values = style.KINDS[kind], list(by_block.values())
        axis.plot(values, **line)
        whole = [intact[kind]] * len(values)
        axis.plot(whole, color=line["color"], linestyle=":", linewidth=1.5)
        style.note(axis, kind, (len(values) - 1, values[-1]), line["color"])
    for place, name in enumerate(by_block):
        if halves_size(name):
            axis.axvspan(place - 0.5, place + 0.5, color=style.PALE)
    _guessing(axis, len(by_block) + 2)
    _name_blocks(axis, by_block)
    axis.set(ylim=(0, 100), xlim=(-0.6, len(by_block) + 2.2))
    axis.set_ylabel("validation error (%)")
    axis.set_xlabel("deleted block (stage.block); shaded: halves the size")
    return figure


@style.drawing
def many_lesions(errors):
    """Error against the number of deleted blocks, mean and range of the draws.

    Args:
        errors: kind -> number of deleted blocks -> errors in percent.
    """
    figure, axis = style.new_figure(9.0, 4.0)
    for kind, by_count in errors.items():
        line, counts = style.KINDS[kind] | {"label": kind}, list(by_count)
        style.spread(axis, counts, by_count.values(), line, np.mean, alpha=0.15)
    _guessing(axis, counts[-1])
    axis.set(xlabel="blocks deleted at random", ylabel="validation error (%)")
    axis.set(ylim=(0, 100), xticks=counts)
    axis.legend(loc="lower right")
    return figure


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
        axis.clabel(lines, fontsize=12, fmt="%g")
        axis.plot(0, 0, "+", color="white", markersize=14, mew=3)
        axis.set(xlabel="along direction 1", aspect="equal")
        axis.grid(visible=False)
    axes[0].set_ylabel("along direction 2")
    figure.colorbar(filled, ax=axes, label="loss (nats), cut off at the top")
    return figure


@style.drawing
def line_through(curves):
    """Loss along one direction, recorded as lines, recomputed as crosses.

    Args:
        curves: kind -> (places, recorded losses, places, recomputed losses).
    """
    figure, axis = style.new_figure(9.0, 3.8)
    for kind, (places, recorded, again, recomputed) in curves.items():
        line = style.KINDS[kind] | style.NO_MARKER
        axis.plot(places, recorded, label=kind, **line)
        axis.plot(again, recomputed, "x", color=style.INK, markersize=9, mew=2)
    axis.set(xlabel="along direction 1", ylabel="loss (nats)", yscale="log")
    axis.set_title("lines: recorded; crosses: computed just now")
    axis.legend(loc="upper center")
    return figure


@style.drawing
def reliability(confidence, accuracy, count):
    """Accuracy against confidence, and how many images lie in each bin.

    Args:
        confidence, accuracy, count: see `evaluation.reliability`.
    """
    titles = ("reliability", "how often it is that sure")
    figure, (left, right) = style.panel_row(10.0, 4.2, titles)
    left.plot((0, 1), (0, 1), color=style.GREY, linestyle=":", linewidth=1.5)
    left.text(0.62, 0.52, "as sure as right", color=style.GREY, fontsize=12)
    filled = count > 0
    left.plot(confidence[filled], accuracy[filled], color=style.BLUE, marker="o")
    left.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    edges = np.linspace(0, 1, len(count) + 1)
    right.stairs(100 * count / count.sum(), edges, fill=True, color=style.GREEN)
    right.set(xlabel="confidence", ylabel="% of images", xlim=(0, 1))
    return figure


@style.drawing
def class_confidence(mean_confidence, accuracy):
    """Mean confidence beside accuracy, class by class.

    Args:
        mean_confidence, accuracy: float (10,), in [0, 1].
    """
    figure, axis = style.new_figure(9.6, 4.0)
    places = np.arange(len(CLASS_NAMES))
    for shift, values, color, hatch, label in (
        (-0.2, accuracy, style.BLUE, "", "accuracy"),
        (0.2, mean_confidence, style.ORANGE, "//", "mean confidence"),
    ):
        where, look = places + shift, {"color": color, "hatch": hatch}
        axis.bar(where, 100 * values, width=0.4, label=label, **look)
    axis.set_xticks(places, CLASS_NAMES, rotation=35, ha="right")
    axis.set(ylabel="%", ylim=(60, 105))
    axis.legend(loc="upper left", ncols=2)
    return figure


def _guessing(axis, right):
    """Mark the error of a guess among ten classes; the word ends at `right`."""
    axis.axhline(90, color=style.GREY, linewidth=1)
    axis.text(right, 92.5, "guessing", color=style.GREY, fontsize=12, ha="right")


def _name_blocks(axis, names):
    """Name the blocks along the axis, such as 2.1 for "stage2_block1"."""
    short = [name.removeprefix("stage").replace("_block", ".") for name in names]
    axis.set_xticks(range(len(short)), short, rotation=90)
