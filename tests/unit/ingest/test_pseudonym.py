"""Persons under a keyed pseudonym: the same person the same, another key another."""

import hashlib
import hmac
import re

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.ingest.key import key_fingerprint, read_key
from labcohort.ingest.pseudonym import Pseudonyms

KEY = b"a key of the tests, long enough"


def pseudonyms(key=KEY, **how):
    """The function from one id to its pseudonym."""
    return lambda text: Pseudonyms(key, how).of(pl.Series([text])).item()


def test_the_pseudonym_is_the_hmac_of_the_id():
    # RFC 2104 by the standard library, cut to 16 hex digits
    expected = "p" + hmac.new(KEY, b"A-001", hashlib.sha256).hexdigest()[:16]
    assert pseudonyms(KEY)("A-001") == expected


@pytest.mark.parametrize(
    "text", [" A-001", "A-001 ", "\tA-001\n", "　A-001", "Ａ－００１", "A-001\u00a0"]
)
def test_blanks_and_full_width_characters_do_not_make_another_person(text):
    pseudonym = pseudonyms(KEY)
    assert pseudonym(text) == pseudonym("A-001")


@pytest.mark.parametrize("text", ["a-001", "A001", "A-0010", "A 001"])
def test_another_id_is_another_person(text):
    pseudonym = pseudonyms(KEY)
    assert pseudonym(text) != pseudonym("A-001")


def test_another_key_gives_another_pseudonym():
    assert pseudonyms(KEY)("A-001") != pseudonyms(KEY + b"!")("A-001")


@pytest.mark.parametrize("text", ["", "  ", "　"])
def test_an_empty_id_is_nobody(text):
    assert pseudonyms(KEY)(text) is None


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Z1-01", "Z1"),
        ("Z1-02-03", "Z1"),
        ("Z1", "Z1"),
        ("Z1 -01", "Z1"),
        ("Ｚ１－０１", "Z1"),
        ("-01", None),
        (" -01", None),
    ],
)
def test_before_cuts_the_visit_off_the_id(text, person):
    expected = None if person is None else pseudonyms(KEY)(person)
    assert pseudonyms(before="-")(text) == expected


def test_the_public_key_of_a_demo(tmp_path):
    assert read_key({"public_key": "labcohort demo key"}, tmp_path) == b"labcohort demo key"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_key_file_is_read_without_its_line_end(tmp_path, ending):
    (tmp_path / "study.key").write_bytes(KEY + ending.encode())
    assert read_key({"key_file": "study.key"}, tmp_path) == KEY


def test_a_short_key_is_refused_without_telling_it(tmp_path):
    (tmp_path / "study.key").write_text("secret-15-chars\n")
    with pytest.raises(UserError, match="too short") as caught:
        read_key({"key_file": "study.key"}, tmp_path)
    assert "secret-15-chars" not in str(caught.value)


def test_a_key_of_sixteen_characters_will_do(tmp_path):
    (tmp_path / "study.key").write_text("sixteen-chars-ok")
    assert read_key({"key_file": "study.key"}, tmp_path) == b"sixteen-chars-ok"


@pytest.mark.parametrize("make", [None, "directory"])
def test_a_key_that_cannot_be_read(tmp_path, make):
    if make:
        (tmp_path / "study.key").mkdir()
    with pytest.raises(UserError, match="cannot be read") as caught:
        read_key({"key_file": "study.key"}, tmp_path)
    assert caught.value.where == "config/config.yaml, privacy > key_file: study.key"


def test_a_fingerprint_tells_keys_apart_and_holds_none():
    assert key_fingerprint(KEY) == key_fingerprint(KEY)
    assert key_fingerprint(KEY) != key_fingerprint(KEY + b"!")
    assert re.fullmatch(r"[0-9a-f]{12}", key_fingerprint(KEY))
    assert KEY.hex()[:12] != key_fingerprint(KEY)
