"""The command: look at raw files, and write the draft of their source into a study."""

import re
import sys
from pathlib import Path

from labcohort.errors import UserError

USE = (
    "python workflow draft RAW_FILE|FOLDER|'PATTERN' [--study DIRECTORY] [--name NAME]"
    " [--content results|patients]"
)


def draft(arguments: list[str], home: Path) -> int:
    """Write config/sources/NAME.yaml and say what to do next; exit code 0, or 1 for a mistake."""
    try:
        raw, options = _options(arguments)
        directory = Path(options.get("study", "."))
        text, path, counts = write_draft(
            raw, directory, home, options.get("name"), options.get("content")
        )
        _save(path, text)
    except UserError as error:
        print(f"labcohort: {error}", file=sys.stderr)
        return 1
    checks = text.count("# CHECK") + text.count(": CHECK")
    print(
        f"{path}: a draft of {counts}; {checks} guesses are marked CHECK\n"
        "  do:    hold each part against the file, correct it, and take its name out of"
        " `unconfirmed:`;\n         then: python workflow check " + str(directory)
    )
    return 0


def write_draft(
    raw: Path, directory: Path, home: Path, name: str | None = None, content: str | None = None
) -> tuple[str, Path, str]:
    """Text of the draft of a file, a folder or a pattern `raw`, the path for it in the study, and
    what it holds."""
    from labcohort.draft.choice import looked_at
    from labcohort.draft.entries import Entry
    from labcohort.draft.facts import load_facts
    from labcohort.draft.people import known_patients
    from labcohort.draft.raw_files import raw_files
    from labcohort.draft.source import draft_of
    from labcohort.draft.wanted import wanted_of
    from labcohort.draft.write import yaml_text

    _check_study(directory)
    facts = load_facts(home, directory)
    looked, file = looked_at(raw_files(raw, directory, content), directory, content, facts)
    name = _source_name(directory / file.value, directory, name)
    path = directory / "config" / "sources" / f"{name}.yaml"
    if path.exists():
        raise UserError(
            "the source is there already",
            where=str(path),
            rule="a draft writes over nothing",
            do="give the draft another name (--name NAME), or move the file away",
        )
    known, wanted = known_patients(directory), wanted_of(directory)
    made = draft_of(looked, file, facts, known, wanted, content)
    guesses = sorted({e.key for e in made.entries if e.is_guess})
    head = [
        f"DRAFT of a source, guessed from {Path(file.value).name}: nothing in it is confirmed.",
        "The numbers are scores (1: sure), no probabilities; CHECK marks what needs a person who",
        "knows the file. Correct each part, take its name out of `unconfirmed`, and remove that",
        "key when it is empty: until then a run refuses the source.",
        *made.remarks,
    ]
    text = yaml_text([Entry("unconfirmed", guesses), *made.entries], head)
    values = {e.key: e.value for e in made.entries}
    if made.content == "patients":
        return text, path, f"patients with {len(values['attributes'])} attributes"
    mapped, ignored = len(values.get("analytes", ())), len(values.get("ignore", ()))
    return text, path, f"results: {mapped} analytes mapped, {ignored} not"


def _options(arguments: list[str]) -> tuple[Path, dict[str, str]]:
    names, options, rest = {"--study", "--name", "--content"}, {}, []
    waiting = iter(arguments)
    for argument in waiting:
        option, _, value = argument.partition("=")
        if option in names:
            options[option[2:]] = value or next(waiting, "")
        else:
            rest.append(argument)
    known = options.get("content", "results") in ("results", "patients")
    if len(rest) != 1 or rest[0].startswith("--") or "" in options.values() or not known:
        raise UserError(
            "these arguments make no draft",
            where="python workflow draft " + " ".join(arguments),
            rule=USE,
            do="name one raw file, a folder, or a pattern in quotes, and options as above",
        )
    return Path(rest[0]), options


def _check_study(directory: Path) -> None:
    if not (directory / "config").is_dir():
        raise UserError(
            "this is no study: it has no folder config/",
            where=str(directory),
            rule="a draft is written into config/sources/ of a study",
            do="name the study's directory: --study DIRECTORY; `python workflow new DIRECTORY`"
            " begins one",
        )


def _source_name(raw: Path, directory: Path, name: str | None) -> str:
    """The name given, or one of the path's."""
    if name is None:
        from labcohort.draft.raw_files import source_name

        name = source_name(raw, directory)
    if not re.fullmatch("[a-z][a-z0-9_]*", name) or name == "done":
        raise UserError(
            f"a source cannot be called '{name}'",
            where="--name",
            rule="a source's name has the letters a-z, digits and _, a letter first",
            do="give another name",
        )
    return name


def _save(path: Path, text: str) -> None:
    """Write the draft, whole or not at all, and over nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UserError(
            f"the draft cannot be written: {error.strerror}",
            where=str(path),
            rule="a draft is a new file in config/sources/",
            do="make the folder writable, or name another study",
        ) from None
