"""What two runs were made of, and where that differs: from their records."""

from collections.abc import Iterator, Mapping

from labcohort.compare_runs.rows import changes
from labcohort.why.differences import differences, said

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
LAYOUT = "only its layout or the order of its rows"
# so many changes of one table, or modules of the code, are told one by one
FEW = 20


def made_of(old: dict, new: dict) -> dict[str, list[str]]:
    """Kind of what a run is made of -> what is other, a line each."""
    found = {
        "study": list(_study(old, new)),
        "inputs": list(_inputs(old["inputs"], new["inputs"])),
        "settings": [
            *(_line("config.yaml", *d) for d in differences(old["settings"], new["settings"])),
            *_sources(old["sources"], new["sources"]),
            *_tables(old["tables"], new["tables"]),
        ],
        "facts": list(_facts(old["facts"], new["facts"])),
        "code": [
            *_versions("labcohort", old["labcohort"], new["labcohort"]),
            *_some(list(_of(old["code"], new["code"]))),
        ],
        "packages": [
            *(_of({"python": old["python"]}, {"python": new["python"]})),
            *_of(old["packages"], new["packages"]),
            *_of(_digests([old["lock"]]), _digests([new["lock"]])),
        ],
    }
    found["settings"] += _files(old, new, found["settings"])
    return {kind: lines for kind, lines in found.items() if lines}


def _study(old: dict, new: dict) -> Iterator[str]:
    if old["study"]["name"] != new["study"]["name"]:
        yield f"these are two studies: {old['study']['name']}, {new['study']['name']}"
    if old["study"]["synthetic"] != new["study"]["synthetic"]:
        yield "one is SYNTHETIC and the other is not"


def _inputs(old: list[dict], new: list[dict]) -> Iterator[str]:
    """Raw files by their source and name; one whose content is known from another name is told."""
    before, after = (
        {(row["source"], row["file"]): row["sha256_begins"] for row in rows} for rows in (old, new)
    )
    gone = {key: of for key, of in before.items() if key not in after}
    for key, of in sorted(after.items()):
        name = f"{key[0]}, {key[1]}"
        if key in before:
            if before[key] != of:
                yield f"{name}: the file's content changed"
            continue
        same = next((other for other in sorted(gone) if gone[other] == of), None)
        if same:
            del gone[same]
            yield f"{name}: was {same[0]}, {same[1]}, with the same content"
        else:
            yield f"{name}: {ADDED}"
    yield from (f"{source}, {file}: {REMOVED}" for source, file in sorted(gone))


def _sources(old: dict, new: dict) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        file = f"sources/{name}.yaml"
        if name not in old or name not in new:
            yield f"{file}: {REMOVED if name not in new else ADDED}"
        else:
            yield from (_line(file, *each) for each in differences(old[name], new[name]))


def _tables(old: dict, new: dict) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            yield f"{name}: the table was {REMOVED if name not in new else ADDED}"
            continue
        found = changes(old[name], new[name])
        lines = [
            f"{name}, {_row(row)}, {column}: {said(was or None)} -> {said(now or None)}"
            for row, cells in found.changed
            for column, (was, now) in cells.items()
        ]
        lines += [f"{name}, {_row(row)}: row {REMOVED}" for row in found.gone]
        lines += [f"{name}, {_row(row)}: row {ADDED}" for row in found.come]
        yield from _some(lines)


def _facts(old: list[dict], new: list[dict]) -> Iterator[str]:
    before, after = ({row["file"]: row for row in side} for side in (old, new))
    for file in sorted(before.keys() | after.keys()):
        if file not in before or file not in after:
            yield f"{file}: {REMOVED if file not in after else ADDED}"
            continue
        lines = list(_of(before[file]["rows"], after[file]["rows"], f"{file}, row "))
        if not lines and before[file]["sha256"] != after[file]["sha256"]:
            lines = [f"{file}: {LAYOUT}"]
        yield from _some(lines)


def _files(old: dict, new: dict, told: list[str]) -> list[str]:
    """Files of the configuration that are other in no way that is told."""
    before, after = (_digests(side["configuration"]) for side in (old, new))
    lines = []
    for file in sorted(before.keys() | after.keys()):
        name = file.removeprefix("config/")
        if before.get(file) == after.get(file) or any(line.startswith(name) for line in told):
            continue
        known = name.removeprefix("sources/").removesuffix(".yaml") in new["sources"]
        is_told = known or name in new["tables"] or name == "config.yaml"
        lines.append(f"{name}: {LAYOUT + ', or comments' if is_told else CHANGED}")
    return lines


def _digests(files: list[dict | None]) -> dict[str, str]:
    return {row["file"]: row["sha256"] for row in files if row}


def _versions(name: str, old: dict, new: dict) -> Iterator[str]:
    for key in ("version", "revision", "modified"):
        if old[key] != new[key]:
            yield f"{name} {key}: {said(old[key])} -> {said(new[key])}"


def _of(old: Mapping[str, str], new: Mapping[str, str], before: str = "") -> Iterator[str]:
    """Names of which one side alone has something, or each another; versions are said, digests
    not."""
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"{before}{name}: {REMOVED}"
        elif name not in old:
            yield f"{before}{name}: {ADDED}"
        elif old[name] != new[name]:
            is_version = "." in new[name]
            yield f"{before}{name}: {f'{old[name]} -> {new[name]}' if is_version else CHANGED}"


def _some(lines: list[str]) -> list[str]:
    more = len(lines) - FEW
    return [*lines[:FEW], *([f"more of these: {more}"] if more > 0 else [])]


def _row(name: tuple[str, ...]) -> str:
    return ", ".join(cell for cell in name if cell)


def _line(table: str, way: tuple[str, ...], what: str) -> str:
    return f"{', '.join([table, *way])}: {what}"
