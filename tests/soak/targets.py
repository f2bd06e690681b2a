"""What is fuzzed: each target takes bytes, makes an input of them, and raises where a promise is broken.

A refusal that the product words itself is no fault; any other exception is one, and so is a finding that changes when
only the writing does.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from cds_hooks.authentication import Authentication
from cds_hooks.caller_token import TokenRefused
from cds_hooks.prefetch import READABLE, gap_sentences, open_needs, read_any_prefetch, read_prefetch
from cds_hooks.refusals import Refusal
from cds_hooks.request import read_request
from clinical import Assessment, CannotRead, assess, load_knowledge, needs, read_chart, read_document
from hosting import Settings
from terminology import (
    ANALYTES,
    CannotConvert,
    check_code,
    code_use,
    convert,
    drug_groups_by_name,
    groups_of,
    known_unit,
    named_analyte,
    plausibility,
    unit_of,
)
from terminology.units import _every_spelling, accepted_units
from tests.cds_hooks.callers import SERVICE, encoded, hospital, key_server, registry, token
from tests.cds_hooks.conftest import PUBLIC_URL, client_of
from tests.cds_hooks.hook_requests import ALL_NORMAL, call
from tests.clinical.reasoning.damage import charts
from tests.soak.dice import JUNK, Dice, damaged, written_otherwise
from tests.vignettes.charts import ASKED, TODAY

SECONDS_BEFORE_IT_HANGS = 2.0
_BYSTANDERS: tuple[dict[str, Any], ...] = (
    {"resourceType": "Immunization", "id": "zz-1", "status": "completed"},
    {"resourceType": "Appointment", "id": "zz-2", "start": "2026-01-01"},
    {"resourceType": "Basic", "id": "zz-3"},
)
Fhir = dict[str, Any]


class Broken(AssertionError):
    """A promise that does not hold."""


def expect(holds: bool, promise: str) -> None:
    if not holds:
        raise Broken(promise)


def timed(target: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Processor time, which neighbours on the machine do not lengthen; none of these waits for anything."""

    def run(data: bytes) -> None:
        began = time.thread_time()
        target(data)
        expect(time.thread_time() - began < SECONDS_BEFORE_IT_HANGS, "takes longer than 2 s")

    return run


# --- the chart reader and the reasoning behind it


@cache
def _knowledge() -> Any:
    return load_knowledge("international")


@cache
def _charts() -> list[list[Fhir]]:
    return list(charts(60, seed=7))


def essence(assessment: Assessment) -> tuple[object, ...]:
    return (
        [(found.id, found.indicator, found.because, found.facts) for found in assessment.findings],
        sorted(caution.id for caution in assessment.cautions),
        sorted((one.id, one.preselected, one.unknowns) for one in assessment.proposals),
        sorted(one.proposal for one in assessment.withheld),
        sorted((note.id, note.source or "", note.reason) for note in assessment.data_quality),
    )


def assessed(document: bytes) -> tuple[object, ...] | None:
    try:
        resources = read_document(document).resources
        chart = read_chart(resources, patient_id="told", answered=ASKED, refuse_other_patients=False)
    except CannotRead:
        return None
    return essence(assess(chart, _knowledge(), TODAY))


def chart(data: bytes) -> None:
    """A damaged chart is read or refused; written otherwise, with bystanders beside it, it says the same."""
    dice = Dice(data)
    resources = damaged(dice.one_of(_charts()), dice)
    bundle: Fhir = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    plain = json.dumps(bundle).encode()
    if dice.below(8) == 1:
        assessed(_bitten(plain, dice))
        return
    said = assessed(plain)
    if dice.flag():
        bundle["entry"] += [{"resource": one} for one in _BYSTANDERS]
    expect(assessed(written_otherwise(bundle, dice)) == said, "another writing, another assessment")


def _bitten(data: bytes, dice: Dice) -> bytes:
    """Cut off, or with a few bytes changed."""
    at = dice.below(len(data))
    return data[:at] if dice.flag() else data[:at] + dice.rest()[:8] + data[at + dice.below(4) :]


# --- units, names and codes


@cache
def _spellings() -> tuple[list[str], list[str]]:
    return sorted(ANALYTES), sorted(_every_spelling())


def units(data: bytes) -> None:
    """Any text is a unit that we know, or none; spaces and the two micro signs make no difference."""
    dice = Dice(data)
    ids, spellings = _spellings()
    analyte = dice.one_of(ids)
    spelling = dice.one_of(spellings) if dice.flag() else ""
    if dice.flag():
        spelling += dice.rest().decode("utf-8", "replace")[:40]
    unit = unit_of(analyte, spelling)
    known = known_unit(spelling)
    expect(unit is None or known is not None, "a unit of an analyte that is no unit")
    other = spelling.replace("\u00b5", "\u03bc").replace(" ", "\u00a0")
    expect(unit_of(analyte, f" {other}\t") == unit, "spaces change a unit")
    if unit is not None:
        _converted(analyte, unit.ucum, dice)
    _named(spelling)


def _converted(analyte: str, unit: str, dice: Dice) -> None:
    value = Decimal(dice.below(1 << 20)) / 64
    accepted = sorted(accepted_units(analyte))
    target = dice.one_of(accepted)
    try:
        there = convert(value, analyte, unit, target)
        back = convert(there, analyte, target, unit)
    except CannotConvert:
        return
    plausibility(analyte, value * accepted_units(analyte)[unit].factor, accepted_units(analyte)[unit].family)
    expect(abs(back - value) <= abs(value) * Decimal("1e-9"), "there and back is another number")


def _named(text: str) -> None:
    named_analyte(text)
    drug_groups_by_name(text)
    check_code("http://loinc.org", text)
    groups_of("http://snomed.info/sct", text)
    code_use("http://loinc.org", text)


# --- prefetch


@cache
def _needs() -> Any:
    return needs(_knowledge(), with_open_orders=True)


def prefetch(data: bytes) -> None:
    """A damaged hook request is refused or read; an error of the EHR is never taken for an answer."""
    dice = Dice(data)
    body = damaged(_hook_call(dice), dice)
    plain = json.dumps(body).encode()
    if dice.below(8) == 1:
        _states(_bitten(plain, dice))
        return
    expect(_states(written_otherwise(body, dice)) == _states(plain), "another writing, other gaps")


def _hook_call(dice: Dice) -> Fhir:
    body = call(**dict(list(ALL_NORMAL.items())[: dice.below(len(ALL_NORMAL) + 1)]))
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    for _ in range(dice.below(3)):
        body["prefetch"][dice.one_of(sorted(body["prefetch"]))] = dice.one_of((outcome, *JUNK))
    return body


def _states(data: bytes) -> object:
    try:
        request = read_request(data, "application/json")
        open_needs(request.prefetch, _needs(), request.patient_id)
        read = read_any_prefetch(request.prefetch, _needs(), request.patient_id)
        _never_reassuring(request.prefetch, read)
        gap_sentences(read.gaps)
        read_prefetch(request.prefetch, _needs(), request.patient_id)
    except Refusal as refused:
        return type(refused), str(refused)
    return read.answered, [(gap.need.key, gap.state) for gap in read.gaps]


def _never_reassuring(sent: Any, read: Any) -> None:
    failed = {key for key, value in sent.items() if getattr(value, "resource_type", "") == "OperationOutcome"}
    gaps = {gap.need.key: gap.state for gap in read.gaps}
    own = {need.key for need in _needs()}
    if any(key not in own for key in sent):
        return  # what stands under another key may answer the same need
    taken = {key for key in failed & own if gaps.get(key, "answered") in {"answered", "warned"}}
    expect(not taken, "an error taken for an answer")
    expect({"answered", "warned", "partial"} == READABLE, "more is readable than we know")


# --- the door


class _Forgetful:
    """So that a token which holds is seen to hold each time."""

    def remember_token(self, issuer: str, jti: str, expires_at: int) -> bool:  # noqa: ARG002
        return True


@cache
def _door() -> tuple[Authentication, str]:
    """Its caller's keys are asked once, from a server that is gone afterwards."""
    with key_server() as keys:
        entries = registry(hospital(jwks_url=keys.url))
        door = Authentication(Settings(public_url=PUBLIC_URL), entries, _Forgetful)
        good = token(exp=time.time() + 3000, iat=time.time())
        door._recognised(f"Bearer {good}", PUBLIC_URL + SERVICE)
    return door, good


def door(data: bytes) -> None:
    """Nothing but the very token opens."""
    opened, good = _door()
    dice = Dice(data)
    kind = dice.below(4)
    if kind == 0:
        text = dice.rest().decode("latin-1")
    elif kind == 1:
        text = "Bearer " + _bitten(good.encode(), dice).decode("latin-1")
    else:
        header = damaged({"alg": "ES384", "kid": "ec", "typ": "JWT"}, dice)
        claims = damaged(json.loads(_part(good, 1)), dice)
        text = f"Bearer {_encoded(header)}.{_encoded(claims)}.{good.rpartition('.')[2]}"
    try:
        opened._recognised(text, PUBLIC_URL + SERVICE)
    except TokenRefused:
        return
    scheme, _, rest = text.partition(" ")
    same = scheme.lower() == "bearer" and [_decoded(one) for one in rest.split(".")] == [
        _decoded(one) for one in good.split(".")
    ]
    expect(same, "a changed token opened the door")


def _encoded(value: Any) -> str:
    return encoded(json.dumps(value).encode())


def _part(text: str, number: int) -> bytes:
    return _decoded(text.split(".")[number])


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


# --- whole hook calls


@cache
def _client() -> Any:
    return client_of()


def hook(data: bytes) -> None:
    """Whatever is posted, the answer is cards or a worded refusal, and says the same of the same."""
    dice = Dice(data)
    body = damaged(_hook_call(dice), dice)
    plain = json.dumps(body).encode()
    posted = _bitten(plain, dice) if dice.below(4) == 1 else plain
    answer = _client().post("/cds-services/rls-nutrients", data=posted, content_type="application/json")
    expect(answer.status_code in (200, 400, 412, 413), f"answered {answer.status_code}")
    told = answer.get_json()
    expect("cards" in told if answer.status_code == 200 else told["resourceType"] == "OperationOutcome", "no answer")


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: timed(one) for one in (chart, units, prefetch, door, hook)
}  # fmt: skip
