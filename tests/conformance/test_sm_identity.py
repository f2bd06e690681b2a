"""Who the user is, if the EHR says so: SM-14. An id_token that does not hold ends the launch."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import OctKey

from tests.smart_app.browser import Browser
from tests.smart_app.calls import JWKS, Reply
from tests.smart_app.expectations import EHR_AT_FAULT, calm, tells_of_ruth
from tests.smart_app.launches import CLIENT_ID, CLIENT_SECRET, AppOf
from tests.smart_app.mock_smart_ehr import MockSmartEhr
from tests.smart_app.server_keys import (
    by_public_key,
    elliptic_key,
    id_token,
    public_keys,
    rsa_key,
    unsigned,
    with_critical_extension,
)

REFUSED = (400, 401, 403, *EHR_AT_FAULT)


def now() -> int:
    return int(time.time())


def usual(ehr: MockSmartEhr, **changed: Any) -> dict[str, Any]:
    return {"iss": ehr.issuer, "aud": CLIENT_ID, "fhirUser": f"{ehr.base}/Practitioner/dr-1"} | changed


BAD: dict[str, Callable[[MockSmartEhr], Any]] = {
    "bad signature": lambda ehr: id_token(usual(ehr))[:-12] + "AAAAAAAAAAAA",
    "key of another": lambda ehr: id_token(usual(ehr), key=rsa_key("attacker"), kid=rsa_key().kid),
    "unknown key": lambda ehr: id_token(usual(ehr), key=rsa_key("attacker")),
    "its own key along": lambda ehr: id_token(
        usual(ehr), key=rsa_key("attacker"), jwk=rsa_key("attacker").as_dict(private=False)
    ),
    "none": lambda ehr: unsigned(usual(ehr)),
    "HS256 with the client's secret": lambda ehr: id_token(
        usual(ehr), algorithm="HS256", key=OctKey.import_key(CLIENT_SECRET), kid="x"
    ),
    "HS256 with the public key": lambda ehr: by_public_key(usual(ehr)),
    "wrong audience": lambda ehr: id_token(usual(ehr, aud="somebody-else")),
    "audience: none": lambda ehr: id_token(usual(ehr, aud=None)),
    "audience: ours among others, for another": lambda ehr: id_token(usual(ehr, aud=[CLIENT_ID, "b"], azp="b")),
    "for another": lambda ehr: id_token(usual(ehr, azp="somebody-else")),
    "wrong issuer": lambda ehr: id_token(usual(ehr, iss=ehr.issuer + "/other")),
    "issuer with a slash": lambda ehr: id_token(usual(ehr, iss=ehr.issuer + "/")),
    "no issuer": lambda ehr: id_token(usual(ehr, iss=None)),
    "expired": lambda ehr: id_token(usual(ehr, iat=now() - 600, exp=now() - 120)),
    "no expiry": lambda ehr: id_token(usual(ehr, exp=None)),
    "expiry no number": lambda ehr: id_token(usual(ehr, exp="tomorrow")),
    "expiry beyond every number": lambda ehr: id_token(usual(ehr, exp=10**400)),
    "expiry not a number": lambda ehr: id_token(usual(ehr, exp=float("nan"))),
    "issued ahead": lambda ehr: id_token(usual(ehr, iat=now() + 600, exp=now() + 900)),
    "no JWT": lambda _: "x.y.z",
    "no text": lambda _: {"sub": "dr-1"},
    "critical extension": lambda ehr: with_critical_extension(usual(ehr)),
    "critical extensions that are no list": lambda ehr: with_critical_extension(usual(ehr), 5),
    "critical extensions that are no names": lambda ehr: with_critical_extension(usual(ehr), [{}]),
}


@pytest.mark.conformance("SM-14")
@pytest.mark.parametrize("what", BAD)
def test_an_id_token_that_does_not_hold(browser: Browser, ehr: MockSmartEhr, what: str) -> None:
    ehr.told["id_token"] = BAD[what](ehr)
    calm(browser.open_chart(ehr), *REFUSED)
    assert ehr.to("fhir") == [] and len(ehr.to("token")) == 1


@pytest.mark.conformance("SM-14")
def test_its_issuer_and_its_key_address_are_not_followed_abroad(
    browser: Browser, ehr: MockSmartEhr, stranger: MockSmartEhr
) -> None:
    for token in (
        id_token(usual(ehr, iss=stranger.issuer)),
        id_token(usual(ehr), key=rsa_key("attacker"), jku=f"{stranger.origin}/auth/jwks.json"),
        id_token(usual(ehr), key=rsa_key("attacker"), x5u=f"{stranger.origin}/x5u"),
    ):
        ehr.told["id_token"] = token
        calm(browser.open_chart(ehr), *REFUSED)
    assert stranger.calls == [] and ehr.to("fhir") == []


@pytest.mark.conformance("SM-14")
@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "ES256", "ES384"])
def test_an_id_token_that_holds(browser: Browser, ehr: MockSmartEhr, algorithm: str) -> None:
    key = {"ES256": elliptic_key(), "ES384": elliptic_key("ehr-p384", "P-384")}.get(algorithm) or rsa_key()
    ehr.told["id_token"] = id_token(usual(ehr, azp=CLIENT_ID), algorithm=algorithm, key=key)
    tells_of_ruth(browser.chart_of(ehr))


@pytest.mark.conformance("SM-14")
@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID},
        {"iat": 0, "exp": -30},
        {"iat": 30, "exp": 330},
        {"fhirUser": "Practitioner/dr-1"},
        {"fhirUser": None},
        {"profile": "Practitioner/dr-1", "fhirUser": None},
        {"nonce": "not-asked-for"},
    ],
)
def test_what_an_id_token_may_say(browser: Browser, ehr: MockSmartEhr, claims: dict[str, Any]) -> None:
    """Times here are told from now; 60 s of skew are forgiven."""
    moved = {name: now() + value for name, value in claims.items() if name in ("iat", "exp")}
    ehr.told["id_token"] = id_token(usual(ehr) | claims | moved)
    tells_of_ruth(browser.chart_of(ehr))
    assert {call.path for call in ehr.to("fhir") if call.path.startswith("Practitioner")} <= {"Practitioner/dr-1"}


@pytest.mark.conformance("SM-14")
@pytest.mark.parametrize(
    "user",
    [
        "{stranger}/Practitioner/dr-1",
        "//{host}/fhir/r4/Practitioner/dr-1",
        "{base}@{host}/Practitioner/dr-1",
        "{base}/../../admin",
        "../../admin",
        "/Practitioner/dr-1",
        "Observation/x?_id=1",
        "javascript:alert(1)",
        "<script>alert(1)</script>",
        "file:///etc/passwd",
    ],
)
def test_a_user_elsewhere_is_never_asked_for(
    browser: Browser, ehr: MockSmartEhr, stranger: MockSmartEhr, user: str
) -> None:
    told = user.format(stranger=stranger.base, host=stranger.origin.removeprefix("http://"), base=ehr.base)
    ehr.told["id_token"] = id_token(usual(ehr, fhirUser=told))
    answer = browser.open_chart(ehr)
    assert answer.status == 200 or answer.status in REFUSED
    assert stranger.calls == [] and not [call.target for call in ehr.calls if "admin" in call.target]
    assert "<script>alert" not in answer.text


@pytest.mark.conformance("SM-14")
@pytest.mark.parametrize("user", [5, ["Practitioner/dr-1"], {}, True])
def test_a_user_that_is_no_text_is_no_fault_of_ours(browser: Browser, ehr: MockSmartEhr, user: Any) -> None:
    ehr.told["id_token"] = id_token(usual(ehr, fhirUser=user))
    assert browser.open_chart(ehr).status in (200, *REFUSED)


NO_KEYS: dict[str, Callable[[MockSmartEhr, MockSmartEhr], dict[str, Reply]]] = {
    "no description": lambda *_: {"openid": Reply(404, {})},
    "a page": lambda *_: {"openid": Reply(200, b"<html>", {"Content-Type": "text/html"})},
    "no keys": lambda *_: {"jwks": Reply(200, {"keys": []})},
    "keys that are none": lambda *_: {"jwks": Reply(200, {"keys": "none"})},
    "keys at fault": lambda *_: {"jwks": Reply(500, b"")},
    "description of another issuer": lambda ehr, _: {"openid": described(ehr, issuer=ehr.issuer + "/other")},
    "keys on plain http elsewhere": lambda ehr, other: {
        "openid": described(ehr, jwks_uri=f"http://keys.example.org:{other.server.port}{JWKS}")
    },
    "description behind a redirect": lambda _, other: {
        "openid": Reply(302, b"", {"Location": f"{other.issuer}/.well-known/openid-configuration"})
    },
    "keys behind a redirect": lambda _, other: {"jwks": Reply(302, b"", {"Location": other.origin + JWKS})},
}


def described(ehr: MockSmartEhr, **changed: str) -> Reply:
    return Reply(200, {"issuer": ehr.issuer, "jwks_uri": ehr.origin + JWKS} | changed)


@pytest.mark.conformance("SM-14")
@pytest.mark.parametrize("what", NO_KEYS)
def test_without_keys_nobody_is_believed(
    own_ehr: MockSmartEhr, stranger: MockSmartEhr, app_of: AppOf, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stranger publishes the very keys that would fit, and every name of a host leads to it."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **more: real("127.0.0.1", *rest, **more))
    own_ehr.replies |= NO_KEYS[what](own_ehr, stranger)
    own_ehr.configuration.pop("jwks_uri")
    own_ehr.told["id_token"] = id_token(usual(own_ehr))
    calm(app_of(own_ehr).open_chart(own_ehr), *REFUSED)
    assert stranger.calls == [] and own_ehr.to("fhir") == []


@pytest.mark.conformance("SM-14")
def test_new_keys_are_found(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    browser = app_of(own_ehr)
    own_ehr.told["id_token"] = id_token(usual(own_ehr))
    tells_of_ruth(browser.chart_of(own_ehr))
    rotated = {"keys": [rsa_key("ehr-next").as_dict(private=False), *public_keys()["keys"]]}
    own_ehr.replies["jwks"] = Reply(200, rotated)
    own_ehr.told["id_token"] = id_token(usual(own_ehr), key=rsa_key("ehr-next"))
    tells_of_ruth(browser.chart_of(own_ehr))
