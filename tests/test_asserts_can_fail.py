"""The asserts of the notebooks can fail: each case perturbs what some of them watch.

A case runs a few cells of a notebook, as they stand there, twice: as they are,
and with one thing perturbed, a recording, a function or a network. The cells
must pass the first time, and one of them must raise AssertionError the second.
"""

import ast
import traceback
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from claims import say

from resnet_lesson import blocks, conv_arithmetic, fashion_mnist, figures, models, parts
from resnet_lesson.base.quiet import keras
from resnet_lesson.bench import growth, race
from resnet_lesson.lab import controls, identity, inspection, shortcuts, toy
from resnet_lesson.recorded import experiments, planes, recordings
from resnet_lesson.training import evaluation, parallel

FOLDER = Path(__file__).parents[1] / "notebooks"
CASES = []


def case(cells, perturb):
    """Register what prepares a case: it gives the names that its cells use.

    Args:
        cells: such as "06 imports twin twin-check".
        perturb: takes pytest's `monkeypatch`.
    """

    def registered(prepare):
        notebook, *names = cells.split()
        title = f"{notebook}-{prepare.__name__}"
        CASES.append(pytest.param(notebook, names, prepare, perturb, id=title))
        return prepare

    return registered


def run(notebook, names, given):
    """Run cells one after another, in one namespace."""
    space = {"__name__": "notebook", **given}
    for name in names:
        place = f"{notebook} {name}"
        exec(compile(say.text(place), place, "exec"), space)


@pytest.fixture(autouse=True)
def cells_leave_no_trace(monkeypatch, fashion):
    """Nothing is shown, and TensorFlow keeps its threads for the other tests."""
    monkeypatch.setattr(fashion_mnist, "load", lambda: fashion)  # loaded once
    monkeypatch.setattr(parallel, "share_cores", lambda replicas: None)
    for name in ("show", "show_table", "show_source"):
        monkeypatch.setattr(figures, name, lambda *arguments, **options: None)


@pytest.mark.parametrize(("notebook", "names", "prepare", "perturb"), CASES)
def test_an_assert_fails_on_what_it_watches(
    notebook, names, prepare, perturb, monkeypatch
):
    run(notebook, names, prepare())
    perturb(monkeypatch)
    with pytest.raises(AssertionError) as caught:
        run(notebook, names, prepare())
    raised_in = traceback.extract_tb(caught.tb)[-1].filename
    assert raised_in in [f"{notebook} {name}" for name in names]


def test_every_lesson_with_asserts_has_two_cases():
    counts = [len([c for c in CASES if c.values[0] == f"0{n}"]) for n in range(1, 10)]
    assert min(counts) >= 2


@pytest.mark.parametrize(
    "path",
    sorted(FOLDER.rglob("0*.ipynb")),
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_no_assert_compares_constants(path):
    folder = "solutions/" if path.parent.name == "solutions" else ""
    notebook = folder + path.stem[:2]
    for name, cell in say.cells(notebook).items():
        if cell["cell_type"] != "code":
            continue
        for node in ast.walk(ast.parse(say.text(f"{notebook} {name}"))):
            if isinstance(node, ast.Assert):
                assert not is_vacuous(node.test), (name, ast.unparse(node))


def is_vacuous(test):
    """Whether a condition names nothing, or holds whatever its names are."""
    if not any(isinstance(part, ast.Name) for part in ast.walk(test)):
        return True
    if isinstance(test, ast.BoolOp):
        every = isinstance(test.op, ast.And)
        return (all if every else any)(map(is_vacuous, test.values))
    if isinstance(test, ast.Tuple):  # assert (condition, message)
        return bool(test.elts)
    if isinstance(test, ast.Compare):
        sides = [ast.unparse(side) for side in (test.left, *test.comparators)]
        return len(set(sides)) == 1
    return False


def test_vacuous_conditions_are_told_from_others():
    for condition in ("2 < 3", "x == x", "(x > 1, 'small')", "x > 1 or True"):
        assert is_vacuous(ast.parse(condition, mode="eval").body), condition
    for condition in ("x == y", "x > 1", "x > 1 and y > 2", "f(x) == f(y)"):
        assert not is_vacuous(ast.parse(condition, mode="eval").body), condition


# --- What perturbs


def recorded(name, change):
    """Perturb a recording: `change` gets each run, to be changed in place."""

    def perturb(monkeypatch):
        read = recordings.read

        def changed(asked):
            recording = read(asked)
            if asked == name:
                for entry in recording["runs"]:
                    change(entry)
            return recording

        monkeypatch.setattr(recordings, "read", changed)

    return perturb


def shifted(by, images, *variants):
    """Add to the accuracy at the end of the runs of some variants."""

    def change(entry):
        if entry["variant"] in variants:
            entry["history"][f"{images}_accuracy"][-1] += by

    return change


def read_from(module, change):
    """Perturb what a module of the bench reads."""

    def perturb(monkeypatch):
        content = module.read()
        change(content)
        monkeypatch.setattr(module, "read", lambda: content)

    return perturb


def replaced(module, name, other):
    """Perturb a function of a module."""
    return lambda monkeypatch: monkeypatch.setattr(module, name, other)


# --- 1. Degradation

DEPTH = "01 imports live-seeds gaps depth depth-checks"


@case(DEPTH, recorded("degradation", shifted(0.15, "train", "plain-56")))
def a_deep_plain_network_that_does_well():
    return {}


@case(DEPTH, recorded("degradation", shifted(-0.1, "train", "residual-56")))
def residual_as_bad_as_plain():
    return {}


@case(
    "01 imports live-seeds gaps depth rates rates-failed rates-checks",
    recorded("rates", shifted(0.2, "train", "plain-56 at 0.03")),
)
def a_rate_that_cures():
    return {}


def in_training_mode(model, images, batch_size=500):
    return np.array(model(images, training=True))


@case("01 construction", replaced(evaluation, "predict_logits", in_training_mode))
def bn_in_the_wrong_mode():
    keras.utils.set_random_seed(0)
    shallow = experiments.small_network("plain", 8)
    sample = fashion_mnist.load().train.first(50).half_size()
    return {
        "evaluation": evaluation,
        "identity": identity,
        "np": np,
        "sample": sample,
        "shallow": shallow,
        "small_network": experiments.small_network,
    }


# --- 2. The residual mapping


def small_images():
    data = fashion_mnist.load()
    return fashion_mnist.FashionMNIST(
        *(split.first(500).half_size() for split in (data.train, data.validation)),
        data.test.first(0),
    )


@case(
    "02 imports take-apart take-apart-checked",
    replaced(blocks.layers, "Add", keras.layers.Average),
)
def a_mean_in_place_of_a_sum():
    network = models.fashion_resnet(
        block="preactivation", stages=(2, 1), width=8, input_shape=(14, 14, 1)
    )
    return {"networks": {0: network}, "small": small_images()}


@case(
    "02 imports zero-run zero-table zero-checked",
    replaced(blocks, "preactivation_block", blocks.basic_block),
)
def a_relu_behind_the_sum():
    return {}


def without_shortcut(x, weights, *, shortcut):
    return TOY(x, weights, shortcut=False)


TOY = toy.block


@case("02 imports toy-terms can-both-run", replaced(toy, "block", without_shortcut))
def a_toy_without_its_shortcut():
    return {}


# --- 3. The identity shortcut


@case(
    "03 imports run-no-op",
    replaced(shortcuts, "silence", lambda model: None),
)
def blocks_that_are_not_silent():
    return {}


class ReadsOddPixels(keras.layers.Layer):
    """Option A, one pixel further."""

    def __init__(self, filters, stride=1, **options):
        super().__init__(**options)
        self.filters, self.stride = filters, stride

    def call(self, x):
        old = x[:, 1 :: self.stride, 1 :: self.stride]
        return keras.ops.concatenate([old, 0 * old], axis=-1)


@case("03 imports zero-pad", replaced(parts, "ZeroPadShortcut", ReadsOddPixels))
def a_shortcut_that_reads_other_pixels():
    return {"signed": np.ones((2, 14, 14, 16), "float32").cumsum(axis=1)}


@case(
    "03 imports tensorflow cancelled",
    replaced(identity, "dirac_kernel", partial(np.zeros, dtype="float32")),
)
def a_kernel_that_cancels_nothing():
    return {"signed": np.ones((2, 6, 6, 16), "float32")}


def padded_after(x, filters, kernel_size, *, padding, **options):
    return CONV(x, filters, kernel_size, padding="same", **options)


CONV = parts.conv


@case("03 imports columns-read columns-run", replaced(parts, "conv", padded_after))
def symmetric_padding_that_is_not():
    return {}


# --- 4. Convolution arithmetic


def one_too_many(*arguments, **options):
    return 1 + SIZE_OF(*arguments, **options)


def other_side_first(*arguments):
    return PADDING_OF(*arguments)[::-1]


SIZE_OF, PADDING_OF = conv_arithmetic.output_size, conv_arithmetic.same_padding


@case(
    "04 imports no-floor-refuted not-square",
    replaced(conv_arithmetic, "output_size", one_too_many),
)
def an_output_size_off_by_one():
    return {}


@case(
    "04 imports convolve same-checked",
    replaced(conv_arithmetic, "same_padding", other_side_first),
)
def padding_before_in_place_of_after():
    return {}


@case(
    "04 imports halve-double-checked",
    replaced(conv_arithmetic, "conv_macs", lambda size, k, ins, outs: size * ins),
)
def macs_without_the_kernel():
    return {}


# --- 5. Building ResNet

BUILT = "05 imports data one-block-helper stem run-steps builder-check one-line-diff "
BUILT += "one-line-check"
PROJECTED = "05 imports data one-block-helper run-projection run-projection-check"


@case(BUILT, replaced(blocks, "basic_block", blocks.plain_block))
def a_block_without_its_shortcut():
    return {}


def by_stride_alone(x, filters, stride, shortcut):
    return shortcut == "B" and stride != 1


@case(PROJECTED, replaced(parts, "needs_projection", by_stride_alone))
def a_projection_by_the_stride_alone():
    return {}


# --- 6. Training

SPARSE = keras.losses.SparseCategoricalCrossentropy


@case(
    "06 imports twin twin-check",
    recorded("twins", shifted(-0.01, "validation", "plain14")),
)
def a_plain_twin_that_falls_behind():
    return {}


def as_every_other_run(entry):
    entry["history"]["validation_accuracy"] = [0.85, 0.9, 0.92, 0.93]


@case(
    "06 imports twin seeds seeds-check",
    recorded("course", as_every_other_run),
)
def seeds_that_do_not_matter():
    return {}


def no_better(entry):
    predictions = recordings.read("course")["runs"][0]["predictions"]
    entry["predictions"] = predictions


@case("06 imports load twin long luck", recorded("fashion", no_better))
def a_second_network_that_answers_alike():
    return {}


def no_gain_by_mirroring(entry):
    entry["mirrored_test_accuracy"] = entry["test_accuracy"]


@case(
    "06 imports twin long long-check",
    recorded("fashion", no_gain_by_mirroring),
)
def mirror_images_that_bring_nothing():
    return {}


@case(
    "06 imports labels",
    replaced(
        keras.losses,
        "SparseCategoricalCrossentropy",
        lambda from_logits: SPARSE(from_logits=not from_logits),
    ),
)
def a_loss_that_takes_probabilities():
    return {}


# --- 7. Looking inside


@case(
    "07 imports filter-cosines",
    replaced(
        controls,
        "untrained",
        lambda build, images, seed: UNTRAINED(build, images, seed + 1),
    ),
)
def a_control_from_another_seed():
    variant = experiments.EXPERIMENTS["course"].variants["course"]
    trained, recording = recordings.trained_model("course", "course")
    images = fashion_mnist.load().train.images[:50]
    start = controls.untrained(
        variant.network, images, seed=recording["recipe"]["seed"]
    )
    noise = np.random.default_rng(0).normal(size=(3, 3, 1, 16_000))
    cosines = {"course": controls.filter_cosines(trained, start)}
    return {"cosines": cosines, "noise": noise}


UNTRAINED = controls.untrained


def exchanged():
    first, second = PLANES()
    recorded = PLANES()
    return {first: recorded[second], second: recorded[first]}


PLANES = planes.read


@case("07 imports surface surface-figure", replaced(planes, "read", exchanged))
def two_loss_surfaces_exchanged():
    return {}


# --- 8. Reading code critically

MUSEUM = "08 imports imports-course says exhibit "


def negative_for_two_pixels(size, kernel, stride, dilation=1):
    return (-1, 0) if size == 2 else PADDING_OF(size, kernel, stride, dilation)


@case(
    MUSEUM + "padding-defect padding-check",
    replaced(conv_arithmetic, "same_padding", negative_for_two_pixels),
)
def a_fix_that_pads_negatively():
    return {}


def without_stride(x, filters, *, stride=1, **options):
    return BASIC(x, filters, **options)


BASIC = blocks.basic_block


@case(
    MUSEUM + "stride-defect stride-check stride-assert",
    replaced(blocks, "basic_block", without_stride),
)
def a_stride_that_never_fires():
    return {}


# --- 9. Where the seconds go


def slower(content):
    ways = content["bench"]["ways"]
    ways["resnet_lesson"] = [0.7 * speed for speed in ways["resnet_lesson"]]


@case("09 imports recorded-share ways ways-check", read_from(growth, slower))
def a_slower_way_of_training():
    return {"macs": inspection.model_macs(models.fashion_resnet())}


def costly_normalization(content):
    content["bench"]["profile"]["seconds"]["batch normalization"] *= 2


@case(
    "09 imports profile-check",
    read_from(growth, costly_normalization),
)
def batch_normalization_that_takes_longer():
    return {"kinds": growth.read()["bench"]["profile"]["seconds"]}


def twice_as_deep_and_slow(content):
    for network in content["growth"]:
        if network["depth"] == 56:
            network["seconds"] = [2 * seconds for seconds in network["seconds"]]


@case(
    "09 imports recorded-share growth-check growth-bound growth-factors",
    read_from(growth, twice_as_deep_and_slow),
)
def a_deep_network_that_is_too_slow():
    return {"macs": inspection.model_macs(models.fashion_resnet())}


def late(content):
    for entry in content:
        if entry["program"] == "in its time":
            entry["seconds"] *= 1.5


@case("09 imports race race-check", read_from(race, late))
def a_program_that_comes_second():
    return {}
