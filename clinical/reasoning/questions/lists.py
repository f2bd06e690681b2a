"""Questions about the chart's lists: problems, medicines, allergies, procedures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from clinical.chart.facts import Medication
from clinical.knowledge import Knowledge
from clinical.knowledge import question_schema as asked
from clinical.reasoning.amounts import Content, compare, content_of, pieces_of, salts_of, strength_in
from clinical.reasoning.answers import NO, UNKNOWN, YES, Answer, all_of, any_of, distinct
from clinical.reasoning.context import possibly, quoted
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.questions.analytes import values_of
from clinical.reasoning.questions.asking import Ask, none_listed, not_asserted


def _groups(words: str | tuple[str, ...]) -> frozenset[str]:
    return frozenset((words,) if isinstance(words, str) else words)


def _marks(word: str, groups: frozenset[str]) -> frozenset[str]:
    """What stands among ``Evidence.marks`` where the list holds one of these groups: most lists hold none of them."""
    return frozenset(f"{word}:{group}" for group in groups)


def about_condition(question: asked.AskCondition, _: Knowledge) -> Ask:
    groups = _groups(question.condition)
    marks = _marks("condition", groups)
    states = frozenset({"active", "unconfirmed", "past"} if question.history else {"active", "unconfirmed"})

    def ask(evidence: Evidence) -> Answer:
        if marks.isdisjoint(evidence.marks):
            return none_listed(evidence, "Condition")
        meant = [item for item in evidence.chart.conditions if item.state in states]
        facts = [item.source for item in meant if item.groups & groups]
        return Answer(True, distinct(facts)) if facts else not_asserted(evidence, possibly(meant, groups))

    return ask


def about_medication(question: asked.AskMedication, knowledge: Knowledge) -> Ask:
    groups = _groups(question.medication)
    marks = _marks("medication", groups)
    name = question.daily_above or question.daily_at_least
    within = question.ended_within_days
    ended = knowledge.days["drug-ended"] if within is None else within
    limit = _Limit(values_of(name, knowledge), groups, pieces_of(knowledge), salts_of(knowledge)) if name else None

    def ask(evidence: Evidence) -> Answer:
        if marks.isdisjoint(evidence.marks):
            return none_listed(evidence, "MedicationRequest")
        taken = any_of(
            _taken(item, question, ended, limit, evidence)
            for item in evidence.chart.medications
            if item.groups & groups
        )
        if taken.truth is not False:
            return taken
        none = none_listed(evidence, "MedicationRequest")
        return Answer(False, (), distinct((*none.missing, *taken.missing))) if taken.missing else none

    return ask


class _Limit(NamedTuple):
    """A day's dose to compare with, of which drug classes, and what a piece of their products holds."""

    values: Mapping[str, Decimal]
    groups: frozenset[str]
    pieces: Mapping[tuple[str, str], Content]
    salts: frozenset[str]

    def of(self, item: Medication) -> Content | None:
        """The day's dose, counted in pieces of a known product or in a unit of the limit, however it is spelt."""
        if item.daily_dose is None or item.dose_unit is None:
            return None
        held = (self.pieces.get((group, code)) for group in self.groups for code in item.rxnorm)
        piece = next(filter(None, held), None)
        if piece is None and item.groups.isdisjoint(self.salts):
            piece = strength_in(item.text)
        return content_of(item.daily_dose, item.dose_unit, piece, salts=False)


def _taken(
    item: Medication, question: asked.AskMedication, ended: int, limit: _Limit | None, evidence: Evidence
) -> Answer:
    if question.route is not None and item.route not in (None, question.route):
        return NO
    counts = _counts(item, ended, evidence)
    if counts is None:
        return Answer(False, (), (_doubt(item),))
    if not counts:
        return NO
    checks = [Answer(True, (item.source,))]
    if question.for_days is not None:
        checks.append(_has_run(item, question.for_days, evidence))
    if question.started_within_days is not None:
        checks.append(_has_begun(item, question.started_within_days, evidence))
    if limit is not None:
        checks.append(_takes(item, limit, at_least=question.daily_at_least is not None))
    return all_of(checks)


def _counts(item: Medication, ended_within_days: int, evidence: Evidence) -> bool | None:
    """Being taken, or ended not longer ago than asked; ``None`` where nobody says so and it may be. What is only
    planned is not taken."""
    today = evidence.today
    if item.planned or (item.started is not None and item.started.after(today)):
        return False
    if item.ended is not None and not item.ended.after(today):
        lately = item.ended.days_before(today) <= ended_within_days
        return None if lately and item.doubtful else lately
    return True if item.active else _may_have_ended_lately(item, ended_within_days, evidence)


def _may_have_ended_lately(item: Medication, within: int, evidence: Evidence) -> bool | None:
    """Of a drug that is over, or may be, and no end is told. One that began within these days ended within them."""
    if item.over_by is not None and item.over_by.days_before(evidence.today) > within:
        return False
    if item.doubtful:
        return None
    if within == 0:
        return False
    if item.started is None:
        return None
    age = item.started.days_before(evidence.today)
    if age <= within:
        return True
    return None if not item.start_is_prescription or age <= within + evidence.knowledge.days["drug-supply"] else False


def _doubt(item: Medication) -> str:
    """What is to be found out, as a part of a sentence."""
    name = f"“{quoted(item.text)}”" if item.text else "a drug without a name"
    return f"whether {name} is taken" if item.doubtful else f"until when {name} was taken"


def _has_run(item: Medication, days: int, evidence: Evidence) -> Answer:
    if item.started is None:
        return UNKNOWN
    if item.started.days_before(evidence.today) >= days:
        return YES
    return UNKNOWN if item.start_is_prescription else NO


def _has_begun(item: Medication, days: int, evidence: Evidence) -> Answer:
    """Within the last ``days``; here a prescription's date counts as the beginning (decision 11)."""
    if item.started is None:
        return UNKNOWN
    return YES if item.started.days_before(evidence.today) < days else NO


def _takes(item: Medication, limit: _Limit, *, at_least: bool) -> Answer:
    """More a day than the limit (or as much); unknown unless dose and limit are told in units that convert."""
    more = compare(limit.of(item), limit.values)
    return UNKNOWN if more is None else YES if more > 0 or (at_least and more == 0) else NO


def about_allergy(question: asked.AskAllergy, _: Knowledge) -> Ask:
    groups = _groups(question.allergy)
    marks = _marks("allergy", groups)

    def ask(evidence: Evidence) -> Answer:
        if marks.isdisjoint(evidence.marks):
            return none_listed(evidence, "AllergyIntolerance")
        facts = [
            item.source
            for item in evidence.chart.allergies
            if item.groups & groups and (question.kind is None or item.kind == question.kind)
        ]
        return Answer(True, distinct(facts)) if facts else none_listed(evidence, "AllergyIntolerance")

    return ask


_UNDATED = Answer(False, (), ("when a procedure on file was done",))


def about_procedure(question: asked.AskProcedure, _: Knowledge) -> Ask:
    groups = _groups(question.procedure)
    marks = _marks("procedure", groups)

    def ask(evidence: Evidence) -> Answer:
        if marks.isdisjoint(evidence.marks):
            return none_listed(evidence, "Procedure")
        done = [item for item in evidence.chart.procedures if item.groups & groups]
        facts = [
            item.source
            for item in done
            if item.performed is not None and 0 <= item.performed.days_before(evidence.today) <= question.within_days
        ]
        if facts:
            return Answer(True, distinct(facts))
        undated = any(item.performed is None for item in done)
        return _UNDATED if undated else none_listed(evidence, "Procedure")

    return ask
