"""An HL7 v2 file as messages of segments: one message, several, or batches of them."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from labcohort.errors import UserError, place
from labcohort.ingest.readers.hl7_escapes import Separators
from labcohort.ingest.readers.limits import MAX_COLUMNS, MAX_RECORD, too_large
from labcohort.ingest.readers.unzip import open_raw

# segments of one message, which is held in memory; the longest real ones have some thousands
MAX_SEGMENTS = 100_000
# characters of one message; reports with pictures in base64 have some millions
MAX_MESSAGE = 4 * MAX_RECORD
# segments that no message of results ends with
_NEVER_LAST = ("MSH", "PID", "PD1", "PV1", "PV2", "ORC", "OBR")
# line ends that a program wrote out as text, as `\r` or `\r"`
_WRITTEN_END = re.compile(r'(?:\\[rn])+"?$')
# HL7 table 0211 to names that Python knows, where it does not know them as they are
_CHARSETS = {"GB 18030-2000": "gb18030", "BIG-5": "big5", "KS X 1001": "euc-kr"}


class Segment(NamedTuple):
    """One segment: the number of its line in the file, and fields by their HL7 number."""

    number: int
    fields: list[str]

    @property
    def name(self) -> str:
        return self.fields[0]

    def field(self, number: int) -> str:
        """Field `number` as it stands, empty where the segment ends before it."""
        return self.fields[number] if number < len(self.fields) else ""


@dataclass
class Message:
    """One message: its type as `ORU^R01`, its separators, its segments (MSH is the first)."""

    type: str
    separators: Separators
    segments: list[Segment]
    doubled: bool  # each backslash stands twice
    size: int = 0


def messages(path: Path, name: str, encoding: str) -> Iterator[Message]:
    """Messages of the file, in its order; blank lines, and FHS to FTS, are passed over.

    Segments are numbered by lines, as an editor counts them. UserError where a line is no
    segment or belongs to no message, where the file is cut short as far as that can be seen (an
    OBX without line end and status, a batch whose trailer counts more messages), or is in
    another character set than declared.
    """
    message, batch, batches, ended = None, None, 0, True
    for number, text, has_end in _lines(path, name, encoding):
        ended = has_end
        if text[:3] in ("FHS", "BHS", "BTS", "FTS"):
            if message:
                yield message
            message = None
            if text[:3] == "BHS":
                batch, batches = 0, batches + 1
            elif text[:3] == "BTS":
                _check_count(text, batch, "messages", number, name)
                batch = None
            elif text[:3] == "FTS":
                _check_count(text, batches or None, "batches", number, name)
        elif text[:3] == "MSH":
            if message:
                yield message
            message = _opened(text, number, name, encoding)
            batch = None if batch is None else batch + 1
        else:
            _add(message, text, number, name)
    if message:
        _check_end(message, ended, name)
        yield message


def _lines(path: Path, name: str, encoding: str) -> Iterator[tuple[int, str, bool]]:
    """Number and text of each line that is not blank, and whether the line has an end."""
    plain = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    number = 0
    try:
        with open_raw(path, name) as raw:
            file = io.TextIOWrapper(raw, encoding="utf-8-sig" if plain else encoding)
            while line := file.readline(MAX_RECORD + 1):
                number += 1
                if len(line) > MAX_RECORD:
                    raise too_large(f"more than {MAX_RECORD:,} characters", number, name)
                # blanks of Python are the marks of MLLP (0x0B, 0x1C) too
                text = _WRITTEN_END.sub("", line.strip())
                if text:
                    yield number, text, line.endswith("\n")
    except LookupError:
        raise UserError(
            f"unknown encoding '{encoding}'",
            where=f"{name} (its YAML, format > encoding)",
            rule="an encoding is one that Python knows: utf-8, gb18030, cp1252, utf-16 …",
            do="correct the encoding",
        ) from None
    except UnicodeError:
        raise UserError(
            f"the file is not {encoding}",
            where=f"{place(name, row=number + 1)} or below",
            rule="a file is read in the encoding that its YAML declares, never in a guessed one",
            do="correct format > encoding in the source's YAML",
        ) from None


def _opened(text: str, number: int, name: str, encoding: str) -> Message:
    """The message that an MSH begins."""
    mark = text[3:4]
    codes = text[4:].split(mark, 1)[0] if mark else ""
    # `^~\\&` is `^~\&` as a program writes it: it doubles each backslash of the message
    doubled = len(codes) == 5 and codes[2] == codes[3]
    found = mark + (codes[:3] + codes[4:] if doubled else codes)[:4]
    found += "|^~\\&"[len(found) :] if len(found) > 1 else ""
    if len(set(found)) != 5 or any(c.isalnum() or c.isspace() or c == '"' for c in found):
        raise UserError(
            "the MSH segment does not declare its separators",
            where=place(name, row=number),
            rule="MSH, the field's separator and up to five others begin a message: MSH|^~\\&",
            do="check that the file is HL7 v2 (format > type), and export it again",
        )
    separators = Separators(*found, encoding=encoding)
    fields = (text.replace(found[3] * 2, found[3]) if doubled else text).split(mark)
    header = Segment(number, ["MSH", mark, *fields[1:]])
    _check_charset(separators.repetitions(header.field(18))[0], encoding, number, name)
    kind = separators.parts(header.field(9))[:2]
    return Message("^".join(part for part in kind if part), separators, [header], doubled)


def _add(message: Message | None, text: str, number: int, name: str) -> None:
    """Put a line's segment to its message."""
    mark = message.separators.field if message else "|"
    if not re.fullmatch("[A-Z][A-Z0-9]{2}", text.split(mark, 1)[0]):
        raise UserError(
            "a line is no HL7 segment",
            where=place(name, row=number),
            rule="a segment begins with its name of three characters (OBX) and the separator",
            do="look for a line break inside a value, which HL7 writes as \\.br\\, or a file that"
            " is cut short; export it again",
        )
    if message is None:
        raise UserError(
            f"a segment {text[:3]} stands outside of any message",
            where=place(name, row=number),
            rule="a message begins with its MSH segment",
            do="check that the file is complete, and export it again",
        )
    by = message.separators
    message.size += len(text)
    if len(message.segments) >= MAX_SEGMENTS or message.size > MAX_MESSAGE:
        raise _too_large(f"{MAX_SEGMENTS:,} segments or {MAX_MESSAGE:,} characters", number, name)
    if max(map(text.count, (by.field, by.repetition, by.component))) > MAX_COLUMNS:
        raise _too_large(f"{MAX_COLUMNS:,} parts in a segment", number, name)
    if message.doubled:
        text = text.replace(by.escape * 2, by.escape)
    message.segments.append(Segment(number, text.split(mark)))


def _too_large(what: str, number: int, name: str) -> UserError:
    return UserError(
        f"the message has more than {what}",
        where=place(name, row=number),
        rule="a message is held in memory, so its size is limited",
        do="check that the file is HL7 v2 and complete, and export it again",
    )


def _check_count(text: str, found: int | None, what: str, number: int, name: str) -> None:
    """Hold the number in a trailer, where it has one, against what the file has."""
    declared = text[4:].split(text[3:4] or "|", 1)[0].strip()
    if found is not None and declared.isdecimal() and int(declared[:9]) != found:
        raise UserError(
            f"the trailer {text[:3]} counts {declared[:9]} {what}, the file has {found}",
            where=place(name, row=number),
            rule="a batch has as many messages, a file as many batches, as its trailer says",
            do="messages are lost, or there are more than the sender knew of: export it again",
        )


def _check_charset(declared: str, encoding: str, number: int, name: str) -> None:
    """Hold MSH-18 against the declared encoding; a name that Python does not know says nothing."""
    charset = declared.strip().upper()
    charset = _CHARSETS.get(charset, charset).replace("8859/", "iso-8859-")
    charset = charset.removeprefix("UNICODE ")
    try:
        theirs, ours = codecs.lookup(charset).name, codecs.lookup(encoding).name
    except LookupError:
        return
    # ASCII is part of all; CP1252 and GB 18030 have in them what stands beside them here
    wider = {("iso8859-1", "cp1252"), ("gbk", "gb18030"), ("gb2312", "gb18030"), ("gb2312", "gbk")}
    utf = all(codec.startswith("utf-16") for codec in (theirs, ours))
    same = theirs.removesuffix("-sig") == ours.removesuffix("-sig")
    if not (theirs == "ascii" or same or utf or (theirs, ours) in wider):
        raise UserError(
            f"the message says that its character set is {charset}, the YAML says {encoding}",
            where=place(name, row=number, column="MSH-18"),
            rule="the encoding of an HL7 file is that of MSH-18, where it is given",
            do=f"set format > encoding: {theirs} in the source's YAML, or have MSH-18 corrected",
        )


def _check_end(message: Message, ended: bool, name: str) -> None:
    """Refuse a last segment that was visibly cut. (A line end after it is often left out.)"""
    last = message.segments[-1]
    unfinished = last.name == "OBX" and not last.field(11)
    if not ended and (unfinished or (message.type[:3] == "ORU" and last.name in _NEVER_LAST)):
        raise UserError(
            f"the file ends in the middle of a message, in a segment {last.name}",
            where=place(name, row=last.number),
            rule="the last segment has a line end; without one, an OBX has its status (OBX-11)"
            " and a message its results",
            do="copy or export the file again; if it is complete, end its last line",
        )
