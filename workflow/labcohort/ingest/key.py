"""The study's secret key, and what is made with it."""

import hashlib
import hmac
from functools import cache
from pathlib import Path

from labcohort.errors import UserError


def read_key(privacy: dict, directory: Path) -> bytes:
    """The study's key: the bytes of `key_file` (relative to the study), or the public one."""
    if "public_key" in privacy:
        return privacy["public_key"].encode()
    path = directory / privacy["key_file"]
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise UserError(
            f"the key of the pseudonyms cannot be read: {error.strerror}",
            where=f"config/config.yaml, privacy > key_file: {privacy['key_file']}",
            rule="persons are known by a pseudonym made with a secret key",
            do="make a key once, outside the repository: python workflow key FILE",
        ) from None
    if len(key) < 16:
        raise UserError(
            "the key of the pseudonyms is too short",
            where=f"config/config.yaml, privacy > key_file: {privacy['key_file']}",
            rule="a key has 16 characters or more, or its pseudonyms can be guessed",
            do="make a key once, outside the repository: python workflow key FILE",
        )
    return key


def key_fingerprint(key: bytes) -> str:
    """Tells one key from another without telling the key."""
    return hmac.new(key, b"labcohort key fingerprint", hashlib.sha256).hexdigest()[:12]


def digest(key: bytes, text: str) -> str:
    """The keyed pseudonym of a text: `p` and 16 hex digits of its HMAC-SHA256."""
    own = _begun(key).copy()
    own.update(text.encode())
    return "p" + own.hexdigest()[:16]


@cache
def _begun(key: bytes) -> hmac.HMAC:
    """To begin anew for each text takes longer, and so does a copy of what OpenSSL has begun."""
    return hmac.new(key, digestmod=lambda data=b"": hashlib.sha256(data))
