"""Three-valued answers. Unknown is not No: it says what is missing, and nothing is made of it.

``missing`` may also stand beside a No: "not on the problem list that was sent" where none was sent. Such a No lets a
proposal be made, but never ticked, and the gap is named with it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class Answer(msgspec.Struct, frozen=True, gc=False):
    """Yes (``True``), no (``False``) or unknown (``None``), the facts it rests on, and what was missing for it."""

    truth: bool | None
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def yes(self) -> bool:
        return self.truth is True


YES = Answer(True)
NO = Answer(False)
UNKNOWN = Answer(None)


def all_of(answers: Iterable[Answer]) -> Answer:
    """Kleene's *and*: one No decides; otherwise one unknown leaves it open."""
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    truth: bool | None = True
    for answer in answers:
        if answer.truth is False:
            return answer
        if answer.truth is None:
            truth = None
        facts += answer.facts
        missing += answer.missing
    return Answer(truth, distinct(facts), distinct(missing))


def any_of(answers: Iterable[Answer]) -> Answer:
    """Kleene's *or*: one Yes decides; every Yes gives its facts."""
    asked = tuple(answers)
    yes = [answer for answer in asked if answer.truth]
    if yes:
        return Answer(True, distinct(fact for answer in yes for fact in answer.facts))
    truth = None if any(answer.truth is None for answer in asked) else False
    return Answer(truth, (), distinct(word for answer in asked for word in answer.missing))


def not_(answer: Answer) -> Answer:
    return answer if answer.truth is None else Answer(not answer.truth, answer.facts, answer.missing)


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
