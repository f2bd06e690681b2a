"""The closed list of questions a rule may ask: one small function each, answered yes, no or unknown.

``compile_question`` turns a question of the knowledge into a function of the evidence, once; asking is then a call.
An answer that is known already is taken from ``Evidence.answered`` without one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from clinical.knowledge import Knowledge
from clinical.knowledge import question_schema as asked
from clinical.reasoning.answers import NO, YES, Answer, all_of, any_of, not_
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.questions.analytes import about_analyte, analytes_in
from clinical.reasoning.questions.asking import LISTS, Ask, asked_once
from clinical.reasoning.questions.found import about_band, about_caution, about_finding, about_proposed
from clinical.reasoning.questions.lists import about_allergy, about_condition, about_medication, about_procedure
from clinical.reasoning.questions.person import (
    about_age,
    about_dialysis,
    about_pregnant,
    about_restless_legs,
    about_sex,
    about_trimester,
)

__all__ = ["LISTS", "Ask", "compile_condition", "compile_question"]

# Part of a question: the name under which its answer is kept, if it is, and how to ask for it.
Part = tuple[str | None, Ask]


def compile_question(question: Any, knowledge: Knowledge) -> Ask:
    """The function that answers ``question``. An unknown kind cannot occur: the schema is closed."""
    ask = _COMPILERS[type(question)](question, knowledge)
    name = _kept_name(question)
    return ask if name is None else asked_once(name, ask)


def compile_condition(question: Any, knowledge: Knowledge) -> Ask:
    """``compile_question`` for those who act on a yes alone: what most often speaks against it is asked first, and the
    rest is asked only if it does not."""
    if not isinstance(question, asked.AskAll):
        return compile_question(question, knowledge)
    parts = _parts(question.all, knowledge)
    by_telling = sorted(zip(question.all, parts, strict=True), key=lambda pair: _is_often_met(pair[0]))
    most_telling_first = tuple(part for _, part in by_telling)

    def ask(evidence: Evidence) -> Answer:
        recall = evidence.answered.get
        for name, one in most_telling_first:
            answer = recall(name) or one(evidence)
            if answer.truth is not True:
                return answer
        return all_of([recall(name) or one(evidence) for name, one in parts])

    return ask


def _is_often_met(question: object) -> bool:
    """Most patients are adults; few have just this result."""
    return not isinstance(question, (asked.AskAnalyte, asked.AskBand, asked.AskFinding, asked.AskAny))


def _parts(questions: Iterable[Any], knowledge: Knowledge) -> tuple[Part, ...]:
    return tuple((_kept_name(question), compile_question(question, knowledge)) for question in questions)


def _kept_name(question: Any) -> str | None:
    return sys.intern(repr(question)) if _rests_on_the_chart(question) else None


def _rests_on_the_chart(question: Any) -> bool:
    """Its answer stays what it is while rules are read; what has been found, proposed or warned of does not."""
    if isinstance(question, asked.AskNot):
        return _rests_on_the_chart(question.not_)
    if isinstance(question, asked.AskUnknown):
        return _rests_on_the_chart(question.unknown)
    return isinstance(question, _ABOUT_THE_CHART)


def _all(question: asked.AskAll, knowledge: Knowledge) -> Ask:
    parts = _parts(question.all, knowledge)

    def ask(evidence: Evidence) -> Answer:
        recall = evidence.answered.get
        answers = []
        for name, one in parts:
            answer = recall(name) or one(evidence)
            if answer.truth is False:  # most end here: what the others would say is not asked
                return answer
            answers.append(answer)
        return all_of(answers)

    return ask


def _any(question: asked.AskAny, knowledge: Knowledge) -> Ask:
    parts = _parts(question.any, knowledge)

    def ask(evidence: Evidence) -> Answer:
        recall = evidence.answered.get
        return any_of([recall(name) or one(evidence) for name, one in parts])

    return ask


def _not(question: asked.AskNot, knowledge: Knowledge) -> Ask:
    inner = compile_question(question.not_, knowledge)
    return lambda evidence: not_(inner(evidence))


def _unknown(question: asked.AskUnknown, knowledge: Knowledge) -> Ask:
    inner = compile_question(question.unknown, knowledge)

    def ask(evidence: Evidence) -> Answer:
        answer = inner(evidence)
        if answer.truth is not None:
            return NO
        return YES if evidence.chart.unread.isdisjoint(analytes_in(answer.missing)) else answer

    return ask


def _always(_: asked.AskAlways, __: Knowledge) -> Ask:
    return lambda _: YES


_ABOUT_THE_CHART = (
    asked.AskAnalyte, asked.AskBand, asked.AskCondition, asked.AskMedication, asked.AskAllergy, asked.AskProcedure,
    asked.AskAge, asked.AskSex, asked.AskPregnant, asked.AskTrimester, asked.AskDialysis, asked.AskRestlessLegs,
)  # fmt: skip
_COMPILERS: dict[type, Callable[[Any, Knowledge], Ask]] = {
    asked.AskAnalyte: about_analyte, asked.AskBand: about_band, asked.AskFinding: about_finding,
    asked.AskProposed: about_proposed,
    asked.AskCaution: about_caution, asked.AskCondition: about_condition, asked.AskMedication: about_medication,
    asked.AskAllergy: about_allergy, asked.AskProcedure: about_procedure, asked.AskAge: about_age,
    asked.AskSex: about_sex,
    asked.AskPregnant: about_pregnant, asked.AskTrimester: about_trimester, asked.AskDialysis: about_dialysis,
    asked.AskRestlessLegs: about_restless_legs, asked.AskAll: _all, asked.AskAny: _any, asked.AskNot: _not,
    asked.AskUnknown: _unknown, asked.AskAlways: _always,
}  # fmt: skip
