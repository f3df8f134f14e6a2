"""Notebook 07: filters, feature maps, lesions, loss surfaces, confidence."""

import numpy as np

from resnet_lesson.fashion_mnist import CLASS_NAMES, denormalize
from resnet_lesson.figures.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    KINDS,
    ORANGE,
    PALE,
    SIGNED,
    drawing,
    end_label,
    new_figure,
)
from resnet_lesson.lab.lesions import halves_size


@drawing
def filters(kernels):
    """First-layer kernels, orange for positive weights, blue for negative.

    Args:
        kernels: float32 (3, 3, 1, filters), filters a multiple of 8.
    """
    count = kernels.shape[-1]
    figure, axes = new_figure(9.0, 1.25 * count // 8, count // 8, 8, squeeze=False)
    limit = np.abs(kernels).max()
    for index, axis in enumerate(axes.ravel()):
        axis.imshow(kernels[:, :, 0, index], cmap=SIGNED, vmin=-limit, vmax=limit)
        axis.set(xticks=(), yticks=())
        axis.grid(visible=False)
    return figure


@drawing
def feature_maps(images, stages, channels=8):
    """Images, and what some channels of each stage put out for them.

    Args:
        images: float32 (n, height, width, 1), normalised, n of 2 or 3.
        stages: title -> float32 (n, height, width, channels).
        channels: how many of the channels are shown, the strongest first.
    """
    rows = len(images) * len(stages)
    figure, axes = new_figure(9.6, 1.0 * rows + 0.3, rows, channels + 1)
    row = 0
    for index, image in enumerate(images):
        for title, maps in stages.items():
            axes[row, 0].imshow(denormalize(image[..., 0]), vmin=0, vmax=1)
            axes[row, 0].set_ylabel(title, rotation=0, ha="right", va="center")
            strongest = np.argsort(-maps[index].std(axis=(0, 1)))[:channels]
            for axis, channel in zip(axes[row, 1:], strongest, strict=True):
                axis.imshow(maps[index, ..., channel])
            row += 1
    for axis in axes.ravel():
        axis.set(xticks=(), yticks=())
        axis.grid(visible=False)
        axis.spines[:].set_visible(False)
    return figure


@drawing
def block_sums(rows):
    """What a block carries, what it adds, and the sum, for one channel each.

    Args:
        rows: label -> (carried, added), each float32 (height, width).
    """
    figure, axes = new_figure(9.0, 2.1 * len(rows), len(rows), 3, squeeze=False)
    for (label, (carried, added)), line in zip(rows.items(), axes, strict=True):
        limit = max(np.abs(carried).max(), np.abs(carried + added).max())
        for axis, picture in zip(line, (carried, added, carried + added), strict=True):
            image = axis.imshow(picture, cmap=SIGNED, vmin=-limit, vmax=limit)
            axis.set(xticks=(), yticks=())
            axis.grid(visible=False)
        figure.colorbar(image, ax=line, fraction=0.03)
        line[0].set_ylabel(label, rotation=0, ha="right", va="center")
    for axis, title in zip(axes[0], ("x, carried", "F(x), added", "sum"), strict=True):
        axis.set_title(title, loc="center")
    return figure


@drawing
def bars_by_block(values, ylabel):
    """One bar for each block, those that halve the size in another colour.

    Args:
        values: block name -> value.
        ylabel: what the values are.
    """
    figure, axis = new_figure(9.6, 3.8)
    colors = [ORANGE if halves_size(name) else BLUE for name in values]
    hatches = ["//" if halves_size(name) else "" for name in values]
    axis.bar(range(len(values)), values.values(), color=colors, hatch=hatches)
    axis.set_xticks(range(len(values)), [_short(name) for name in values], rotation=90)
    axis.set_ylabel(ylabel)
    axis.set_xlabel("block (stage.block); hatched: halves the image size")
    return figure


@drawing
def responses(curves):
    """Standard deviation of the responses from the first layer to the last.

    Args:
        curves: label -> values by layer; a label starts with the kind.
    """
    figure, axis = new_figure(9.6, 4.2)
    for label, values in curves.items():
        color, line, _ = KINDS[label.split("-")[0]]
        place = np.linspace(0, 100, len(values))
        deep = len(values) > 30
        axis.plot(
            place,
            values,
            color=color,
            linestyle=line,
            linewidth=2.5 if deep else 1.3,
            label=label,
        )
    axis.set(xlabel="position in the network (% of its layers)", ylim=(0, None))
    axis.set_ylabel("std of the response (after BN)")
    axis.legend(ncols=2, loc="lower center")
    return figure


@drawing
def single_lesions(errors, intact):
    """Error after deleting one block, block by block, for two networks.

    Args:
        errors: kind -> block name -> error in percent.
        intact: kind -> error of the whole network in percent.
    """
    figure, axis = new_figure(9.8, 4.4)
    for kind, by_block in errors.items():
        color, line, marker = KINDS[kind]
        places = np.arange(len(by_block))
        axis.plot(places, by_block.values(), color=color, linestyle=line, marker=marker)
        whole = [intact[kind]] * len(places)
        axis.plot(places, whole, color=color, linestyle=":", linewidth=1.5)
        end_label(axis, kind, places[-1], list(by_block.values())[-1], color)
    names = list(by_block)
    for place, name in enumerate(names):
        if halves_size(name):
            axis.axvspan(place - 0.5, place + 0.5, color=PALE)
    _guessing(axis, len(names) + 2)
    axis.set_xticks(range(len(names)), [_short(name) for name in names], rotation=90)
    axis.set(ylim=(0, 100), xlim=(-0.6, len(names) + 2.2))
    axis.set_ylabel("validation error (%)")
    axis.set_xlabel("deleted block (stage.block); shaded: halves the size")
    return figure


@drawing
def many_lesions(errors):
    """Error against the number of deleted blocks, mean and range of the draws.

    Args:
        errors: kind -> number of deleted blocks -> errors in percent.
    """
    figure, axis = new_figure(9.0, 4.0)
    for kind, by_count in errors.items():
        color, line, marker = KINDS[kind]
        counts = list(by_count)
        means = [np.mean(values) for values in by_count.values()]
        low = [min(values) for values in by_count.values()]
        high = [max(values) for values in by_count.values()]
        axis.plot(counts, means, color=color, linestyle=line, marker=marker, label=kind)
        axis.fill_between(counts, low, high, color=color, alpha=0.15)
    _guessing(axis, counts[-1])
    axis.set(xlabel="blocks deleted at random", ylabel="validation error (%)")
    axis.set(ylim=(0, 100), xticks=counts)
    axis.legend(loc="lower right")
    return figure


@drawing
def surfaces(grids, places, levels):
    """Loss over a plane through the trained weights, on one scale for all.

    Args:
        grids: title -> loss, float (n, n), rows along the second direction.
        places: float (n,): distances along each direction.
        levels: contour levels of the loss, in nats.
    """
    figure, axes = new_figure(10.0, 4.6, 1, len(grids), sharey=True, squeeze=False)
    for axis, (title, loss) in zip(axes[0], grids.items(), strict=True):
        shown = np.minimum(loss, levels[-1])
        filled = axis.contourf(places, places, shown, levels, cmap="cividis")
        lines = axis.contour(
            places, places, shown, levels, colors="white", linewidths=0.7
        )
        axis.clabel(lines, fontsize=12, fmt="%g")
        axis.plot(0, 0, "+", color="white", markersize=14, mew=3)
        axis.set(title=title, xlabel="along direction 1", aspect="equal")
        axis.grid(visible=False)
    axes[0, 0].set_ylabel("along direction 2")
    figure.colorbar(filled, ax=axes, label="loss (nats), cut off at the top")
    return figure


@drawing
def line_through(curves):
    """Loss along one direction, recorded as lines, recomputed as crosses.

    Args:
        curves: kind -> (places, recorded losses, places, recomputed losses).
    """
    figure, axis = new_figure(9.0, 3.8)
    for kind, (places, recorded, again, recomputed) in curves.items():
        color, line, _ = KINDS[kind]
        axis.plot(places, recorded, color=color, linestyle=line, label=kind)
        axis.plot(again, recomputed, "x", color=INK, markersize=9, mew=2)
    axis.set(xlabel="along direction 1", ylabel="loss (nats)", yscale="log")
    axis.set_title("lines: recorded; crosses: computed just now")
    axis.legend(loc="upper center")
    return figure


@drawing
def reliability(confidence, accuracy, count):
    """Accuracy against confidence, and how many images lie in each bin.

    Args:
        confidence, accuracy, count: see `evaluation.reliability`.
    """
    figure, (left, right) = new_figure(10.0, 4.2, 1, 2)
    left.plot((0, 1), (0, 1), color=GREY, linestyle=":", linewidth=1.5)
    left.text(0.62, 0.52, "as sure as right", color=GREY, fontsize=12)
    filled = count > 0
    left.plot(confidence[filled], accuracy[filled], color=BLUE, marker="o")
    left.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1), ylim=(0, 1))
    left.set_title("reliability")
    edges = np.linspace(0, 1, len(count) + 1)
    share = 100 * count / count.sum()
    right.bar(edges[:-1], share, width=1 / len(count), align="edge", color=GREEN)
    right.set(xlabel="confidence", ylabel="% of images", xlim=(0, 1))
    right.set_title("how often it is that sure")
    return figure


@drawing
def class_confidence(mean_confidence, accuracy):
    """Mean confidence beside accuracy, class by class.

    Args:
        mean_confidence, accuracy: float (10,), in [0, 1].
    """
    figure, axis = new_figure(9.6, 4.0)
    places = np.arange(len(CLASS_NAMES))
    axis.bar(places - 0.2, 100 * accuracy, 0.4, color=BLUE, label="accuracy")
    axis.bar(
        places + 0.2,
        100 * mean_confidence,
        0.4,
        color=ORANGE,
        hatch="//",
        label="mean confidence",
    )
    axis.set_xticks(places, CLASS_NAMES, rotation=35, ha="right")
    axis.set(ylabel="%", ylim=(60, 105))
    axis.legend(loc="upper left", ncols=2)
    return figure


def _guessing(axis, right):
    """Mark the error of a guess among ten classes; the word ends at `right`."""
    axis.axhline(90, color=GREY, linewidth=1)
    axis.text(right, 92.5, "guessing", color=GREY, fontsize=12, ha="right")


def _short(block):
    stage, index = block.removeprefix("stage").split("_block")
    return f"{stage}.{index}"
