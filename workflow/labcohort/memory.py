"""What a run remembers of the last one, to save time only: losing it costs seconds, never truth."""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


class Memory:
    """Answers kept under a key that holds everything they depend on.

    `path` is a JSON file; a missing or broken one counts as empty, one that cannot be written
    is left alone.
    """

    def __init__(self, path: Path):
        self.path = path
        try:
            self.kept = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            self.kept = {}
        if not isinstance(self.kept, dict):
            self.kept = {}
        self.changed = False

    def recall(self, kind: str, name: str, key: str, work: Callable[[], object]):
        """The answer for (`kind`, `name`), worked out anew unless its `key` is the same."""
        known = self.kept.get(kind, {}).get(name)
        if known and known["key"] == key:
            return known["answer"]
        answer = work()
        self.kept.setdefault(kind, {})[name] = {"key": key, "answer": answer}
        self.changed = True
        return answer

    def save(self) -> None:
        """Write by a temporary name and a rename, since cluster jobs read beside us."""
        if not self.changed:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent, suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self.kept, file, ensure_ascii=False)
            os.replace(name, self.path)
        except OSError:
            return
        self.changed = False
