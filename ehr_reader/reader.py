"""Asks an EHR several questions at once and hands back what came by the deadline.

One round; and a second one only for searches that the EHR wants worded otherwise, or does not take joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Thread
from typing import Generic

from ehr_reader.asking import Access, Answer, Asking
from ehr_reader.deadline import Deadline
from ehr_reader.failures import AskDifferently, AskForAccess, ReadFailed
from ehr_reader.joined_searches import joined, may_be_asked_apart, shares
from ehr_reader.paging import P
from ehr_reader.queries import Query, Question
from ehr_reader.shares import Allowance, Crowd
from ehr_reader.transport import Transport


class EhrReader(Generic[P]):
    """``decode`` makes a page of an answer's bytes and raises ValueError where they are no JSON resource."""

    def __init__(self, decode: Callable[[bytes], P]) -> None:
        self._decode = decode
        self._transport = Transport()
        self._crowd = Crowd()

    def read(self, access: Access, questions: Sequence[Question], deadline: Deadline) -> list[Answer[P]]:
        """One answer per question, in their order; ready by the deadline, whatever the EHR does.

        Questions that had a search in common have its ``question`` in common, and each its own share of the pages.
        """
        base = access.base.rstrip("/")
        asked = joined(questions, base)
        with self._crowd.chart(base) as allowance:
            first = self._round(access, asked.values(), deadline, allowance)
            again = {one: other for one, search in asked.items() if (other := _other(one, first[search]))}
            second = self._round(access, again.values(), deadline, allowance) if again else {}
        shared = shares(asked, {search: answer.pages for search, answer in first.items()})
        answers = {question: first[search]._replace(pages=shared[question]) for question, search in asked.items()}
        answers |= {question: second[other] for question, other in again.items()}
        return [answers[question] for question in questions]

    def close(self) -> None:
        """Closes idle connections."""
        self._transport.close()

    def _round(
        self, access: Access, questions: Iterable[Question], deadline: Deadline, allowance: Allowance
    ) -> dict[Question, Answer[P]]:
        running = {one: Asking(one, self._decode, self._transport, self._crowd) for one in dict.fromkeys(questions)}
        # Daemons: an EHR that drips its headers keeps a thread beyond the deadline, but never the process.
        threads = [Thread(target=one.run, args=(access, deadline, allowance), daemon=True) for one in running.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(deadline.remaining)
        return {question: one.answer() for question, one in running.items()}


def _other(question: Question, answer: Answer[P]) -> Question | None:
    """What is to be asked instead, if anything, where the EHR did not take the search: often one for several."""
    search = answer.question
    if isinstance(search, Query) and (instead := _instead(search, answer.failure)) is not None:
        return instead
    apart = search != question and not answer.pages and may_be_asked_apart(answer.failure)
    return question if apart else None


def _instead(query: Query, failure: ReadFailed | None) -> Query | None:
    """With another parameter where one is missing; else without asking for anything along with it.

    Some EHRs take a scope for what is sent along, and deny the whole search (403) where the token lacks it.
    """
    if isinstance(failure, AskDifferently) and failure.required and query.otherwise is not None:
        return query.otherwise
    refused = isinstance(failure, AskDifferently | AskForAccess)
    return query.without_include() if refused and query.include else None
