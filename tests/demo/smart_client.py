"""A small honest SMART app, to ask the demo EHR with: launches, gets tokens, reads."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from demo_ehr.application import DemoEhr, create_demo_ehr, demo_ehr_of
from demo_ehr.authority import RegisteredApp

BASE = "http://127.0.0.1:8000"
CALLBACK = "http://127.0.0.1:8001/callback"
JWKS = "http://127.0.0.1:8001/.well-known/jwks.json"
SECRET = "a-secret-of-the-demo"
ADA = "restless-legs-low-ferritin"
SCOPES = "launch openid fhirUser online_access patient/*.rs"
TODAY = date(2026, 11, 22)
APPS = (
    RegisteredApp("public", (CALLBACK,)),
    RegisteredApp("confidential", (CALLBACK,), "client_secret_basic", secret=SECRET),
    RegisteredApp("asymmetric", (CALLBACK,), "private_key_jwt", jwks_url=JWKS, id_token_algorithm="RS256"),
)


class SmartClient:
    """Speaks to one demo EHR. ``demo`` is what stands behind it, for switching faults and making launches."""

    def __init__(self) -> None:
        self.demo: DemoEhr = demo_ehr_of(BASE, APPS, TODAY)
        self.http: FlaskClient = create_demo_ehr(self.demo).test_client()
        self.verifier = secrets.token_urlsafe(48)

    def authorize(self, patient: str = ADA, *, by: str = "GET", **changed: Any) -> TestResponse:
        """The answer to an authorization request; ``changed`` replaces parameters, None leaves them out."""
        asked = {
            "response_type": "code",
            "client_id": "public",
            "redirect_uri": CALLBACK,
            "launch": changed.pop("launch", self.demo.authority.new_launch(patient)),
            "scope": SCOPES,
            "state": "s" * 22,
            "aud": f"{BASE}/fhir",
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        } | changed
        sent = {name: value for name, value in asked.items() if value is not None}
        if by == "POST":
            return self.http.post("/auth/authorize", base_url=BASE, data=sent)
        return self.http.get("/auth/authorize", base_url=BASE, query_string=sent)

    def code(self, **changed: Any) -> str:
        return sent_back(self.authorize(**changed))["code"]

    def exchange(self, spent: str, headers: dict[str, str] | None = None, **changed: Any) -> TestResponse:
        return self.ask_token(
            headers,
            **{
                "grant_type": "authorization_code",
                "code": spent,
                "redirect_uri": CALLBACK,
                "client_id": "public",
                "code_verifier": self.verifier,
            }
            | changed,
        )

    def refresh(self, refresh_token: str, **changed: Any) -> TestResponse:
        return self.ask_token(
            None, **{"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": "public"} | changed
        )

    def ask_token(self, headers: dict[str, str] | None, **form: Any) -> TestResponse:
        sent = {name: value for name, value in form.items() if value is not None}
        return self.http.post("/auth/token", base_url=BASE, data=sent, headers=headers)

    def launched(self, patient: str = ADA, **changed: Any) -> dict[str, Any]:
        """The token reply of a whole launch."""
        reply: dict[str, Any] = self.exchange(self.code(patient=patient, **changed)).get_json()
        return reply

    def fhir(self, path: str, token: str | None, **query: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.get(f"/fhir/{path}", base_url=BASE, query_string=query or None, headers=headers)


def challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def sent_back(answer: TestResponse) -> dict[str, str]:
    """What the browser carries back to the app."""
    assert answer.status_code == 302, answer.text
    location = answer.headers["Location"]
    assert location.startswith(f"{CALLBACK}?"), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def ids(answer: TestResponse, mode: str = "match") -> list[str]:
    """The ids in a searchset, of one search mode."""
    bundle = answer.get_json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset"), bundle
    return [entry["resource"]["id"] for entry in bundle.get("entry", []) if entry["search"]["mode"] == mode]


def issue(answer: TestResponse) -> str:
    """The issue type of an OperationOutcome."""
    outcome = answer.get_json()
    assert outcome["resourceType"] == "OperationOutcome", outcome
    assert answer.headers["Content-Type"].startswith("application/fhir+json")
    return str(outcome["issue"][0]["code"])


def link(answer: TestResponse, relation: str) -> str | None:
    return next((it["url"] for it in answer.get_json()["link"] if it["relation"] == relation), None)
