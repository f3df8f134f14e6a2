"""Files that are whole at every moment."""

import json
import os
from pathlib import Path


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
