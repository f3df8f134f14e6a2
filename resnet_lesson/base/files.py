"""Files that are whole at every moment."""

import json
import os
from pathlib import Path


def write_json(path, content):
    """Write a JSON file so that a reader sees the old or the new one, whole."""
    path = Path(path)
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, path)
