"""Notebook 07: filters, feature maps, what blocks add, paths, lesions."""

import numpy as np

from resnet_lesson.figures import style
from resnet_lesson.figures.fashion_images import clothing
from resnet_lesson.lab.lesions import halves_size

# A network, and what it was before training.
TWINS = {
    "trained": style.look(style.BLUE, "-", "D"),
    "before training": style.look(style.PURPLE, ":", "o"),
}
DOTTED = {"plain": (0, (1, 1)), "residual": (0, (1, 3))}  # of whole networks


@style.drawing
def filters(kernels, cosines):
    """First-layer kernels, orange for positive weights, blue for negative.

    Args:
        kernels: title -> float32 (3, 3, 1, filters), an even number of filters.
        cosines: float (filters,), written beneath each pair.
    """
    half, titles = len(cosines) // 2, list(kernels)
    figure, axes = style.new_figure(9.6, 5.4, 2 * len(kernels), half)
    limit = max(np.abs(kernel).max() for kernel in kernels.values())
    for row, line in enumerate(axes):
        title, first = titles[row % len(kernels)], row // len(kernels) * half
        name = title.replace(" ", "\n")
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
        for index, axis in enumerate(line, first):
            style.signed_picture(axis, kernels[title][:, :, 0, index], limit)
            if title == titles[-1]:
                axis.set_xlabel(f"cos {cosines[index]:.2f}", fontsize=13)
    return style.describe(
        figure,
        f"{len(cosines)} pairs of filters of 3 by 3 weights, one above the other: "
        f"{' and '.join(kernels)}. The cosines of the pairs are "
        f"{np.min(cosines):.2f} to {np.max(cosines):.2f}.",
    )


@style.drawing
def feature_maps(image, networks, channels=5):
    """An image, and what some channels of each stage put out for it.

    Args:
        image: float32 (height, width, 1), normalised.
        networks: title -> (name of a stage -> float32 (height, width, channels)).
        channels: how many of a stage's channels are shown, the strongest first.
    """
    stages = list(next(iter(networks.values())))
    widths = [1.0] + ([0.5] + [1.0] * channels) * len(networks)
    shape = len(stages), len(widths)
    height = 0.8 * len(stages) + 0.4
    figure, axes = style.new_figure(10.0, height, *shape, width_ratios=widths)
    for axis in axes.flat:
        axis.axis("off")
    clothing(axes[0, 0], image)
    for group, (title, maps) in enumerate(networks.items()):
        first = 2 + group * (channels + 1)
        axes[0, first].set_title(title)
        for row, stage in zip(axes, stages, strict=True):
            strongest = np.argsort(-maps[stage].std(axis=(0, 1)))[:channels]
            for axis, channel in zip(row[first:], strongest, strict=False):
                axis.axis("on")
                style.picture(axis, maps[stage][..., channel])
            row[first].set_ylabel(stage, rotation=0, ha="right", va="center")
    sizes = ", ".join(f"{stage} {maps[stage].shape[0]}" for stage in stages)
    return style.describe(
        figure,
        f"A garment, and its {channels} strongest feature maps by stage, "
        f"{' and '.join(networks)}. Pixels on a side: {sizes}.",
    )


@style.drawing
def by_stage(scores, pixels):
    """How many images the nearest class mean gets right, stage by stage.

    Args:
        scores: title of a panel -> (name in `TWINS` -> (stage -> share)).
        pixels: share for the pixels themselves.
    """
    figure, axes = style.panel_row(10.0, 4.0, scores, sharey=True)
    told = []
    for axis, (title, twins) in zip(axes, scores.items(), strict=True):
        for name, shares in twins.items():
            axis.plot([*shares], [100 * s for s in shares.values()], **TWINS[name])
            last = 100 * list(shares.values())[-1]
            style.note(
                axis, f"{last:.0f}", (len(shares) - 1, last), TWINS[name]["color"]
            )
            told.append(f"{title}, {name}: {last:.0f} % behind the last stage")
        axis.axhline(100 * pixels, color=style.GREY, linewidth=1.5)
        axis.margins(x=0.12)
    axes[0].text(2.5, 100 * pixels + 2, "pixels", color=style.GREY, fontsize=13)
    axes[0].set(ylabel="right by nearest mean (%)", ylim=(0, 100))
    for (name, line), place in zip(TWINS.items(), (76, 18), strict=True):
        axes[1].text(0.4, place, name, color=style.words_in(line["color"]))
    return style.describe(
        figure, f"Images right by nearest class mean. {'; '.join(told)}."
    )


@style.drawing
def added(ratios):
    """What each block adds over what it is given, before and after training.

    Args:
        ratios: network -> (name in `TWINS` -> (block -> ratio)).
    """
    counts = [len(next(iter(twins.values()))) for twins in ratios.values()]
    figure, axes = style.panel_row(
        10.4, 4.2, ratios, sharey=True, width_ratios=[count + 6 for count in counts]
    )
    told = []
    for axis, (network, twins) in zip(axes, ratios.items(), strict=True):
        for name, by_block in twins.items():
            axis.plot(list(by_block.values()), label=name, **TWINS[name])
            low, high = min(by_block.values()), max(by_block.values())
            told.append(f"{network} {name} from {low:.2f} to {high:.2f}")
        _name_blocks(axis, by_block)
        axis.set(ylim=(0, None))
    axes[0].set_ylabel("‖F(x)‖ / ‖shortcut(x)‖")
    axes[-1].legend(loc="upper right")
    figure.supxlabel("block (stage.block); shaded: halves the size", fontsize=14)
    return style.describe(
        figure,
        f"Norm of F over norm of the shortcut, block by block: {'; '.join(told)}.",
    )


@style.drawing
def path_lengths(shares):
    """How many paths run through how many blocks.

    Args:
        shares: label -> share of all paths of the whole network, by the number of
            blocks that they run through.
    """
    figure, axis = style.new_figure(9.6, 3.8)
    looks = (style.SKY, ""), (style.BLUE, "//"), (style.INK, "xx")
    told = []
    for (label, values), (color, hatch) in zip(shares.items(), looks, strict=False):
        bars = {"color": color, "hatch": hatch, "edgecolor": "white", "label": label}
        axis.bar(range(len(values)), 100 * np.asarray(values), **bars)
        told.append(
            f"{label}: {np.sum(values):.1%} of the paths, most of them "
            f"through {np.argmax(values)} blocks"
        )
    axis.set(xlabel="blocks whose F a path runs through", ylabel="% of all paths")
    axis.legend(loc="upper left")
    return style.describe(figure, f"Bars in the shape of a bell. {'; '.join(told)}.")


@style.drawing
def single_lesions(errors, intact):
    """Error after deleting one block, block by block, for pairs of networks.

    Args:
        errors: depth -> kind -> block name -> error in percent.
        intact: depth -> kind -> error of the whole network in percent.
    """
    counts = [len(next(iter(kinds.values()))) for kinds in errors.values()]
    figure, axes = style.panel_row(
        10.4,
        4.4,
        [f"{depth} layers" for depth in errors],
        sharey=True,
        width_ratios=[count + 6 for count in counts],
    )
    told = []
    for axis, (depth, kinds) in zip(axes, errors.items(), strict=True):
        for kind, by_block in kinds.items():
            line, values = style.KINDS[kind], list(by_block.values())
            axis.plot(values, label=kind, **line)
            whole, middle = intact[depth][kind], np.median(values)
            axis.axhline(
                whole, color=line["color"], linestyle=DOTTED[kind], linewidth=2
            )
            told.append(
                f"{kind}-{depth} rises from {whole:.0f} to {middle:.0f} (median)"
            )
        _name_blocks(axis, by_block)
        axis.axhline(90, color=style.GREY, linewidth=1, label="guessing")
    axes[0].set(ylim=(0, 100), ylabel="validation error (%)")
    axes[-1].legend(loc="center right", frameon=True, edgecolor="none")
    figure.supxlabel(
        "deleted block (stage.block); shaded: halves the size", fontsize=14
    )
    return style.describe(
        figure,
        f"Validation error in % after deleting one block: {'; '.join(told)}. Dotted "
        "lines: whole networks.",
    )


@style.drawing
def many_lesions(errors):
    """Error against the number of deleted blocks, mean and range of the draws.

    Args:
        errors: kind -> number of deleted blocks -> errors in percent.
    """
    figure, axis = style.new_figure(9.0, 4.0)
    told = []
    for kind, by_count in errors.items():
        line, counts = style.KINDS[kind] | {"label": kind}, list(by_count)
        style.spread(axis, counts, by_count.values(), line, np.mean, alpha=0.15)
        means = [f"{np.mean(draws):.0f}" for draws in by_count.values()]
        told.append(f"{kind} {', '.join(means)}")
    axis.axhline(90, color=style.GREY, linewidth=1)
    axis.text(counts[-1], 92.5, "guessing", color=style.GREY, fontsize=13, ha="right")
    axis.set(xlabel="blocks deleted at random", ylabel="validation error (%)")
    axis.set(ylim=(0, 100), xticks=counts)
    axis.legend(loc="lower right")
    return style.describe(
        figure,
        f"Mean error in % with {', '.join(map(str, counts))} blocks deleted: "
        f"{'; '.join(told)}. Bands show the range of the draws.",
    )


def _name_blocks(axis, names):
    """Name blocks along the axis, such as 2.1; shade those that halve the size."""
    short = [name.removeprefix("stage").replace("_block", ".") for name in names]
    axis.set_xticks(range(len(short)), short, rotation=90)
    for place, name in enumerate(names):
        if halves_size(name):
            axis.axvspan(place - 0.5, place + 0.5, color=style.PALE, zorder=0)
