"""Entities of an RO-Crate: mappings with an `@id` and an `@type`."""

import base64
from urllib.parse import quote

# ending of a file -> its media type
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".yaml": "application/yaml",
    ".zip": "application/zip",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SPDX = "https://spdx.org/licenses/"


def to(*ids: str) -> dict | list[dict]:
    """A reference to one entity, or to several."""
    found = [{"@id": identifier} for identifier in ids]
    return found[0] if len(found) == 1 else found


def media_type(name: str) -> str:
    """The media type of a file by its ending; of one without a known ending plain text."""
    return MEDIA_TYPES.get("." + name.rpartition(".")[2], "text/plain")


def part(path: str, size: int, sha256: str, **more: object) -> dict:
    """A file of the crate: its `path` from the crate's root, its `size` in bytes."""
    return {
        "@id": quote(path),
        "@type": "File",
        "name": path,
        "encodingFormat": media_type(path),
        "contentSize": str(size),
        "sha256": sha256,
        **more,
    }


def kept_back(place: str, name: str, **more: object) -> dict:
    """A file that is no part of the crate and is told by its content alone: its id, within the
    description, is `#` and a place."""
    kind = {"encodingFormat": media_type(name)}
    return {"@id": "#" + quote(place), "@type": "File", "name": name, **kind, **more}


def named_by_hash(begins: str) -> str:
    """The name of a file by the first 16 hex digits of its SHA-256: RFC 6920, with the hash cut to
    64 bits (sha-256-64)."""
    value = base64.urlsafe_b64encode(bytes.fromhex(begins)).decode().rstrip("=")
    return f"ni:///sha-256-64;{value}"


def licence(said: str) -> dict:
    """A licence by its address, or by its SPDX identifier."""
    address = said if said.startswith(("http://", "https://")) else SPDX + said
    return {"@id": address, "@type": "CreativeWork", "name": said, "url": address}
