"""What a token permits to read, in SMART's grammar of scopes, version 1 (``.read``) and 2 (``.rs``).

Source: SMART App Launch 2.2 section Scopes for requesting FHIR Resources. ``r`` reads by id, ``s`` searches; ``.read``
of version 1 is ``.rs``. What is not understood permits nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import parse_qsl

from ehr_reader.queries import NextPage, Parameters, Query, Question

_SCOPE = re.compile(
    r"(?P<level>patient|user|system)/(?P<type>[A-Za-z]+|\*)\.(?:(?P<v1>read|write|\*)|(?P<v2>c?r?u?d?s?))"
    r"(?:\?(?P<filter>\S+))?"
)
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}


class _Grant(NamedTuple):
    resource_type: str
    letters: str
    filters: Parameters


class Scopes:
    """``one_patient``: whether the token names the one patient whom its ``patient/`` scopes are about.

    Where it does not, those scopes permit nothing: they might be about somebody else, whose silence would then be
    taken for this patient's.
    """

    def __init__(self, text: str, *, one_patient: bool) -> None:
        self._grants = tuple(_grants(text, one_patient))

    def permitted(self, question: Question) -> Question | None:
        """The question as it may be asked, with the filter that a scope demands; None if it may not be.

        Nothing is asked to be sent along that the token may not read.
        """
        if isinstance(question, Query) and question.include and not self._may_read(question.include.resource_type):
            question = question.without_include()
        letter = "r" if isinstance(question, Query) and question.id is not None else "s"
        fitting = [
            grant
            for grant in self._grants
            if grant.resource_type in ("*", question.resource_type) and letter in grant.letters
        ]
        if any(not grant.filters for grant in fitting):
            return question
        if isinstance(question, NextPage):
            return question if fitting else None  # the link was made by the EHR, under these very scopes
        return next((narrowed for grant in fitting if (narrowed := _narrowed(question, grant.filters))), None)

    def _may_read(self, resource_type: str) -> bool:
        """Any resource of the type, by its reference."""
        return any(
            grant.resource_type in ("*", resource_type) and "r" in grant.letters and not grant.filters
            for grant in self._grants
        )


def _grants(text: str, one_patient: bool) -> Iterator[_Grant]:
    for word in text.split():
        found = _SCOPE.fullmatch(word)
        if found is None or (found["level"] == "patient" and not one_patient):
            continue
        letters = _VERSION_1[found["v1"]] if found["v1"] else found["v2"] or ""
        filters = tuple(parse_qsl(found["filter"] or "", keep_blank_values=True))
        if not found["filter"] or filters:
            yield _Grant(found["type"], letters, filters)


def _narrowed(query: Query, filters: Parameters) -> Query | None:
    """``query`` with the filters, if they take nothing away from what it asks for."""
    held = {(name, _code(value)) for name, value in (*query.parameters, *query.within)}
    if query.id is not None or not all((name, _code(value)) in held for name, value in filters):
        return None
    narrowed = query.with_parameters(filters)
    return narrowed if query.otherwise is None else _with_fallback(narrowed, _narrowed(query.otherwise, filters))


def _with_fallback(query: Query, otherwise: Query | None) -> Query:
    return replace(query, otherwise=otherwise)


def _code(token: str) -> str:
    """``system|code`` and plain ``code`` are compared by the code."""
    return token.rpartition("|")[2]
