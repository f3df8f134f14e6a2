"""The course as a course: a core for one session, collapsed scaffolding, exercises."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from resnet_lesson.exercises.checking import CHAPTERS, numbers

FOLDER = Path(__file__).parents[1] / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
UNMARKED = {"Summary", "Exercises", "References"}
WORDS, CODE_CELLS, PREDICTIONS, MINUTES = 2_000, 25, 8, 45
KINDS = "by hand|predict|write a function|repair|design|explain"
ABOUT = re.compile(
    rf"\*({KINDS}) · (●○○|●●○|●●●) · (essential|useful|for the curious) · "
    r"(\d+) minutes?\*"
)


def cells_of(path):
    return nbformat.read(path, as_version=4).cells


def sections(cells):
    """Pairs of an H2's text ("" before the first) and its cells."""
    found = [("", [])]
    for cell in cells:
        heading = re.match(r"## (.+)", cell.source)
        if cell.cell_type == "markdown" and heading:
            found.append((heading[1], []))
        found[-1][1].append(cell)
    return found


def is_core(heading):
    return heading in ("", "Summary") or heading.endswith("· core")


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def lesson(path):
    return sections(cells_of(path))


def is_collapsed(cell):
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


def prose(cells):
    return [
        cell.source
        for cell in cells
        if cell.cell_type == "markdown" and not is_note(cell)
    ]


def is_note(cell):
    return cell.metadata.slideshow.slide_type == "notes"


def test_every_section_says_whether_it_is_core(lesson):
    headings = [heading for heading, _ in lesson if heading]
    counted = [heading for heading in headings if heading not in UNMARKED]
    for place, heading in enumerate(counted, 1):
        assert re.fullmatch(rf"{place}\. .+ · (core|further)", heading), heading
    # what can wait comes last, so that the core reads without it
    kinds = [heading.rsplit(" · ", 1)[1] for heading in counted]
    assert kinds == sorted(kinds)


def test_the_core_fits_a_session(path, lesson):
    core = [cell for heading, cells in lesson if is_core(heading) for cell in cells]
    text = " ".join(prose(core))
    shown = [c for c in core if c.cell_type == "code" and not is_collapsed(c)]
    assert len(text.split()) <= WORDS
    assert len(shown) <= CODE_CELLS
    assert text.count("**Predict.**") <= PREDICTIONS
    said = re.search(r"\*\*Core path\*\*.*?(\d+) minutes? to read, (\d+) to run", text)
    assert said, "the core path is not announced"
    assert int(said[1]) + int(said[2]) <= MINUTES


def test_no_core_needs_what_is_further(lesson):
    """No name that only a further section defines is used before or outside it."""
    made, wanted = set(), set()
    for heading, cells in lesson:
        for cell in cells:
            if cell.cell_type != "code":
                continue
            new, used = _names(cell.source)
            if heading.endswith("· further"):
                made |= new - wanted
            else:
                wanted |= new
                assert not (used & made) - wanted, (cell.id, used & made)


def _names(source):
    """The names that a cell makes, and those that it uses."""
    new, used = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else new).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            new.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            new |= {(a.asname or a.name).split(".")[0] for a in node.names}
    return new, used


def _is_scaffolding(statement):
    if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Assert)):
        return True
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    return bool(
        re.match(r"(figures\.)?show(_table|_source)?\(", ast.unparse(statement.value))
    )


def test_scaffolding_is_collapsed_and_tagged(path):
    for cell in cells_of(path):
        if cell.cell_type != "code":
            continue
        tagged = "scaffolding" in cell.metadata.get("tags", [])
        assert tagged == is_collapsed(cell), cell.id
        body = ast.parse(cell.source).body
        if all(_is_scaffolding(statement) for statement in body):
            assert tagged, cell.id


def test_notes_are_addressed(path):
    for cell in cells_of(path):
        if is_note(cell):
            assert cell.source.startswith("For the instructor: "), cell.id


# --- Exercises

WITH_EXERCISES = [(number, FOLDER.glob(f"0{number}_*.ipynb")) for number in CHAPTERS]
WITH_EXERCISES = [(n, path) for n, paths in WITH_EXERCISES for path in paths]


@pytest.fixture(params=WITH_EXERCISES, ids=lambda pair: pair[1].stem)
def chapter(request):
    """(number, cells of the lesson's exercises, cells of the solutions)."""
    number, path = request.param
    own = dict(sections(cells_of(path)))["Exercises"]
    return number, own, cells_of(FOLDER / "solutions" / path.name)


def test_every_chapter_has_its_module():
    for number, path in WITH_EXERCISES:
        assert path.stem == f"0{number}_{CHAPTERS[number]}"


def test_exercises_are_announced_answered_and_checked(chapter):
    number, cells, _ = chapter
    wanted = numbers(number)
    assert len(wanted) >= 6
    assert wanted == [f"{number}.{n}" for n in range(1, len(wanted) + 1)]
    by_id = {cell.id: cell for cell in cells}
    text = "\n\n".join(prose(cells))
    told = re.findall(r"^### Exercise (\d\.\d+) · .+\n\n(.+)$", text, re.MULTILINE)
    assert [n for n, _ in told] == wanted
    kinds = set()
    for n, about in told:
        assert ABOUT.fullmatch(about), about
        kinds.add(ABOUT.fullmatch(about)[1])
        key = n.replace(".", "-")
        assert "..." in by_id[f"answer-{key}"].source
        called = by_id[f"check-{key}"]
        assert called.source.startswith(f'exercises.check("{n}", ')
        (output,) = called.outputs
        assert output.text == f"… Exercise {n}: not attempted yet.\n"
    assert len(kinds) >= 4
    assert cells[-1].source == "exercises.progress()"


def test_solutions_earn_their_ticks(chapter):
    number, _, cells = chapter
    by_id = {cell.id: cell for cell in cells}
    for n in numbers(number):
        key = n.replace(".", "-")
        assert "..." not in re.sub(r"#.*|\"[^\"]*\"", "", by_id[f"answer-{key}"].source)
        (output,) = by_id[f"check-{key}"].outputs
        assert output.text.startswith(f"✓ Exercise {n}: right. ")
    assert cells[-1].source == "exercises.progress()"
    count = len(numbers(number))
    assert f"{count} of {count} done" in cells[-1].outputs[0].text


def test_there_are_enough_exercises():
    assert sum(len(numbers(number)) for number in CHAPTERS) >= 54
