"""How much a hook call may bring: what is answered is answered soon and in few words, and the rest is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ehr_reader import shares
from tests.cds_hooks.charted_ehr import asking, service_of
from tests.cds_hooks.hook_requests import (
    ALL_NORMAL,
    call,
    condition,
    full_prefetch,
    medication,
    observation,
    searchset,
)
from tests.cds_hooks.order_requests import IRON, SATURATED, SELECT, SIGN, draft, order_call
from tests.ehr_reader.mock_ehr import mock_ehr

ADDRESS = "/cds-services/rls-nutrients"
MANY = 19_900
# Processor time on a slow machine; what grew with the square of the number took minutes.
SECONDS = 25.0
LONGEST_ANSWER_BYTES = 64 * 1024
ONE_MEGABYTE = "9" * 1_000_000
Fhir = dict[str, Any]


def results(code: str = "2276-4", unit: str = "ng/mL", spread: float = 0.0, **more: Any) -> list[Fhir]:
    return [observation(code, 22 + number * spread, unit, id=f"o{number}", **more) for number in range(MANY)]


def usable() -> Fhir:
    return {"iron": searchset(*results(spread=0.0001))}


def the_same() -> Fhir:
    return {"iron": searchset(*results())}


def contradicting() -> Fhir:
    return {"iron": searchset(*results(spread=0.1))}


def of_one_id() -> Fhir:
    return {"iron": searchset(*(one | {"id": "o"} for one in results(spread=0.01)))}


def of_one_identifier() -> Fhir:
    return {"iron": searchset(*results(spread=0.1, identifier=[{"system": "x", "value": "1"}]))}


def unusable() -> Fhir:
    return {"iron": searchset(*results(unit="parsecs"))}


def of_others() -> Fhir:
    return {"iron": searchset(*(one | {"subject": {"reference": f"Patient/x{one['id']}"}} for one in results()))}


def conditions() -> Fhir:
    told = (condition("32914008", "http://snomed.info/sct") | {"id": f"c{number}"} for number in range(MANY))
    return {"conditions": searchset(*told)}


def medicines() -> Fhir:
    return {"medications": searchset(*(medication("8591") | {"id": f"m{number}"} for number in range(MANY)))}


CHARTS = (usable, the_same, contradicting, of_one_id, of_one_identifier, unusable, of_others, conditions, medicines)
Chart = Callable[[], Fhir]


def posted(client: FlaskClient, body: bytes) -> TestResponse:
    began = time.thread_time()
    answer = client.post(ADDRESS, data=body, content_type="application/json")
    assert time.thread_time() - began < SECONDS
    assert len(answer.data) < LONGEST_ANSWER_BYTES
    return answer


@pytest.mark.soak
@pytest.mark.parametrize("chart", CHARTS)
def test_twenty_thousand_resources_are_answered(client: FlaskClient, chart: Chart) -> None:
    answer = posted(client, json.dumps(call(chart())).encode())
    assert answer.status_code in (200, 412)


@pytest.mark.parametrize("chart", [contradicting, of_one_id])
def test_twenty_thousand_results_that_contradict_each_other(client: FlaskClient, chart: Chart) -> None:
    """They took minutes, and the orders named every one of them."""
    assert posted(client, json.dumps(call(chart())).encode()).status_code == 200


@pytest.mark.parametrize(
    "place", ["context", "prefetch", "fhirAuthorization", "unknown", "in a resource", "everywhere"]
)
def test_what_is_nested_too_deeply_is_refused(client: FlaskClient, place: str) -> None:
    deep = b"[" * 200_000 + b"]" * 200_000
    if place == "everywhere":
        body = deep
    elif place == "in a resource":
        told = call({"iron": searchset(observation("2276-4", 22, "ng/mL", contained="DEEP"))})
        body = json.dumps(told).encode().replace(b'"DEEP"', deep)
    else:
        body = json.dumps(call()).encode()[:-1] + b', "' + place.encode() + b'": ' + deep + b"}"
    answer = posted(client, body)
    assert answer.status_code == 400
    assert answer.get_json()["issue"][0]["diagnostics"] == "The request body is not a JSON object, or not valid JSON."


def at_every_depth(client: FlaskClient, address: str, told: Fhir) -> set[int]:
    """The statuses with DEEP replaced by lists in lists, to beyond what the decoder follows. What it still follows may
    be too deep for whoever reads it later."""
    body = json.dumps(told).encode()
    depths = (*range(100, 900, 100), *range(900, 1000, 3), 5_000)
    bodies = [body.replace(b'"DEEP"', b"[" * depth + b"]" * depth) for depth in depths]
    return {client.post(address, data=one, content_type="application/json").status_code for one in bodies}


@pytest.mark.parametrize("place", ["extension", "note", "dosageInstruction"])
@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_a_deep_order_is_never_a_fault_of_ours(client: FlaskClient, hook: str, place: str) -> None:
    told = order_call([draft(IRON, **{place: "DEEP"})], hook=hook, **SATURATED)
    assert at_every_depth(client, SELECT if hook == "order-select" else SIGN, told) == {200, 400}


@pytest.mark.parametrize("place", ["interpretation", "identifier", "extension", "component"])
def test_a_deep_result_is_never_a_fault_of_ours(client: FlaskClient, place: str) -> None:
    told = call({"iron": searchset(observation("2276-4", 22, "ng/mL", **{place: "DEEP"}))})
    assert at_every_depth(client, ADDRESS, told) == {200, 400}


@pytest.mark.parametrize(
    "changed",
    [
        {"valueQuantity": {"value": 22, "unit": ONE_MEGABYTE}},
        {"valueQuantity": {"value": 22, "unit": "x" * 1_000_000, "code": "y" * 1_000_000}},
        {"valueQuantity": None, "valueString": ONE_MEGABYTE},
        {"effectiveDateTime": ONE_MEGABYTE},
        {"code": {"text": "ferritin " * 100_000}},
        {"subject": {"reference": "Patient/" * 100_000}},
        {"status": ONE_MEGABYTE},
        {"code": {"coding": [{"system": "http://loinc.org", "code": "2276-4"}] * 20_000}},
    ],
    ids=lambda one: next(iter(one)),
)
def test_words_without_end_do_not_make_the_card_long(client: FlaskClient, changed: Fhir) -> None:
    told = call({"iron": searchset(observation("2276-4", 22, "ng/mL") | changed)})
    assert posted(client, json.dumps(told).encode()).status_code == 200


def test_a_number_of_a_million_digits(client: FlaskClient) -> None:
    told = json.dumps(call({"iron": searchset(observation("2276-4", 22, "ng/mL"))})).encode()
    assert posted(client, told.replace(b'"value": 22', b'"value": ' + ONE_MEGABYTE.encode())).status_code == 200


def test_an_ehr_that_too_many_wait_for_is_a_gap_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "MOST_QUESTIONS_AT_ONCE", 0)
    with mock_ehr() as ehr:
        answer = service_of(ehr).post(ADDRESS, json=asking(ehr, only("patient", "magnesium")))
        assert ehr.calls == []
    assert answer.status_code == 200
    assert "The EHR could not be reached, or not in time, for" in answer.get_data(as_text=True)


def test_a_chart_of_more_than_may_be_read_is_a_gap_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "Allowance", partial(shares.Allowance, size=20))
    with mock_ehr() as ehr:
        answer = service_of(ehr).post(ADDRESS, json=asking(ehr, only("patient", "magnesium")))
        assert ehr.calls
    assert answer.status_code == 200
    assert "What the EHR sent could not be read as" in answer.get_data(as_text=True)


def only(*keys: str) -> Fhir:
    """This much is sent, the rest has to be asked for."""
    return {key: value for key, value in full_prefetch(**ALL_NORMAL).items() if key in keys}
