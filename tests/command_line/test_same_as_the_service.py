"""One hook call means one thing: the command line assesses it as the service does, whatever prefetch leaves open."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from clinical import Assessment
from command_line.json_form import json_of, written
from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.hook_requests import medication, operation_outcome, searchset
from tests.command_line.conftest import Call
from tests.house.manuals import shown

HOOKS = Path(__file__).resolve().parents[2] / "fixtures" / "hooks"
LISTS = ("conditions", "medications", "allergies", "procedures")
NEXT = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]
NAMED = {"medicationCodeableConcept": {"text": "Paracetamol 500 mg"}}
HARMLESS = medication("161", id="paracetamol", subject={"reference": "Patient/ada"}, **NAMED)

Change = Callable[[dict[str, Any]], None]


def said_of(key: str, value: Any) -> Change:
    return lambda prefetch: prefetch.update({key: value})


def left_out(key: str) -> Change:
    return lambda prefetch: prefetch.pop(key, None)


def with_more_to_come(key: str) -> Change:
    def change(prefetch: dict[str, Any]) -> None:
        prefetch[key] = (prefetch[key] or searchset(HARMLESS)) | {"link": NEXT}

    return change


def under_another_key(value: Any) -> Change:
    def change(prefetch: dict[str, Any]) -> None:
        del prefetch["medications"]
        prefetch["drugs-of-this-hospital"] = value

    return change


CHANGES: dict[str, Change] = {
    "another key": under_another_key(searchset(HARMLESS)),
    "another key, next": under_another_key(searchset(HARMLESS, link=NEXT)),
    "another key, error": under_another_key(searchset(HARMLESS, operation_outcome())),
    "results next": with_more_to_come("iron"),
    "results in part": said_of("iron", {"resourceType": "OperationOutcome"}),
    "orders next": with_more_to_come("openOrders"),
}
for each in LISTS:
    CHANGES |= {
        f"{each} null": said_of(each, None),
        f"{each} empty": said_of(each, searchset()),
        f"{each} absent": left_out(each),
        f"{each} next": with_more_to_come(each),
        f"{each} empty, next": said_of(each, searchset(link=NEXT)),
        f"{each} remark": said_of(each, searchset(operation_outcome("warning"))),
        f"{each} error": said_of(each, operation_outcome()),
        f"{each} error inside": said_of(each, searchset(HARMLESS, operation_outcome())),
        f"{each} of another": said_of(each, searchset(HARMLESS | {"subject": {"reference": "Patient/eve"}})),
        f"{each} no resource": said_of(each, "<html>"),
    }


def calls() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(HOOKS.glob("*.json")):
        yield path.stem, json.loads(path.read_text("utf-8"))
    yield "the manual's", shown("docs/hook-call.md", "The hook call")


def changed_calls() -> Iterator[tuple[str, dict[str, Any]]]:
    """The manual's call, whose lists are ``null`` but for the problems, with one key answered otherwise."""
    for name, change in CHANGES.items():
        call = deepcopy(shown("docs/hook-call.md", "The hook call"))
        change(call["prefetch"])
        yield name, call


@pytest.fixture(scope="module")
def service() -> FlaskClient:
    return client_of()


@pytest.mark.parametrize(("name", "body"), [*calls(), *changed_calls()])
def test_the_same_assessment(
    call: Call, service: FlaskClient, monkeypatch: pytest.MonkeyPatch, name: str, body: dict[str, Any]
) -> None:
    seen: list[Assessment] = []
    monkeypatch.setattr("cds_hooks.hook_call.has_assessed", seen.append)
    assert service.post("/cds-services/rls-nutrients", json=body).status_code == 200
    told = call("assess", "--format", "json", given=json.dumps(body).encode())
    if told.exit_code:  # a file holds one patient; the service sets another's data aside
        assert name.endswith("of another"), told.stderr
        assert told.stderr.startswith("rls-nutrients: the chart holds more than one patient")
    else:
        assert told.stdout_bytes == written(json_of(seen[0]))


@pytest.mark.parametrize(("name", "body"), list(calls()))
def test_the_same_cards(call: Call, service: FlaskClient, name: str, body: dict[str, Any]) -> None:
    of_service = service.post("/cds-services/rls-nutrients", json=body).json
    of_program = json.loads(call("assess", "--format", "cards", given=json.dumps(body).encode()).stdout)
    assert as_shown(of_program) == as_shown(of_service)


def as_shown(answer: Any) -> Any:
    """Without what is new in every answer, and without the addresses of the one that answers."""
    return _without(answer, {"uuid", "source", "links"})


def _without(part: Any, words: set[str]) -> Any:
    if isinstance(part, dict):
        return {word: _without(inner, words) for word, inner in part.items() if word not in words}
    return [_without(inner, words) for inner in part] if isinstance(part, list) else part


@pytest.mark.parametrize(
    ("drugs", "known"),
    [
        ({"link": []}, True),
        ({"link": NEXT}, False),
        ({"entry": [{"resource": HARMLESS}, {"resource": operation_outcome()}]}, False),
        ({"entry": [{"resource": HARMLESS}, {"resource": operation_outcome("warning")}]}, True),
    ],
)
def test_a_bundle_that_is_not_whole_is_no_list(call: Call, drugs: dict[str, Any], known: bool) -> None:
    """Pages that a script saved: what the first one does not name may stand on the next."""
    entries = shown("docs/hook-call.md", "The hook call")["prefetch"]
    saved = [entries["patient"], entries["conditions"], entries["iron"], searchset(HARMLESS) | drugs]
    told = call("assess", given=json.dumps(saved).encode()).stdout
    assert ("medication list was not available" in told) is not known
