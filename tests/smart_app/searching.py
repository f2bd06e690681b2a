"""Looks for secrets where they must not be: as they are, encoded for an address, and inside Base64 and zlib."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote_to_bytes

from sqlalchemy import create_engine

from hosting.tables import metadata

_BASE64 = re.compile(rb"[A-Za-z0-9_+/-]{16,}={0,2}")


def found(secrets: Iterable[str], data: bytes) -> list[str]:
    """Which of the secrets are in ``data``, by the first letters of their name and value."""
    layers = [data, unquote_to_bytes(data), *_hidden(data)]
    return [secret[:12] for secret in secrets if any(_is_in(secret, layer) for layer in layers)]


def _is_in(secret: str, data: bytes) -> bool:
    spellings = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
    return any(spelling.encode() in data for spelling in spellings) or _in_base64(secret, data)


def _in_base64(secret: str, data: bytes) -> bool:
    """Base64 of a secret inside something longer looks three ways, by what stands before it."""
    for before in range(3):
        coded = base64.b64encode(b"x" * before + secret.encode())
        middle = coded[4 if before else 0 : -4]
        if middle in data or middle.translate(bytes.maketrans(b"+/", b"-_")) in data:
            return True
    return False


def _hidden(data: bytes) -> Iterator[bytes]:
    """What is packed in it: each word decoded, and unpacked where that works."""
    for word in set(_BASE64.findall(data)):
        for part in {word, word.lstrip(b"-_/+")}:
            try:
                decoded = base64.urlsafe_b64decode(part.replace(b"+", b"-").replace(b"/", b"_").rstrip(b"=") + b"===")
            except binascii.Error:
                continue
            yield decoded
            try:
                yield zlib.decompress(decoded)
            except zlib.error:
                continue


def stored_in(database_url: str) -> bytes:
    """All that a database holds: the files of SQLite, journal and memory included; every row of PostgreSQL."""
    if database_url.startswith("sqlite:///"):
        return files_in(Path(database_url.removeprefix("sqlite:///")).parent)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        rows = [row for table in metadata.sorted_tables for row in connection.execute(table.select())]
    engine.dispose()
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)


def files_in(folder: Path) -> bytes:
    """All that is stored there: the database, its journal and its memory."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
