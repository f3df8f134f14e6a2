"""Every drawing of the course, of made-up data."""

import math

import numpy as np

from resnet_lesson import models
from resnet_lesson.figures import (
    building_resnet,
    confidence,
    convolution_arithmetic,
    convolution_explorer,
    convolution_fields,
    convolution_steps,
    degradation,
    fashion_images,
    identity_shortcut,
    looking_inside,
    loss_surface,
    network_stages,
    reading_code_critically,
    residual_mapping,
    start_here,
    training_exercises,
    where_the_seconds_go,
)
from resnet_lesson.figures import training_on_fashion_mnist as draw
from resnet_lesson.lab import toy

KINDS = ("plain", "residual")
HISTORY = {
    f"{kind}_{what}": [0.5, 0.4, 0.3]
    for kind in ("running", "train", "validation")
    for what in ("loss", "accuracy")
} | {"seconds": [1.0, 1.0, 1.0]}
NUMBERS = {
    "input_size": 10,
    "kernel_size": 3,
    "stride": 3,
    "padding": 1,
    "dilation": 2,
}
SIZES_OF_3 = {"kernel_size": 3, "stride": 4}


def drawings(fashion):
    yield from training_drawings(fashion)
    yield from start_drawings(fashion)
    yield from degradation_drawings()
    yield from residual_drawings()
    yield from shortcut_drawings()
    yield from inside_drawings(fashion)
    yield from speed_drawings()
    yield from convolution_drawings()
    yield from network_drawings()
    yield museum_map()


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
    paths = {
        label: [math.comb(blocks, n) / 2**9 for n in range(blocks + 1)]
        for label, blocks in (("whole", 9), ("one gone", 8))
    }
    yield looking_inside.path_lengths(paths)
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


def convolution_drawings():
    yield from map(convolution_steps.all_steps, convolution_steps.SETTINGS)
    yield convolution_steps.frame("padded", 3)
    yield convolution_arithmetic.channels()
    yield convolution_arithmetic.stage_costs([("a", 10, 20, 30), ("b", 5, 40, 30)])
    yield convolution_arithmetic.windows({"title": "a", "input_size": 9, **SIZES_OF_3})
    stacks = ("dense", [(3, 1, d) for d in (1, 3, 9)]), ("holes", [(3, 1, 2)] * 3)
    yield convolution_fields.receptive_cones(*stacks)
    yield convolution_fields.gradient_maps(("a", np.pad(np.ones((3, 5)), 2)))
    yield convolution_explorer.explained(**NUMBERS)
    yield convolution_explorer.explained(**NUMBERS | {"kernel_size": 7})


SIZES_OF_3 = {"kernel_size": 3, "stride": 4}


def network_drawings():
    model = models.fashion_resnet(stages=(1, 1), width=8)
    yield building_resnet.block_diagrams([("a", model, "stage2_block1")])
    yield building_resnet.feature_strip([("x", np.eye(8)), ("F(x)", np.ones((8, 8)))])
    yield network_stages.stage_chart(model, "a network")
    yield network_stages.signal_chart({("He", 16): [1, 2.5], ("Glorot", 16): [1, 0.1]})


def museum_map():
    exhibits = [
        {"name": f"{kind} {error}", "kind": kind, "error": error}
        for kind in reading_code_critically.KINDS
        for error in reading_code_critically.FILLS
    ]
    return reading_code_critically.museum_map(exhibits)
