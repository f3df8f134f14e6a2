"""Hygiene of the stored notebooks; nbval runs them."""

import html
import itertools
import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
PATHS = sorted(FOLDER.rglob("*.ipynb"))
TAGS = {
    "nbval-ignore-output",
    "nbval-check-output",
    "nbval-raises-exception",
    "scaffolding",  # collapsed; see test_course.py
}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
ABSOLUTE_PATH = re.compile(r"(?<![\w.])/(home|root|tmp|usr|opt|Users|work)/|[A-Z]:\\\\")

PIXELS = re.compile(r"data:image/png;base64,[^\"]+")  # may spell a path by chance

# A folder of checkpoints, left by JupyterLab, is not part of the course.
PATHS = [path for path in PATHS if ".ipynb_checkpoints" not in path.parts]


def test_there_are_notebooks():
    names = [path.name for path in PATHS if path.parent == FOLDER]
    assert names == [
        "00_start_here.ipynb",
        "01_degradation.ipynb",
        "02_residual_mapping.ipynb",
        "03_identity_shortcut.ipynb",
        "04_convolution_arithmetic.ipynb",
        "05_building_resnet.ipynb",
        "06_training_on_fashion_mnist.ipynb",
        "07_looking_inside.ipynb",
        "08_reading_code_critically.ipynb",
        "09_where_the_seconds_go.ipynb",
    ]
    solutions = [path.name for path in PATHS if path.parent != FOLDER]
    assert solutions == names[1:]


def test_no_stray_files_lie_beside_the_notebooks():
    ignored = (FOLDER.parent / ".gitignore").read_text(encoding="utf-8").split()
    course = re.compile(r"\d\d_[a-z_]+\.ipynb|README\.md|conftest\.py|images|solutions")
    for folder in (FOLDER, FOLDER / "solutions"):
        for path in folder.glob("*"):
            is_ignored = path.is_dir() and f"{path.name}/" in ignored
            assert course.fullmatch(path.name) or is_ignored, path.name


@pytest.fixture(params=PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(cell):
    for output in cell.outputs:
        yield output.get("text", "")
        for key, value in output.get("data", {}).items():
            if key.startswith("text/"):
                yield PIXELS.sub("", value)


def images(cell):
    """The elements `img` that a cell shows without scripts."""
    for output in cell.outputs:
        data = output.get("data", {})
        assert "image/png" not in data, f"{cell.id}: nobody gets its alt text"
        shown = re.sub(
            r"<script.*?</script>", "", data.get("text/html", ""), flags=re.S
        )
        yield from re.findall(r"<img\b[^>]*>", PIXELS.sub("", shown))


def test_is_valid_and_small(path, notebook):
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert path.stat().st_size < 4e6


def test_stored_outputs_come_from_one_clean_run(code):
    counts = [cell.execution_count for cell in code]
    assert counts == list(range(1, len(code) + 1))
    for cell in code:
        for output in cell.outputs:
            assert output.output_type != "error", cell.id
            assert output.get("name") != "stderr", cell.id


def test_stored_outputs_are_clean(code):
    for cell in code:
        for text in texts(cell):
            if "<script" in text:  # an embedded player
                continue
            assert not CONTROL.search(text.replace("\n", "")), cell.id
            assert not ABSOLUTE_PATH.search(text), cell.id


def test_code_cells_are_short(code):
    for cell in code:
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 15, cell.id


def test_headings_start_with_one_title_and_skip_no_level(notebook):
    levels = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL)
            levels += [len(m) for m in re.findall(r"^(#+) ", prose, re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for before, after in itertools.pairwise(levels):
        assert after <= before + 1


def test_every_cell_has_a_slide_type_and_a_readable_id(notebook):
    kinds = {"slide", "subslide", "fragment", "skip", "notes", "-"}
    for cell in notebook.cells:
        assert cell.metadata.slideshow.slide_type in kinds, cell.id
        assert re.fullmatch(r"[a-z][a-z0-9-]+", cell.id)


def test_every_figure_has_alt_text_and_a_takeaway(notebook, code):
    for cell in code:
        for image in images(cell):
            alt = re.search(r' alt="([^"]*)"', image)[1]
            assert len(html.unescape(alt)) > 30, cell.id
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and any(images(cell)):
            following = [
                c for c in notebook.cells[index + 1 :] if c.cell_type == "markdown"
            ]
            assert "**Takeaway.**" in following[0].source, cell.id


def test_cells_that_are_not_compared_assert_what_must_hold(code):
    for cell, following in zip(code, [*code[1:], None], strict=True):
        tags = set(cell.metadata.get("tags", []))
        assert tags <= TAGS, cell.id
        if "nbval-ignore-output" in tags and not _only_draws(cell):
            checks = cell.source + (following.source if following else "")
            assert "assert " in checks, cell.id


def _only_draws(cell):
    kinds = [output.output_type for output in cell.outputs]
    return bool(kinds) and all(
        kind == "display_data" and "text/html" in output.data
        for kind, output in zip(kinds, cell.outputs, strict=True)
    )


def test_local_links_lead_somewhere(path, notebook):
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for target in re.findall(r"\]\(([^)\s]+)\)", cell.source):
            if "://" not in target and not target.startswith("#"):
                assert (path.parent / target.split("#")[0]).exists(), target
