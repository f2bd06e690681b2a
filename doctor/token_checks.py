"""What a token reply must hold: the patient, the scopes, and a token that lives."""

from __future__ import annotations

from collections.abc import Iterator

from doctor.asking import NotReached, Reply, ask
from doctor.examination import Examination, Permission
from doctor.server_checks import SLOW_SECONDS, what_came
from doctor.token_endpoint import ask_token
from doctor.verdicts import Verdict, fail, ok, warn
from ehr_reader import Query, Scopes
from hosting import ConfigurationError

CONTEXT, GRANTED, READING, LIFETIME, REFRESH = (
    "patient of the launch",
    "scopes granted",
    "reading with the token",
    "life of the token",
    "refresh",
)


def check_context(examination: Examination) -> Iterator[Verdict]:
    if examination.permission and examination.permission.patient:
        yield ok(CONTEXT, "named in the token reply")
    else:
        todo = "have the app registered as one that is launched for a patient (launch, launch/patient)."
        yield fail(CONTEXT, "the token reply names no patient", todo)


def check_scopes(examination: Examination, asked: str) -> Iterator[Verdict]:
    """Judged by what they permit, not by their words: EHRs grant in other words than they were asked in."""
    granted = (examination.permission.scope if examination.permission else None) or ""
    kinds = [word.removeprefix("patient/").partition(".")[0] for word in asked.split() if word.startswith("patient/")]
    scopes = Scopes(granted, one_patient=True)
    missing = [kind for kind in kinds if scopes.permitted(_query_of(kind)) is None]
    if missing:
        seen = f"not granted: {', '.join(missing)}"
        todo = "have these scopes approved in our registration; until then they are shown as unknown."
        yield (fail if "Observation" in missing else warn)(GRANTED, seen, todo)
    elif any(word.endswith((".read", ".*")) for word in granted.split()) and ".rs" in asked:
        yield warn(GRANTED, "all, but in the words of SMART version 1", 'understood; scope_syntax = "v1" asks so, too.')
    else:
        yield ok(GRANTED, "all that we ask for")


def _query_of(kind: str) -> Query:
    """A question of ours on this type; results are asked for as laboratory results."""
    if kind == "Patient":
        return Query(kind, id="x")
    return Query(kind, parameters=(("patient", "x"),), within=(("category", "laboratory"),))


def check_lifetime(examination: Examination) -> Iterator[Verdict]:
    """Two reads: a token that dies after the first would stop a launch in the middle of its questions."""
    permission = examination.permission
    if permission is None or permission.patient is None:
        return
    try:
        first = _read_patient(examination, permission)
        yield _judge_reading(first)
        examination.can_read = first.status == 200
        second = _read_patient(examination, permission) if examination.can_read else first
    except NotReached as reason:
        yield fail(READING, str(reason), "the EHR lets questions hang: tell its operator; a clinician would wait.")
        return
    if examination.can_read and second.status == 401:
        yield warn(LIFETIME, "the token is dead after one question (401)", "have its lifetime set to minutes or more.")
    elif examination.can_read:
        yield ok(LIFETIME, "the FHIR server takes it again and again")
    yield from _check_refresh(examination, permission)


def _read_patient(examination: Examination, permission: Permission) -> Reply:
    return ask(f"{examination.base}/Patient/{permission.patient}", token=permission.token)


def _judge_reading(reply: Reply) -> Verdict:
    if reply.status == 401:
        return fail(READING, "the FHIR server refuses the token (401)", "have the EHR's two servers agree on tokens.")
    if reply.status != 200:
        todo = "the EHR is at fault or being maintained" if reply.status >= 500 else "check the scopes and the patient"
        return fail(READING, what_came(reply, "the patient"), f"{todo}; then ask its operator.")
    if reply.seconds > SLOW_SECONDS:
        todo = "let the EHR prefetch, or raise RLS_HOOK_DEADLINE_SECONDS."
        return warn(READING, f"the patient is answered in {reply.seconds:.1f} s, which is slow", todo)
    return ok(READING, f"the patient is answered in {reply.seconds:.1f} s")


def _check_refresh(examination: Examination, permission: Permission) -> Iterator[Verdict]:
    if permission.refresh_token is None:
        return
    form = {"grant_type": "refresh_token", "refresh_token": permission.refresh_token}
    try:
        reply = ask_token(examination, form)
    except (NotReached, ConfigurationError) as reason:
        yield fail(REFRESH, str(reason), "have the EHR's operator see to its token endpoint.")
        return
    members = reply.members() or {}
    if reply.status == 200 and isinstance(members.get("access_token"), str):
        permission.token = members["access_token"]
        yield ok(REFRESH, "a new token comes for an old one")
    else:
        todo = "a clinician has to launch the app again when a token ends; ask for longer lives, or for refresh."
        yield fail(REFRESH, f"refused with {reply.status}", todo)
