"""Who the patient is, as far as it decides which limits apply: age, sex, pregnancy, dialysis, restless legs.

Two readings of silence: what is published says ``unknown``; a rule that asks "restless legs?" or "dialysis?" needs an
assertion and takes silence as "not asserted" (invariant 1). Of pregnancy silence stays unknown even for rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from clinical.chart.dates import FhirDate
from clinical.chart.facts import Chart, Condition, PregnancyStatus
from clinical.reasoning.answers import NO, UNKNOWN, Answer, distinct
from clinical.reasoning.assessment import Context, YesNoUnknown
from terminology import value_set

# Obstetric convention: due at 40+0 weeks; trimesters begin at 13+0 (FE24, EMA) and 28+0 weeks (ICD-10-CM Z3A).
_TERM_DAYS = 280
_TRIMESTER_STARTS = ((28 * 7, 3), (13 * 7, 2), (0, 1))
_LONGEST_PREGNANCY_DAYS = 308
_ADULT = 18
# A problem list may hold whole letters; enough of one tells which problem is meant.
_LONGEST_QUOTED = 80
_TRIMESTERS = {"first-trimester": 1, "second-trimester": 2, "third-trimester": 3}


class Person(msgspec.Struct, frozen=True):
    """Answers about the patient, with their facts."""

    restless_legs: Answer
    pregnant: Answer
    dialysis: Answer
    trimester: int | None
    age_years: int | None
    age_months: int | None
    sex: str | None


def describe(chart: Chart, today: date, evaluate_restless_legs: bool, session_days: int) -> Person:
    """``session_days``: for how many days a session tells that the patient is on dialysis."""
    pregnant = _pregnant(chart, today)
    return Person(
        restless_legs=Answer(True) if evaluate_restless_legs else _asserted(chart, "restless-legs"),
        pregnant=pregnant,
        dialysis=_dialysis(chart, today, session_days),
        trimester=_trimester(chart, today) if pregnant.yes else None,
        age_years=age_in_years(chart.patient.birth_date, today),
        age_months=_age_in_months(chart.patient.birth_date, today),
        sex=chart.patient.gender if chart.patient.gender in ("female", "male") else None,
    )


def published(person: Person, evaluated: bool) -> Context:
    return Context(
        restless_legs=_word(person.restless_legs),
        pregnant=_word(person.pregnant),
        dialysis=_word(person.dialysis),
        age_years=person.age_years,
        evaluated_for_restless_legs=evaluated,
    )


def _word(answer: Answer) -> YesNoUnknown:
    return "unknown" if answer.truth is None else "yes" if answer.truth else "no"


def _asserted(chart: Chart, group: str) -> Answer:
    """Yes by an active condition, no by a refuted one, unknown without a word."""
    named = [condition for condition in chart.conditions if group in condition.groups]
    if not named:
        return _perhaps(chart, group)
    active = _sources(condition for condition in named if condition.state in ("active", "unconfirmed"))
    if active:
        return Answer(True, active)
    refuted = _sources(condition for condition in named if condition.state == "refuted")
    return Answer(False, refuted) if refuted else UNKNOWN


def _perhaps(chart: Chart, group: str) -> Answer:
    active = [condition for condition in chart.conditions if condition.state in ("active", "unconfirmed")]
    named = possibly(active, frozenset({group}))
    return Answer(None, (), named) if named else UNKNOWN


def possibly(conditions: Iterable[Condition], groups: frozenset[str]) -> tuple[str, ...]:
    """What is to be found out where only the words of a problem name one of these groups, as a part of a sentence."""
    return distinct(
        f"whether the problem “{quoted(item.text)}”, known by its words alone, means {_meaning(group)}"
        for item in conditions
        for group in sorted(item.possible & groups)
    )


def quoted(text: str) -> str:
    """Words of the chart in a sentence of ours."""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_QUOTED else f"{words[:_LONGEST_QUOTED].rstrip()} …"


def _meaning(group: str) -> str:
    title = value_set(group).title
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def _sources(conditions: object) -> tuple[str, ...]:
    return distinct(condition.source for condition in conditions)  # type: ignore[attr-defined]


def _dialysis(chart: Chart, today: date, session_days: int) -> Answer:
    asserted = _asserted(chart, "dialysis")
    if asserted.truth is not None:
        return asserted
    sessions = [
        procedure.source
        for procedure in chart.procedures
        if "haemodialysis" in procedure.groups
        and procedure.performed
        and 0 <= procedure.performed.days_before(today) <= session_days
    ]
    return Answer(True, distinct(sessions)) if sessions else UNKNOWN


def _pregnant(chart: Chart, today: date) -> Answer:
    if chart.patient.gender == "male":
        return NO
    asserted = _asserted(chart, "pregnancy")
    if not chart.pregnancy:
        return asserted
    latest = _latest(status for status in chart.pregnancy if _counts(status, today))
    if latest is not None and latest.pregnant is False:
        return _told_not(chart, latest, asserted)
    if latest is not None:
        return Answer(True, (latest.source, *asserted.facts))
    return asserted


def _latest(statuses: Iterable[PregnancyStatus]) -> PregnancyStatus | None:
    return max(statuses, key=lambda status: (_order(status.effective), status.source), default=None)


def _counts(status: PregnancyStatus, today: date) -> bool:
    if status.effective is not None and status.effective.after(today):
        return False
    if status.due is not None:
        return -_TERM_DAYS <= (today - status.due.day).days <= _LONGEST_PREGNANCY_DAYS - _TERM_DAYS
    if status.pregnant is None:
        return False
    return status.effective is None or status.effective.days_before(today) <= _LONGEST_PREGNANCY_DAYS


def _told_not(chart: Chart, latest: PregnancyStatus, asserted: Answer) -> Answer:
    """ "Not pregnant" was said: against an active pregnancy it counts only if that was recorded before."""
    if not asserted.yes or _begun_later(chart, latest):
        return asserted if asserted.yes else Answer(False, (latest.source,))
    dated = [item.recorded for item in chart.conditions if "pregnancy" in item.groups and item.state == "active"]
    return Answer(False, (latest.source,)) if all(dated) else Answer(None, (), ("whether she is pregnant",))


def _begun_later(chart: Chart, status: PregnancyStatus) -> bool:
    """Is an active pregnancy recorded after the observation that said "not pregnant"?"""
    return any(
        condition.recorded is not None and _order(condition.recorded) > _order(status.effective)
        for condition in chart.conditions
        if "pregnancy" in condition.groups and condition.state == "active"
    )


def _order(day: FhirDate | None) -> tuple[float, str]:
    return day.order if day else (float("-inf"), "")


def _trimester(chart: Chart, today: date) -> int | None:
    dated = _latest(status for status in chart.pregnancy if status.due and _counts(status, today))
    if dated is not None and dated.due is not None:
        days = _TERM_DAYS - (dated.due.day - today).days
        return next(number for start, number in _TRIMESTER_STARTS if days >= start or start == 0)
    coded = {number for group, number in _TRIMESTERS.items() if _asserted(chart, group).yes}
    # A problem list keeps the earlier weeks too: the latest that is still active counts.
    return max(coded, default=None)


def age_in_years(birth: FhirDate | None, today: date) -> int | None:
    """Completed years; unknown without a birth date, and where a partial one leaves it open whether 18 is reached."""
    months = _age_in_months(birth, today)
    if months is None or birth is None:
        return None
    spare = {"year": 12, "month": 1}.get(birth.precision, 0)
    youngest = (months - spare) // 12
    return None if youngest < _ADULT <= months // 12 else months // 12


def _age_in_months(birth: FhirDate | None, today: date) -> int | None:
    if birth is None or birth.day > today:
        return None
    return (today.year - birth.day.year) * 12 + today.month - birth.day.month - (today.day < birth.day.day)
