"""Notebook 08: a map of the museum of defects."""

from resnet_lesson.figures import style

KINDS = ("shape", "inventory", "value", "procedure")
COLOURS = dict(
    zip(KINDS, (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE), strict=True)
)
# How a mistake shows: the fill of its marker, and the words in the legend.
FILLS = {
    "never": ("full", "no error, ever"),
    "sometimes": ("left", "an error in some cases"),
    "always": ("none", "always an error"),
}


@style.drawing
def museum_map(exhibits):
    """Which kind of check catches each defect, and whether an error would too.

    Args:
        exhibits: dicts with "name", "kind" (one of `KINDS`), "error" (one of
            `FILLS`) and, where it is not the place in the list, "section", the
            number shown beside the name.

    Raises:
        ValueError: a kind or an error is none of these.
    """
    for entry in exhibits:
        for key, allowed in (("kind", KINDS), ("error", tuple(FILLS))):
            if entry[key] not in allowed:
                raise ValueError(f"{key} must be one of {allowed}, got {entry[key]!r}")
    rows = len(exhibits)
    figure, axes = style.new_figure(9, 0.36 * rows + 1.5)
    for row, entry in enumerate(exhibits):
        column = KINDS.index(entry["kind"])
        marker = _marker(COLOURS[entry["kind"]], FILLS[entry["error"]][0])
        axes.plot(column, row, markersize=15, **marker)
    names = [
        f"{entry['name']}  {entry.get('section', n):>2}"
        for n, entry in enumerate(exhibits, 1)
    ]
    axes.set(xlim=(-0.5, len(KINDS) - 0.5), ylim=(rows - 0.4, -0.6))
    axes.set_title("Each defect, and what one has to look at to catch it", pad=28)
    axes.set_xticks(range(len(KINDS)), KINDS, weight="bold")
    axes.set_yticks(range(rows), names)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    for tick, kind in zip(axes.get_xticklabels(), KINDS, strict=True):
        tick.set_color(style.words_in(COLOURS[kind]))
    axes.spines[:].set_visible(False)
    for fill, words in FILLS.values():
        axes.plot([], [], markersize=12, label=words, **_marker(style.INK, fill))
    axes.legend(loc="upper center", bbox_to_anchor=(0.3, -0.01), ncols=3)
    return style.describe(figure, _alt(exhibits))


def _alt(exhibits):
    kinds = [entry["kind"] for entry in exhibits]
    errors = [entry["error"] for entry in exhibits]
    columns = ", ".join(f"{kind} {kinds.count(kind)}" for kind in KINDS)
    shapes = {"never": "filled", "sometimes": "half filled", "always": "empty"}
    dots = ", ".join(
        f"{shapes[error]} ({words}) {errors.count(error)}"
        for error, (_, words) in FILLS.items()
    )
    return (
        f"One dot for each of {len(exhibits)} defects, in the column of the check that "
        f"catches it: {columns}. Of the dots are {dots}."
    )


def _marker(color, fill):
    dot = style.look(color, "", "o")
    return {**dot, "fillstyle": fill, "markerfacecoloralt": "white", "mew": 2}
