"""What a printed page says, sheet by sheet: the text of a PDF as Chromium writes it (no library for PDFs is locked)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(?<!\d)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\n(.*?)\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(F\d+) (\d+) 0 R")
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)> Tj|\[(.*?)\] ?TJ|ET")
_RANGE = re.compile(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4,})>")
_SINGLE = re.compile(rb"^<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4,})>$", re.MULTILINE)
Letters = dict[int, str]


def sheets(pdf: bytes) -> list[str]:
    """The text of each page, without spaces, since PDFs place words and need none."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    pages = (body for body in objects.values() if b"/Type /Page\n" in body)
    return ["".join("".join(_letters(page, objects)).split()) for page in pages]


def _letters(page: bytes, objects: dict[int, bytes]) -> Iterator[str]:
    fonts = {name: _alphabet(objects[int(number)], objects) for name, number in _FONT.findall(page)}
    letters: Letters = {}
    for font, plain, spaced in _SHOWN.findall(_unpacked(objects[_reference(b"Contents", page)])):
        letters = fonts[font] if font else letters
        glyphs = plain or b"".join(re.findall(rb"<([0-9A-Fa-f]+)>", spaced))
        yield "".join(letters.get(int(glyphs[at : at + 4], 16), "?") for at in range(0, len(glyphs), 4))


def _alphabet(font: bytes, objects: dict[int, bytes]) -> Letters:
    """Which letter each glyph of a font stands for."""
    table = _unpacked(objects[_reference(b"ToUnicode", font)])
    letters = {int(glyph, 16): _text(letter) for glyph, letter in _SINGLE.findall(table)}
    for first, last, letter in _RANGE.findall(table):
        for step in range(int(last, 16) - int(first, 16) + 1):
            letters[int(first, 16) + step] = chr(int(letter, 16) + step)
    return letters


def _reference(name: bytes, body: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found, name
    return int(found[1])


def _unpacked(body: bytes) -> bytes:
    stream = _STREAM.search(body)
    assert stream
    return zlib.decompress(stream[1]) if b"/FlateDecode" in body else stream[1]


def _text(letter: bytes) -> str:
    return bytes.fromhex(letter.decode()).decode("utf-16-be")
