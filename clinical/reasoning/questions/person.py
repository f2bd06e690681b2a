"""Questions about the patient: age, sex, pregnancy, dialysis, restless legs."""

from __future__ import annotations

from clinical.knowledge import Knowledge
from clinical.knowledge import question_schema as asked
from clinical.reasoning.answers import NO, YES, Answer
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.questions.asking import Ask, not_asserted


def about_age(question: asked.AskAge, _: Knowledge) -> Ask:
    def ask(evidence: Evidence) -> Answer:
        person = evidence.person
        age = person.age_years if question.age_unit == "years" else person.age_months
        if age is None:
            return Answer(None, (), ("age",))
        below = question.age_below is None or age < question.age_below
        return YES if below and (question.age_at_least is None or age >= question.age_at_least) else NO

    return ask


def about_sex(question: asked.AskSex, _: Knowledge) -> Ask:
    def ask(evidence: Evidence) -> Answer:
        sex = evidence.person.sex
        return Answer(None, (), ("sex",)) if sex is None else YES if sex == question.sex else NO

    return ask


def about_pregnant(_: asked.AskPregnant, __: Knowledge) -> Ask:
    return lambda evidence: evidence.person.pregnant


def about_trimester(question: asked.AskTrimester, _: Knowledge) -> Ask:
    def ask(evidence: Evidence) -> Answer:
        if evidence.person.pregnant.truth is not True:
            return evidence.person.pregnant
        if evidence.person.trimester is None:
            return Answer(None, (), ("the weeks of pregnancy",))
        return Answer(evidence.person.trimester in question.trimester, evidence.person.pregnant.facts)

    return ask


def about_dialysis(_: asked.AskDialysis, __: Knowledge) -> Ask:
    return lambda evidence: _asserted(evidence.person.dialysis, evidence)


def about_restless_legs(_: asked.AskRestlessLegs, __: Knowledge) -> Ask:
    return lambda evidence: _asserted(evidence.person.restless_legs, evidence)


def _asserted(answer: Answer, evidence: Evidence) -> Answer:
    """What nobody asserted does not hold for a rule (invariant 1); a missing problem list is named."""
    return answer if answer.truth is not None else not_asserted(evidence, answer.missing)
