"""A raw file's bytes, unzipped where it is a gzip file."""

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO

from labcohort.errors import UserError

# bytes out of one file
MAX_UNZIPPED = 64 << 30
# bytes out for a byte in: deflate ends at 1,032, which only one row without end comes near
MAX_RATIO = 1000
# a small file of blanks may have any ratio and does no harm
RATIO_FROM = 64 << 20


def open_raw(path: Path, name: str) -> BinaryIO:
    """The file's bytes, unzipped if it starts as gzip does (several members too).

    UserError, while it is read, where the gzip is damaged or grows beyond the limits above.
    """
    file = path.open("rb")
    if file.peek(2)[:2] != b"\x1f\x8b":
        return file
    return io.BufferedReader(_Unzipped(file, name), 1 << 17)


class _Unzipped(io.RawIOBase):
    """A gzip file's content, counted against what was read for it."""

    def __init__(self, file: BinaryIO, name: str):
        self.file, self.name, self.given = file, name, 0
        self.content = gzip.GzipFile(fileobj=file)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        try:
            size = self.content.readinto(buffer)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise UserError(
                "the gzip file is damaged or cut short",
                where=self.name,
                rule="a file that starts as gzip does is unzipped to its end",
                do="copy or export the file again",
            ) from None
        self.given += size
        grows = self.given > RATIO_FROM and self.given > MAX_RATIO * self.file.tell()
        if grows or self.given > MAX_UNZIPPED:
            raise UserError(
                "the gzip file grows without measure",
                where=self.name,
                rule=f"it may unzip to {MAX_UNZIPPED >> 30} GiB, and from {RATIO_FROM >> 20} MiB"
                f" on to {MAX_RATIO:,} times its size",
                do="check where the file comes from",
            )
        return size

    def close(self) -> None:
        self.content.close()
        self.file.close()
        super().close()
