"""The doctor may ask neither the CDS service nor the SMART app; these tables hold its judgement to theirs."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
import responses
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from cds_hooks.caller_keys import read_keys
from clinical import Resource, decode
from doctor import id_token_checks
from doctor.caller_checks import check_callers
from doctor.examination import Examination
from doctor.id_token_checks import check_id_token
from doctor.launch_trial import judge_reply
from doctor.public_keys import calling_key, proving_key
from doctor.search_checks import _is_of_another
from ehr_reader import Deadline
from hosting import CdsClient, Ehr, EhrRegistry, Settings, SigningKeys
from smart_app import id_tokens
from smart_app.chart_answers import of_another
from smart_app.id_tokens import IdentityRefused, IdTokens, IssuerKeys, fhir_user
from smart_app.sending import NotAnswered, Sender
from tests.cds_hooks.callers import elliptic, rsa_key

BASE, ISSUER = "https://ehr.example.org/fhir", "https://login.example.org/auth"
OPENID, JWKS = f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"
EC: dict[str, Any] = elliptic().as_dict(private=False)
RSA: dict[str, Any] = rsa_key().as_dict(private=False)
KEYS: dict[str, Any] = {
    "elliptic": EC,
    "rsa": RSA,
    "in odd company": EC | {"x5c": 5, "key_ops": ["verify"], "nbf": 1},
    "symmetric": {"kty": "oct", "kid": "x", "k": "AAAA"},
    "private": elliptic().as_dict(private=True),
    "for encryption": EC | {"use": "enc"},
    "for signing": EC | {"key_ops": ["sign"]},
    "for nothing known": EC | {"key_ops": None},
    "of no use known": EC | {"use": None},
    "of an odd algorithm": EC | {"alg": 3},
    "without a name": {name: value for name, value in EC.items() if name != "kid"},
    "of an odd name": EC | {"kid": 5},
    "of no kind": {name: value for name, value in EC.items() if name != "kty"},
    "of an odd kind": EC | {"kty": ["EC"]},
    "on no curve": EC | {"y": EC["x"]},
    "weak": RSA | {"n": str(RSA["n"])[:171]},
    "weak behind zeros": RSA | {"n": "A" * 171 + str(RSA["n"])[:171]},
    "of no number": RSA | {"n": 5},
    "empty": {},
}


@pytest.mark.filterwarnings("ignore:Key size")  # the app's: it looks at the size of a key once it is read
@pytest.mark.parametrize("jwk", KEYS.values(), ids=KEYS)
def test_a_key_proves_what_it_proves_to_them(jwk: dict[str, Any]) -> None:
    assert (calling_key(jwk) is not None) == bool(read_keys(json.dumps({"keys": [jwk]}).encode()))
    assert (proving_key(jwk) is not None) == (id_tokens._public_key(jwk) is not None)


def examination(**smart: Any) -> Examination:
    ehr = Ehr(name="x", fhir_base=BASE, client_id="us")
    told = {"issuer": ISSUER, "jwks_uri": "https://elsewhere.example.org/keys"} | smart
    return Examination(Settings(), EhrRegistry(), SigningKeys(), ehr, is_registered=True, smart=told)


def callers(path: Path, *listed: Any) -> str:
    """What is said of a caller's file of keys."""
    path.write_text(json.dumps({"keys": listed}), "utf-8")
    asked = examination()
    asked.ehr = asked.ehr.model_copy(update={"cds_clients": (CdsClient(iss="https://a.example.org", jwks_file=path),)})
    [verdict] = check_callers(asked)
    return f"{verdict.state}: {verdict.seen}"


def test_keys_of_callers_that_prove_nothing_are_not_counted(tmp_path: Path) -> None:
    assert callers(tmp_path / "k", EC, RSA) == "ok: 2 can be read"
    assert callers(tmp_path / "k", EC, KEYS["private"]) == "ok: 1 can be read, 1 beside them prove no call"
    for name in ("private", "weak", "for encryption", "without a name"):
        assert callers(tmp_path / "k", KEYS[name]).startswith("fail: there is no key among them that proves a call")
    assert callers(tmp_path / "k", EC, "x") == "fail: it is not a JWK Set"


SIGNERS: dict[str, ECKey | RSAKey] = {
    "ES": ECKey.generate_key("P-384", {"kid": "ES"}),
    "E2": ECKey.generate_key("P-256", {"kid": "E2"}),
    "E5": ECKey.generate_key("P-521", {"kid": "E5"}),
    "RS": RSAKey.generate_key(2048, {"kid": "RS"}),
}
SIGNED = {"RS256": "RS", "RS384": "RS", "RS512": "RS", "PS256": "RS", "PS384": "RS", "ES256": "E2", "ES384": "ES"} | {
    "ES512": "E5"
}
OTHER = ECKey.generate_key("P-384", {"kid": "ES"})


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": "us", "exp": now + 3600, "iat": now, "fhirUser": f"{BASE}/Practitioner/1"} | more
    return {name: value for name, value in usual.items() if value is not None}


def token(alg: str = "ES384", key: Any = None, kid: str | None = "", **more: Any) -> str:
    signer = key or SIGNERS[SIGNED[alg]]
    header = {"typ": "JWT", "alg": alg} | ({} if kid is None else {"kid": kid or signer.kid})
    return jwt.encode(header, claims(**more), signer, registry=JWSRegistry(algorithms=[alg]))


TOKENS: dict[str, Any] = {
    **{alg: {"alg": alg} for alg in SIGNED},
    "without kid": {"kid": None},
    "of an unknown kid": {"kid": "new"},
    "by another key": {"key": OTHER},
    "of another issuer": {"iss": f"{ISSUER}/x"},
    "for another client": {"aud": "them"},
    "for us and others": {"aud": ["us", "them"]},
    "for us and others, by us": {"aud": ["us", "them"], "azp": "us"},
    "by another party": {"azp": "them"},
    "expired": {"exp": int(time.time()) - 600},
    "without end": {"exp": None},
    "of an odd end": {"exp": "tomorrow"},
    "from the future": {"iat": int(time.time()) + 600},
    "without beginning": {"iat": None},
    "with much in it": {"groups": "x" * 9_000},
}
DESCRIBED: dict[str, dict[str, Any]] = {
    "as it should be": {},
    "of another issuer": {"issuer": f"{ISSUER}/x"},
    "without keys": {"jwks_uri": None},
    "with keys on plain http": {"jwks_uri": "http://login.example.org/keys"},
    "with keys on our machine": {"jwks_uri": "https://localhost/keys"},
}


def publish(mock: responses.RequestsMock, **described: Any) -> None:
    mock.get(OPENID, json={"issuer": ISSUER, "jwks_uri": JWKS} | described)
    mock.get(JWKS, json={"keys": [key.as_dict(private=False) for key in SIGNERS.values()]})


def app_takes(value: str) -> bool:
    try:
        IdTokens(IssuerKeys(Sender())).claims(value, ISSUER, "us", Deadline.in_seconds(60))
    except (IdentityRefused, NotAnswered):
        return False
    return True


@pytest.mark.parametrize("made", TOKENS.values(), ids=TOKENS)
def test_an_id_token_holds_where_it_holds_for_the_app(made: dict[str, Any]) -> None:
    value = token(**made)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        publish(mock)
        [verdict] = check_id_token(examination(), value, "openid fhirUser")
        assert (verdict.state == "ok") == app_takes(value), verdict


@pytest.mark.parametrize("header", [{"alg": ["ES384"]}, {"alg": "ES384", "kid": 5}, {"alg": "ES384", "crit": 5}, [], 5])
def test_a_header_that_no_library_would_write_breaks_nothing(header: Any) -> None:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims())]
    value = ".".join([*parts, "AAAA"])
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        publish(mock)
        [verdict] = check_id_token(examination(), value, "openid fhirUser")
        assert verdict.state == "fail" and not app_takes(value)


@pytest.mark.parametrize("described", DESCRIBED.values(), ids=DESCRIBED)
def test_the_issuers_keys_are_those_that_the_app_asks_for(described: dict[str, Any]) -> None:
    value = token()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        publish(mock, **described)
        [verdict] = check_id_token(examination(), value, "openid fhirUser")
        assert (verdict.state == "ok") == app_takes(value) == (not described), verdict


def test_an_issuer_without_openid_configuration_ends_a_launch() -> None:
    with responses.RequestsMock() as mock:
        mock.get(OPENID, status=404)
        [verdict] = check_id_token(examination(), token(), "openid fhirUser")
    assert verdict.state == "fail" and "openid-configuration is answered with 404" in verdict.seen


def test_algorithms_and_users_are_the_apps() -> None:
    assert set(id_token_checks.ALGORITHMS) == set(id_tokens.ALGORITHMS)
    for value in (f"{BASE}/Practitioner/1", "Person/1", "https://a.example.org/Practitioner/1", "Device/1", "x"):
        verdict = id_token_checks._user(examination(), {"fhirUser": value})
        assert (verdict.state == "ok") == (fhir_user({"fhirUser": value}, BASE) is not None)


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/123", "Patient/123/_history/2", f"{BASE}/Patient/123", f"{BASE}/Patient/123/_history/2",
        "Patient/123?x", "Patient/124", "Patient/124/_history/123", f"{BASE}/Patient/1234", "Group/123",
        "urn:uuid:1", None,
    ],
)  # fmt: skip
def test_whose_a_result_is(reference: str | None) -> None:
    told = {"resourceType": "Observation", "subject": {"reference": reference}}
    result = decode(json.dumps(told).encode(), Resource)
    assert _is_of_another(result, "123") == of_another(result, "123")
    patient = decode(b'{"resourceType": "Patient", "id": "124"}', Resource)
    assert _is_of_another(patient, "123") and of_another(patient, "123")


def test_a_scope_that_is_not_told_is_as_asked() -> None:
    asked = "launch patient/Patient.r patient/Observation.rs"
    for told in ({}, {"scope": None}):
        verdicts = {one.check: one for one in judge_reply(examination(), {"access_token": "a", **told}, asked)}
        assert verdicts["scopes granted"].seen == "all that we ask for"
    refused = {one.check: one for one in judge_reply(examination(), {"access_token": "a", "scope": ""}, asked)}
    assert refused["scopes granted"].state == "fail"
