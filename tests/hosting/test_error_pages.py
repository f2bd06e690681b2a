"""A person who comes to a wrong address reads a sentence; software reads an OperationOutcome."""

from __future__ import annotations

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from flask.testing import FlaskClient

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("method", "path", "status", "sentence"),
    [
        ("GET", "/nothing/Jane-Doe", 404, "There is nothing at this address."),
        ("POST", "/patients/Jane-Doe", 405, "This address does not answer that method."),
        ("GET", "/break", 500, "The service made a mistake."),
    ],
)
def test_a_browser_gets_a_page(client: FlaskClient, method: str, path: str, status: int, sentence: str) -> None:
    answer = client.open(path, method=method, headers={"Accept": FIREFOX})
    told = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert f"<h1>{sentence}" in told and '<html lang="en">' in told and 'href="/about"' in told
    assert "Jane" not in told and "Error" not in told
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "accept", [None, "*/*", "application/json", "application/fhir+json", "application/json, text/html;q=0.5"]
)
def test_software_gets_an_operation_outcome(client: FlaskClient, accept: str | None) -> None:
    answer = client.get("/nothing", headers={"Accept": accept} if accept else {})
    assert answer.mimetype == "application/json"
    OperationOutcome.model_validate(answer.get_json())


def test_a_page_keeps_what_a_refusal_has_to_say(client: FlaskClient) -> None:
    assert "GET" in client.post("/patients/p1", headers={"Accept": FIREFOX}).headers["Allow"]
