"""Rebuild the stored outputs of notebooks, and tell which of them are stale."""

import json
import os
import re
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from resnet_lesson.base.files import write_text
from resnet_lesson.commands import stamps

FOLDER = stamps.PACKAGE.parent / "notebooks"
CELL_SECONDS = 2400  # what the tests' --nbval-cell-timeout allows as well
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
PIXELS = re.compile(r"data:image/png;base64,[^\"]+")  # may spell a path by chance
ABSOLUTE_PATH = re.compile(r"(?<![\w.])/(home|root|tmp|usr|opt|Users|work)/|[A-Z]:\\\\")


class BuildError(RuntimeError):
    """A notebook that is not rebuilt: the cell that is to blame, and why."""


def find(names, folder=FOLDER):
    """The notebooks that are meant.

    Args:
        names: paths that end in .ipynb, or names within the folder, such as
            "05_building_resnet", "05" or "solutions/05"; none means all.
        folder: of the course's notebooks.

    Returns:
        A list of `Path`.

    Raises:
        ValueError: a name fits no notebook, or several.
    """
    if not names:
        return sorted(folder.glob("*.ipynb")) + sorted(folder.glob("solutions/*.ipynb"))
    return [_find(name, folder) for name in names]


def _find(name, folder):
    if name.endswith(".ipynb"):
        found = [path for path in (Path(name), folder / name) if path.is_file()][:1]
    else:
        found = list(folder.glob(f"{name}.ipynb")) or list(
            folder.glob(f"{name}_*.ipynb")
        )
    if len(found) != 1:
        raise ValueError(
            "notebook must be a path or a name such as 05, solutions/05 or "
            f"05_building_resnet, got {name!r}, which fits {len(found)} notebooks"
        )
    return found[0]


def build_each(paths):
    """Rebuild notebooks one after the other, a line for each; returns the exit code."""
    code = 0
    for path in paths:
        start = time.perf_counter()
        try:
            build(path)
            outcome = "built"
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:
            outcome, code = f"left as it was: {error}", 1
        seconds = time.perf_counter() - start
        print(f"{label(path)}: {seconds:.0f} s, {outcome}", flush=True)
    return code


def build(path):
    """Replace a notebook by itself with the outputs of one clean run, stamped.

    Cells, ids and metadata stay. The file is replaced when all has gone well,
    and not touched otherwise.

    Args:
        path: of the notebook; its kernel runs in the folder it is in.

    Raises:
        BuildError: a cell fails, exceeds `CELL_SECONDS`, or its outputs hold
            what a reader should not see: anything written to stderr, control
            characters (colour codes among them) or absolute paths.
    """
    path = Path(path)
    notebook = nbformat.read(path, as_version=4)
    # Taken before the run: what is edited meanwhile is a change since.
    stamp = stamps.built_from(notebook)
    _run(notebook, path.parent)
    notebook.metadata.setdefault("resnet_lesson", {})["built_from"] = stamp
    write_text(path, nbformat.writes(notebook) + "\n")


def tell_stale(paths):
    """Print which notebooks are older than their code; returns the exit code."""
    stale = 0
    for path in paths:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        changed = stamps.changed(notebook)
        if changed is None:
            print(f"{label(path)}: stale: it carries no stamp of a build")
        elif changed:
            print(f"{label(path)}: stale: {', '.join(changed)}")
        stale += changed != []
    print(f"{stale} of {len(paths)} notebooks are stale")
    return 1 if stale else 0


def label(path):
    """How a notebook is called: without ending, from the course's folder."""
    inside = path.is_relative_to(FOLDER)
    return str((path.relative_to(FOLDER) if inside else path).with_suffix(""))


def _run(notebook, folder):
    """Run all cells in a fresh kernel and put their outputs into the notebook."""
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        # Else the kernel prints advice about encryption here.
        extra_arguments=["--log-level=CRITICAL"],
        force_raise_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    # As in a reader's kernel: sets in their own order. (FORCE_COLOR needs no such
    # care: every kernel sets it itself; `check` refuses what it leads to.)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONHASHSEED"}
    cells = [
        (index, cell)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    ]
    with client.setup_kernel(env=environment):
        notebook.metadata.kernelspec = _kernelspec(client)
        notebook.metadata.language_info = _language_info(client)
        for count, (index, cell) in enumerate(cells, start=1):
            _run_cell(client, index, cell)
            if cell.execution_count != count:
                raise _blame(cell, f"is number {count}, ran as {cell.execution_count}")
    for _, cell in cells:  # again, as a later cell may have changed a display
        check(cell)


def _kernelspec(client):
    spec = client.km.kernel_spec
    return {
        "display_name": spec.display_name,
        "language": spec.language,
        "name": client.kernel_name,
    }


def _language_info(client):
    """What the kernel says of itself, its Python's version included.

    JupyterLab writes the same when it opens a notebook, so on the Python of the
    build it has nothing to change. On another it changes the version's line,
    whatever stands there: leaving the line out would make it change always.
    """
    reply = client.wait_for_reply(client.kc.kernel_info())
    return reply["content"]["language_info"]


def _run_cell(client, index, cell):
    cell.outputs, cell.execution_count = [], None
    cell.metadata.pop("execution", None)  # clock times
    try:
        client.execute_cell(cell, index)
    except CellExecutionError as error:
        raise _blame(cell, f"{error.ename}: {error.evalue}") from error
    except CellTimeoutError as error:
        raise _blame(cell, f"not finished after {CELL_SECONDS} s") from error
    except DeadKernelError as error:
        raise _blame(cell, "the kernel died") from error
    cell.outputs = _merged(cell.outputs)
    check(cell)


def _merged(outputs):
    """Outputs without empty ones, neighbouring pieces of one stream as one.

    Where a stream is cut depends on the clock.
    """
    merged = []
    for output in outputs:
        if _is_empty(output):
            continue
        before = merged[-1] if merged else {}
        is_stream = output.output_type == before.get("output_type") == "stream"
        if is_stream and output.name == before.name:
            before.text += output.text
        else:
            merged.append(output)
    return merged


def _is_empty(output):
    """Whether a display shows nothing: Rich leaves one where its text is captured."""
    data = output.get("data", {"other": ""})
    html = re.sub(r"<[^>]*>", "", data.get("text/html", ""))
    only_text = data.keys() <= {"text/plain", "text/html"}
    return only_text and not (data.get("text/plain", "") + html).strip()


def check(cell):
    """Raise a `BuildError` if a cell's outputs hold what a reader should not see."""
    for output in cell.outputs:
        if output.get("name") == "stderr":
            raise _blame(cell, f"it wrote to stderr: {output.text.strip()}")
        data = output.get("data", {})
        texts = [data[kind] for kind in data if kind.startswith("text/")]
        for text in [output.get("text", ""), *texts]:
            if "<script" in text:  # an embedded player
                continue
            text = PIXELS.sub("", text)
            control = CONTROL.search(text)
            if control:
                raise _blame(cell, f"it printed the control character {control[0]!r}")
            absolute = ABSOLUTE_PATH.search(text)
            if absolute:
                raise _blame(cell, f"it printed an absolute path, {absolute[0]}...")


def _blame(cell, why):
    plain = CONTROL.sub("", ANSI.sub("", why))
    return BuildError(f'cell "{cell.id}": {plain}')
