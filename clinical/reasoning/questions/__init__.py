"""The closed list of questions a rule may ask: one small function each, answered yes, no or unknown.

``compile_question`` turns a question of the knowledge into a function of the evidence, once; asking is then a call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clinical.knowledge import Knowledge
from clinical.knowledge import question_schema as asked
from clinical.reasoning.answers import NO, YES, Answer, all_of, any_of, not_
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.questions.analytes import about_analyte
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

__all__ = ["LISTS", "Ask", "compile_question"]


def compile_question(question: Any, knowledge: Knowledge) -> Ask:
    """The function that answers ``question``. An unknown kind cannot occur: the schema is closed."""
    ask = _COMPILERS[type(question)](question, knowledge)
    return asked_once(question, ask) if isinstance(question, _ABOUT_THE_CHART) else ask


def _all(question: asked.AskAll, knowledge: Knowledge) -> Ask:
    asks = tuple(compile_question(part, knowledge) for part in question.all)

    def ask(evidence: Evidence) -> Answer:
        answers = []
        for one in asks:
            answer = one(evidence)
            if answer.truth is False:  # most end here: what the others would say is not asked
                return answer
            answers.append(answer)
        return all_of(answers)

    return ask


def _any(question: asked.AskAny, knowledge: Knowledge) -> Ask:
    asks = [compile_question(part, knowledge) for part in question.any]
    return lambda evidence: any_of([ask(evidence) for ask in asks])


def _not(question: asked.AskNot, knowledge: Knowledge) -> Ask:
    inner = compile_question(question.not_, knowledge)
    return lambda evidence: not_(inner(evidence))


def _unknown(question: asked.AskUnknown, knowledge: Knowledge) -> Ask:
    inner = compile_question(question.unknown, knowledge)
    return lambda evidence: YES if inner(evidence).truth is None else NO


def _always(_: asked.AskAlways, __: Knowledge) -> Ask:
    return lambda _: YES


_ABOUT_THE_CHART = (asked.AskAnalyte, asked.AskCondition, asked.AskMedication, asked.AskAllergy, asked.AskProcedure)
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
