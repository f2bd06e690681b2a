"""Reads one patient's chart: one parallel round of searches, and a second one only where a token or a wording needs it.

What could not be read is named. Where no laboratory result could be had, there is no page at all: an empty one would
look like "nothing is low".
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from clinical import CannotRead, Chart, Need, Resource, decode, read_chart
from ehr_reader import (
    Access,
    Answer,
    BearerToken,
    Deadline,
    EhrReader,
    Question,
    RenewToken,
    ReportFault,
    Scopes,
    failures_of,
)
from hosting import AccessOutcome, Ehr, Settings, count, log, record_access, time_of
from smart_app.chart_answers import (
    Told,
    answered_types,
    gap_sentences,
    resources_of,
    state_of,
    status_without_results,
)
from smart_app.chart_questions import granted_questions
from smart_app.identities import Answered, identity_of
from smart_app.notices import Notice, ehr_at_fault, launch_again, results_not_granted
from smart_app.renewal import Renewal
from smart_app.sealing import Permission
from smart_app.sessions import Session
from smart_app.visit import PatientIdentity

_STRANGERS = "The EHR also sent data of another patient; none of it was used."


class ChartRead(NamedTuple):
    """``gaps`` are sentences."""

    chart: Chart
    patient: PatientIdentity
    gaps: tuple[str, ...]


class ChartReading:
    """One per process: it keeps connections to the EHRs open."""

    def __init__(self, settings: Settings, needed: Iterable[Need], renewal: Renewal) -> None:
        self._settings = settings
        self._needed = tuple(needed)
        self._renewal = renewal
        self._reader = EhrReader(_decode)

    def read(self, session: Session, deadline: Deadline) -> ChartRead:
        """Raises ``Notice`` where there is nothing to show: 401, 403, or 502 and more. Every look is in the audit."""
        began = time.monotonic()
        outcome: AccessOutcome = "nothing-readable"
        try:
            read = self._read_anew(session, deadline)
            outcome = "success"
            return read
        finally:
            time_of("ehr", time.monotonic() - began, session.ehr.name)
            _audit(self._settings, session, outcome)

    def _read_anew(self, session: Session, deadline: Deadline) -> ChartRead:
        session = self._renewal.before_use(session, deadline)
        asked = self._questions(session)
        answers = self._answers(session, asked, deadline)
        if all(isinstance(answer.failure, RenewToken) and not answer.pages for answer in answers.values()):
            raise launch_again("token refused for everything")
        told = [self._told(need, answers, _patient(session.permission)) for need in self._needed]
        _log(session.ehr, answers)
        if (status := status_without_results(told)) is not None:
            raise _without_results(status, told)
        return self._read(session, answers, told)

    def _questions(self, session: Session) -> dict[str, Question]:
        scopes = Scopes(session.permission.scope, one_patient=True)
        asked = granted_questions(self._needed, session.ehr, _patient(session.permission), scopes)
        if not any(need.laboratory for need in self._needed if need.key in asked):
            raise results_not_granted()
        return asked

    def _answers(
        self, session: Session, asked: Mapping[str, Question], deadline: Deadline
    ) -> dict[str, Answer[Resource]]:
        """Where the token is over, it is renewed once, and what it was refused for is asked again."""
        answers = self._ask(session, asked, deadline)
        refused = {key: asked[key] for key, answer in answers.items() if isinstance(answer.failure, RenewToken)}
        if refused and session.permission.refresh_token is not None:
            answers |= self._ask(self._renewal.renewed(session, deadline), refused, deadline)
        return answers

    def _ask(self, session: Session, asked: Mapping[str, Question], deadline: Deadline) -> dict[str, Answer[Resource]]:
        access = Access(session.ehr.fhir_base, BearerToken(session.permission.access_token))
        return dict(zip(asked, self._reader.read(access, list(asked.values()), deadline), strict=True))

    def _told(self, need: Need, answers: Mapping[str, Answer[Resource]], patient_id: str) -> Told:
        answer = answers.get(need.key)
        return Told(need, state_of(answer, need.resource_type, patient_id) if answer else "not-granted")

    def _read(self, session: Session, answers: Mapping[str, Answer[Resource]], told: list[Told]) -> ChartRead:
        patient_id = _patient(session.permission)
        resources = resources_of(answers)
        try:
            chart = read_chart(
                resources,
                patient_id=patient_id,
                answered=answered_types(told),
                local_codes=session.ehr.local_codes,
                refuse_other_patients=False,
            )
        except CannotRead as error:
            sentence = str(error)
            raise ehr_at_fault(502, f"{sentence[:1].upper()}{sentence[1:]}.", "chart not readable") from None
        except RecursionError:  # parts are read when they are needed
            raise ehr_at_fault(502, "A part of the chart is nested too deeply.", "chart not readable") from None
        strangers = (_STRANGERS,) if chart.other_patients else ()
        return ChartRead(chart, identity_of(resources, patient_id), (*gap_sentences(told), *strangers))


def _audit(settings: Settings, session: Session, outcome: AccessOutcome) -> None:
    user, patient = session.permission.fhir_user, _patient(session.permission)
    record_access(settings, ehr=session.ehr.name, who=user, patient=patient, purpose="chart", outcome=outcome)


def _decode(data: bytes) -> Resource:
    return decode(data, Answered)


def _patient(permission: Permission) -> str:
    return str(permission.context.patient)


def _without_results(status: int, told: list[Told]) -> Notice:
    sentences = gap_sentences(one for one in told if one.need.laboratory)
    if status == 403:
        return Notice(
            403, "The EHR refused to give laboratory results", *sentences,
            "Your account at the EHR, or this app, may lack access to them; please ask your EHR support.",
            reason="laboratory results refused",
        )  # fmt: skip
    return ehr_at_fault(status, f"No laboratory result could be read. {' '.join(sentences)}", "no results readable")


def _log(ehr: Ehr, answers: Mapping[str, Answer[Resource]]) -> None:
    searches, failures = failures_of(answers.values())
    told = {"reason": failures[0].reason} if failures else {}
    log.info("ehr asked", ehr=ehr.name, searches=searches, failed=len(failures), **told)
    for failure in failures:
        count("ehr_failures", ehr.name, failure.reason)
        if isinstance(failure, ReportFault):
            log.error("unexpected error", error=type(failure.__cause__).__name__)
