"""CH-23 to CH-28 and CH-32: who is let in, who is not, and what is fetched and written down meanwhile.

Source: CDS Hooks 2.0.1 sections Trusting CDS Clients, JWT Signing Algorithm and Cross-Origin Resource Sharing, and the
best practices of CDS Hooks for JWTs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hosting import open_database
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
    key_set,
    rsa_key,
    token,
)
from tests.cds_hooks.hook_requests import ALL_NORMAL, call, request

HERE = PUBLIC_URL + SERVICE
BOTH = pytest.mark.parametrize("key", [elliptic(), rsa_key()], ids=["ES384", "RS384"])
Closed = Callable[..., Any]


def post(client: Any, text: str | None, **more: Any) -> Any:
    headers = ({} if text is None else bearer(text)) | more
    return client.post(SERVICE, json=call(**ALL_NORMAL), headers=headers)


@pytest.mark.conformance("CH-23")
@BOTH
@pytest.mark.parametrize("audience", [HERE, [HERE], ["https://x.example.org", HERE]], ids=["text", "array", "several"])
@pytest.mark.parametrize("says_where", [True, False], ids=["jku", "no-jku"])
def test_a_good_token_is_let_in(closed: Closed, keys: KeyServer, key: Any, audience: Any, says_where: bool) -> None:
    told = {"jku": keys.url} if says_where else {}
    answer = post(closed(hospital(jwks_url=keys.url)), token(key, told, aud=audience))
    assert answer.status_code == 200 and answer.json == {"cards": []}


@pytest.mark.conformance("CH-23")
@BOTH
def test_keys_may_be_agreed_out_of_band(closed: Closed, tmp_path: Path, key: Any) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(key_set(elliptic(), rsa_key())), "utf-8")
    assert post(closed(hospital(jwks_file=str(file))), token(key)).status_code == 200


def now() -> int:
    return int(time.time())


def none() -> str:
    header = json.dumps(header_of(elliptic(), alg="none"))
    return f"{encoded(header.encode())}.{encoded(json.dumps(claims()).encode())}."


BAD: dict[str, Callable[[], str | None]] = {
    "no token": lambda: None,
    "no JWT": lambda: "x.y.z",
    "algorithm none": none,
    "algorithm HS256": lambda: token(header={"alg": "HS256"}),
    "algorithm not listed": lambda: token(elliptic("small", "P-256"), {"alg": "ES256"}),
    "bad signature": lambda: token()[:-8] + "AAAAAAAA",
    "another key under a known key id": lambda: token(elliptic("other"), {"kid": "ec"}),
    "unknown key id": lambda: token(elliptic("other")),
    "key id of another key": lambda: token(header={"kid": "rsa"}),
    "no key id": lambda: token(header={"kid": None}),
    "no type": lambda: token(header={"typ": None}),
    "another type": lambda: token(header={"typ": "JWS"}),
    "audience: another service": lambda: token(aud=f"{PUBLIC_URL}/cds-services/other"),
    "audience: feedback": lambda: token(aud=f"{HERE}/feedback"),
    "audience: discovery": lambda: token(aud=f"{PUBLIC_URL}/cds-services"),
    "audience: as the server sees itself": lambda: token(aud=f"http://localhost{SERVICE}"),
    "audience: with a slash": lambda: token(aud=f"{HERE}/"),
    "audience: part of it": lambda: token(aud=PUBLIC_URL),
    "audience: none": lambda: token(aud=None),
    "audience: empty": lambda: token(aud=[]),
    "expired": lambda: token(iat=now() - 600, exp=now() - 61),
    "from the future": lambda: token(iat=now() + 90),
    "not yet valid": lambda: token(nbf=now() + 90),
    "for more than an hour": lambda: token(exp=now() + 3700),
    "expires before it was issued": lambda: token(iat=now() + 30, exp=now() + 20),
    "no expiry": lambda: token(exp=None),
    "no time of issue": lambda: token(iat=None),
    "no token id": lambda: token(jti=None),
    "empty token id": lambda: token(jti=""),
    "unknown issuer": lambda: token(iss="https://stranger.example.org"),
    "issuer with a slash": lambda: token(iss=f"{ISSUER}/"),
    "issuer in capitals": lambda: token(iss=ISSUER.upper()),
    "no issuer": lambda: token(iss=None),
}


@pytest.mark.conformance("CH-24")
def test_bad_tokens_are_refused_alike_and_without_a_reason(closed: Closed, keys: KeyServer) -> None:
    client, tenants = closed(hospital(jwks_url=keys.url)), closed(hospital(jwks_url=keys.url, tenants=["north"]))
    answers = {name: post(client, make()) for name, make in BAD.items()}
    answers |= {f"tenant {tenant}": post(tenants, token(tenant=tenant)) for tenant in ("south", "", None, 5, ["north"])}
    assert {name: one.status_code for name, one in answers.items() if one.status_code != 401} == {}
    assert len({one.data for one in answers.values()}) == 1
    headers = [{name: value for name, value in one.headers if name != "X-Request-ID"} for one in answers.values()]
    assert all(one == headers[0] for one in headers) and headers[0]["WWW-Authenticate"] == "Bearer"
    assert post(tenants, token(tenant="north")).status_code == post(client, token(tenant="any")).status_code == 200


@pytest.mark.conformance("CH-24")
def test_feedback_wants_a_token_made_for_its_own_address(closed: Closed, keys: KeyServer, database: Path) -> None:
    client, own = closed(hospital(jwks_url=keys.url)), token(aud=f"{HERE}/feedback")
    entry = {"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2026-11-22T08:30:00Z"}
    others = [token(), token(aud=PUBLIC_URL), token(aud=f"{PUBLIC_URL}/cds-services/rls-supplement-sign/feedback")]
    headers = [{}, *map(bearer, (*others, own, own))]
    answers = [client.post(f"{SERVICE}/feedback", json={"feedback": [entry]}, headers=one) for one in headers]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 200, 401]
    stored = open_database(f"sqlite:///{database}")
    assert len(list(stored.feedback())) == 1
    stored.close()


@pytest.mark.conformance("CH-24")
def test_no_key_is_asked_for_where_the_tenant_is_not_listed(closed: Closed, keys: KeyServer) -> None:
    client = closed(hospital(jwks_url=keys.url, tenants=["north"]))
    assert [post(client, token(tenant=one)).status_code for one in ("south", None)] == [401, 401]
    assert not keys.asked


@pytest.mark.conformance("CH-24")
def test_an_unknown_service_is_not_told_to_those_who_are_not_let_in(closed: Closed, keys: KeyServer) -> None:
    client = closed(hospital(jwks_url=keys.url))
    address = "/cds-services/no-such-service"
    assert client.post(address, json={}).status_code == 401
    assert client.post(address, json={}, headers=bearer(token(aud=PUBLIC_URL + address))).status_code == 404


@pytest.mark.conformance("CH-25")
def test_a_foreign_address_of_keys_is_not_asked(closed: Closed, keys: KeyServer, foreign: KeyServer) -> None:
    attacker = elliptic("attacker")
    foreign.publish(attacker)
    client = closed(hospital(jwks_url=keys.url))
    for jku in (foreign.url, keys.url + "?x=" + foreign.url, keys.url.replace("127.0.0.1", "localhost"), "file:///x"):
        assert post(client, token(attacker, {"jku": jku})).status_code == 401
        assert post(client, token(header={"jku": jku})).status_code == 401
    assert not foreign.asked and not keys.asked


@pytest.mark.conformance("CH-26")
def test_a_token_is_good_once(closed: Closed, keys: KeyServer) -> None:
    client, text = closed(hospital(jwks_url=keys.url)), token()
    assert [post(client, text).status_code for _ in range(3)] == [200, 401, 401]
    assert post(client, text).data == post(client, None).data


@pytest.mark.conformance("CH-26")
def test_a_test_kit_may_use_a_token_again(closed: Closed, keys: KeyServer) -> None:
    client, text = closed(hospital(jwks_url=keys.url, reuse_tokens=True)), token()
    assert [post(client, text).status_code for _ in range(3)] == [200, 200, 200]


@pytest.mark.conformance("CH-27")
def test_discovery_is_open_and_a_wrong_token_on_it_does_no_harm(closed: Closed, keys: KeyServer) -> None:
    client, good = closed(hospital(jwks_url=keys.url)), token()
    headers = [{}, bearer(good), bearer("wrong"), bearer("x" * 100_000), {"Authorization": "Basic eA=="}]
    answers = [client.get("/cds-services", headers=one) for one in headers]
    assert {one.status_code for one in answers} == {200} and len({one.data for one in answers}) == 1
    assert not keys.asked
    assert post(client, good).status_code == 200, "a token is not used up where nobody asked for it"


@pytest.mark.conformance("CH-28")
def test_a_browser_may_ask_without_a_token_and_read_every_answer(closed: Closed, keys: KeyServer) -> None:
    client = closed(hospital(jwks_url=keys.url))
    origin = {"Origin": ISSUER}
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    preflight = client.options(SERVICE, headers=origin | wanted)
    assert 200 <= preflight.status_code < 300
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert {"authorization", "content-type"} <= set(
        preflight.headers["Access-Control-Allow-Headers"].lower().split(", ")
    )
    incomplete = {"json": request(None), "headers": bearer(token()) | origin}
    answers = {
        200: post(client, token(), **origin),
        401: post(client, None, **origin),
        404: client.get("/cds-services/x/y/z", headers=origin),
        405: client.put(SERVICE, headers=origin),
        412: client.post(SERVICE, **incomplete),
    }
    assert {status: one.status_code for status, one in answers.items()} == {status: status for status in answers}
    for answer in (preflight, *answers.values(), client.get("/cds-services", headers=origin)):
        assert answer.headers["Access-Control-Allow-Origin"] == ISSUER
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.conformance("CH-32")
def test_no_token_is_written_down(
    closed: Closed, keys: KeyServer, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = closed(hospital(jwks_url=keys.url))
    good, bad = token(jti="jti-of-a-good-token"), token(elliptic("other"), jti="jti-of-a-bad-token")
    authorization = {"access_token": "very-secret-token", "token_type": "Bearer", "expires_in": 300, "scope": "x"}
    body = call(**ALL_NORMAL) | {"fhirServer": FHIR_BASE, "fhirAuthorization": authorization | {"subject": "y"}}
    statuses = [client.post(SERVICE, json=body, headers=bearer(text)).status_code for text in (good, good, bad)]
    assert statuses == [200, 401, 401]
    written = capsys.readouterr().err.encode() + b"".join(one.read_bytes() for one in database.parent.iterdir())
    assert ISSUER.encode() in written, "the database was looked into"
    secrets = ["very-secret-token", "jti-of-", *good.split("."), *bad.split(".")]
    assert [secret for secret in secrets if secret.encode() in written] == []
