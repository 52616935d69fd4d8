"""Persons under a keyed pseudonym: the same person the same, another key another."""

import hashlib
import hmac
import re
import stat
import subprocess
import sys

import polars as pl
import pytest
from labcohort.errors import UserError
from labcohort.ingest.key import key_fingerprint, read_key
from labcohort.ingest.pseudonym import Pseudonyms
from labcohort.new_key import make_key

from tests.running import HOME

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


# ------------------------------------------------------------------------------- a key is made


def told(*arguments: str) -> tuple[int, str, str]:
    """`python workflow key …`: exit code, and what was printed on both streams."""
    command = [sys.executable, str(HOME / "workflow"), "key", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_the_command_makes_a_key_that_only_its_owner_reads(tmp_path):
    file = tmp_path / "study.key"
    code, said, errors = told(str(file))
    assert (code, errors) == (0, "")
    assert re.fullmatch(r"[0-9a-f]{64}\n", file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # the path as it goes into the configuration, and never the key
    assert f'key_file: "{file}"' in said and file.read_text().strip() not in said
    assert read_key({"key_file": str(file)}, tmp_path) == file.read_bytes().strip()


def test_no_key_is_made_twice(tmp_path):
    one, other = (make_key(tmp_path / name, HOME) for name in ("a.key", "b.key"))
    assert one.read_text() != other.read_text()
    before = one.read_text()
    code, said, errors = told(str(one))
    assert (code, said) == (1, "") and "there already" in errors
    assert one.read_text() == before


@pytest.mark.parametrize("marker", ["directory", "file"])  # a work tree added to another has a file
def test_no_key_is_made_in_a_work_tree_of_git(tmp_path, marker):
    tree = tmp_path / "study"
    (tree / "config").mkdir(parents=True)
    if marker == "directory":
        (tree / ".git").mkdir()
    else:
        (tree / ".git").write_text("gitdir: elsewhere\n")
    (tmp_path / "link").symlink_to(tree)
    for path in (tree / "x.key", tree / "config" / "x.key", tmp_path / "link" / "x.key"):
        with pytest.raises(UserError, match="in a repository") as caught:
            make_key(path, HOME)
        assert caught.value.where.endswith(f", in {tree}")
    assert not list(tmp_path.rglob("x.key"))


def test_no_key_is_made_in_the_project(tmp_path):
    # as it is unpacked from an archive, without git
    with pytest.raises(UserError, match="in a repository"):
        make_key(tmp_path / "labcohort" / "my-study" / "x.key", tmp_path / "labcohort")


@pytest.mark.parametrize("name", ["none/x.key", "."])
def test_a_key_that_cannot_be_written(tmp_path, name):
    code, _, errors = told(str(tmp_path / name))
    assert code == 1 and errors.startswith("labcohort: the ") and "Traceback" not in errors


@pytest.mark.parametrize("content", [None, "short"])
def test_who_has_no_key_is_told_how_to_make_one(tmp_path, content):
    if content:
        (tmp_path / "study.key").write_text(content)
    with pytest.raises(UserError) as caught:
        read_key({"key_file": "study.key"}, tmp_path)
    assert "python workflow key FILE" in caught.value.do
