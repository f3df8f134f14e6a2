"""The reader's copy of the course: what it holds, and that no work in it is lost."""

import json
import re
import shutil
import sys

import pytest

from resnet_lesson.__main__ import main
from resnet_lesson.commands import arguments, start
from resnet_lesson.recorded import experiments

LESSON, OTHER = "01_degradation.ipynb", "02_residual_mapping.ipynb"
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.fixture
def root(tmp_path):
    """A small course: three lessons, a solution, a picture, and what is not copied."""
    course = tmp_path / start.COURSE
    for name in (start.FIRST, LESSON, OTHER, f"solutions/{LESSON}", "images/a.png"):
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        (course / name).write_text(f"the course's {name}", encoding="utf-8")
    for name in ("README.md", "conftest.py", ".ipynb_checkpoints/01-checkpoint.ipynb"):
        (course / name).parent.mkdir(exist_ok=True)
        (course / name).write_text("not for readers", encoding="utf-8")
    return tmp_path


def texts(folder):
    """Path and text of every file that is not hidden."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.name != start.RECORD
    }


def test_the_first_time_a_copy_is_made_and_opened(root, capsys):
    commands = []
    assert start.start(["--no-browser"], root=root, launch=commands.append) is None
    own = root / start.OWN
    assert sorted(texts(own)) == [
        start.FIRST,
        LESSON,
        OTHER,
        "images/a.png",
        f"solutions/{LESSON}",
    ]
    assert all(text == f"the course's {name}" for name, text in texts(own).items())
    (command,) = commands
    assert command[:4] == [sys.executable, "-m", "jupyterlab", str(own / start.FIRST)]
    assert command[4:] == [f"--ServerApp.root_dir={root}", "--no-browser"]
    assert "my_course: work there" in capsys.readouterr().out


def test_opened_again_it_keeps_what_the_reader_wrote(root, capsys):
    course, own = root / start.COURSE, root / start.OWN
    start.start(copy_only=True, root=root)
    (own / LESSON).write_text("my answers", encoding="utf-8")
    (own / "mine.ipynb").write_text("my own", encoding="utf-8")
    (own / f"solutions/{LESSON}").unlink()
    capsys.readouterr()
    assert start.start(copy_only=True, root=root) == 0
    assert texts(own)[LESSON] == "my answers"
    assert texts(own)["mine.ipynb"] == "my own"
    assert texts(own)[f"solutions/{LESSON}"] == f"the course's solutions/{LESSON}"
    said = capsys.readouterr().out
    assert said.count("\n") == 2
    assert f"added from the course: solutions/{LESSON}" in said

    # A newer course: two lessons changed, one of which the reader has changed, too.
    for name in (LESSON, OTHER, "03_new.ipynb"):
        (course / name).write_text("newer", encoding="utf-8")
    for _ in range(2):
        start.start(copy_only=True, root=root)
        said = capsys.readouterr().out
        assert (
            f"yours is kept, the course has another version (to get it, rename \
yours): {LESSON}"
            in said
        )
        assert texts(own)[LESSON] == "my answers"
    assert texts(own)[OTHER] == texts(own)["03_new.ipynb"] == "newer"

    # As the message says.
    (own / LESSON).rename(own / "my_01.ipynb")
    start.start(copy_only=True, root=root)
    assert texts(own)[LESSON] == "newer"
    assert texts(own)["my_01.ipynb"] == "my answers"


@pytest.mark.parametrize("record", [None, "not JSON"])
def test_without_a_record_all_that_differs_counts_as_work(root, record):
    own = root / start.OWN
    shutil.copytree(root / start.COURSE, own)
    (own / LESSON).write_text("my answers", encoding="utf-8")
    if record:
        (own / start.RECORD).write_text(record, encoding="utf-8")
    changes = start.update(root / start.COURSE, own)
    assert changes == {"added": [], "updated": [], "kept": [LESSON]}
    assert texts(own)[LESSON] == "my answers"


def test_an_interrupted_copy_leaves_no_half_file(root, monkeypatch):
    copy, copied = shutil.copyfile, []

    def interrupted(source, target):
        copied.append(target)
        if len(copied) < 3:
            return copy(source, target)
        target.write_text("the cou", encoding="utf-8")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", interrupted)
        with pytest.raises(KeyboardInterrupt):
            start.start(copy_only=True, root=root)
    start.start(copy_only=True, root=root)
    found = texts(root / start.OWN)
    assert {name: found[name] for name in (start.FIRST, LESSON, OTHER)} == {
        name: f"the course's {name}" for name in (start.FIRST, LESSON, OTHER)
    }


def test_a_copy_of_the_course_has_no_broken_link(tmp_path):
    """But to the instructor's page, which no lesson mentions."""
    shutil.copytree(start.ROOT / start.COURSE, tmp_path / start.COURSE)
    for name in ("resnet_lesson", "README.md"):
        (tmp_path / name).symlink_to(start.ROOT / name)
    start.start(copy_only=True, root=tmp_path)
    lessons = sorted((tmp_path / start.OWN).rglob("*.ipynb"))
    assert len(lessons) == 19
    for path in lessons:
        for link in LINK.findall(path.read_text(encoding="utf-8")):
            target = link.split("#")[0]
            if re.fullmatch(r"[\w./-]+\.(ipynb|png|md|py)", target):
                assert (path.parent / target).exists(), (path.name, link)


def test_the_exit_code_is_that_of_jupyterlab(root):
    assert start.start(root=root, launch=lambda _: 3) == 3
    assert start._run([sys.executable, "-c", "raise SystemExit(4)"]) == 4


def test_without_the_notebooks_one_line_says_so(monkeypatch, capsys):
    monkeypatch.setattr(start, "COURSE", "no-such-folder")
    assert main(["start", "--copy-only"]) == 2
    error = capsys.readouterr().err
    assert "needs a clone of the course" in error
    assert error.count("\n") == 1


def test_record_names_everything_that_can_be_recorded(capsys):
    with pytest.raises(SystemExit):
        main(["record", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    names = (*experiments.EXPERIMENTS, "race", "speed", "surface")
    assert f"What can be recorded: {', '.join(names)}." in told
    assert names == arguments.RECORDED
    assert main(["record", "nothing"]) == 2
    assert str(names) in capsys.readouterr().err


def test_the_readme_and_git_know_the_command_and_the_folder():
    readme = (start.ROOT / "README.md").read_text(encoding="utf-8")
    first = readme.split("```\n")[1]
    assert first == (
        "python3 -m venv .venv && .venv/bin/python -m pip install -r requirements.txt "
        "&& .venv/bin/python -m resnet_lesson start\n"
    )
    assert r".venv\Scripts\python -m resnet_lesson start" in readme
    ignored = (start.ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert f"{start.OWN}/" in ignored


def test_an_editors_container_installs_the_course_and_makes_the_copy():
    text = (start.ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
    settings = json.loads(text)
    assert settings["image"].startswith("python:3.11-")
    install, copy = settings["postCreateCommand"].split(" && ")
    assert install == "python -m pip install -r requirements.txt"
    given = arguments.parser().parse_args(copy.removeprefix("python -m ").split()[1:])
    assert given.command == "start"
    assert given.copy_only
    (opened,) = settings["customizations"]["codespaces"]["openFiles"]
    assert opened == f"{start.OWN}/{start.FIRST}"
