"""A request is read as it came: nothing is given a default, and what is missing is named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cds_hooks.refusals import NotJson, NotUnderstood
from cds_hooks.request import HookRequest, read_request
from clinical.chart import Resource
from tests.cds_hooks.hook_requests import HOOK_INSTANCE, observation, request, searchset

COMPLETE = request({"iron": None, "folate": searchset(observation("2284-8", 9, "ng/mL"))})


def read(body: Any, media_type: str = "application/json") -> HookRequest:
    return read_request(msgspec.json.encode(body), media_type)


def refused(body: Any) -> str:
    with pytest.raises(NotUnderstood) as error:
        read(body)
    return str(error.value)


def test_a_complete_request() -> None:
    read_ = read(COMPLETE)
    assert (read_.hook, read_.patient_id, read_.user_id) == ("patient-view", "p1", "Practitioner/dr1")
    assert read_.fhir_server is None
    assert read_.prefetch["iron"] is None
    assert isinstance(read_.prefetch["folate"], Resource)


def test_without_prefetch_there_are_no_keys() -> None:
    assert read(request(None)).prefetch == {}
    assert read(request(None) | {"prefetch": None}).prefetch == {}


@pytest.mark.parametrize("member", ["hook", "hookInstance", "context"])
@pytest.mark.parametrize("value", ["absent", None, "", 5, [], True])
def test_a_required_member_that_is_missing_or_of_a_wrong_type_is_named(member: str, value: Any) -> None:
    body = {name: part for name, part in COMPLETE.items() if name != member or value != "absent"}
    assert member in refused(body | ({} if value == "absent" else {member: value}))


@pytest.mark.parametrize("member", ["patientId", "userId"])
@pytest.mark.parametrize("value", [None, "", "  ", 5, [], {}])
def test_a_required_member_of_the_context_is_named(member: str, value: Any) -> None:
    context = COMPLETE["context"] | {member: value}
    assert f"context.{member}" in refused(COMPLETE | {"context": context})


@pytest.mark.parametrize("user", ["Practitioner/\x00", "Practitioner/1\n", "\x7f", "\x9b", "x" * 1025])
def test_a_user_id_that_could_not_be_kept_is_named(user: str) -> None:
    told = refused(COMPLETE | {"context": COMPLETE["context"] | {"userId": user}})
    assert "context.userId" in told and "1024" in told and user not in told


@pytest.mark.parametrize(
    "user", ["https://ehr.example.org/" + "x" * 1000, "Practitioner/J\u00f6rg 1", "PractitionerRole/a"]
)
def test_users_as_ehrs_really_name_them(user: str) -> None:
    assert read(COMPLETE | {"context": COMPLETE["context"] | {"userId": user}}).user_id == user


@pytest.mark.parametrize("patient", ["Patient/p1", "p 1", "p1?x=1", "https://ehr.example.org/Patient/p1", "p1\n"])
def test_a_patient_id_is_bare(patient: str) -> None:
    assert "context.patientId" in refused(COMPLETE | {"context": COMPLETE["context"] | {"patientId": patient}})


@pytest.mark.parametrize("patient", ["p1", "e63wRTbPfr1p8UW81d8Seiw3", "a_b", "x" * 100])
def test_ids_as_ehrs_really_use_them(patient: str) -> None:
    assert read(COMPLETE | {"context": COMPLETE["context"] | {"patientId": patient}}).patient_id == patient


def test_a_hook_instance_in_capitals_is_the_same_one() -> None:
    assert read(COMPLETE | {"hookInstance": HOOK_INSTANCE.upper()}).hook_instance == HOOK_INSTANCE


@pytest.mark.parametrize(
    "instance", ["5", HOOK_INSTANCE + "0", HOOK_INSTANCE.replace("-", ""), f"urn:uuid:{HOOK_INSTANCE}"]
)
def test_a_hook_instance_is_a_uuid(instance: str) -> None:
    assert "hookInstance" in refused(COMPLETE | {"hookInstance": instance})


def test_an_access_token_needs_the_server_it_is_for() -> None:
    token = {"access_token": "secret", "token_type": "Bearer", "expires_in": 300, "scope": "", "subject": "us"}
    assert "fhirServer" in refused(COMPLETE | {"fhirAuthorization": token})
    assert read(COMPLETE | {"fhirAuthorization": token, "fhirServer": "https://ehr.example.org/fhir"}).fhir_server
    assert "fhirAuthorization" in refused(COMPLETE | {"fhirAuthorization": "token", "fhirServer": "https://e.org"})
    assert "fhirServer" in refused(COMPLETE | {"fhirServer": 5})


@pytest.mark.parametrize("prefetch", [5, [], "x", True])
def test_prefetch_is_an_object(prefetch: Any) -> None:
    assert "prefetch" in refused(COMPLETE | {"prefetch": prefetch})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b'{"hook": NaN}',
        b'{"hook": Infinity}',
        b"\xff\xfe",
        b"{'hook': 1}",
        b"[" * 100_000,
    ],
    ids=repr,
)
def test_what_is_no_json_object_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NotUnderstood, match="JSON"):
        read_request(body, "application/json")


def test_a_byte_order_mark_is_no_reason_to_refuse() -> None:
    assert read_request(b"\xef\xbb\xbf" + msgspec.json.encode(COMPLETE), "application/json").hook == "patient-view"


@pytest.mark.parametrize("media_type", ["text/plain", "", "application/xml", "application/x-www-form-urlencoded"])
def test_other_media_types_are_refused(media_type: str) -> None:
    with pytest.raises(NotJson):
        read(COMPLETE, media_type)


@pytest.mark.parametrize("media_type", ["application/json", "application/fhir+json"])
def test_json_under_any_of_its_names(media_type: str) -> None:
    assert read(COMPLETE, media_type)


def test_what_is_unknown_is_ignored() -> None:
    extended = COMPLETE | {
        "extension": {"org.example": {"a": 1}},
        "later": [1, 2],
        "context": COMPLETE["context"] | {"encounterId": 7, "new": {"x": None}},
    }
    assert read(extended) == read(COMPLETE)


def test_one_ill_typed_element_costs_nothing_but_itself() -> None:
    sick = observation("2276-4", 22, "ng/mL", category="laboratory", method=[5], note="text")
    value = read(request({"iron": searchset(sick), "folate": 5, "magnesium": [1]})).prefetch
    assert isinstance(value["iron"], Resource)
    assert [entry.resource.id for entry in value["iron"].entry if entry.resource] == ["o1"]
    assert value["folate"] == 5 and value["magnesium"] == [1]


def test_a_refusal_repeats_nothing_that_was_sent() -> None:
    assert "Jane" not in refused(COMPLETE | {"context": {"patientId": "Jane Doe", "userId": "x"}})
    with pytest.raises(NotUnderstood) as error:
        read_request(b'{"hook": "Jane Doe" "x"}', "application/json")
    assert "Jane" not in str(error.value)
