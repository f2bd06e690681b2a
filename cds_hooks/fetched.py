"""What an EHR answered, put where prefetch would have brought it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from cds_hooks.prefetch import State
from cds_hooks.request import Answer
from clinical import Resource
from ehr_reader import (
    LABORATORY_KEY,
    CheckConnection,
    NextPage,
    Question,
    ReadFailed,
    TryAgainLater,
    is_whole_laboratory,
)
from ehr_reader import Answer as EhrAnswer


class Completed(NamedTuple):
    """``prefetch`` with all that could be had; ``failed`` tells by key what became of the rest."""

    prefetch: Mapping[str, Answer]
    failed: Mapping[str, State]


class Fetched:
    """Gathers answers. What was sent under a key stays beside them: it may name another patient's data."""

    def __init__(self, prefetch: Mapping[str, Answer]) -> None:
        self._prefetch = dict(prefetch)
        self._failed: dict[str, State] = {}

    def not_granted(self, keys: Iterable[str]) -> None:
        """Pages that prefetch left out are told as partial anyway; only what never came is told so."""
        self._failed |= {key: "not-granted" for key in keys if key not in self._prefetch}

    def take(self, key: str, question: Question, answer: EhrAnswer[Resource]) -> None:
        """``question`` is what was asked first for this key; the answer may be one to another, wider question."""
        if isinstance(question, NextPage):
            first = self._prefetch[key]
            if answer.pages and isinstance(first, Resource):
                self._prefetch[key] = _merged((first, *answer.pages))
        elif answer.pages:
            self._put(LABORATORY_KEY if is_whole_laboratory(answer.question) else key, _merged(answer.pages))
        elif answer.failure is not None:
            self._failed[key] = _state(answer.failure)

    def completed(self) -> Completed:
        return Completed(self._prefetch, self._failed)

    def _put(self, key: str, value: Resource) -> None:
        sent = self._prefetch.get(key)
        if sent is not None and sent != value:
            self._prefetch[f"{key} as sent"] = sent
        self._prefetch[key] = value


def _merged(pages: Sequence[Resource]) -> Resource:
    """One Bundle of all pages, with the last one's links: a ``next`` that is left there tells that more is to come.

    An OperationOutcome in place of a later page ends the chain before it.
    """
    first, *others = pages
    for page in others:
        if page.resource_type != "Bundle":
            break
        first = msgspec.structs.replace(first, entry=(*first.entry, *page.entry), link=page.link)
    return first


def _state(failure: ReadFailed) -> State:
    if isinstance(failure, TryAgainLater):
        return "unanswered"
    return "unreadable" if isinstance(failure, CheckConnection) else "refused"
