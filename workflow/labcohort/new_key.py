"""Make a study's secret key: once, in a file that no repository holds."""

import os
import secrets
import sys
from pathlib import Path

from labcohort.errors import UserError

BYTES = 32


def new_key(file: str, home: Path) -> int:
    """Make the key and say what to do with it; exit code 0, or 1 where it cannot be."""
    try:
        path = make_key(Path(file), home)
    except UserError as error:
        print(f"labcohort: {error}", file=sys.stderr)
        return 1
    print(f"a new key is in {path}; name it in the study's config/config.yaml:")
    print(f'privacy:\n  key_file: "{path}"')
    print("Keep a copy where only you can read it: without it no person can be found again.")
    return 0


def make_key(path: Path, home: Path) -> Path:
    """Write a new key of 64 hex digits, for its owner's eyes alone, to `path`; its full path.

    UserError where the file exists, cannot be written, or lies in the project (`home`) or in a
    work tree of git.
    """
    path = path.expanduser().resolve()
    _check_is_outside(path, home.resolve())
    try:
        # never over another key: the pseudonyms made with it would be lost
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UserError(
            "the file is there already",
            where=str(path),
            rule="a key is made once: with another, all persons have other pseudonyms",
            do="use the key that is there, or name another file",
        ) from None
    except OSError as error:
        raise UserError(
            f"the key cannot be written: {error.strerror}",
            where=str(path),
            do="name a file in a directory that exists and that you may write to",
        ) from None
    with open(opened, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(BYTES) + "\n")
    return path


def _check_is_outside(path: Path, home: Path) -> None:
    """UserError where the path is in the project, or where git would see it."""
    folders = path.parents
    tree = home if home in folders else next((f for f in folders if (f / ".git").exists()), None)
    if tree is not None:
        raise UserError(
            "a key must not lie in a repository",
            where=f"{path}, in {tree}",
            rule="who has the key and the pseudonyms can find the persons: it is never committed",
            do="name a file outside, as in your home directory",
        )
