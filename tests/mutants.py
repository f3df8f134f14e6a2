"""Plausible mistakes, made one at a time: does a test catch each?

    python tests/mutants.py                   # all of them
    python tests/mutants.py padding leak      # those whose names hold a word

Each is made in a copy of the project, where the tests that should notice are run;
without a mistake they have to pass. A mistake that survives, or whose place is not
found any more, gives exit code 1.
`test_mutants.py` does it with a few of them.
"""

import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
NO_COPY = shutil.ignore_patterns(
    *(".git", ".venv*", "runs", "my_course", "decks", "site", "build", "__pycache__")
)
# Imported once; every run is a fork of the process that did (on Windows a new one).
LIBRARIES = ["tensorflow", "keras", "matplotlib.pyplot", "nbformat", "hypothesis"]


@dataclass(frozen=True)
class Mutant:
    """A mistake.

    name: what it is.
    file: where it is made.
    old, new: the text that is replaced, the first time it stands there.
    tests: what should notice, as pytest is told it.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str


def package(name, file, old, new, tests):
    return Mutant(name, f"resnet_lesson/{file}.py", old, new, f"tests/{tests}")


MUTANTS = [
    # --- arithmetic
    package(
        "dilation: a gap after every tap",
        "conv_arithmetic",
        "kernel_size + (kernel_size - 1) * (dilation - 1)",
        "kernel_size + kernel_size * (dilation - 1)",
        "test_properties.py::test_windows_are_where_they_fit",
    ),
    package(
        "same padding: floor of i / s",
        "conv_arithmetic",
        "output = -(-input_size // stride)",
        "output = max(input_size // stride, 1)",
        "test_properties.py::test_windows_are_where_they_fit",
    ),
    package(
        "same padding: the odd pixel before",
        "conv_arithmetic",
        "return total // 2, total - total // 2",
        "return total - total // 2, total // 2",
        "test_properties.py::test_windows_are_where_they_fit",
    ),
    package(
        "same padding: negative where the stride is large",
        "conv_arithmetic",
        "total = max((output - 1) * stride + span - input_size, 0)",
        "total = (output - 1) * stride + span - input_size",
        "test_properties.py::test_windows_are_where_they_fit",
    ),
    package(
        "output size: rounded up",
        "conv_arithmetic",
        "return (padded - span) // stride + 1",
        "return -(-(padded - span) // stride) + 1",
        "test_properties.py::test_windows_are_where_they_fit",
    ),
    package(
        "full padding: k instead of k - 1",
        "conv_arithmetic",
        "return span - 1, span - 1",
        "return span, span",
        "test_properties.py::test_windows_are_where_they_fit",
    ),
    package(
        "receptive field: strides are added",
        "conv_arithmetic",
        "jump *= stride",
        "jump += stride - 1",
        "test_properties.py::test_the_receptive_field_is_what_one_position_reaches",
    ),
    package(
        "parameters: a bias is always counted",
        "conv_arithmetic",
        "(filters if use_bias else 0)",
        "filters",
        "test_properties.py::test_costs_are_counted",
    ),
    package(
        "sizes: True is one",
        "conv_arithmetic",
        "and not isinstance(value, bool) ",
        "",
        "test_bad_input.py::test_sizes",
    ),
    # --- blocks and networks
    package(
        "basic block: shortcut dropped",
        "blocks",
        '    y = layers.Add(name=f"{name}_add")([y, carried])\n'
        '    return layers.ReLU(name=f"{name}_relu2")(y)',
        '    return layers.ReLU(name=f"{name}_relu2")(y)',
        "test_blocks.py::test_zero_residual_leaves_relu_of_the_input",
    ),
    package(
        "preactivation block: ReLU after the sum",
        "blocks",
        'return layers.Add(name=f"{name}_add")([y, carried])',
        'return layers.ReLU()(layers.Add(name=f"{name}_add")([y, carried]))',
        "test_blocks.py::test_zero_residual_leaves_the_input_itself_with_preactivation",
    ),
    package(
        "bottleneck: expansion 2",
        "blocks",
        "EXPANSION = 4",
        "EXPANSION = 2",
        "test_models.py::test_imagenet_family_has_the_published_size",
    ),
    package(
        "bottleneck: the other convolution strides",
        "blocks",
        'if stride_on == "1x1" else',
        'if stride_on == "3x3" else',
        "test_blocks.py::test_strided_convolution_of_a_bottleneck_can_be_chosen",
    ),
    package(
        "symmetric padding: wrong, TensorFlow's",
        "parts",
        'x = layers.ZeroPadding2D(kernel_size // 2, name=f"{name}_pad")(x)',
        'x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"{name}_pad")(x)',
        "test_blocks.py::test_paddings_differ_at_stride_2_on_even_sizes_only",
    ),
    package(
        "BN momentum: Keras' default",
        "parts",
        "BN_MOMENTUM = 0.9",
        "BN_MOMENTUM = 0.99",
        "test_blocks.py::test_batch_norm_averages_over_ten_steps_or_so",
    ),
    package(
        "BN epsilon: Keras' default",
        "parts",
        "BN_EPSILON = 1e-5",
        "BN_EPSILON = 1e-3",
        "test_blocks.py::test_batch_norm_averages_over_ten_steps_or_so",
    ),
    package(
        "convolutions with a bias",
        "parts",
        "use_bias=False",
        "use_bias=True",
        "test_blocks.py::test_convolutions_have_no_bias_and_he_variance",
    ),
    package(
        "Glorot's initialisation",
        "parts",
        '"he_normal"',
        '"glorot_uniform"',
        "test_blocks.py::test_convolutions_have_no_bias_and_he_variance",
    ),
    package(
        "option C projects like option B",
        "parts",
        'return shortcut == "C" or (shortcut == "B" and shape_changes)',
        'return shortcut in ("B", "C") and shape_changes',
        "test_blocks.py::test_projection_exactly_where_the_option_says",
    ),
    package(
        "option A starts at the second pixel",
        "parts",
        "x[:, :: self.stride, :: self.stride, :]",
        "x[:, self.stride - 1 :: self.stride, self.stride - 1 :: self.stride, :]",
        "test_blocks.py::test_zero_pad_shortcut_subsamples_and_appends_zeros",
    ),
    package(
        "ResNet-101 with a block too few",
        "models",
        "(3, 4, 23, 3)",
        "(3, 4, 22, 3)",
        "test_models.py::test_imagenet_family_has_the_published_size",
    ),
    package(
        "stages: 16, 32, 48 channels",
        "models",
        "width * 2 ** (stage - 1)",
        "width * stage",
        "test_models.py::test_cifar_family_has_the_published_size",
    ),
    package(
        "CIFAR family: projections by default",
        "models",
        'shortcut="A",',
        'shortcut="B",',
        "test_models.py::test_cifar_family_has_the_published_size",
    ),
    # --- data
    package(
        "leak: validation images are trained on, too",
        "fashion_mnist",
        "train=Split(normalize(images[~in_validation]), labels[~in_validation])",
        "train=Split(normalize(images), labels)",
        "test_fashion_mnist.py::test_splits_have_the_promised_sizes_and_types",
    ),
    package(
        "normalisation: another mean",
        "fashion_mnist",
        "MEAN = 0.2860",
        "MEAN = 0.2870",
        "test_fashion_mnist.py::"
        "test_normalisation_constants_are_those_of_the_training_split",
    ),
    package(
        "augmentation: upside down",
        "fashion_mnist",
        "columns[mirrored] = columns[mirrored, ::-1]",
        "rows[mirrored] = rows[mirrored, ::-1]",
        "test_fashion_mnist.py::test_augment_moves_or_mirrors_each_image_as_a_whole",
    ),
    package(
        "a damaged data file is read",
        "fashion_mnist",
        "if digest != SHA256[name]:",
        "if False:",
        "test_fashion_mnist.py::test_altered_file_is_refused_even_if_it_decodes",
    ),
    package(
        "half size: the sum of two",
        "fashion_mnist",
        "return (columns[:, ::2] + columns[:, 1::2]) / 4",
        "return (columns[:, ::2] + columns[:, 1::2]) / 2",
        "test_training.py::test_small_epochs_show_small_images",
    ),
    # --- training
    package(
        "label smoothing dropped",
        "training/loop",
        "from_logits=True, label_smoothing=recipe.label_smoothing",
        "from_logits=True",
        "test_training.py::test_the_loss_and_the_optimiser_are_the_recipes",
    ),
    package(
        "SGD without momentum",
        "training/loop",
        "momentum=0.9",
        "momentum=0.0",
        "test_training.py::test_the_loss_and_the_optimiser_are_the_recipes",
    ),
    package(
        "weight decay on biases and BN, too",
        "training/loop",
        'var_names=["bias", "gamma", "beta"]',
        "var_names=[]",
        "test_training.py::test_the_loss_and_the_optimiser_are_the_recipes",
    ),
    package(
        "warm-up from the peak",
        "training/loop",
        "recipe.peak_rate / 25 if",
        "recipe.peak_rate if",
        "test_training.py::test_rate_rises_linearly_then_falls_to_zero",
    ),
    package(
        "no shuffling",
        "training/loop",
        "order = rng.permutation(len(data.train.labels))",
        "order = np.arange(len(data.train.labels))",
        "test_training.py::test_small_epochs_show_small_images",
    ),
    package(
        "every epoch in the same order",
        "training/loop",
        "np.random.default_rng([recipe.seed, epoch])",
        "np.random.default_rng([recipe.seed, 0])",
        "test_training.py::test_order_and_augmentation_follow_seed_and_epoch",
    ),
    package(
        "one small epoch too many",
        "training/loop",
        "if epoch < recipe.small_epochs:",
        "if epoch <= recipe.small_epochs:",
        "test_training.py::test_small_epochs_show_small_images",
    ),
    package(
        "validation on training images",
        "training/loop",
        '"validation": data.validation}',
        '"validation": data.train}',
        "test_training.py::test_history_holds_the_final_network_in_inference_mode",
    ),
    package(
        "resumed without the optimiser's state",
        "training/checkpoints",
        "return [*model.variables, *model.optimizer.variables]",
        "return [*model.variables]",
        "test_checkpoints.py::test_the_epoch_before_leads_to_the_same_weights",
    ),
    package(
        "the epoch before is not kept",
        "training/checkpoints",
        "if newest.exists():\n            write_text",
        "if False:\n            write_text",
        "test_checkpoints.py::test_a_run_keeps_its_last_two_epochs",
    ),
    package(
        "two trainings in one folder",
        "training/checkpoints",
        'lock.execute("BEGIN EXCLUSIVE")',
        "pass",
        "test_checkpoints.py::test_a_second_training_in_the_same_folder_is_refused",
    ),
    package(
        "a damaged checkpoint is loaded",
        "training/checkpoints",
        'if _sha256(content) != record["sha256"]:',
        "if False:",
        "test_checkpoints.py::test_a_damaged_checkpoint_is_named_with_its_cure",
    ),
    package(
        "NaN is learned from",
        "training/checks",
        "if off.any():",
        "if False:",
        "test_bad_input.py::test_images_and_labels_are_looked_at_before_training",
    ),
    package(
        "float labels are learned from",
        "training/checks",
        "if not np.issubdtype(labels.dtype, np.integer):",
        "if False:",
        "test_bad_input.py::test_images_and_labels_are_looked_at_before_training",
    ),
    package(
        "replicas: the sum of the losses",
        "training/step",
        "tf.add_n(values) / replicas",
        "tf.add_n(values)",
        "test_parallel.py::test_each_replica_normalises_by_its_own_part",
    ),
    package(
        "cross-entropy overflows",
        "training/evaluation",
        "log_sum = top + np.log(np.exp(logits - top[:, np.newaxis]).sum(axis=1))",
        "log_sum = np.log(np.exp(logits).sum(axis=1))",
        "test_evaluation.py::test_evaluate_survives_huge_logits",
    ),
    package(
        "interval: Wald's",
        "training/evaluation",
        "shrunk = (accuracy + z**2 / (2 * n)) / (1 + z**2 / n)",
        "shrunk = accuracy",
        "test_evaluation.py::test_interval_solves_wilsons_equation",
    ),
    package(
        "oneDNN forced upon who has turned it off",
        "base/quiet",
        'os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")',
        'os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"',
        "test_quiet.py::test_convolutions_are_onednns_unless_the_reader_says_otherwise",
    ),
    package(
        "workers outlive the recording that started them",
        "recorded/recordings",
        "        os._exit(1)\n",
        "        pass\n",
        "test_killed.py::test_workers_end_with_the_process_that_started_them",
    ),
    # --- instruments and exercises
    package(
        "McNemar's test: one-sided",
        "lab/comparison",
        "min(1.0, 2 * tail)",
        "min(1.0, tail)",
        "test_evaluation.py::test_mcnemar_counts_where_one_is_right_and_tosses_a_coin",
    ),
    package(
        "a lesion is not healed",
        "lab/lesions",
        "        for layer, weights in zip(touched, kept, strict=True):\n"
        "            layer.set_weights(weights)",
        "        pass",
        "test_lesions.py::test_the_network_is_whole_again",
    ),
    package(
        "exercises accept any number",
        "exercises/values",
        "if _near(value, wanted, tolerance):",
        "if True:",
        "test_exercises.py::test_right_untouched_wrong",
    ),
    package(
        "exercises accept any choice",
        "exercises/values",
        "if option == wanted:",
        "if True:",
        "test_exercises.py::test_choices_name_the_key",
    ),
    package(
        "exercises accept the package's own function",
        "exercises/functions",
        "if answer is given or id(given) in used:",
        "if answer is given:",
        "test_exercises.py::test_the_packages_own_function_is_not_an_answer",
    ),
    # --- recordings, README, notebooks
    Mutant(
        "recording: another recipe",
        "resnet_lesson/recorded/files/course.json",
        '"peak_rate": 0.005',
        '"peak_rate": 0.006',
        "tests/test_recordings.py::test_recorded_recipes_are_those_of_today",
    ),
    Mutant(
        "README: a stale number",
        "README.md",
        "92.62 ± 0.12",
        "92.72 ± 0.12",
        "tests/test_numbers.py::test_the_text_says_what_was_recorded",
    ),
    Mutant(
        "notebook: a broken link",
        "notebooks/00_start_here.ipynb",
        "](01_degradation.ipynb",
        "](01_degradations.ipynb",
        "tests/test_notebooks.py::test_local_links_lead_somewhere",
    ),
    Mutant(
        "notebook: a figure without a takeaway",
        "notebooks/04_convolution_arithmetic.ipynb",
        "**Takeaway.**",
        "**Note.**",
        "tests/test_notebooks.py::test_every_figure_has_alt_text_and_a_takeaway",
    ),
    Mutant(
        "notebook: a figure without an alt text",
        "notebooks/04_convolution_arithmetic.ipynb",
        '<img alt=\\"',
        '<img alt=\\"\\" title=\\"',
        "tests/test_notebooks.py::test_every_figure_has_alt_text_and_a_takeaway",
    ),
    Mutant(
        "notebook: an assert removed",
        "notebooks/06_training_on_fashion_mnist.ipynb",
        '"assert 0.91 < accuracy < 0.94"',
        '"accuracy"',
        "tests/test_notebooks.py::"
        "test_cells_that_are_not_compared_assert_what_must_hold",
    ),
    Mutant(
        "notebook: outputs of two runs",
        "notebooks/05_building_resnet.ipynb",
        '"execution_count": 2,',
        '"execution_count": 3,',
        "tests/test_notebooks.py::test_stored_outputs_come_from_one_clean_run",
    ),
    Mutant(
        "notebook: something on stderr",
        "notebooks/03_identity_shortcut.ipynb",
        '"name": "stdout"',
        '"name": "stderr"',
        "tests/test_notebooks.py::test_stored_outputs_come_from_one_clean_run",
    ),
    Mutant(
        "notebook: a cell without a slide type",
        "notebooks/06_training_on_fashion_mnist.ipynb",
        '"slide_type": "slide"',
        '"slide_type": ""',
        "tests/test_notebooks.py::test_every_cell_has_a_slide_type_and_a_readable_id",
    ),
    Mutant(
        "solutions: a stored answer is wrong",
        "notebooks/solutions/04_convolution_arithmetic.ipynb",
        "✓ Exercise 4.1: right",
        "✗ Exercise 4.1: not yet",
        "tests/test_course.py::test_solutions_earn_their_ticks",
    ),
    Mutant(
        "solutions: a stored number is stale",
        "notebooks/solutions/05_building_resnet.ipynb",
        "✓ Exercise 5.1: right",
        "✓ Exercise 5.1: correct",
        "notebooks/solutions/05_building_resnet.ipynb",
    ),
]


def copy(folder):
    """The project's files, without what git ignores."""
    return Path(shutil.copytree(ROOT, Path(folder) / "project", ignore=NO_COPY))


def outcome(mutant, project):
    """ "caught", "survived", "not found", or "error" where no test could be run."""
    path = project / mutant.file
    text = path.read_text(encoding="utf-8")
    if mutant.old not in text:
        return "not found"
    changed = text.replace(mutant.old, mutant.new, 1)
    path.write_text(changed, encoding="utf-8", newline="\n")
    try:
        code = in_a_process([mutant.tests], project)
    finally:
        path.write_text(text, encoding="utf-8", newline="\n")
    return {0: "survived", 1: "caught"}.get(code, "error")


def in_a_process(tests, project):
    context = multiprocessing.get_context(
        "forkserver" if sys.platform != "win32" else "spawn"
    )
    context.set_forkserver_preload(LIBRARIES)
    process = context.Process(target=run, args=(tests, project))
    process.start()
    process.join()
    return process.exitcode


def run(tests, project):
    """pytest on the copy; ends the process with its exit code."""
    import pytest

    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    os.chdir(project)
    sys.path[:] = [str(project), *(p for p in sys.path if p != str(ROOT / "tests"))]
    os.environ["PYTHONPATH"] = str(project)  # for notebooks' kernels
    os.environ["MUTANT"] = "yes"
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    os._exit(pytest.main([*options, *tests]))


def main(words):
    chosen = [
        mutant
        for mutant in MUTANTS
        if not words or any(re.search(word, mutant.name) for word in words)
    ]
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        project = copy(folder)
        tests = sorted({mutant.tests for mutant in chosen})
        if in_a_process(tests, project) != 0:
            print("Tests fail without a mistake:", " ".join(tests))
            return 1
        for mutant in chosen:
            begin = time.monotonic()
            result = outcome(mutant, project)
            seconds = time.monotonic() - begin
            print(f"{result:<9} {seconds:3.0f} s  {mutant.name}", flush=True)
            counts[result] = counts.get(result, 0) + 1
    print(f"{counts.get('caught', 0)} of {len(chosen)} mutants caught")
    return counts.keys() != {"caught"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
