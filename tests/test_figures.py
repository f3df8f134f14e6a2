import json

import matplotlib as mpl
import numpy as np
import pytest

from resnet_lesson.figures import (
    Live,
    confidence,
    degradation,
    display,
    fashion_images,
    identity_shortcut,
    looking_inside,
    loss_surface,
    residual_mapping,
    show,
    show_table,
    start_here,
    style,
    training_exercises,
    where_the_seconds_go,
)
from resnet_lesson.figures import training_on_fashion_mnist as draw
from resnet_lesson.lab import toy

KINDS = ("plain", "residual")
ALT = "A line that falls from left to right, and a flat one."
HISTORY = {
    f"{kind}_{what}": [0.5, 0.4, 0.3]
    for kind in ("running", "train", "validation")
    for what in ("loss", "accuracy")
} | {"seconds": [1.0, 1.0, 1.0]}


@pytest.fixture
def displayed(monkeypatch):
    outputs = []

    def record(*objects, **options):
        outputs.append((objects, options))

    monkeypatch.setattr(display, "display", record)
    return outputs


def drawings(fashion):
    yield from training_drawings(fashion)
    yield from start_drawings(fashion)
    yield from degradation_drawings()
    yield from residual_drawings()
    yield from shortcut_drawings()
    yield from inside_drawings(fashion)
    yield from speed_drawings()


def speed_drawings():
    yield where_the_seconds_go.ways(
        {"ways": {"plain fit": [5.0, 6.0], "resnet_lesson": [9.0, 8.0]}}
    )
    yield where_the_seconds_go.replicas({1: [0.1, 0.2], 2: [0.1, 0.05]})
    shares = {"convolution": 2.0, "everything else": 1.0}
    yield where_the_seconds_go.step_shares({"recorded": shares, "live": shares})
    yield where_the_seconds_go.race(
        [
            {"program": name, "seconds": 9.0, "test_accuracy": accuracy}
            for name, accuracy in (("a", 0.8), ("b", 0.9), ("c", 0.85))
        ]
    )
    yield where_the_seconds_go.growth(
        [
            {"changed": name, "macs": macs, "seconds": [macs / 1e9]}
            for name in ("depth", "width", "size")
            for macs in (1_000_000, 10_000_000)
        ],
        peak=2e11,
    )
    faster = {"small": {1: 1.0, 2: 0.9, 4: 1.5}, "large": {1: 1.0, 2: 1.8, 4: 3.0}}
    yield where_the_seconds_go.devices({"divided": faster, "enlarged": faster})


def start_drawings(fashion):
    x, change = np.random.default_rng(0).normal(size=(2, 28, 28))
    yield start_here.trained_block(fashion.validation.images[0], x, change)


def degradation_drawings():
    yield degradation.training_curves({"plain-8": HISTORY, "residual-56": HISTORY})
    lines = {"start": [1.0, 0.1, 0.01], "trained": [0.5, 0.2, 0.1]}
    yield degradation.by_layer({"plain": lines, "residual": lines}, "norm")
    yield degradation.by_layer({"plain": lines}, "mean cosine", log=False)
    errors = {"plain": {8: [9, 10], 56: [20, 25]}, "residual": {8: [9, 8], 56: [7, 8]}}
    yield degradation.error_against_depth(errors, (56, 17.0))


def residual_drawings():
    x, y = np.random.default_rng(0).normal(size=(2, 14, 14))
    yield residual_mapping.sums({"shirt": (x, y, x + y), "boot": (x, y, x + y)})
    yield residual_mapping.fit(np.arange(8.0), x[0, :8], 0.1 * y[0, :8])
    when, errors = toy.race({"x": toy.Target(1), "g": toy.Target(0, 0, 0.1)}, steps=100)
    yield residual_mapping.races(when, errors, {"x": "H = x", "g": "H = 0.1 g"})
    by_place = {0: [1, 2], 0.5: [1, 2], 1: [2, 3]}
    yield residual_mapping.dial(
        {100: {"plain": by_place, "residual": by_place}}, (100,)
    )


def shortcut_drawings():
    by_depth = {8: [0.1, 0.2], 20: [1.0, 2.0], 56: [300.0, 500.0]}
    lines = {"plain": by_depth, "residual": by_depth, "residual, γ = 0": by_depth}
    yield identity_shortcut.gradient_by_depth({"with BN": lines, "without BN": lines})
    losses = np.linspace(2, 1, 12).reshape(2, 6)
    starts = {"default": losses, "last γ = 0": losses + 1}
    yield identity_shortcut.first_losses({"8 layers": starts, "56 layers": starts})
    powers = {scale: scale ** np.arange(55) for scale in (0.9, 1.0, 1.1)}
    yield identity_shortcut.scaled_shortcuts(powers, powers)
    grid = (8, [1, 3, 5, 7], [0, 2, 4, 6])
    yield identity_shortcut.sampling_grids(
        {"even": grid, "symmetric": grid, "odd": grid}
    )
    impulse, answer = np.eye(8), np.eye(4)
    panels = (("input", impulse), ("F", answer), ("shortcut", answer))
    yield identity_shortcut.impulse_responses({"same": panels, "symmetric": panels})


def inside_drawings(fashion):
    rng = np.random.default_rng(0)
    blocks = [
        f"stage{stage}_block{index}" for stage in (1, 2, 3) for index in range(1, 10)
    ]
    values = dict(zip(blocks, rng.uniform(10, 80, size=27), strict=True))
    few = {block: values[block] for block in blocks if block[-1] in "123"}
    kernels, twins = rng.normal(size=(3, 3, 1, 16)), ("trained", "before training")
    yield looking_inside.filters(dict.fromkeys(twins, kernels), np.ones(16))
    maps = {f"stage {stage}": rng.normal(size=(7, 7, 16)) for stage in (1, 2, 3)}
    some = dict.fromkeys(twins, maps)
    yield looking_inside.feature_maps(fashion.validation.images[0], some)
    shares = dict.fromkeys(twins, dict.fromkeys(maps, 0.7))
    yield looking_inside.by_stage({"whole maps": shares, "means": shares}, 0.6)
    both, pair = dict.fromkeys(twins, values), dict.fromkeys(twins, few)
    yield looking_inside.added({"residual-20": pair, "residual-56": both})
    yield looking_inside.path_lengths({"whole": [0.25, 0.5, 0.25], "one gone": [0.5]})
    errors = {20: dict.fromkeys(KINDS, few), 56: dict.fromkeys(KINDS, values)}
    intact = {depth: {"plain": 20.0, "residual": 10.0} for depth in errors}
    yield looking_inside.single_lesions(errors, intact)
    several = {0: [10.0], 4: [15.0, 40.0]}
    yield looking_inside.many_lesions(dict.fromkeys(KINDS, several))
    places = np.linspace(-1, 1, 5)
    plane = 0.1 + places**2 + places[:, np.newaxis] ** 2
    planes = {"plain-56": plane, "residual-56": plane}
    yield loss_surface.surfaces(planes, places, (0.1, 0.5, 1))
    lines = dict.fromkeys(KINDS, (places, plane[2]))
    yield loss_surface.lines_through({"20": lines, "56": lines})
    yield loss_surface.responses({"plain-20": np.ones(19), "residual-56": np.ones(55)})
    sure = np.array([np.nan, 0.3, 0.7, 0.9])
    yield confidence.reliability(sure, sure, np.array([0, 5, 10, 80]))


def test_drawings_of_chapter_seven_say_what_they_show(fashion):
    for figure in inside_drawings(fashion):
        assert len(figure.alt) > 30


def training_drawings(fashion):
    probabilities = np.full((6, 10), 0.1)
    some = fashion.validation.first(200)
    yield fashion_images.sample_grid(some)
    yield fashion_images.class_means(some)
    yield fashion_images.pixel_histogram(some.images)
    yield draw.schedule([0.0, 0.1, 0.05, 0.0], 2)
    yield draw.training_curves(HISTORY)
    yield draw.training_curves({k: v for k, v in HISTORY.items() if "val" not in k})
    fine = {f"curve_{key}": values for key, values in HISTORY.items()}
    yield draw.training_curves({"curve_epoch": [0.5, 1.0, 1.5], **fine}, 3)
    yield training_exercises.made_up_runs()
    yield training_exercises.your_schedule([0.0, 0.1, 0.05, 0.0], 1, 0.1)
    yield draw.long_run(HISTORY, 1)
    yield fashion_images.predictions(some.images[:6], some.labels[:6], probabilities)
    yield fashion_images.augmentations(some.images[0], some.images[1:7])
    yield draw.losses_by_step({"a": np.ones(50), "b": np.linspace(3, 1, 50)})
    yield draw.moving_share((0.99, 0.9), 100)
    yield draw.seed_spread([HISTORY, HISTORY])
    yield draw.steps_to_the_course({"before": [0.8, 0.82], "after": [0.9, 0.91]})
    yield draw.confusion(np.full((10, 10), 3))
    yield fashion_images.mistakes(
        some.images[:10], some.labels[:10], some.labels[10:20], np.full(10, 0.9)
    )


def test_figures_are_shown_with_alt_text_on_white(fashion, displayed):
    for figure in drawings(fashion):
        show(figure, ALT)
        assert figure.get_facecolor() == (1, 1, 1, 1)
    assert len(displayed) == len(list(drawings(fashion)))
    for (bundle,), options in displayed:
        assert bundle["image/png"].startswith(b"\x89PNG")
        assert bundle["text/plain"] == ALT
        assert options["metadata"]["image/png"]["alt"] == ALT


def test_a_drawing_may_bring_its_own_alt_text(displayed):
    figure = draw.schedule([0.0, 0.1, 0.0], 2)
    assert style.describe(figure, ALT) is figure
    show(figure)
    show(figure, f"{ALT} Said by the notebook.")
    texts = [bundle["text/plain"] for (bundle,), _ in displayed]
    assert texts == [ALT, f"{ALT} Said by the notebook."]


@pytest.mark.parametrize("text", [None, "", "too short to say what it shows"[:29]])
def test_no_figure_is_shown_without_alt_text(displayed, text):
    figure, _ = style.new_figure()
    with pytest.raises(ValueError, match="figure must carry an alt text"):
        show(figure, text)
    with pytest.raises(ValueError, match="figure must carry an alt text"):
        show(style.describe(figure, text))
    assert not displayed


def test_text_is_large_enough_and_inside_the_figure(fashion):
    for figure in drawings(fashion):
        for text in figure.findobj(mpl.text.Text):
            assert text.get_fontsize() >= 12 or not text.get_text().strip()
        figure.draw_without_rendering()
        drawn, size = figure.get_tightbbox(), figure.get_size_inches()
        assert np.all(drawn.min >= -0.01)
        assert np.all(drawn.max <= size + 0.01)


def test_the_readers_own_matplotlib_settings_are_left_alone(fashion):
    before = dict(mpl.rcParams)
    list(drawings(fashion))
    assert dict(mpl.rcParams) == before


def test_tables_set_integers_flush_right_with_commas(displayed):
    show_table(("name", "count"), [("a", 1234567), ("b", 2)])
    ((table,), _), *_ = displayed
    assert table.data.splitlines() == [
        "| name | count |",
        "| :--- | ---: |",
        "| a | 1,234,567 |",
        "| b | 2 |",
    ]


def test_the_map_is_what_the_notebooks_say(tmp_path):
    text = "# 3. Shapes\n\n**The question.** Which?\n"
    core = "**Core path**: sections 1 to 6, 40 minutes to read, 1 to run on two cores."
    cells = [{"source": [text]}, {"source": [core]}, {"source": "## 1. More"}]
    for name in ("03_shapes", "other"):
        notebook = {"cells": cells}
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    own = {"cells": [{"source": "# My notes"}]}
    (tmp_path / "03_notes.ipynb").write_text(json.dumps(own), encoding="utf-8")
    header, rows = start_here.course_map(tmp_path)
    assert rows == [("[3. Shapes](03_shapes.ipynb)", "Which?", 40, 1)]
    assert len(header) == len(rows[0])


def test_a_live_figure_replaces_itself(monkeypatch):
    shown = []

    class Handle:
        def update(self, bundle, metadata, raw):
            shown.append(("replaced", bundle["text/plain"]))

    def first(bundle, metadata, raw, display_id):
        shown.append(("new", bundle["text/plain"]))
        return Handle()

    def words(history):
        return f"Loss and accuracy fall, epochs: {len(history['seconds'])}"

    def described(history):
        return style.describe(draw.training_curves(history), words(history))

    monkeypatch.setattr(display, "display", first)
    histories = [
        {key: values[:epochs] for key, values in HISTORY.items()}
        for epochs in (1, 2, 3)
    ]
    for live in (Live(draw.training_curves, words), Live(described)):
        shown.clear()
        for history in histories:
            live(history)
        assert [how for how, _ in shown] == ["new", "replaced", "replaced"]
        assert [text for _, text in shown] == [words(history) for history in histories]


def test_training_drawings_say_what_they_show(fashion):
    for figure in training_drawings(fashion):
        assert len(figure.alt) > 30
    curves = draw.training_curves(HISTORY).alt
    assert "training images 0.3, validation 0.3." in curves
    matrix = np.array([[9, 1], [3, 8]])
    assert "17 of them on the diagonal" in draw.confusion(matrix).alt
    assert "Trouser taken for T-shirt/top, 3 times" in draw.confusion(matrix).alt
