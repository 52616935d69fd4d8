"""The raw files of a study: that they are there, and what tells one version from another."""

from pathlib import Path

from labcohort.errors import UserError
from labcohort.ingest.key import key_fingerprint, read_key
from labcohort.ingest.source_names import by_shown_name, shown_names
from labcohort.memory import Memory
from labcohort.provenance import file_digest
from labcohort.study.paths import study_paths


def raw_files(study, source: str, directory: Path, key: str = "file") -> list[str]:
    """Names of a source's raw files, from the study's directory; UserError where one is not fit.

    What the source has under `key` (`file`, or `previous`) is a path or a pattern (`data/*.hl7`),
    whose hits are taken in the order of their names.
    """
    name = study.sources[source][key]
    where = f"config/sources/{source}.yaml, {key}: {name}"
    paths = study_paths(directory, name, where, study.config["data_folders"])
    names = [_from_study(path, directory) for path in paths]
    for found, shown in shown_names(name, names).items():
        # of the study's own directory Snakemake sees nothing
        _check_name(found, where)
        _check_file(directory / found, where if found == name else f"{where}, {shown}")
    return names


def _from_study(path: Path, directory: Path) -> str:
    """A path as it is named from the study's directory."""
    return str(path.relative_to(directory) if path.is_relative_to(directory) else path)


def _check_name(name: str, where: str) -> None:
    if set(name) & set("{}"):
        raise UserError(
            "the raw file's name has a brace",
            where=where,
            rule="braces are Snakemake's sign for a wildcard",
            do="rename the file",
        )


def _check_file(path: Path, where: str) -> None:
    if not path.exists():
        raise UserError(
            "the raw file is not there",
            where=where,
            rule="file is a path from the study's directory to an export",
            do="put the export there, or correct the path",
        )
    if not path.is_file():
        raise UserError(
            "the raw file is a directory",
            where=where,
            rule="file is a path to one export, or a pattern such as data/*.csv",
            do="name a file in that directory, or the pattern of its files",
        )
    if path.stat().st_size == 0:
        raise UserError(
            "the raw file is empty",
            where=where,
            rule="an export has a header and data",
            do="fetch the export again",
        )


def raw_digests(
    study, source: str, directory: Path, memory: Memory, key: str = "file"
) -> dict[str, str]:
    """Digest of each raw file's content: what makes its job run again, whatever its times say."""
    pattern = study.sources[source][key]
    shown = shown_names(pattern, raw_files(study, source, directory, key))
    return {
        file: _digest(directory / file, f"config/sources/{source}.yaml, {key}: {name}", memory)
        for file, name in shown.items()
    }


def check_corrected(study, raw: dict[str, dict[str, str]]) -> None:
    """UserError where a correction is of another file than the one that is called so now.

    `raw` is source -> file -> digest, of the sources that have corrections. Without this the place
    of one person's result could be that of another's, after a file was added to a pattern.
    """
    digests = {
        source: by_shown_name(study.sources[source]["file"], files) for source, files in raw.items()
    }
    for number, row in enumerate(study.tables["corrections"], 2):
        own = digests[row["source"]]
        if row["sha256"] is None or _begins(own.get(row["file"], ""), row["sha256"]):
            continue
        same = [shown for shown, known in own.items() if _begins(known, row["sha256"])]
        raise UserError(
            "the file that was corrected is not the one that is called so now",
            where=f"config/corrections.tsv, row {number}, column 'sha256'",
            rule="sha256 begins the digest of the very file that was corrected; a file that is"
            " added to a pattern moves the numbers of those after it",
            do=f"correct `file`: that file is now called '{same[0]}'"
            if same
            else "that file is not there any more: if it was sent anew, compare the new one with"
            " the correction and renew `file` and `sha256`; else remove the row",
        )


def _begins(known: str, given: str) -> bool:
    """Whether two beginnings of digests are of one digest."""
    length = min(len(known), len(given))
    return length > 0 and known[:length] == given[:length].lower()


def _digest(path: Path, where: str, memory: Memory) -> str:
    try:
        return file_digest(path, memory)
    except OSError as error:
        raise UserError(
            f"the raw file cannot be read: {error.strerror}",
            where=where,
            rule="raw files are readable",
            do="correct the file's permissions",
        ) from None


def key_of(study, directory: Path) -> str:
    """Fingerprint of the key of the study's pseudonyms."""
    return key_fingerprint(read_key(study.config["privacy"], directory))
