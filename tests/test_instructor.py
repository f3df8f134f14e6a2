"""The instructor's page: its minutes, its questions and its recipe for grading.

And the run times: what the maps say of a notebook is what the notebook says.
"""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
LESSONS = sorted(FOLDER.glob("*.ipynb"))
CORE_PATH = re.compile(r"\*\*Core path\*\*.*?(\d+) minutes? to read, (\d+) to run")
ABOUT = r"\*.+ · (\w[\w ]+) · (\d+) minutes?\*"  # kind, difficulty, importance, minutes
EXERCISE = re.compile(rf"^### Exercise (\d\.\d+) · .+\n\n{ABOUT}$", re.MULTILINE)


def cells_of(path):
    return nbformat.read(path, as_version=4).cells


def prose(cells):
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def minutes(text):
    """(to read, to run) as a notebook's first cells have them."""
    return CORE_PATH.search(text).groups()


TEXTS = {path: prose(cells_of(path)) for path in LESSONS}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_maps_say_the_minutes_of_the_notebook(path):
    read, run = minutes(TEXTS[path])
    start = next(c for c in cells_of(LESSONS[0]) if c.id == "map")
    (output,) = start.outputs
    rows = output.data["text/markdown"].splitlines()
    (row,) = [row for row in rows if f"({path.name})" in row]
    assert row.endswith(f"| {read} | {run} |"), "rebuild notebook 00"
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in readme if f"(notebooks/{path.name})" in row]
    assert row.endswith(f"| {read} + {run} |")


def test_the_sessions_are_those_of_the_notebooks():
    header = ("lesson", "read", "run", "essential exercises", "their minutes")
    header += ("all exercises", "their minutes")
    rows = [f"| {' | '.join(header)} |"]
    rows += ["| :--- | ---: | ---: | :--- | ---: | ---: | ---: |"]
    for path in LESSONS:
        text = TEXTS[path]
        title = re.search(r"^# (.+)$", text, re.MULTILINE)[1]
        every = EXERCISE.findall(text)
        essential = [found for found in every if found[1] == "essential"]
        assert len(every) == text.count("### Exercise ")
        cells = [f"[{title}]({path.name})", *minutes(text)]
        cells += [", ".join(number for number, *_ in essential) or "–"]
        cells += [str(sum(int(m) for *_, m in essential)), str(len(every))]
        cells += [str(sum(int(m) for *_, m in every))]
        rows.append(f"| {' | '.join(cells)} |")
    table = "\n".join(rows)
    assert f"\n\n{table}\n\n" in PAGE, f"the table of sessions has to be\n\n{table}"


def chapters():
    """The page's text on each lesson, by the lesson's number."""
    parts = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    return {part[0]: part for part in parts if re.match(r"\d\. ", part)}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_plan_is_45_minutes_of_core_sections(path):
    chapter = chapters()[path.name[1]]
    title = re.search(r"^# (.+)$", TEXTS[path], re.MULTILINE)[1]
    assert chapter.startswith(f"{title}\n")
    (plan,) = re.findall(r"^\*\*45 minutes:\*\* (.+?)\.(?: |$)", chapter, re.MULTILINE)
    times = dict(re.findall(r"(\d+): (\d+)", plan))
    assert sum(map(int, times.values())) == 45
    core = re.findall(r"^## (\d+)\. .+ · core$", TEXTS[path], re.MULTILINE)
    home = re.search(r"Leave (.+?) for home", chapter)
    later = re.findall(r"(?<!section )\b\d\d?\b", home[1]) if home else []
    assert sorted([*times, *later], key=int) == core


ROW = re.compile(r"^\| ([a-d]) \| (.+?) \| (.+?) \|$", re.MULTILINE)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_three_questions_and_a_misconception_for_each_wrong_answer(path):
    chapter = chapters()[path.name[1]]
    _, *questions = re.split(r"^\*\*Question (?=\d)", chapter, flags=re.MULTILINE)
    assert [question[0] for question in questions] == ["1", "2", "3"]
    headings = re.findall(r"^## (\d+)\. ", TEXTS[path], re.MULTILINE)
    for question in questions:
        options = ROW.findall(question)
        assert [letter for letter, *_ in options] == list("abcd")[: len(options)]
        assert len(options) >= 3
        (right,) = [why for *_, why in options if why.startswith("✓")]
        shown = re.findall(r"\(sections? (\d+)(?: and (\d+))?\)", right)
        assert shown, "which section shows it?"
        assert {number for pair in shown for number in pair if number} <= {*headings}
        assert all(len(why) > 15 for *_, why in options if why != right)


def test_the_right_answer_is_in_no_fixed_place():
    places = re.findall(r"^\| ([a-d]) \| .+ \| ✓", PAGE, re.MULTILINE)
    assert len(places) == 3 * len(LESSONS)
    assert all(places.count(letter) >= 5 for letter in "abcd")


def test_links_of_the_page_lead_somewhere():
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGE):
        assert (FOLDER / target.split("#")[0]).exists(), target


@pytest.mark.slow
def test_the_recipe_counts_the_ticks_of_a_copy(tmp_path):
    recipe = {"__name__": "grade"}
    exec(re.search(r"```python\n(.+?)```", PAGE, re.DOTALL)[1], recipe)
    lesson = FOLDER / "01_degradation.ipynb"
    copy = nbformat.read(lesson, as_version=4)
    cells = {cell.id: cell for cell in copy.cells}
    solved = {c.id: c for c in cells_of(FOLDER / "solutions" / lesson.name)}
    cells["answer-1-1"].source = solved["answer-1-1"].source
    cells["answer-1-2"].source = "parameters = 1_700_000"
    cells["answer-1-3"].source = "raise RuntimeError('unfinished')"
    cells["answer-1-7"].source = "mean_and_spread = my_own"
    mine = "import statistics\n\n\ndef my_own(errors):\n    "
    mine += "return statistics.mean(errors), statistics.stdev(errors)"
    place = copy.cells.index(cells["answer-1-7"])
    copy.cells.insert(place, nbformat.v4.new_code_cell(mine))
    # What a copy says of itself does not count.
    cells["check-1-4"].source = "print('✓ Exercise 1.4: right. ')"
    cells["progress"].outputs = solved["progress"].outputs
    nbformat.write(copy, tmp_path / "student.ipynb")
    marks = recipe["ticks"](lesson, tmp_path / "student.ipynb")
    states = dict(reversed(pair.split()) for pair in marks.split("  ")[:8])
    done = [number for number, mark in states.items() if mark == "✓"]
    assert done == ["1.1", "1.7"]
    assert states["1.2"] == "✗"
    assert marks.endswith("2 of 8 done")
