"""Which files hold the same persons."""

from collections.abc import Iterable
from pathlib import Path


def by_bucket(paths: Iterable[str]) -> dict[str, list[str]]:
    """The paths …/{bucket}.parquet of each bucket of persons, in their turn."""
    files: dict[str, list[str]] = {}
    for path in paths:
        files.setdefault(Path(path).stem, []).append(path)
    return files
