"""Asks an EHR several questions at once and hands back what came by the deadline.

One round; and a second one only for searches that the EHR wants worded otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Thread
from typing import Generic

from ehr_reader.asking import Access, Answer, Asking
from ehr_reader.deadline import Deadline
from ehr_reader.failures import AskDifferently, AskForAccess, ReadFailed
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
        """One answer per question, in their order; ready by the deadline, whatever the EHR does."""
        allowance = Allowance()
        answers = self._round(access, questions, deadline, allowance)
        reworded = _reworded(answers.values())
        if reworded:
            second = self._round(access, list(dict.fromkeys(reworded.values())), deadline, allowance)
            answers |= {question: second[query] for question, query in reworded.items()}
        return [answers[question] for question in questions]

    def close(self) -> None:
        """Closes idle connections."""
        self._transport.close()

    def _round(
        self, access: Access, questions: Iterable[Question], deadline: Deadline, allowance: Allowance
    ) -> dict[Question, Answer[P]]:
        running = {question: Asking(question, self._decode, self._transport, self._crowd) for question in questions}
        # Daemons: an EHR that drips its headers keeps a thread beyond the deadline, but never the process.
        threads = [Thread(target=one.run, args=(access, deadline, allowance), daemon=True) for one in running.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(deadline.remaining)
        return {question: one.answer() for question, one in running.items()}


def _reworded(answers: Iterable[Answer[P]]) -> Mapping[Question, Query]:
    """The searches that the EHR refused in this form, with what is to be searched instead: often one for several."""
    return {
        answer.question: instead
        for answer in answers
        if isinstance(answer.question, Query) and (instead := _instead(answer.question, answer.failure)) is not None
    }


def _instead(query: Query, failure: ReadFailed | None) -> Query | None:
    """With another parameter where one is missing; else without asking for anything along with it.

    Some EHRs take a scope for what is sent along, and deny the whole search (403) where the token lacks it.
    """
    if isinstance(failure, AskDifferently) and failure.required and query.otherwise is not None:
        return query.otherwise
    refused = isinstance(failure, AskDifferently | AskForAccess)
    return query.without_include() if refused and query.include else None
