"""The course in a copy: a folder of the reader's own, opened in JupyterLab."""

import hashlib
import os
import shutil
import subprocess
import sys

from resnet_lesson.base.files import read_json, write_json
from resnet_lesson.commands import stamps

ROOT = stamps.PACKAGE.parent
COURSE, OWN = "notebooks", "my_course"
FIRST = "00_start_here.ipynb"
# What was copied, so that a file which the reader has not touched can be told from
# one that holds work. JupyterLab shows no file whose name begins with a dot.
RECORD = ".copied.json"
NOT_FOR_READERS = ("README.md", "conftest.py")  # the instructor's page, test settings
SAID = {
    "added": "added from the course",
    "updated": "brought up to date (you had not changed it)",
    "kept": "yours is kept, the course has another version (to get it, rename yours)",
}


def start(options=(), *, copy_only=False, root=ROOT, launch=None):
    """Open the reader's copy of the course in JupyterLab; returns the exit code.

    The copy is made if it is not there, and brought up to date if it is. What the
    reader has changed in it is never overwritten.

    Args:
        options: more arguments for JupyterLab.
        copy_only: leave JupyterLab out.
        root: folder with the course's notebooks, for the copy beside them.
        launch: runs a command, a list, and returns its exit code.

    Raises:
        FileNotFoundError: the notebooks are not there.
    """
    is_new = not (root / OWN).exists()
    changes = update(root / COURSE, root / OWN)
    if is_new:
        print(f"The course is copied to the folder {OWN}: work there.")
    else:
        print(f"Your folder {OWN} is as you left it.")
        for kind, names in changes.items():
            for name in names:
                print(f"  {SAID[kind]}: {name}")
    if copy_only:
        return 0
    print("To end: File > Shut Down in JupyterLab, or Ctrl-C twice here.", flush=True)
    # From the root, so that the package is in the file browser, too.
    where = [str(root / OWN / FIRST), f"--ServerApp.root_dir={root}"]
    command = [sys.executable, "-m", "jupyterlab", *where, *options]
    return (launch or _run)(command)


def update(course, own):
    """Copy what is missing from the reader's folder or was not touched there.

    Args:
        course: folder of the course's notebooks.
        own: the reader's folder, made if it is not there.

    Returns:
        A dict with a list of paths for each key of `SAID`.

    Raises:
        FileNotFoundError: there is no folder `course`.
    """
    if not course.is_dir():
        raise FileNotFoundError(
            f"there is no folder {course}: `start` needs a clone of the course"
        )
    own.mkdir(exist_ok=True)
    record = own / RECORD
    copied = _read(record)
    changes = {kind: [] for kind in SAID}
    for name in _names(course):
        theirs, target = _digest(course / name), own / name
        mine = _digest(target) if target.exists() else None
        if mine in (None, copied.get(name), theirs):
            if mine != theirs:
                _copy(course / name, target)
                changes["updated" if mine else "added"].append(name)
            copied[name] = theirs
        elif copied.get(name) != theirs:
            changes["kept"].append(name)
    write_json(record, copied)
    return changes


def _read(record):
    try:
        return read_json(record)
    except (FileNotFoundError, ValueError):  # then whatever differs is the reader's
        return {}


def _names(course):
    """Paths of what a reader gets, within the course's folder."""
    for path in sorted(course.rglob("*")):
        name = path.relative_to(course)
        hidden = any(part.startswith((".", "__")) for part in name.parts)
        if path.is_file() and not hidden and str(name) not in NOT_FOR_READERS:
            yield name.as_posix()


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _copy(source, target):
    """Whole or not at all: half a file would later look like a reader's work."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    os.replace(part, target)


def _run(command):
    """Run a command to its end; returns its exit code."""
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                pass  # JupyterLab gets it as well, and asks whether to end
