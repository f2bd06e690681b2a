"""Attacks on the caller's token, one for each sentence of who may call; and whom a proven caller speaks for."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine

from cds_hooks.authentication import Caller
from hosting import RegistryError, public_sandbox
from tests.cds_hooks.callers import (
    FHIR_BASE,
    ISSUER,
    PUBLIC_URL,
    SERVICE,
    KeyServer,
    bearer,
    claims,
    elliptic,
    encoded,
    header_of,
    hospital,
    registry,
    rsa_key,
    signed,
    token,
)
from tests.cds_hooks.hook_requests import ALL_NORMAL, call

Closed = Callable[..., Any]
ATTACKER = elliptic("attacker")


def post(client: Any, text: str, **more: Any) -> Any:
    return client.post(SERVICE, json=call(**ALL_NORMAL) | more, headers=bearer(text))


def reasons(capsys: pytest.CaptureFixture[str]) -> list[str]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line["reason"] for line in lines if line["event"] == "caller refused"]


def by_secret(secret: bytes, algorithm: str = "HS256", **header: Any) -> str:
    """Signed with a public key taken for a shared secret."""
    told = header_of(rsa_key(), alg=algorithm, **header)
    content = f"{encoded(json.dumps(told).encode())}.{encoded(json.dumps(claims()).encode())}"
    return f"{content}.{encoded(hmac.digest(secret, content.encode(), algorithm.replace('HS', 'sha')))}"


def unsigned(algorithm: str, signature: bytes = b"") -> str:
    header, payload = json.dumps(header_of(elliptic(), alg=algorithm)), json.dumps(claims())
    return f"{encoded(header.encode())}.{encoded(payload.encode())}.{encoded(signature)}"


def own_key(**header: Any) -> str:
    return token(ATTACKER, header | {"kid": "ec"})


PEM = rsa_key().as_pem(private=False)
NEVER_ASKED: dict[str, Callable[[], str]] = {
    "none without signature": lambda: unsigned("none"),
    "none with signature": lambda: unsigned("none", b"x" * 96),
    "None": lambda: unsigned("None", b"x" * 96),
    "es384 in small letters": lambda: token(header={"alg": "es384"}),
    "no algorithm": lambda: token(header={"alg": None}),
    "several algorithms": lambda: token(header={"alg": ["ES384"]}),
    "HS256 with the public key": lambda: by_secret(PEM),
    "HS384 with the public key": lambda: by_secret(PEM, "HS384"),
    "HS512 with the modulus": lambda: by_secret(str(rsa_key()["n"]).encode(), "HS512"),
    "ES256 not listed": lambda: token(elliptic("small", "P-256"), {"alg": "ES256"}),
    "RS256 not listed": lambda: token(rsa_key(), {"alg": "RS256"}),
    "key in the header": lambda: own_key(jwk=ATTACKER.as_dict(private=False)),
    "certificate in the header": lambda: own_key(x5c=["MIIB"]),
    "critical extension": lambda: token(header={"crit": ["exp"], "exp": 1}),
    "critical extension that is none": lambda: token(header={"crit": 5}),
    "payload not encoded": lambda: token(header={"crit": ["b64"], "b64": False}),
    "payload not encoded, said quietly": lambda: token(header={"b64": False}),
    "key id is a number": lambda: token(header={"kid": 5}),
    "key id is a list": lambda: token(header={"kid": ["ec"]}),
    "key id is empty": lambda: token(header={"kid": ""}),
    "key id without end": lambda: token(header={"kid": "x" * 2000}),
    "header is a list": lambda: signed("[]", json.dumps(claims()), elliptic()),
    "header is no JSON": lambda: signed("{", json.dumps(claims()), elliptic()),
    "header is deep": lambda: signed("[" * 4000, json.dumps(claims()), elliptic()),
    "claims are deep": lambda: signed(json.dumps(header_of(elliptic())), '{"iss":' + "[" * 4000, elliptic()),
    "claims are a text": lambda: signed(json.dumps(header_of(elliptic())), '"iss"', elliptic()),
    "token of 9 kB": lambda: token(more="x" * 6000),
    "token of 1 MB": lambda: token(more="x" * 1_000_000),
    "five parts": lambda: "a.b.c.d.e",
    "two parts": lambda: token().rpartition(".")[0],
    "padded": lambda: token() + "=",
    "with a line end": lambda: token() + "%0A",
    "two tokens": lambda: f"{token()}, Bearer {token()}",
    "expiry is a text": lambda: token(exp=str(int(time.time()) + 60)),
    "expiry is true": lambda: token(exp=True),
    "expiry is endless": lambda: signed(
        json.dumps(header_of(elliptic())), json.dumps(claims()).replace('"exp": ', '"exp": 1e999, "x": '), elliptic()
    ),
    "expiry is no number": lambda: token(exp=float("nan")),
    "token id is a number": lambda: token(jti=5),
    "token id is half a character": lambda: token(jti="\ud800"),
    "audience is an object": lambda: token(aud={PUBLIC_URL + SERVICE: True}),
    "audience begins right": lambda: token(aud=f"{PUBLIC_URL}{SERVICE}/x"),
    "audience in a longer text": lambda: token(aud=f"x {PUBLIC_URL}{SERVICE}"),
    "audience is another service": lambda: token(aud=f"{PUBLIC_URL}/cds-services/rls-supplement-sign"),
    "audience is the feedback on this service": lambda: token(aud=f"{PUBLIC_URL}{SERVICE}/feedback"),
    "audience is another host": lambda: token(aud=f"https://attacker.example.org{SERVICE}"),
    "issuer is not listed": lambda: token(iss="https://attacker.example.org"),
    "for two hours": lambda: token(exp=int(time.time()) + 7200),
    "issuer is a list": lambda: token(iss=[ISSUER]),
    "a minute and a bit too late": lambda: token(iat=int(time.time()) - 100, exp=int(time.time()) - 62),
    "a minute and a bit too early": lambda: token(iat=int(time.time()) + 90),
}


@pytest.mark.parametrize("make", NEVER_ASKED.values(), ids=NEVER_ASKED)
def test_what_cannot_hold_makes_nobody_ask_for_a_key(closed: Closed, keys: KeyServer, make: Callable[[], str]) -> None:
    assert post(closed(hospital(jwks_url=keys.url)), make()).status_code == 401
    assert not keys.asked


FORGED: dict[str, Callable[[], str]] = {
    "another key under a known key id": own_key,
    "claims of one token, signature of another": lambda: f"{token().rpartition('.')[0]}.{token().rpartition('.')[2]}",
    "signature of zeros": lambda: unsigned("ES384", bytes(96)),
    "signature of zeros, short": lambda: unsigned("ES384", bytes(8)),
    "signature in DER": lambda: unsigned("ES384", b"\x30\x06\x02\x01\x01\x02\x01\x01"),
    "RS384 under an elliptic key": lambda: token(rsa_key(), {"kid": "ec"}),
    "ES384 under an RSA key": lambda: token(header={"kid": "rsa"}),
    "ES384 under a key of another curve": lambda: token(elliptic("small", "P-256"), {"alg": "ES384"}),
    "key id with a path": lambda: token(ATTACKER, {"kid": "../../../dev/null"}),
    "key id with SQL": lambda: token(ATTACKER, {"kid": "' OR '1'='1"}),
    "key id with an address": lambda: token(ATTACKER, {"kid": "https://attacker.example.org/key"}),
    "key id with a zero byte": lambda: token(ATTACKER, {"kid": "ec\0"}),
}


@pytest.mark.parametrize("make", FORGED.values(), ids=FORGED)
def test_a_forged_signature_is_refused(closed: Closed, keys: KeyServer, make: Callable[[], str]) -> None:
    keys.publish(elliptic(), rsa_key(), elliptic("small", "P-256"))
    client = closed(hospital(jwks_url=keys.url))
    assert post(client, make()).status_code == 401
    assert post(client, token()).status_code == 200
    assert set(keys.asked) == {"/jwks.json"}


@pytest.mark.parametrize("member", ["jku", "x5u"])
def test_an_address_in_the_token_is_never_asked(
    closed: Closed, keys: KeyServer, foreign: KeyServer, member: str
) -> None:
    foreign.publish(ATTACKER)
    client = closed(hospital(jwks_url=keys.url))
    assert post(client, token(ATTACKER, {member: foreign.url})).status_code == 401
    assert post(client, token(header={member: foreign.url})).status_code == 401
    assert not foreign.asked and not keys.asked


def test_a_listed_address_of_keys_is_compared_and_not_asked(
    closed: Closed, keys: KeyServer, foreign: KeyServer
) -> None:
    client = closed(hospital(jwks_url=keys.url, jku=foreign.url))
    assert post(client, token(header={"jku": foreign.url})).status_code == 200
    assert not foreign.asked


def test_the_ehr_is_not_called_for_a_caller_who_is_not_let_in(
    closed: Closed, keys: KeyServer, foreign: KeyServer
) -> None:
    entry = hospital(fhir_base=f"{foreign.address}/fhir", jwks_url=keys.url) | {"client_id": "rls-nutrients"}
    client = closed(entry)
    authorization = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "subject": "rls-nutrients"}
    authorization["scope"] = "patient/*.rs"
    more = {"fhirServer": f"{foreign.address}/fhir", "fhirAuthorization": authorization, "prefetch": {}}
    used = token()
    assert post(client, used).status_code == 200
    for make in [*NEVER_ASKED.values(), *FORGED.values(), lambda: used]:
        assert post(client, make(), **more).status_code == 401
    assert not foreign.asked


@pytest.mark.parametrize("header", [{"x5t": "abc"}, {"x5t#S256": "abc"}, {"x-trace": {"a": 1}}])
def test_what_is_harmless_in_a_header_is_ignored(closed: Closed, keys: KeyServer, header: dict[str, Any]) -> None:
    text = signed(json.dumps(header_of(elliptic()) | header), json.dumps(claims()), elliptic())
    assert post(closed(hospital(jwks_url=keys.url)), text).status_code == 200


def test_clocks_may_differ_by_a_minute(closed: Closed, keys: KeyServer) -> None:
    client = closed(hospital(jwks_url=keys.url))
    assert post(client, token()).status_code == 200
    now = int(time.time())
    with time_machine.travel(now, tick=False):
        assert post(client, token(iat=now + 60)).status_code == 200
        assert post(client, token(nbf=now + 60)).status_code == 200
        assert post(client, token(iat=now - 300, exp=now - 59)).status_code == 200
        assert post(client, token(iat=now, exp=now + 3600)).status_code == 200


def test_the_word_bearer_is_read_in_any_case(closed: Closed, keys: KeyServer) -> None:
    client = closed(hospital(jwks_url=keys.url))
    answer = client.post(SERVICE, json=call(**ALL_NORMAL), headers={"Authorization": f"bearer {token()}"})
    assert answer.status_code == 200


def test_other_algorithms_are_taken_where_they_are_listed(closed: Closed, keys: KeyServer) -> None:
    keys.publish(elliptic("small", "P-256"))
    client = closed(hospital(jwks_url=keys.url, algorithms=["ES256"]))
    assert post(client, token(elliptic("small", "P-256"), {"alg": "ES256"})).status_code == 200
    assert post(client, token()).status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES256K"])
def test_an_unsafe_algorithm_cannot_be_listed(algorithm: str) -> None:
    with pytest.raises(ValueError, match="algorithms"):
        registry(hospital(jwks_url="https://ehr.example.org/jwks.json", algorithms=[algorithm]))


def test_a_forged_token_does_not_use_up_the_id_of_a_good_one(closed: Closed, keys: KeyServer) -> None:
    client = closed(hospital(jwks_url=keys.url))
    assert post(client, token(ATTACKER, {"kid": "ec"}, jti="once")).status_code == 401
    assert [post(client, token(jti="once")).status_code for _ in range(2)] == [200, 401]


def test_two_issuers_may_use_the_same_id(closed: Closed, keys: KeyServer) -> None:
    other = hospital("other", "https://other.example.org/fhir", iss="https://other.example.org", jwks_url=keys.url)
    client = closed(hospital(jwks_url=keys.url), other)
    assert post(client, token(jti="1")).status_code == 200
    assert post(client, token(jti="1", iss="https://other.example.org")).status_code == 200


def test_the_log_says_why_and_for_whom(closed: Closed, keys: KeyServer, capsys: pytest.CaptureFixture[str]) -> None:
    client = closed(hospital(jwks_url=keys.url, tenants=["north"]))
    good = token(tenant="north")
    texts = {
        good: None,
        "": "not a signed token",
        "x" * 9000: "token too long",
        token(header={"kid": None}): "header or claims not as prescribed",
        token(header={"x5u": "https://a.example.org"}): "header brings a key or an extension",
        token(iss="x"): "issuer is not listed",
        token(aud="x"): "audience is another address",
        token(iat=1, exp=2): "expired",
        token(iat=int(time.time()) + 99): "from the future",
        token(exp=int(time.time()) + 9999): "lifetime too long",
        token(): "tenant is not listed",
        token(tenant="north", header={"alg": "RS256"}): "algorithm is not listed",
        token(tenant="north", header={"jku": "https://a.example.org"}): "address of keys is not listed",
        token(ATTACKER, tenant="north"): "signature does not hold",
    }
    statuses = [post(client, text).status_code for text in (*texts, good)]
    assert statuses == [200] + [401] * 14
    assert reasons(capsys) == [*filter(None, texts.values()), "token was used before"]


def test_where_nothing_can_be_remembered_nobody_is_let_in(closed: Closed, keys: KeyServer, tmp_path: Path) -> None:
    client = closed(hospital(jwks_url=keys.url), database_url=f"sqlite:///{tmp_path}/no/such/folder/x.db")
    answer = post(client, token())
    assert answer.status_code == 503 and answer.json["issue"][0]["code"] == "transient"
    assert post(client, own_key()).status_code == 401


def test_the_public_sandbox_is_refused_unless_it_is_trusted(closed: Closed, keys: KeyServer) -> None:
    entry = hospital(iss="https://sandbox.cds-hooks.org", jwks_url=keys.url)
    text = token(iss="https://sandbox.cds-hooks.org")
    preflight = {"Origin": "https://sandbox.cds-hooks.org", "Access-Control-Request-Method": "POST"}
    refused, trusted = closed(entry), closed(entry, trust_public_sandbox=True)
    assert post(refused, text).status_code == 401 and not keys.asked
    assert "Access-Control-Allow-Origin" not in refused.options(SERVICE, headers=preflight).headers
    assert post(trusted, text).status_code == 200
    assert trusted.options(SERVICE, headers=preflight).headers["Access-Control-Allow-Origin"] == preflight["Origin"]


@pytest.mark.parametrize("iss", ["https://SANDBOX.cds-hooks.org", "https://sandbox.cds-hooks.org/", ISSUER])
def test_the_public_sandbox_is_known_by_its_keys_address_too(closed: Closed, iss: str) -> None:
    client = closed(hospital(iss=iss, jwks_url="https://sandbox.cds-hooks.org/.well-known/jwks.json"))
    assert post(client, token(iss=iss)).status_code == 401


def test_the_public_sandbox_is_known_by_its_key(
    closed: Closed, keys: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_sandbox, "THUMBPRINTS", frozenset({elliptic().thumbprint()}))
    assert post(closed(hospital(jwks_url=keys.url)), token()).status_code == 401
    assert post(closed(hospital(jwks_url=keys.url)), token(rsa_key())).status_code == 200
    assert post(closed(hospital(jwks_url=keys.url), trust_public_sandbox=True), token()).status_code == 200


@pytest.mark.parametrize(
    "content", [None, "", "{}", '{"keys": []}', '{"keys": [{"kty": "oct", "kid": "x", "k": "AAAA"}]}']
)
def test_a_file_without_a_usable_key_stops_the_service(closed: Closed, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "keys.json"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(RegistryError, match=r'EHR "general-hospital", cds_client.jwks_file: .*keys.json holds no key'):
        closed(hospital(jwks_file=str(file)))


NORTH, SOUTH = registry(
    hospital("north", "https://north.example.org/fhir", jwks_url="https://north.example.org/k"),
    hospital("south", "https://south.example.org/fhir", jwks_url="https://south.example.org/k"),
).ehrs


@pytest.mark.parametrize(
    ("caller", "fhir_server", "contacted", "applied"),
    [
        (Caller(ISSUER, None, (NORTH,)), "https://north.example.org/fhir/", NORTH, NORTH),
        (Caller(ISSUER, None, (NORTH,)), "https://south.example.org/fhir", None, NORTH),
        (Caller(ISSUER, None, (NORTH,)), None, None, NORTH),
        (Caller(ISSUER, None, (NORTH, SOUTH)), "https://south.example.org/fhir", SOUTH, SOUTH),
        (Caller(ISSUER, None, (NORTH, SOUTH)), None, None, None),
        (Caller(None, None, (NORTH,)), None, None, None),
        (Caller(None, None, (NORTH, SOUTH)), "https://south.example.org/fhir", SOUTH, SOUTH),
    ],
)
def test_for_whom_a_caller_speaks(caller: Caller, fhir_server: str | None, contacted: Any, applied: Any) -> None:
    assert caller.ehr_at(fhir_server) is contacted
    assert caller.ehr(fhir_server) is applied


def test_one_issuer_for_many_hospitals_is_told_apart_by_tenant(closed: Closed, keys: KeyServer) -> None:
    client = closed(
        hospital("north", FHIR_BASE, jwks_url=keys.url, tenants=["n"]),
        hospital("south", "https://south.example.org/fhir", jwks_url=keys.url, tenants=["s"]),
    )
    assert [post(client, token(tenant=one)).status_code for one in ("n", "s", "x")] == [200, 200, 401]
    assert keys.asked["/jwks.json"] == 1, "both hospitals share the keys of their issuer"
