"""Questions about measurements: compared with named limits, or whether there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial

from clinical.chart.facts import Measurement
from clinical.knowledge import Knowledge
from clinical.knowledge import question_schema as asked
from clinical.reasoning.answers import Answer
from clinical.reasoning.comparing import in_unit, is_above, is_at_least, is_at_most, is_below
from clinical.reasoning.evidence import Evidence
from clinical.reasoning.questions.asking import Ask

Test = Callable[[Measurement], bool | None]


def about_analyte(question: asked.AskAnalyte, knowledge: Knowledge) -> Ask:
    find = _finder(question)
    if question.measured is not None:
        return _is_measured(find, question)
    tests = _tests(question, knowledge)
    not_on_file = Answer(None, (), (_missing(question),))

    def ask(evidence: Evidence) -> Answer:
        measurement = find(evidence)
        if measurement is None:
            return not_on_file
        truth: bool | None = True
        for test in tests:
            held = test(measurement)
            if held is False:
                return Answer(False, measurement.facts)
            truth = None if held is None else truth
        return Answer(truth, measurement.facts, () if truth else not_on_file.missing)

    return ask


def _missing(question: asked.AskAnalyte) -> str:
    """Where only a recent result will do, an older one may well be on file: what is missing is a recent one."""
    days = question.within_days
    return question.analyte if days is None else f"{question.analyte} within {days}"


def analytes_in(missing: Iterable[str]) -> list[str]:
    """The analytes that an answer is missing, however recent they would have to be."""
    return [word.partition(" within ")[0] for word in missing]


def _finder(question: asked.AskAnalyte) -> Callable[[Evidence], Measurement | None]:
    name, days = question.analyte, question.within_days
    partner, apart = question.paired_with, question.paired_days
    if question.previous:
        return lambda evidence: evidence.previous(name)
    if partner is not None:
        return lambda evidence: evidence.paired(name, partner, apart or 0)
    if days is not None:
        return lambda evidence: evidence.within(name, days)
    return lambda evidence: evidence.current.get(name)


def _is_measured(find: Callable[[Evidence], Measurement | None], question: asked.AskAnalyte) -> Ask:
    not_read = Answer(None, (), (_missing(question),))

    def ask(evidence: Evidence) -> Answer:
        measurement = find(evidence)
        if measurement is None and question.analyte in evidence.chart.unread:
            return not_read
        facts = measurement.facts if measurement else ()
        return Answer((measurement is not None) == question.measured, facts)

    return ask


def _tests(question: asked.AskAnalyte, knowledge: Knowledge) -> list[Test]:
    tests: list[Test] = []
    comparisons = {"below": is_below, "at_most": is_at_most, "above": is_above, "at_least": is_at_least}
    for word, comparison in comparisons.items():
        limit = getattr(question, word)
        if limit is not None:
            tests.append(partial(comparison, limit=values_of(limit, knowledge)))
    if question.within_percent is not None and question.of is not None:
        tests.append(_near(values_of(question.of, knowledge), question.within_percent))
    if question.method is not None:
        words = (question.method,) if isinstance(question.method, str) else question.method
        tests.append(lambda measurement: any(word.lower() in (measurement.method or "").lower() for word in words))
    return tests


def values_of(limit: str, knowledge: Knowledge) -> dict[str, Decimal]:
    return {amount.unit: amount.value for amount in knowledge.limits[limit].values}


def _near(limit: Mapping[str, Decimal], percent: Decimal) -> Test:
    def test(measurement: Measurement) -> bool | None:
        unit = measurement.unit if measurement.unit in limit else next(iter(limit))
        interval = in_unit(measurement, unit)
        if interval.low != interval.high:
            return None
        return abs(interval.low - limit[unit]) * 100 <= percent * limit[unit]

    return test
