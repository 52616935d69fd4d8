"""The raw files of a source: one, or those of a folder or pattern that have the same form."""

import glob
import os
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from labcohort.errors import UserError
from labcohort.study.paths import MAGIC
from labcohort.study.yaml_files import parse_yaml

NO_FILE = "a draft looks at one file, at a folder, or at a pattern in quotes, as 'raw/*.hl7'"


@dataclass(frozen=True)
class RawFiles:
    """The file that is looked at first, and others that may be of the same source.

    `pattern` is the path that names them all, None where one file was named: then `others` only
    lie beside it.
    """

    first: Path
    others: list[Path] = field(default_factory=list)
    pattern: Path | None = None


def raw_files(raw: Path, directory: Path, content: str | None) -> list[RawFiles]:
    """The file `raw` with those beside it that no source of the study reads; or the groups of
    files (by the ends of their names) of the folder or pattern `raw`.

    UserError where nothing is there.
    """
    if raw.is_file():
        _check_file(raw)
        beside = [p for p in _files(raw.parent, "*") if _end(p) == _end(raw) and p != raw]
        taken = _of_other_sources(directory, content) if beside else frozenset()
        return [RawFiles(raw, [p for p in beside if p.resolve() not in taken])]
    if raw.is_dir() and not MAGIC & set(str(raw)):
        found = _files(raw, "*") or _files(raw, "**/*")
        below = raw if any(p.parent == raw for p in found) else raw / "**"
        groups: dict[str, list[Path]] = defaultdict(list)
        for path in found:
            groups[_end(path)].append(path)
        if groups:
            return [RawFiles(p[0], p[1:], below / f"*{end}") for end, p in groups.items()]
        raise _nothing("the folder holds no file", raw)
    if MAGIC & set(str(raw)):
        hits = sorted(Path(p) for p in glob.glob(str(raw), recursive=True))
        if hits := [p for p in hits if p.is_file() and p.stat().st_size]:
            return [RawFiles(hits[0], hits[1:], raw)]
        raise _nothing("no file matches the pattern", raw)
    raise _nothing("the raw file is not there", raw)


def pattern_beside(first: Path, alike: list[Path], most: bool) -> Path | None:
    """A pattern that means `first` and those beside it that are `alike`, and no other file; with
    `most`, it may mean a few others."""
    folder, end = first.parent, _end(first)
    own = sorted([first, *alike])
    if not alike or MAGIC & set(str(folder) + end):
        return None
    shorter, longer = own[0].name, own[-1].name
    same = sum(takewhile(bool, (a == b for a, b in zip(shorter, longer, strict=False))))
    # up to a sign: half a word is no name
    start = re.match(r"(?:.*[_.\- ])?", shorter[:same]).group()
    hits = {form: _files(folder, form) for form in (f"*{end}", f"{start}*{end}")
            if not MAGIC & set(start)}  # fmt: skip
    exact = [form for form, files in hits.items() if files == own]
    if not exact and most and len(own) >= 0.5 * len(_files(folder, f"*{end}")):
        exact = [f"*{end}"]
    return folder / exact[0] if exact else None


def source_name(path: Path, directory: Path) -> str:
    """A name for the source: of a pattern's first words, else of its folder; else of the file."""
    text = path.name.split(".")[0]
    if MAGIC & set(path.name):
        text = re.split(r"[*?\[]", path.name)[0].split(".")[0]
        folder = next((p for p in path.parents if not MAGIC & set(p.name)), path.parent)
        if not re.search("[A-Za-z]", text) and folder.absolute() != directory.absolute():
            text = folder.name
    plain = re.sub("[^a-z0-9]+", "_", text.casefold()).strip("_")
    return plain if re.match("[a-z]", plain) else f"source_{plain}".strip("_")


def path_from_study(raw: Path, directory: Path) -> tuple[str, str]:
    """The path as the YAML has it, and what is to be said where it leads out of the study."""
    here, there = Path(os.path.abspath(directory)), Path(os.path.abspath(raw))
    file = there.relative_to(here) if there.is_relative_to(here) else os.path.relpath(there, here)
    allowed = [here.resolve(), *((here / name).resolve() for name in _data_folders(directory))]
    if any(there.resolve().is_relative_to(folder) for folder in allowed):
        return Path(file).as_posix(), ""
    said = "CHECK outside of the study: declare its folder under data_folders in config.yaml"
    return Path(file).as_posix(), said


def _files(folder: Path, pattern: str) -> list[Path]:
    """Files below a folder that have content, without what is hidden, by their names."""
    found = [
        p for p in folder.glob(pattern)
        if p.is_file() and p.stat().st_size
        and not any(part.startswith(".") for part in p.relative_to(folder).parts)
    ]  # fmt: skip
    return sorted(found)


def _end(path: Path) -> str:
    """The end of a file's name, as `.csv` and `.csv.gz`."""
    return "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix


def _data_folders(directory: Path) -> list[str]:
    try:
        config = parse_yaml((directory / "config" / "config.yaml").read_bytes(), "config.yaml")
        return [name for name in config.get("data_folders", []) if isinstance(name, str)]
    except (UserError, OSError, AttributeError, TypeError):
        return []


def _of_other_sources(directory: Path, content: str | None) -> frozenset[Path]:
    """Files that a source of the study reads; of messages, one of the same content."""
    found: set[Path] = set()
    for path in sorted((directory / "config" / "sources").glob("*.yaml")):
        try:
            source = parse_yaml(path.read_bytes(), path.name)
            is_other = source["content"] != (content or "results")
            if source["format"]["type"] in ("hl7", "fhir") and is_other:
                continue
            hits = glob.glob(str(directory / source["file"]), recursive=True)
            found |= {Path(p).resolve() for p in [*hits, directory / source["file"]]}
        except (UserError, OSError, KeyError, TypeError, AttributeError):
            continue
    return frozenset(found)


def _nothing(what: str, raw: Path) -> UserError:
    return UserError(
        what,
        where=str(raw),
        rule=NO_FILE,
        do="correct the path; `file:` of a YAML is a path or a pattern too",
    )


def _check_file(raw: Path) -> None:
    if raw.stat().st_size == 0 or not os.access(raw, os.R_OK):
        raise UserError(
            "the raw file is empty" if os.access(raw, os.R_OK) else "the raw file cannot be read",
            where=str(raw),
            rule="an export has a header and data",
            do="fetch the export again, or correct the file's permissions",
        )
