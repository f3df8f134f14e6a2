"""Files that are whole at every moment."""

import json
import os
from pathlib import Path


def read_json(path):
    """Read a JSON file; what is wrong with it is said with its name.

    Raises:
        FileNotFoundError: there is nothing of that name.
        ValueError: it is no readable file, or holds no JSON.
    """
    path = Path(path)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except OSError as error:  # a folder, a file of somebody else's
        raise ValueError(f"{path} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON
        raise ValueError(f"{path} is damaged ({error})") from error


def write_json(path, content):
    """Write a JSON file so that a reader sees the old or the new one, whole."""
    write_text(path, json.dumps(content, indent=1) + "\n")


def write_text(path, text):
    """Write a text file, lines ending in LF, as `write_json` does."""
    path = Path(path)
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        os.replace(draft, path)
    except BaseException:  # an interruption too
        draft.unlink(missing_ok=True)
        raise
