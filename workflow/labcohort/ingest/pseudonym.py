"""Persons under a keyed pseudonym; the only room that sees a real id."""

import unicodedata
from functools import cache

import polars as pl

from labcohort.ingest.key import digest
from labcohort.runs import by_run

# between the parts of what identifies a person; no part holds it
BETWEEN = "\n"


class Pseudonyms:
    """From what a source's `person` says (`how`), and the study's `key`, to pseudonyms."""

    def __init__(self, key: bytes, how: dict):
        self.key, self.how = key, how
        # half as large as a cache, of millions of persons
        self.known: dict[str, str | None] = {}
        self._one = cache(self._pseudonym)

    def of(self, ids: pl.Series, groups: pl.Series | None = None) -> pl.Series:
        """Pseudonyms of persons' ids: `p` and 16 hex digits; null for an empty id.

        HMAC-SHA256 of the id, blanks trimmed and full-width characters folded (NFKC); `before`
        cuts the id off at that text, `length` after so many characters; with `groups` an id
        counts within its group (`within`).
        """
        if groups is None:
            return by_run(self._named, ids)
        pairs = ids, groups
        return by_run(lambda *some: pl.Series(map(self._one, *some), dtype=pl.String), *pairs)

    def same(self, columns: list[pl.Series]) -> pl.Series:
        """What tells whether two ids are one human being: a pseudonym of the columns `same`.

        Case and blanks do not count; null where one of the columns is empty.
        """
        return pl.Series(map(self._joint, *columns), dtype=pl.String)

    def of_records(self, ids: pl.Series) -> pl.Series:
        """Keyed digests of the ids of records; null for an empty one."""
        return pl.Series(
            [digest(self.key, text) if text else None for text in ids], dtype=pl.String
        )

    def _named(self, ids: pl.Series) -> pl.Series:
        different = ids.unique().to_list()
        for text in different:
            if text not in self.known:
                self.known[text] = self._pseudonym(text, None)
        named = [self.known[text] for text in different]
        return ids.replace_strict(different, named, return_dtype=pl.String)

    def _pseudonym(self, text: str, group: str | None) -> str | None:
        identity = _folded(text)
        if "before" in self.how:
            identity = identity.split(self.how["before"], 1)[0].strip()
        identity = identity[: self.how.get("length")].strip()
        if not identity:
            return None
        return digest(
            self.key, identity if group is None else BETWEEN.join([_folded(group), identity])
        )

    def _joint(self, *parts: str) -> str | None:
        folded = [" ".join(_folded(part).casefold().split()) for part in parts]
        return digest(self.key, BETWEEN.join(folded)) if all(folded) else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
