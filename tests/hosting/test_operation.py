"""What stands around the service: proxies, probes, keys, the doctor's call."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Blueprint, jsonify, request
from joserfc import jwt
from joserfc.jwk import OctKey

from hosting import EhrRegistry, Settings, create_application, derived_key, new_key_file

SECRET = "correct-horse-battery-staple-0123456789"
PUBLIC = "https://rls.example.org"
FORWARDED = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "rls.example.org"}


def telling_front_door(settings: Settings, registry: EhrRegistry) -> Blueprint:
    blueprint = Blueprint("telling", __name__)
    blueprint.add_url_rule(
        "/seen", "seen", lambda: jsonify([request.remote_addr, request.scheme, request.host, request.script_root])
    )
    return blueprint


def seen(trusted: int, **headers: str) -> list[str]:
    app = create_application(Settings(trusted_proxies=trusted), EhrRegistry(), [telling_front_door])
    found: list[str] = app.test_client().get("/seen", headers={**FORWARDED, **headers}).get_json()
    return found


def test_forwarded_headers_are_believed_of_nobody_by_default() -> None:
    assert seen(0) == ["127.0.0.1", "http", "localhost", ""]


def test_they_are_believed_of_as_many_proxies_as_are_set() -> None:
    assert seen(1) == ["198.51.100.7", "https", "rls.example.org", ""]
    forged = {"X-Forwarded-For": "203.0.113.1, 198.51.100.7"}
    assert seen(1, **forged)[0] == "198.51.100.7", "what a caller wrote before the proxy did counts for nothing"
    assert seen(1, **{"X-Forwarded-Prefix": "/evil"})[3] == ""


def registry(**words: str) -> EhrRegistry:
    entry = {"name": "x", "fhir_base": "https://ehr.example.org/fhir"} | words
    return EhrRegistry.model_validate({"ehr": [entry]})


def keys_of(settings: Settings, known: EhrRegistry) -> object:
    answer = create_application(settings, known, []).test_client().get("/readyz")
    return answer.status_code, answer.get_json()["parts"].get("keys")


def test_a_missing_signing_key_is_not_ready(tmp_path: Path) -> None:
    by_key = registry(client_authentication="private_key_jwt")
    assert keys_of(Settings(), registry()) == (200, None)
    assert keys_of(Settings(), by_key) == (503, {"ready": False, "detail": "no key for ES384"})
    new_key_file(tmp_path / "keys.json")
    with_keys = Settings(signing_key_file=tmp_path / "keys.json")
    assert keys_of(with_keys, by_key) == (200, {"ready": True, "detail": "2 published"})
    (tmp_path / "keys.json").write_text("secret", "utf-8")
    assert keys_of(with_keys, by_key) == (503, {"ready": False, "detail": "the signing keys cannot be read"})


def test_keys_that_go_on_signing_stay_ready_while_their_file_is_half_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "keys.json"
    new_key_file(file)
    whole = file.read_text("utf-8")
    known = registry(client_authentication="private_key_jwt")
    client = create_application(Settings(signing_key_file=file), known, []).test_client()
    file.write_text(whole[:100], "utf-8")
    for _ in range(3):
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.get_json()["parts"]["keys"]["detail"].startswith("2 published; their file cannot be read")
    assert capsys.readouterr().err.count("signing keys not readable any more") == 1
    file.write_text(whole, "utf-8")
    assert client.get("/readyz").get_json()["parts"]["keys"] == {"ready": True, "detail": "2 published"}


def signed(secret: str = SECRET, **changed: object) -> str:
    now = int(time.time())
    claims = {"aud": f"{PUBLIC}/readyz", "iat": now, "exp": now + 60} | changed
    key = OctKey.import_key(derived_key(Settings(secret_key=secret), "doctor"))
    return jwt.encode({"alg": "HS256"}, claims, key)


def with_header(header: dict[str, object]) -> str:
    """What no library would write."""
    parts = (json.dumps(header).encode(), b"{}", b"signature")
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize(
    ("make_token", "told"),
    [
        (signed, "recognised"),
        (lambda: signed(aud="https://elsewhere.example.org/readyz"), "made for another address"),
        (lambda: signed(exp=int(time.time()) - 5), "expired by our clock"),
        (lambda: signed("y" * 40), "the token is not ours"),
        (lambda: "eyJhbGciOiJub25lIn0.e30.", "the token is not ours"),
        (lambda: with_header({"alg": "HS256", "crit": 5}), "the token is not ours"),
        (lambda: with_header({"alg": "HS256", "crit": [[]]}), "the token is not ours"),
        (str, None),
    ],
)
def test_the_doctors_call_is_recognised_and_opens_nothing(make_token: Callable[[], str], told: str | None) -> None:
    token = make_token()  # here and not when tests are collected: it is good for a minute
    app = create_application(Settings(secret_key=SECRET, public_url=PUBLIC), EhrRegistry(), [])
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = app.test_client().get("/readyz", headers=headers)
    assert answer.status_code == 200
    assert answer.get_json().get("signedCall") == told
