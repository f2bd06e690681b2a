"""CH-14 to CH-16, CH-18: what is refused, how, and what must not be.

Source: CDS Hooks 2.0.1 sections Calling a CDS Service and Extensions. Statuses where the standard is silent are ours:
400 names the member, and nothing that a caller sends ends in 500.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.cds_hooks.hook_requests import ALL_NORMAL, HOOK_INSTANCE, call, request
from tests.cds_hooks.order_requests import IRON, bundle, draft
from tests.conformance.conftest import SERVICE
from tests.conformance.test_ch_prefetch import outcome

LOW = call(**ALL_NORMAL | {"ferritin": "22 ng/mL"})
WRONG = [5, True, [], {}, None, ""]


def without(member: str) -> dict[str, Any]:
    return {name: value for name, value in LOW.items() if name != member}


@pytest.mark.conformance("CH-14")
@pytest.mark.parametrize("member", ["hook", "hookInstance", "context"])
def test_a_missing_member_is_named(post: Any, member: str) -> None:
    answer = post(without(member))
    assert answer.status_code == 400 and member in outcome(answer)


@pytest.mark.conformance("CH-14")
@pytest.mark.parametrize("member", ["patientId", "userId"])
@pytest.mark.parametrize("value", ["absent", *WRONG])
def test_a_missing_or_ill_typed_member_of_the_context_is_named(post: Any, member: str, value: Any) -> None:
    context = {name: part for name, part in LOW["context"].items() if name != member}
    answer = post(LOW | {"context": context | ({} if value == "absent" else {member: value})})
    assert answer.status_code == 400 and f"context.{member}" in outcome(answer)


@pytest.mark.conformance("CH-14")
@pytest.mark.parametrize("member", ["hook", "hookInstance"])
@pytest.mark.parametrize("value", WRONG)
def test_a_wrong_type_is_400(post: Any, member: str, value: Any) -> None:
    answer = post(LOW | {member: value})
    assert answer.status_code == 400 and member in outcome(answer)


@pytest.mark.conformance("CH-14")
@pytest.mark.parametrize("instance", ["x", "123", HOOK_INSTANCE[:-1], f"{HOOK_INSTANCE} "])
def test_an_instance_that_is_no_uuid_is_400(post: Any, instance: str) -> None:
    answer = post(LOW | {"hookInstance": instance})
    assert answer.status_code == 400 and "hookInstance" in outcome(answer)


@pytest.mark.conformance("CH-14")
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"hook": NaN}', b'{"a": 1,}', b"// no\n{}", b"\xff"])
def test_broken_json_is_400(client: Any, body: bytes) -> None:
    answer = client.post(SERVICE, data=body, content_type="application/json")
    assert answer.status_code == 400 and "JSON" in outcome(answer)


@pytest.mark.conformance("CH-14")
@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_a_number_that_is_none_is_400_wherever_it_stands(client: Any, number: bytes) -> None:
    body = msgspec.json.encode(LOW).replace(b'"value":22', b'"value":' + number)
    assert number in body
    assert client.post(SERVICE, data=body, content_type="application/json").status_code == 400


@pytest.mark.conformance("CH-15")
def test_an_unknown_service_is_404(client: Any) -> None:
    for body in (LOW, {}):
        answer = client.post("/cds-services/no-such-service", json=body)
        assert answer.status_code == 404 and outcome(answer)


@pytest.mark.conformance("CH-15")
@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_another_method_is_405(client: Any, method: str) -> None:
    answer = getattr(client, method)(SERVICE)
    assert answer.status_code == 405 and outcome(answer)
    assert "POST" in answer.headers["Allow"]


@pytest.mark.conformance("CH-15")
@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", None])
def test_another_media_type_is_415(client: Any, media_type: str | None) -> None:
    answer = client.post(SERVICE, data=msgspec.json.encode(LOW), content_type=media_type)
    assert answer.status_code == 415 and outcome(answer)


@pytest.mark.conformance("CH-15")
@pytest.mark.parametrize("hook", ["order-sign", "order-select", "encounter-start", "PATIENT-VIEW"])
def test_a_hook_that_this_service_does_not_offer_is_400(post: Any, hook: str) -> None:
    answer = post(LOW | {"hook": hook})
    assert answer.status_code == 400 and "hook" in outcome(answer)


@pytest.mark.conformance("CH-16")
def test_what_is_unknown_is_ignored(post: Any) -> None:
    extension = {"com.example.timestamp": "2026-11-22", "x": {"y": [None]}}
    body = LOW | {
        "extension": extension,
        "somethingNew": [{"a": None}],
        "user": "Practitioner/1",
        "context": LOW["context"] | {"extension": extension, "encounterId": "e1", "unknown": 1.5},
        "prefetch": LOW["prefetch"] | {"extension": {"com.example": 1}, "more": None},
    }
    told, expected = ([(card["summary"], card["indicator"]) for card in post(one).json["cards"]] for one in (body, LOW))
    assert told == expected != []


@pytest.mark.conformance("CH-18")
@pytest.mark.parametrize(
    "prefetch", [None, {}, {"iron": None}, {"unknown": {}}, {"iron": 5}, {"iron": {}, "folate": None}]
)
def test_the_smallest_legal_call_of_every_hook_is_answered(client: Any, prefetch: Any) -> None:
    for service in client.get("/cds-services").json["services"]:
        body = request(prefetch) | {"hook": service["hook"]}
        if service["hook"] != "patient-view":
            body["context"] |= {"draftOrders": bundle(draft(IRON)), "selections": ["MedicationRequest/d1"]}
        answer = client.post(f"/cds-services/{service['id']}", json=body)
        assert answer.status_code in (200, 412)
