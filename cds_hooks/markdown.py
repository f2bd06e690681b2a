"""Makes text safe inside a card's detail, which EHRs render as GitHub Flavored Markdown and often with raw HTML.

What laboratories and problem lists contain must come out as the same words, never as a heading, a link or a tag.
Source: CDS Hooks section Card Attributes (``detail``); GFM sections 2.4 (backslash escapes) and 6.9 (autolinks).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# They turn the direction of writing: "51" would be read as "15".
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKUP = re.compile(r"[\\`*_\[\]#<>|~&@]")
# The same, and whatever is no printable character of ASCII.
_TO_BE_LOOKED_AT = bytes((*range(0x20), *range(0x7F, 0x100))) + b"\\`*_[]#<>|~&@"
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ADDRESS = re.compile(r"(?<=:)//|(?<=www)\.", re.IGNORECASE)
# Splits what would become a link, unseen. A backslash does not, in clients that look for addresses after parsing.
_ZERO_WIDTH_SPACE = "\u200b"
_LIST_MARK = re.compile(r"(\d{0,9})(?=[-+.)](?:[ -]|$))")
_BEGINS_A_LIST = frozenset("-+.)0123456789")


def escape(text: str) -> str:
    """``text`` on one line, with whatever Markdown or HTML would read as markup made literal."""
    line = text.strip() if _is_plain(text) else _without_markup(text)
    if "//" in line or "www" in line.lower():
        line = _ADDRESS.sub(rf"{_ZERO_WIDTH_SPACE}\g<0>{_ZERO_WIDTH_SPACE}", line)
    if line[:1] in _BEGINS_A_LIST:
        line = _LIST_MARK.sub(r"\1\\", line, count=1) if _LIST_MARK.match(line) else line
    return line


@lru_cache(maxsize=2048)
def escape_own(text: str) -> str:
    """The same for words of the knowledge or of this code alone, never a patient's: they may be kept."""
    return escape(text)


def plain(text: str) -> str:
    """``text`` on one line, for members that are not Markdown; what could open an HTML tag is made harmless."""
    line = _on_one_line(text)
    return _TAG.sub("\u2039", line) if "<" in line else line


@lru_cache(maxsize=1024)
def plain_own(text: str) -> str:
    """The same for words of the knowledge or of this code alone, never a patient's: they may be kept."""
    return plain(text)


def section(title: str, lines: Iterable[str], *, numbered: bool = False) -> str:
    """A list of lines that are Markdown already. The title is bold text: EHRs draw real headings very large."""
    if numbered:
        items = "\n".join([f"{number}. {line}" for number, line in enumerate(lines, 1)])
    else:
        items = "\n".join([f"- {line}" for line in lines])
    return f"**{title}**\n\n{items}" if items else ""


def _is_plain(text: str) -> bool:
    """Most sentences are. To take bytes away and to count is quicker than any search, for one of many characters."""
    data = text.encode(errors="surrogatepass")
    return len(data.translate(None, _TO_BE_LOOKED_AT)) == len(data)


def _without_markup(text: str) -> str:
    line = _MARKUP.sub(_literal, _on_one_line(text))
    return line.replace("](", "]\\(")  # round brackets mean a link only right behind a square one


def _on_one_line(text: str) -> str:
    if text.isprintable():
        return text.strip()
    return _SPACE.sub(" ", _DIRECTION.sub("", text)).strip()


def _literal(found: re.Match[str]) -> str:
    mark, place, text = found[0], found.start(), found.string
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    match mark:
        case "<" if after.isalpha() or after in "/!?":
            # A backslash would not do where a client reads HTML before Markdown. "<3 ng/mL" stays readable.
            return "&lt;"
        case "_" if before.isalnum() and after.isalnum():
            return mark  # inside a word it means nothing, and our rules have names such as IRON.RLS_LOW
        case "&" if not (after == "#" or after.isalpha()):
            return mark
        case "@":
            return f"{_ZERO_WIDTH_SPACE}{mark}{_ZERO_WIDTH_SPACE}"
        case _:
            return f"\\{mark}"
