"""Feedback, as CDS Hooks 2.0.1 section Feedback describes it. CH-29: what is taken; CH-30: what is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hosting import Database, open_database
from tests.cds_hooks.conftest import client_of
from tests.conformance.conftest import SERVICE

CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
ACCEPTED: dict[str, Any] = {
    "card": CARD,
    "outcome": "accepted",
    "acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}],
    "outcomeTimestamp": "2026-11-22T08:30:00Z",
}
OVERRIDDEN: dict[str, Any] = {"card": CARD, "outcome": "overridden", "outcomeTimestamp": "2026-11-22T08:31:00.5Z"}
EXPLAINED: dict[str, Any] = OVERRIDDEN | {
    "overrideReason": {
        "reason": {
            "code": "patient-refuses",
            "system": "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
        },
        "userComment": "Wants to wait until after the holidays",
    }
}


@pytest.fixture
def database(database_url: str) -> Database:
    return open_database(database_url)


@pytest.fixture
def send(database_url: str) -> Callable[[Any], TestResponse]:
    client: FlaskClient = client_of(database_url=database_url)
    return lambda body: client.post(f"{SERVICE}/feedback", json=body)


@pytest.mark.conformance("CH-29")
@pytest.mark.parametrize(
    ("entries", "kept"),
    [
        ([ACCEPTED], 1),
        ([OVERRIDDEN], 1),
        ([EXPLAINED], 1),
        ([OVERRIDDEN, OVERRIDDEN], 1),
        ([ACCEPTED, EXPLAINED, OVERRIDDEN | {"card": "another"}], 3),
        ([OVERRIDDEN | {"overrideReason": {"userComment": "typed"}}], 1),
        ([OVERRIDDEN | {"overrideReason": {"reason": {"code": "of-the-ehr"}}}], 1),
        ([OVERRIDDEN | {"overrideReason": None, "acceptedSuggestions": None, "extension": {"org.example": {}}}], 1),
        ([OVERRIDDEN | {"outcomeTimestamp": "2026-11-22T09:31:00+01:00"}], 1),
    ],
)
def test_is_taken_and_answered_without_a_body(
    send: Callable[[Any], TestResponse], database: Database, entries: list[dict[str, Any]], kept: int
) -> None:
    for _ in range(2):
        answer = send({"feedback": entries})
        assert (answer.status_code, answer.data) == (200, b"")
        assert len(list(database.feedback())) == kept
    database.close()


@pytest.mark.conformance("CH-30")
@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "feedback"),
        ([ACCEPTED], "JSON object"),
        (ACCEPTED, "feedback"),
        ({"feedback": []}, "feedback"),
        ({"feedback": ACCEPTED}, "feedback"),
        ({"feedback": ["accepted"]}, "feedback[0]"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"outcome": "ignored"}]}, "feedback[1].outcome"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"outcome": ["accepted"]}]}, "feedback[1].outcome"),
        ({"feedback": [ACCEPTED, ACCEPTED | {"acceptedSuggestions": None}]}, "feedback[1].acceptedSuggestions"),
        ({"feedback": [ACCEPTED, ACCEPTED | {"acceptedSuggestions": []}]}, "feedback[1].acceptedSuggestions"),
        ({"feedback": [ACCEPTED, ACCEPTED | {"acceptedSuggestions": [{}]}]}, "feedback[1].acceptedSuggestions.id"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"outcomeTimestamp": None}]}, "feedback[1].outcomeTimestamp"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"outcomeTimestamp": "yesterday"}]}, "feedback[1].outcomeTimestamp"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"outcomeTimestamp": "2026-02-30T08:00:00Z"}]}, "outcomeTimestamp"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"outcomeTimestamp": "2026-11-22T08:31:00"}]}, "outcomeTimestamp"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"card": None}]}, "feedback[1].card"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"card": "  "}]}, "feedback[1].card"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"card": "a\x00b"}]}, "feedback[1].card"),
        ({"feedback": [ACCEPTED, ACCEPTED | {"acceptedSuggestions": [{"id": "\x00"}]}]}, "acceptedSuggestions.id"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"overrideReason": {"reason": {"code": "\x00"}}}]}, "reason.code"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"overrideReason": {}}]}, "feedback[1].overrideReason"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"overrideReason": {"reason": {}}}]}, "overrideReason.reason.code"),
        ({"feedback": [ACCEPTED, OVERRIDDEN | {"overrideReason": {"userComment": 1}}]}, "userComment"),
    ],
)
def test_one_bad_entry_refuses_the_whole_and_nothing_is_kept(
    send: Callable[[Any], TestResponse], database: Database, body: Any, named: str
) -> None:
    answer = send(body)
    assert answer.status_code == 400
    [issue] = answer.get_json()["issue"]
    assert named in issue["diagnostics"]
    assert list(database.feedback()) == []
    database.close()


@pytest.mark.conformance("CH-30")
def test_what_is_no_json_or_for_no_service_is_refused(database_url: str) -> None:
    client = client_of(database_url=database_url)
    assert client.post(f"{SERVICE}/feedback", data="{", content_type="application/json").status_code == 400
    assert client.post(f"{SERVICE}/feedback", data="{}", content_type="text/plain").status_code == 415
    assert client.post("/cds-services/unknown/feedback", json={"feedback": [ACCEPTED]}).status_code == 404
    assert client.get(f"{SERVICE}/feedback").status_code == 405
