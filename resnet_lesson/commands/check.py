"""What the course needs of a machine, looked up, and the cure for what is missing."""

import os
import platform
import sys
from dataclasses import dataclass
from importlib import metadata

from resnet_lesson import fashion_mnist

PACKAGES = ("tensorflow", "keras", "numpy", "matplotlib", "jupyterlab", "nbval")
PYTHONS = ((3, 11), (3, 13))
MEMORY_GB = 4  # the largest notebook peaks at about half of it
INSTALL = "run `python -m pip install -r requirements.txt` in the course's folder"


@dataclass(frozen=True)
class Finding:
    """One line of the check: `cure` is empty where all is well."""

    name: str
    value: str
    cure: str = ""


def check(data_dir=fashion_mnist.DATA_DIR):
    """Look at Python, packages, processor, memory and the data files.

    Args:
        data_dir: folder with the Fashion-MNIST files.

    Returns:
        A list of `Finding`.
    """
    return [
        _python(),
        *(_package(name) for name in PACKAGES),
        Finding("processor cores", str(os.cpu_count())),
        _memory(),
        *(_data_file(name, data_dir) for name in fashion_mnist.SHA256),
    ]


def report(findings):
    """The findings as lines of text, each fault followed by its cure."""
    lines = []
    for finding in findings:
        mark = "fault" if finding.cure else "ok"
        lines.append(f"{mark:<5}  {finding.name:<28} {finding.value}")
        if finding.cure:
            lines.append(f"       cure: {finding.cure}")
    return "\n".join(lines)


def _python():
    (low, high), version = PYTHONS, sys.version_info[:2]
    fits = low <= version <= high
    cure = f"install Python {low[0]}.{low[1]} to {high[0]}.{high[1]}, then {INSTALL}"
    return Finding("Python", platform.python_version(), "" if fits else cure)


def _package(name):
    try:
        return Finding(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "not installed", INSTALL)


def _memory():
    try:
        import psutil
    except ImportError:
        return Finding("memory", "unknown, psutil is missing", INSTALL)
    total = psutil.virtual_memory().total / 1e9
    cure = "" if total >= MEMORY_GB else "close other programs before training"
    return Finding("memory", f"{total:.1f} GB (at least {MEMORY_GB} GB wanted)", cure)


def _data_file(name, data_dir):
    try:
        fashion_mnist.verify(name, data_dir)
    except fashion_mnist.DataError as error:
        problem, cure = str(error).rsplit(": ", 1)
        return Finding(name, problem, cure)
    return Finding(name, f"original, SHA-256 {fashion_mnist.SHA256[name][:8]}...")
