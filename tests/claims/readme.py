"""Numbers in the README."""

import ast
import io
import tokenize

import numpy as np
from claims.say import (
    ROOT,
    minutes,
    scores,
    seeds,
    source_lesson,
    span,
    spread,
    turns,
    word,
)

from resnet_lesson import models
from resnet_lesson.bench import growth, race
from resnet_lesson.lab import inspection
from resnet_lesson.lab.source_lesson import source_lesson_resnet
from resnet_lesson.recorded import experiments, recordings

PAGE = "README.md"
TAUGHT = ("conv_arithmetic.py", "parts.py", "blocks.py", "models.py")
EXCEPTIONS = [
    (PAGE, "Allow 40 minutes on two cores", "37 in CI, on a slow machine"),
    (PAGE, "runs no notebook: allow 15 minutes", "16, beside a training and slowly"),
    (PAGE, "measures nothing: allow 8.", "7 min 50 s, slowly"),
    (PAGE, "one class session of 45 minutes", "a bound that test_course.py keeps"),
    (
        PAGE,
        "| ResNet-18, [the dataset's benchmark list]"
        "(https://github.com/zalandoresearch/fashion-mnist#benchmark)"
        " | 11 | | | 94.9 |",
        "the linked list",
    ),
]


def stated():
    return []


def computed():
    lines = sum(map(code_lines, taught_modules()))
    yield PAGE, f"is about {50 * round(lines / 50):,} lines of code"
    yield from table()
    yield from speed()


def table():
    """The rows of "What it reaches"."""
    course = recordings.by_variant("course")["course"]
    patient = recordings.by_variant("fashion")["resnet20"]
    twins = recordings.by_variant("twins")
    cheap, once = turns("in its time"), source_lesson()
    plain_14, plain_20 = twins["plain14"], twins["plain20"]
    epochs = course[0]["recipe"]["epochs"]
    long = patient[0]["recipe"]["epochs"]
    mirrored = "mirrored_test_accuracy"
    rows = (
        (
            f"the source lesson's network and recipe, {experiments.PLAINEST.epochs} "
            "epoch",
            millions(source_lesson_resnet()),
            once,
        ),
        (
            f"the course's live run, {epochs} epochs",
            millions(models.fashion_resnet()),
            course,
        ),
        (
            "its plain twin (`record twins`)",
            millions(models.fashion_plain()),
            plain_14,
        ),
        (
            f"`record race`: {word(race.IN_ITS_TIME.epochs)} epochs of a cheaper "
            "network, within the source lesson's time",
            millions(race.small_and_wide()),
            cheap,
        ),
        (f"`record fashion`: ResNet-20, {long} epochs", long_network(), patient),
        (
            f"ResNet-20's plain twin, {long} epochs (`record twins`)",
            long_network("plain"),
            plain_20,
        ),
    )
    for name, size, runs in rows:
        score = spread(scores(runs))
        yield PAGE, f"| {name} | {size} | {len(runs)} | {minutes(runs)} | {score} |"
    seeds_of = {run["recipe"]["seed"] for run in once}
    yield (
        PAGE,
        f"({word(len(once))} runs, {word(len(seeds_of))} seeds: "
        f"{word(len(once) - len(seeds_of))} were run on two machines)",
    )
    score = spread(scores(patient, mirrored))
    name = "the same, mean of image and mirror image"
    yield PAGE, f"| {name} | {long_network()} | {len(patient)} | | {score} |"


def speed():
    """What the two paragraphs below the table say of `bench` and `race`."""
    ways = growth.read()["bench"]["ways"]
    ours = np.array(ways["resnet_lesson"])
    plain, torch = ours / ways["plain fit"], ours / ways["PyTorch"]
    yield (
        PAGE,
        (
            f"in turns: {np.median(plain):.2f} times plain `model.fit` (median of "
            f"{len(plain)} pairs, {span(plain, '{:.2f}')}) and {np.median(torch):.2f} "
            f"times PyTorch ({span(torch, '{:.2f}')})."
        ),
    )
    programs = [turns(name) for name in race.PROGRAMS]
    reached = [f"{scores(runs).mean():.2f} %" for runs in programs]
    took = [span([run["seconds"] for run in runs]) for runs in programs]
    yield (
        PAGE,
        f"{seeds(programs[0])}: the source lesson's reaches {reached[0]} in "
        f"{took[0]} seconds, ours {reached[1]} in {took[1]}, and "
        f"{reached[2]} in {took[2]} (trained and judged on images of half the size).",
    )


def millions(model):
    return f"{inspection.trainable_parameters(model) / 1e6:.2f}"


def long_network(block="basic"):
    return millions(models.cifar_resnet(20, block=block, input_shape=(28, 28, 1)))


def taught_modules():
    """Those that CONTRIBUTING's table lists from `conv_arithmetic` to `training/`."""
    package = ROOT / "resnet_lesson"
    modules = [package / name for name in (*TAUGHT, "fashion_mnist.py")]
    return [*modules, *sorted((package / "training").glob("*.py"))]


def code_lines(path):
    """How many lines of a module hold code: no comment, docstring or blank line."""
    source = path.read_text(encoding="utf-8")
    holding = set()
    silent = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE)
    layout = (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in (*silent, *layout):
            holding.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
        if isinstance(node, kinds) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            holding -= set(range(docstring.lineno, docstring.end_lineno + 1))
    return len(holding)
