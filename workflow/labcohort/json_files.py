"""JSON as jobs write it: for people to read, too."""

import json
from pathlib import Path


def write_json(path: str, value: dict) -> str:
    """Write a value to a file; the text. The order of keys is that of writing."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    Path(path).write_text(text, encoding="utf-8")
    return text
