"""Does a laboratory's own name for a test name one of our analytes? Source: laboratory_names.toml."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from terminology.tables import name_table

_NOT_A_WORD = re.compile(r"[\W_]+")
# LOINC's property stands between a test and its specimen: "Folate [Mass/volume] in Red Blood Cells".
_LOINC_PROPERTY = re.compile(r"\[(mass|moles|molar|volume|entitic|enzymatic)\b[^\]]*\]", re.IGNORECASE)


def plain_words(text: str) -> str:
    """The words of a text, lower-case, without accents and punctuation, one space before, between and after them."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return f" {_NOT_A_WORD.sub(' ', letters).strip()} "


def any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Finds any of these names as whole words in ``plain_words``; where several begin, the longest."""
    longest_first = sorted({plain_words(name).strip() for name in names}, key=len, reverse=True)
    return re.compile(rf"(?<= )(?:{'|'.join(map(re.escape, longest_first))})(?= )")


@cache
def _analyte_of_name() -> dict[str, str]:
    listed: dict[str, list[str]] = name_table()["analytes"]
    return {plain_words(name).strip(): id for id, names in listed.items() for name in names}


@cache
def _ours() -> re.Pattern[str]:
    return any_of(_analyte_of_name())


@cache
def _others() -> re.Pattern[str]:
    return any_of(name_table()["others"]["names"])


@lru_cache(maxsize=4096)
def named_analyte(text: str) -> str | None:
    """The analyte that a test's name speaks of ("Serum CRP", "IJzer"), or ``None``.

    ``None`` too for well-known neighbours (HbA1c, oxygen saturation of haemoglobin, albumin/creatinine ratio). It is
    there to say that a result could not be used, never to use it: a name tells neither specimen nor property.
    """
    words = plain_words(_LOINC_PROPERTY.sub(" ", text))
    if _others().search(words):
        return None
    found = [_analyte_of_name()[match] for match in _ours().findall(words)]
    derived = [id for id in found if id in name_table()["derived"]]
    return next(iter(derived + found), None)
