"""What a caller or a chart may try on the CDS service; docs/security.md lists what is tested elsewhere."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_hooks.request import read_request
from tests.cds_hooks.hook_requests import ALL_NORMAL, call, condition, medication, observation, searchset
from tests.cds_hooks.test_markdown import RENDERER

ADDRESS = "/cds-services/rls-nutrients"
HOSTILE = "<img src=x onerror=alert(1)>[x](javascript:alert(1))<script>alert(1)</script>\n# Heading\n"
KNOWN = {"resourceType", "status", "intent", "system", "gender", "birthDate"}
Fhir = dict[str, Any]


def chart() -> Fhir:
    """Something of each kind, with all the texts that may be shown."""
    low = observation("2276-4", 22, "ng/mL", id="f1", note=[{"text": "note"}], performer=[{"display": "Laboratory"}])
    low["code"]["text"], low["code"]["coding"][0]["display"] = "Ferritin", "Ferritin"
    bad = observation("2276-4", 7, "ng/mL", id="f2", status="cancelled", dataAbsentReason={"text": "absent"})
    drug = medication("8591", dosageInstruction=[{"text": "one a day"}])
    drug["medicationCodeableConcept"]["text"] = "Ferrous sulfate"
    told = condition("32914008", "http://snomed.info/sct")
    told["code"]["text"] = "Restless legs"
    return call(
        {"iron": searchset(low, bad), "medications": searchset(drug), "conditions": searchset(told)},
        **{name: value for name, value in ALL_NORMAL.items() if name not in ("ferritin", "transferrin_saturation")},
    )


def spoilt(body: Fhir) -> Iterator[tuple[str, Fhir]]:
    """The same call with one text after the other made hostile."""
    for path in _texts(body["prefetch"], ()):
        changed = copy.deepcopy(body)
        here = changed["prefetch"]
        for step in path[:-1]:
            here = here[step]
        here[path[-1]] = f"{here[path[-1]]}{HOSTILE}"
        yield ".".join(map(str, path)), changed


def _texts(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in members:
        if isinstance(one, str) and name not in KNOWN:
            yield (*path, name)
        yield from _texts(one, (*path, name))


def test_no_text_of_a_chart_becomes_markup_in_a_card(client: FlaskClient) -> None:
    tried = 0
    for where, body in spoilt(chart()):
        answer = client.post(ADDRESS, json=body)
        assert answer.status_code in (200, 412), where
        for card in answer.json.get("cards", []):
            html = RENDERER.render(card["detail"])
            assert "<img" not in html and "<script" not in html and "javascript:alert(1)</a>" not in html, where
            assert 'href="javascript' not in html and "<h1" not in html, where
            assert "<" not in card["summary"] and "\n" not in card["summary"], where
            links = [link["url"] for link in card.get("links", ())]
            assert all(url.startswith("https://cds.example.org/") for url in links), where
        tried += 1
    assert tried > 60


def test_no_line_of_a_caller_becomes_a_line_of_the_log(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line of the log is a JSON object of ours, whatever stands in members, headers and path."""
    forged = '\n{"event":"session opened","ehr":"forged"}\n'
    capsys.readouterr()
    for name in ("hook", "hookInstance", "fhirServer", "context"):
        value: Any = forged if name != "context" else {"patientId": forged, "userId": forged}
        client.post(ADDRESS, json=call() | {name: value})
    client.post(ADDRESS, json=call(), headers={"Authorization": "Bearer %0aforged", "X-Request-ID": "forged"})
    client.get("/cds-services/%0aforged?x=forged")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert len(lines) >= 6
    assert "forged" not in json.dumps(lines)


def test_a_packed_body_is_not_unpacked(client: FlaskClient) -> None:
    packed = gzip.compress(json.dumps(call(ferritin="22 ng/mL")).encode())
    answer = client.post(ADDRESS, data=packed, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert answer.status_code == 400


@pytest.mark.parametrize("kind", ["application/fhir+xml", "text/xml", "application/xml"])
def test_xml_is_not_read_at_all(client: FlaskClient, kind: str) -> None:
    body = '<!DOCTYPE b [<!ENTITY e SYSTEM "file:///etc/passwd">]><Bundle><id value="&e;"/></Bundle>'
    answer = client.post(ADDRESS, data=body, content_type=kind)
    assert answer.status_code == 415 and "root:" not in answer.text


def test_a_request_shows_neither_token_nor_patient_when_it_is_printed() -> None:
    body = call(ferritin="22 ng/mL") | {
        "fhirServer": "https://ehr.example.org/fhir",
        "fhirAuthorization": {"access_token": "very-secret", "token_type": "Bearer", "patient": "p1"},
    }
    body["context"]["patientId"] = "patient-4711-jane"
    told = read_request(json.dumps(body).encode(), "application/json")
    assert "very-secret" not in repr(told.fhir_authorization)
    assert "patient-4711" not in repr(told) and "very-secret" not in repr(told)
