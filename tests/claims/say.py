"""How the course words what was recorded."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np

from resnet_lesson.bench import race
from resnet_lesson.recorded import recordings

ROOT = Path(__file__).parents[2]
WORDS = (
    "no one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen twenty"
)


def word(count):
    """A count as the course writes it: "six", "21"."""
    words = WORDS.split()
    return words[count] if count < len(words) else f"{count:,}"


def seeds(runs, noun="seed"):
    """How many runs, in words: "one seed", "three seeds"."""
    return f"{word(len(runs))} {noun}{'s' if len(runs) > 1 else ''}"


def scores(runs, key="test_accuracy"):
    """A value of each run, in percent."""
    return 100 * np.array([run[key] for run in runs])


def errors(runs, images="train"):
    """The error at the end of each run, in percent."""
    return np.array(
        [100 * (1 - run["history"][f"{images}_accuracy"][-1]) for run in runs]
    )


def spread(values, digits=2):
    """Mean ± standard deviation of a sample; of a single value, the value."""
    mean = f"{np.mean(values):.{digits}f}"
    if len(values) == 1:
        return mean
    return f"{mean} ± {np.std(values, ddof=1):.{digits}f}"


def span(values, form="{:.0f}"):
    """Smallest to largest; one number where the two read alike."""
    ends = [form.format(end) for end in (min(values), max(values))]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def minutes(runs):
    """From the shortest to the longest run, two digits each."""
    return span([run["seconds"] / 60 for run in runs], "{:.2g}")


def turns(program):
    """The runs of a program of the race."""
    return [run for run in race.read() if run["program"] == program]


def source_lesson():
    """All runs of the source lesson's recipe on all images by our loop: one sample."""
    return recordings.read("baseline")["runs"]


@cache
def cells(notebook):
    """The cells of "06" or "solutions/06", by id."""
    folder, _, number = notebook.rpartition("/")
    (path,) = (ROOT / "notebooks" / folder).glob(f"{number}_*.ipynb")
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: cell for cell in found}


def text(cell):
    """The source of a cell, such as "06 title"; "README.md" is the whole file."""
    if cell == "README.md":
        return (ROOT / cell).read_text(encoding="utf-8")
    notebook, _, name = cell.partition(" ")
    source = cells(notebook).get(name, {"source": ""})["source"]
    return source if isinstance(source, str) else "".join(source)


def printed(cell, after=""):
    """The numbers in a cell's stored output, on the lines that begin so."""
    notebook, _, name = cell.partition(" ")
    shown = ""
    for output in cells(notebook)[name]["outputs"]:
        data = output.get("data", {})
        for part in (output.get("text", ""), data.get("text/markdown", "")):
            shown += part if isinstance(part, str) else "".join(part)
    lines = [line for line in shown.splitlines() if line.startswith(after)]
    told = "\n".join(line.removeprefix(after) for line in lines)
    return [float(x.replace(",", "")) for x in re.findall(r"\d[\d,]*\.?\d*", told)]
