"""Walks through questions: those inside a question, and those of an item."""

from __future__ import annotations

from collections.abc import Iterator

from clinical.knowledge.question_schema import AskAll, AskAny, AskNot, AskUnknown, Question
from clinical.knowledge.schema import Caution, Freshness, Proposal, Provenance, Statement


def parts(question: Question) -> Iterator[Question]:
    """``question`` itself, then every question inside it, outer before inner."""
    yield question
    for inner in _inside(question):
        yield from parts(inner)


def _inside(question: Question) -> tuple[Question, ...]:
    match question:
        case AskAll():
            return question.all
        case AskAny():
            return question.any
        case AskNot():
            return (question.not_,)
        case AskUnknown():
            return (question.unknown,)
        case _:
            return ()


def questions_of(item: Provenance) -> Iterator[Question]:
    """The outermost questions of an item: its ``when``, and those of its escalations or shorter limits."""
    when: Question | None = getattr(item, "when", None)
    if when is not None:
        yield when
    match item:
        case Caution(relevant_when=question) if question is not None:
            yield question
        case Statement():
            yield from (escalation.when for escalation in item.escalates)
            if item.speaks_when is not None:
                yield item.speaks_when
        case Proposal():
            yield from (variant.when for variant in item.variants)
        case Freshness():
            yield from (shorter.when for shorter in item.shorter)
        case _:
            return


def all_parts_of(item: Provenance) -> Iterator[Question]:
    """Every question of an item, inner ones included."""
    for question in questions_of(item):
        yield from parts(question)
