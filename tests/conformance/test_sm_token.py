"""How the app proves at the token endpoint who it is: SM-07 to SM-10, and SM-16 where the exchange fails."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, KeyParameters, RSAKey, import_key

from tests.smart_app.browser import Browser
from tests.smart_app.calls import Call, Reply
from tests.smart_app.expectations import EHR_AT_FAULT, calm, tells_of_ruth
from tests.smart_app.fhir_answers import outcome
from tests.smart_app.launches import CLIENT_ID, CLIENT_SECRET, HOME, AppOf, Hospitals, signing_keys
from tests.smart_app.mock_smart_ehr import MockSmartEhr
from tests.smart_app.server_keys import verified

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM = "application/x-www-form-urlencoded"
COMMON = {"grant_type", "code", "redirect_uri", "code_verifier"}
ASYMMETRIC = pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
KEY_TYPES = {"ES384": "EC", "RS384": "RSA"}
SECRET_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def exchanged(browser: Browser, ehr: MockSmartEhr) -> Call:
    """The one token request of a launch."""
    tells_of_ruth(browser.chart_of(ehr))
    [call] = ehr.to("token")
    return call


def published(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(browser.get("/.well-known/jwks.json").body)
    return found


@pytest.mark.conformance("SM-07")
def test_a_public_client(browser: Browser, ehr: MockSmartEhr) -> None:
    call = exchanged(browser, ehr)
    assert set(call.form) == COMMON | {"client_id"} and call.form["client_id"] == CLIENT_ID
    assert "authorization" not in call.headers


@pytest.mark.conformance("SM-07")
def test_the_code_is_exchanged_with_proof(browser: Browser, ehr_of_kind: MockSmartEhr) -> None:
    call = exchanged(browser, ehr_of_kind)
    [asked] = ehr_of_kind.requests_to_authorize
    assert call.method == "POST" and call.headers["content-type"].split(";")[0] == FORM and "?" not in call.target
    assert call.form["grant_type"] == "authorization_code" and call.form["redirect_uri"] == f"{HOME}/callback"
    assert call.form["code"] in ehr_of_kind.secrets
    verifier = call.form["code_verifier"]
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier)
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    assert "cookie" not in call.headers and "json" in call.headers.get("accept", "json")


@pytest.mark.conformance("SM-08")
def test_a_client_with_a_secret(browser: Browser, hospitals: Hospitals) -> None:
    call = exchanged(browser, hospitals["basic"])
    expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    assert call.headers["authorization"] == f"Basic {expected}"
    assert set(call.form) == COMMON
    assert CLIENT_SECRET.encode() not in call.body and CLIENT_SECRET not in call.target


@pytest.mark.conformance("SM-09")
@ASYMMETRIC
def test_a_client_with_a_key(browser: Browser, hospitals: Hospitals, algorithm: str) -> None:
    ehr, before = hospitals[algorithm], time.time()
    call = exchanged(browser, ehr)
    assert set(call.form) == COMMON | {"client_assertion_type", "client_assertion"}
    assert call.form["client_assertion_type"] == ASSERTION_TYPE and "authorization" not in call.headers
    header, claims = verified(call.form["client_assertion"], published(browser))
    assert header["alg"] == algorithm and header["typ"] == "JWT" and header["kid"]
    assert set(header) <= {"alg", "typ", "kid", "jku"}
    assert claims["iss"] == claims["sub"] == CLIENT_ID
    assert claims["aud"] == ehr.configuration["token_endpoint"]
    assert isinstance(claims["exp"], int) and before < claims["exp"] <= time.time() + 300 and len(claims["jti"]) >= 16


@pytest.mark.conformance("SM-09")
@ASYMMETRIC
def test_each_request_has_an_assertion_of_its_own(browser: Browser, hospitals: Hospitals, algorithm: str) -> None:
    ehr = hospitals[algorithm]
    chart = browser.chart_of(ehr)
    ehr.expire_access()
    tells_of_ruth(browser.get(chart.address))
    browser.chart_of(ehr)
    calls = ehr.to("token")
    assert [call.form["grant_type"] for call in calls] == ["authorization_code", "refresh_token", "authorization_code"]
    claims = [verified(call.form["client_assertion"], published(browser))[1] for call in calls]
    assert len({one["jti"] for one in claims}) == 3
    assert all("client_id" not in call.form for call in calls)


@pytest.mark.conformance("SM-10")
def test_our_public_keys(browser: Browser) -> None:
    answer = browser.get("/.well-known/jwks.json")
    assert answer.status == 200 and "json" in (answer.header("content-type") or "")
    found = published(browser)["keys"]
    assert {key["kty"] for key in found} == {"EC", "RSA"} and len({key["kid"] for key in found}) == len(found) == 2
    for key in found:
        assert not SECRET_MEMBERS & set(key)
        assert key["use"] == "sig" and key["alg"] == {"EC": "ES384", "RSA": "RS384"}[key["kty"]]
        assert {"n", "e"} <= set(key) or {"crv", "x", "y"} <= set(key)
    cache = answer.header("cache-control") or ""
    assert "no-store" not in cache and re.search(r"max-age=[1-9]", cache)


@pytest.mark.conformance("SM-10")
def test_without_a_signing_key_the_set_is_empty(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    answer = app_of(own_ehr, signing_key_file=None).get("/.well-known/jwks.json")
    assert answer.status == 200 and json.loads(answer.body) == {"keys": []}


@pytest.mark.conformance("SM-10")
@ASYMMETRIC
@pytest.mark.parametrize("form", ["PEM", "JWK", "JWK without kid"])
def test_a_signing_key_comes_in_several_forms(
    own_ehr: MockSmartEhr, app_of: AppOf, tmp_path: Path, algorithm: str, form: str
) -> None:
    """Contract: a PEM, a JWK or a JWK Set; ``kid`` is the JWK's or its thumbprint (RFC 7638)."""
    key = import_key(next(one for one in signing_keys()["keys"] if one["kty"] == KEY_TYPES[algorithm]))
    assert isinstance(key, ECKey | RSAKey)
    told = key.as_dict(private=True) | {"kid": "kept"}
    if form == "JWK without kid":
        del told["kid"]
    file = tmp_path / "signing-key"
    file.write_bytes(key.as_pem(private=True) if form == "PEM" else json.dumps(told).encode())
    browser = app_of(own_ehr, algorithm, signing_key_file=file)
    call = exchanged(browser, own_ehr)
    header, _ = verified(call.form["client_assertion"], published(browser))
    assert header["kid"] == ("kept" if form == "JWK" else key.thumbprint())


@pytest.mark.conformance("SM-10")
@ASYMMETRIC
def test_a_rotated_key_stays_published(own_ehr: MockSmartEhr, app_of: AppOf, tmp_path: Path, algorithm: str) -> None:
    words: KeyParameters = {"kid": "newer"}
    new = ECKey.generate_key("P-384", words) if algorithm == "ES384" else RSAKey.generate_key(2048, words)
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [new.as_dict(private=True), *signing_keys()["keys"]]}), "utf-8")
    browser = app_of(own_ehr, algorithm, signing_key_file=file)
    call = exchanged(browser, own_ehr)
    assert {key["kid"] for key in published(browser)["keys"]} == {"newer", "app-ec", "app-rsa"}
    verified(call.form["client_assertion"], published(browser))


HOSTILE = "<script>alert(1)</script>"
USUAL = {"access_token": "a-token", "token_type": "Bearer", "patient": "p1", "scope": "patient/*.rs"}
TEXTS = ("access_token", "token_type", "patient", "scope", "refresh_token", "appContext", "smart_style_url", "other")
FAILURES = {
    "invalid_client": Reply(400, {"error": "invalid_client", "error_description": HOSTILE}),
    "invalid_grant": Reply(400, {"error": "invalid_grant", "error_description": HOSTILE}),
    "OperationOutcome": Reply(401, outcome("login")),
    "a page": Reply(500, b"<html><h1>Whitelabel" + HOSTILE.encode(), {"Content-Type": "text/html"}),
    "busy": Reply(503, b"", {"Retry-After": "1"}),
    "too many": Reply(429, {"error": "slow_down"}),
    "a page with 200": Reply(200, b"<html>" + HOSTILE.encode(), {"Content-Type": "text/html"}),
    "an error with 200": Reply(200, {"error": "invalid_request"}),
    "a list": Reply(200, ["access_token"]),
    "nothing": Reply(200, b""),
    "null": Reply(200, None),
    "no access token": Reply(200, {"token_type": "Bearer", "patient": "p1", "scope": "patient/*.rs"}),
    "a token that is no text": Reply(200, {"access_token": 5, "token_type": "Bearer", "patient": "p1"}),
    "a token of two lines": Reply(200, {"access_token": "a\r\nX-Other: b", "token_type": "Bearer", "patient": "p1"}),
    "not UTF-8": Reply(200, b'{"access_token": "\xff"}'),
    "deep": Reply(200, b"[" * 100_000),
    **{f"half a letter in {name}": Reply(200, USUAL | {name: "\ud800"}) for name in TEXTS},
}


@pytest.mark.conformance("SM-16")
@pytest.mark.parametrize("failure", FAILURES)
def test_a_token_endpoint_at_fault(browser: Browser, ehr: MockSmartEhr, failure: str) -> None:
    ehr.replies["token"] = FAILURES[failure]
    answer = browser.open_chart(ehr)
    calm(answer, *EHR_AT_FAULT, *((400, 401) if failure == "invalid_grant" else ()))
    assert HOSTILE not in answer.text and "Whitelabel" not in answer.text
    assert len(ehr.to("token")) == 1, "a code is never sent twice"
    assert ehr.to("fhir") == []


@pytest.mark.conformance("SM-16")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_secrets_do_not_follow_a_redirect(
    browser: Browser, ehr_of_kind: MockSmartEhr, stranger: MockSmartEhr, status: int
) -> None:
    ehr_of_kind.replies["token"] = Reply(status, b"", {"Location": stranger.configuration["token_endpoint"]})
    calm(browser.open_chart(ehr_of_kind), *EHR_AT_FAULT)
    assert stranger.calls == [] and len(ehr_of_kind.to("token")) == 1
