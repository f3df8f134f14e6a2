"""Rebuilding notebooks and telling which are stale, on tiny ones."""

import json
import os

import nbformat
import pytest

from resnet_lesson.__main__ import main
from resnet_lesson.base import files
from resnet_lesson.commands import notebooks, stamps


def write(path, *cells, **metadata):
    """A notebook with these code cells, formatted as the course's are."""
    code = [
        nbformat.v4.new_code_cell(source, id=f"cell-{number}", execution_count=9)
        for number, source in enumerate(cells)
    ]
    for cell in code:
        cell.metadata = {"slideshow": {"slide_type": "slide"}, "execution": {"a": "b"}}
    note = nbformat.v4.new_markdown_cell("# Title", id="title")
    whole = nbformat.v4.new_notebook(cells=[note, *code], metadata=metadata)
    path.write_text(nbformat.writes(whole) + "\n", encoding="utf-8")
    return path


def read(path):
    return nbformat.read(path, as_version=4)


def test_a_build_is_one_clean_run_and_repeats(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    path = write(
        tmp_path / "tiny.ipynb",
        "print('a', flush=True)\nprint('b')",
        "import os\nfrom pathlib import Path\n"
        "print(Path.cwd().name, os.environ.get('PYTHONHASHSEED'))",
        "from IPython.display import display\n"
        "display({'text/plain': '', 'text/html': '<pre></pre>'}, raw=True)\n"
        "'the value, ×'",
        other="stays",
    )
    assert main(["build", str(path)]) == 0
    assert "tiny: " in capsys.readouterr().out
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"
    first, *cells = read(path).cells
    assert first.source == "# Title"
    assert [cell.execution_count for cell in cells] == [1, 2, 3]
    assert [cell.id for cell in cells] == ["cell-0", "cell-1", "cell-2"]
    assert all(c.metadata == {"slideshow": {"slide_type": "slide"}} for c in cells)
    assert [output.text for output in cells[0].outputs] == ["a\nb\n"]
    assert cells[1].outputs[0].text == f"{tmp_path.name} None\n"
    assert [output.data for output in cells[2].outputs] == [
        {"text/plain": "'the value, ×'"}
    ]
    metadata = read(path).metadata
    assert metadata.other == "stays"
    assert metadata.kernelspec.name == "python3"
    assert {"name", "version", "file_extension"} <= metadata.language_info.keys()
    assert set(metadata.resnet_lesson.built_from) == {stamps.CELLS}
    assert [file.name for file in tmp_path.iterdir()] == ["tiny.ipynb"]
    assert main(["stale", str(path)]) == 0
    assert main(["build", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == text


def test_a_failing_run_changes_nothing_and_the_next_goes_on(tmp_path, capsys):
    paths = [
        write(tmp_path / "raises.ipynb", "1", "raise KeyError('\\x1b[31mred\\x1b[0m')"),
        write(tmp_path / "warns.ipynb", "import warnings\nwarnings.warn('old')"),
    ]
    before = [path.read_bytes() for path in paths]
    assert main(["build", *map(str, paths)]) == 1
    first, second = (
        capsys.readouterr().out.strip().split("raises: ")[1].split("warns: ")
    )
    assert 'cell "cell-1": KeyError: ' in first
    assert "\x1b" not in first
    assert 'cell "cell-0": it wrote to stderr: ' in second
    assert "UserWarning: old" in second
    assert [path.read_bytes() for path in paths] == before
    assert set(tmp_path.iterdir()) == set(paths)


@pytest.mark.parametrize("moment", ["run", "replace"])
def test_an_interruption_changes_nothing(tmp_path, monkeypatch, moment):
    def interrupted(*_):
        raise KeyboardInterrupt

    path = write(tmp_path / "tiny.ipynb", "1")
    before = path.read_bytes()
    monkeypatch.setattr(notebooks, "_run", interrupted if moment == "run" else print)
    monkeypatch.setattr(os, "replace", interrupted)
    assert main(["build", str(path)]) == 130
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\x1b[31mred\x1b[0m", "the control character '\\x1b'"),
        ("10 %\r20 %", "the control character '\\r'"),
        ("in /home/anyone/course", "an absolute path, /home/..."),
        ("<a>", None),
        ("a/home/b\n\tc", None),
    ],
)
@pytest.mark.parametrize("place", ["stream", "html"])
def test_what_a_reader_should_not_see_is_refused(text, said, place):
    output = nbformat.v4.new_output("stream", text=text)
    if place == "html":
        output = nbformat.v4.new_output("display_data", {"text/html": text})
    cell = nbformat.v4.new_code_cell("1", id="one", outputs=[output])
    if said is None:
        notebooks.check(cell)
    else:
        with pytest.raises(notebooks.BuildError) as caught:
            notebooks.check(cell)
        assert str(caught.value) == f'cell "one": it printed {said}'


def test_notebooks_are_found_by_number_name_and_path(tmp_path):
    (tmp_path / "solutions").mkdir()
    names = ("05_five", "05_other", "06_six", "solutions/06_six")
    paths = {name: write(tmp_path / f"{name}.ipynb") for name in names}
    path = str(paths["05_five"])
    assert notebooks.find(["06", "05_five", "solutions/06", path], tmp_path) == [
        paths[name] for name in ("06_six", "05_five", "solutions/06_six", "05_five")
    ]
    assert notebooks.find([], tmp_path) == list(paths.values())
    for name, count in (("05", 2), ("0", 0), ("7.ipynb", 0)):
        with pytest.raises(ValueError, match=f"got '{name}', which fits {count} "):
            notebooks.find([name], tmp_path)


@pytest.fixture
def world(tmp_path):
    """A package, and a notebook that depends on all of it but `free` and "unread"."""
    texts = {
        "__init__.py": "",
        "free.py": "",
        "used.py": '"""Doc."""\n\nfrom resnet_lesson.room import deep\n\nX = 1  # why',
        "room/__init__.py": "",
        "room/deep.py": 'def f():\n    """Doc."""\n    import resnet_lesson.leaf\n',
        "leaf.py": "Y = f'{1 + 1} and {2}'\n",
        "recorded/__init__.py": "",
        "recorded/experiments.py": 'NAMES = ["read", "unread"]\n',
        "recorded/recordings.py": "from resnet_lesson.recorded import experiments\n",
        "recorded/files/read.json": '{"runs": [{"variant": "net"}]}',
        "recorded/files/unread.json": '{"runs": [{"variant": "other"}]}',
        "recorded/files/net.weights.h5": "1",
        "recorded/files/other.weights.h5": "1",
    }
    package = tmp_path / "resnet_lesson"
    for name, text in texts.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, encoding="utf-8")
    code = (
        "from resnet_lesson import used\nfrom resnet_lesson.recorded import recordings",
        "def g():\n    'Doc.'\n\nprint(recordings.read('read'))  # show",
        "%matplotlib inline",
    )
    notebook = read(write(tmp_path / "tiny.ipynb", *code))
    stamp = stamps.built_from(notebook, package)
    notebook.metadata.resnet_lesson = {"built_from": stamp}
    return notebook, package


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_stamp_lists_what_the_notebook_depends_on(world):
    notebook, package = world
    stamp = notebook.metadata.resnet_lesson.built_from
    assert list(stamp) == [
        stamps.CELLS,
        "leaf.py",
        "recorded/__init__.py",
        "recorded/experiments.py",
        "recorded/files/net.weights.h5",
        "recorded/files/read.json",
        "recorded/recordings.py",
        "room/__init__.py",
        "room/deep.py",
        "used.py",
    ]
    assert stamps.changed(notebook, package) == []
    del notebook.metadata["resnet_lesson"]
    assert stamps.changed(notebook, package) is None


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("leaf.py", "2}", "3}"),
        ("leaf.py", " and ", " or "),
        ("used.py", "X = 1", "X = '1'"),
        ("room/deep.py", "import resnet_lesson.leaf", "return 1"),
        ("recorded/files/read.json", "runs", "turns"),
        ("recorded/files/net.weights.h5", "1", "2"),
    ],
)
def test_what_changed_is_named(world, name, old, new):
    notebook, package = world
    edit(package / name, old, new)
    assert name in stamps.changed(notebook, package)


def test_a_changed_cell_and_a_new_module_are_named(world):
    notebook, package = world
    notebook.cells[-1].source = "import resnet_lesson.free"
    assert stamps.changed(notebook, package) == [stamps.CELLS, "free.py"]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("used.py", "Doc.", "Other."),
        ("used.py", "# why", "# because"),
        ("used.py", "\n\nX", "\n# More.\n\n\nX"),
        ("used.py", "X = 1", "X  =  1"),
        ("room/deep.py", '    """Doc."""\n', ""),
        ("free.py", "", "Z = 1"),
        ("recorded/files/unread.json", "runs", "turns"),
        ("recorded/files/other.weights.h5", "1", "2"),
    ],
)
def test_comments_layout_and_what_is_not_read_do_not_count(world, name, old, new):
    notebook, package = world
    edit(package / name, old, new)
    assert stamps.changed(notebook, package) == []


def test_a_checked_exercise_depends_on_its_chapter(world):
    notebook, package = world
    room = package / "exercises"
    room.mkdir()
    for name in ("__init__", "one", "two", "shared"):
        (room / f"{name}.py").write_text("")
    (room / "one.py").write_text("from resnet_lesson.exercises import shared\n")
    (room / "checking.py").write_text('CHAPTERS = {"1": "one", "2": "two"}\n')
    notebook.cells[
        -1
    ].source = (
        'from resnet_lesson.exercises import checking\nchecking.check("1.4", ...)'
    )
    names = ("__init__", "checking", "one", "shared")
    assert stamps.changed(notebook, package) == [
        stamps.CELLS,
        *(f"exercises/{name}.py" for name in names),
    ]

    # Of an answer that is left open no checker is asked.
    notebook.cells[0].id, notebook.cells[0].source = "answer-1-4", "size = ..."
    assert stamps.changed(notebook, package) == [
        stamps.CELLS,
        "exercises/__init__.py",
        "exercises/checking.py",
    ]


def test_comments_in_cells_count_only_where_source_is_shown(world):
    notebook, package = world
    notebook.cells[2].source = notebook.cells[2].source.replace("# show", "# now")
    assert stamps.changed(notebook, package) == []
    notebook.cells[2].source += "\nprint(inspect.getsource(used.f))"
    notebook.metadata.resnet_lesson.built_from = stamps.built_from(notebook, package)
    edit(package / "used.py", "# why", "# because")
    assert stamps.changed(notebook, package) == ["used.py"]


def test_code_is_the_same_text_on_every_python():
    source = (
        '"""Doc."""\n\n\ndef f(x):  # why\n    r"""Doc."""\n'
        "    return f\"{x!r:>{3}} {{\" f'{x}'\n"
    )
    lines = ["def", "f", "(", "x", ")", ":", "NEWLINE", "INDENT", "return"]
    lines += ['f"{x!r:>{3}} {{"', "f'{x}'", "NEWLINE", "DEDENT"]
    shown = stamps.code(source)
    assert [line for line in shown.splitlines() if line != "NEWLINE"] == [
        line for line in lines if line != "NEWLINE"
    ]
    assert stamps.code("'shown'", cell=True) != stamps.code("'other'", cell=True)


def test_text_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.txt"
    files.write_text(path, "one\n")
    with pytest.raises(UnicodeEncodeError):
        files.write_text(path, "\ud800")
    assert path.read_bytes() == b"one\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("path", notebooks.find([]), ids=notebooks.label)
def test_stored_outputs_are_not_older_than_the_code(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert stamps.changed(notebook) == []
