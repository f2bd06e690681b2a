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
_OPPOSITE: dict[bool | None, Answer] = {True: NO, False: YES, None: UNKNOWN}
_PLAIN: dict[bool | None, Answer] = {True: YES, False: NO, None: UNKNOWN}


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
        if answer.facts:
            facts = _joined(facts, answer.facts)
        if answer.missing:
            missing = _joined(missing, answer.missing)
    return Answer(truth, facts, missing) if facts or missing else _PLAIN[truth]


def any_of(answers: Iterable[Answer]) -> Answer:
    """Kleene's *or*: one Yes decides; every Yes gives its facts."""
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    truth: bool | None = False
    for answer in answers:
        if answer.truth:
            truth, facts = True, _joined(facts, answer.facts)
        elif not truth:
            truth = None if answer.truth is None else truth
            if answer.missing:
                missing = _joined(missing, answer.missing)
    if truth:
        return Answer(True, facts) if facts else YES
    return Answer(truth, (), missing) if missing else _PLAIN[truth]


def _joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """Both, each word once."""
    return distinct(one + other) if one and one != other else other


def not_(answer: Answer) -> Answer:
    if not answer.facts and not answer.missing:
        return _OPPOSITE[answer.truth]
    return answer if answer.truth is None else Answer(not answer.truth, answer.facts, answer.missing)


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
