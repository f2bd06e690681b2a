"""The SMART authorization server of the demo EHR: who gets a code, who gets a token, and what it says."""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest
import responses
from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, KeySet, RSAKey

from tests.demo.smart_client import ADA, BASE, CALLBACK, JWKS, SCOPES, SECRET, SmartClient, ids, sent_back

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def client() -> SmartClient:
    return SmartClient()


def test_discovery(client: SmartClient) -> None:
    configuration = client.fhir(".well-known/smart-configuration", None).get_json()
    assert configuration["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-ehr", "launch-standalone", "permission-v1", "permission-v2"} <= set(configuration["capabilities"])
    openid = client.http.get("/auth/.well-known/openid-configuration").get_json()
    for name in ("issuer", "jwks_uri", "token_endpoint", "authorization_endpoint"):
        assert openid[name] == configuration[name]
    assert openid["issuer"] == f"{BASE}/auth"
    style = client.http.get(client.launched()["smart_style_url"].removeprefix(BASE)).get_json()
    assert style["color_text"].startswith("#")


def test_published_keys_are_public(client: SmartClient) -> None:
    answer = client.http.get("/auth/jwks.json")
    keys = answer.get_json()["keys"]
    assert {key["alg"] for key in keys} == {"ES384", "RS256"}
    assert len({key["kid"] for key in keys}) == 2
    assert not any({"d", "p", "q"} & set(key) for key in keys)
    assert "max-age" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("by", ["GET", "POST"])
def test_a_launch_leads_back_with_a_code(client: SmartClient, by: str) -> None:
    back = sent_back(client.authorize(by=by))
    assert back["state"] == "s" * 22
    assert len(back["code"]) > 20


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"aud": "http://127.0.0.1:8000/fhir/"}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"launch": "unknown"}, "invalid_request"),
        ({"launch": None}, "invalid_request"),
        ({"launch": None, "scope": "patient/*.rs"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_wrong_request_goes_back_to_the_app(client: SmartClient, changed: dict[str, Any], error: str) -> None:
    back = sent_back(client.authorize(**changed))
    assert back["error"] == error
    assert "code" not in back


@pytest.mark.parametrize(
    "changed",
    [{"client_id": "nobody"}, {"client_id": None}, {"redirect_uri": "http://evil.example/"}, {"redirect_uri": None}]
    + [{"redirect_uri": f"{CALLBACK}{more}"} for more in ("/", "?x=1", "/../other")],
    ids=str,
)
def test_an_unknown_app_is_told_nothing(client: SmartClient, changed: dict[str, Any]) -> None:
    """Redirecting there would be an open redirect; the person at the screen is told instead."""
    answer = client.authorize(**changed)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "cannot be opened" in answer.text


def test_the_token_reply(client: SmartClient) -> None:
    launch = client.demo.authority.new_launch(
        ADA, encounter="e1", need_patient_banner=False, intent="summary", app_context="x=1"
    )
    answer = client.exchange(client.code(launch=launch))
    reply = answer.get_json()
    assert answer.headers["Cache-Control"] == "no-store"
    told = {name: reply[name] for name in ("patient", "encounter", "need_patient_banner", "intent", "appContext")}
    assert told == {
        "patient": ADA,
        "encounter": "e1",
        "need_patient_banner": False,
        "intent": "summary",
        "appContext": "x=1",
    }
    assert reply["token_type"] == "Bearer"
    assert reply["expires_in"] == 3600
    assert reply["scope"] == SCOPES
    assert reply["tenant"]
    assert client.fhir(f"Patient/{ADA}", reply["access_token"]).status_code == 200


def test_a_banner_that_is_not_mentioned(client: SmartClient) -> None:
    launch = client.demo.authority.new_launch(ADA, need_patient_banner=None)
    assert "need_patient_banner" not in client.exchange(client.code(launch=launch)).get_json()


@pytest.mark.parametrize(("app", "algorithm"), [("public", "ES384"), ("asymmetric", "RS256")])
def test_the_id_token(client: SmartClient, app: str, algorithm: str) -> None:
    reply = _reply_of(client, app)
    keys = KeySet.import_key_set(client.http.get("/auth/jwks.json").get_json())
    told = jwt.decode(reply["id_token"], keys, algorithms=[algorithm])
    assert told.header["alg"] == algorithm
    claims = told.claims
    assert (claims["iss"], claims["aud"]) == (f"{BASE}/auth", app)
    assert claims["exp"] - claims["iat"] == 300
    user = claims["fhirUser"].removeprefix(f"{BASE}/fhir/")
    assert client.fhir(user, reply["access_token"]).get_json()["resourceType"] == "Practitioner"


def _reply_of(client: SmartClient, app: str) -> dict[str, Any]:
    if app == "public":
        return client.launched()
    key = ECKey.generate_key("P-384", {"alg": "ES384"}, auto_kid=True)
    with published(key):
        reply: dict[str, Any] = asserted(client, key, "ES384").get_json()
    return reply


def test_without_openid_there_is_no_id_token_and_no_user(client: SmartClient) -> None:
    reply = client.launched(scope="launch patient/*.rs")
    assert "id_token" not in reply
    assert client.fhir("Practitioner/demo-clinician", reply["access_token"]).status_code == 404


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("launch patient/Patient.r patient/Observation.rs", "launch patient/Patient.r patient/Observation.rs"),
        ("launch patient/Patient.read patient/*.read", "launch patient/Patient.read patient/*.read"),
        ("launch patient/*.cruds user/Condition.rs", "launch patient/*.rs user/Condition.rs"),
        ("launch patient/*.write system/*.rs patient/Spaceship.rs nonsense", "launch"),
        ("launch patient/Observation.rs?category=x|y", "launch patient/Observation.rs?category=x|y"),
        ("launch patient/*.*", "launch patient/*.read"),
    ],
)
def test_scopes_are_granted_as_asked_and_permitted(client: SmartClient, asked: str, given: str) -> None:
    assert client.launched(scope=asked)["scope"] == given


def test_a_code_works_once(client: SmartClient) -> None:
    code = client.code()
    assert client.exchange(code).status_code == 200
    again = client.exchange(code)
    assert (again.status_code, again.get_json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": f"{CALLBACK}/"}, "invalid_grant"),
        ({"code": "unknown"}, "invalid_grant"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
    ids=str,
)
def test_a_wrong_exchange(client: SmartClient, changed: dict[str, Any], error: str) -> None:
    answer = client.exchange(client.code(), **changed)
    assert answer.status_code in (400, 401)
    assert answer.get_json()["error"] == error


def test_a_wrong_verifier_spends_the_code(client: SmartClient) -> None:
    code = client.code()
    client.exchange(code, code_verifier=secrets.token_urlsafe(48))
    assert client.exchange(code).get_json()["error"] == "invalid_grant"


def test_codes_and_launches_grow_old(client: SmartClient, monkeypatch: pytest.MonkeyPatch) -> None:
    launch, code = client.demo.authority.new_launch(ADA), client.code()
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.exchange(code).get_json()["error"] == "invalid_grant"
    assert sent_back(client.authorize(launch=launch))["error"] == "invalid_request"


def test_tokens_grow_old(client: SmartClient, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = client.launched()
    later = time.time() + 3601
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.fhir(f"Patient/{ADA}", reply["access_token"]).status_code == 401
    assert client.refresh(reply["refresh_token"]).status_code == 200


def test_refresh_tokens_rotate(client: SmartClient) -> None:
    first = client.launched()
    second = client.refresh(first["refresh_token"]).get_json()
    assert second["patient"] == ADA
    assert second["scope"] == first["scope"]
    assert second["refresh_token"] != first["refresh_token"]
    assert client.fhir(f"Patient/{ADA}", second["access_token"]).status_code == 200
    assert client.fhir(f"Patient/{ADA}", first["access_token"]).status_code == 401
    assert client.refresh(first["refresh_token"]).get_json()["error"] == "invalid_grant"


def test_a_refresh_may_ask_for_less_and_not_for_more(client: SmartClient) -> None:
    less = client.refresh(client.launched()["refresh_token"], scope="patient/*.rs").get_json()
    assert less["scope"] == "patient/*.rs"
    more = client.refresh(client.launched()["refresh_token"], scope="user/*.rs")
    assert more.get_json()["error"] == "invalid_scope"


def test_no_refresh_token_unless_asked(client: SmartClient) -> None:
    assert "refresh_token" not in client.launched(scope="launch patient/*.rs")


def basic(secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"confidential:{secret}".encode()).decode()}


def test_an_app_with_a_secret(client: SmartClient) -> None:
    def exchanged(headers: dict[str, str] | None, client_id: str | None = None) -> int:
        code = client.code(client_id="confidential")
        return client.exchange(code, headers, client_id=client_id).status_code

    assert exchanged(basic(SECRET)) == 200
    assert exchanged(basic("wrong")) == 401
    assert exchanged(None, "confidential") == 401
    assert exchanged(basic(SECRET), "confidential") == 200


def test_a_code_of_another_app(client: SmartClient) -> None:
    code = client.code()
    answer = client.exchange(code, basic(SECRET), client_id=None)
    assert answer.get_json()["error"] == "invalid_grant"


def published(*keys: ECKey | RSAKey) -> responses.RequestsMock:
    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    mock.get(JWKS, json=dict(KeySet(list(keys)).as_dict(private=False)))
    return mock


def asserted(client: SmartClient, key: ECKey | RSAKey, alg: str, **changed: Any) -> Any:
    claims = {
        "iss": "asymmetric",
        "sub": "asymmetric",
        "aud": f"{BASE}/auth/token",
        "exp": int(time.time()) + 240,
        "jti": secrets.token_hex(8),
    } | changed
    sent = {name: value for name, value in claims.items() if value is not None}
    assertion = jwt.encode({"alg": alg, "kid": key.kid, "typ": "JWT"}, sent, key, algorithms=[alg])
    return presented(client, assertion)


def presented(client: SmartClient, assertion: str) -> Any:
    code = client.code(client_id="asymmetric")
    return client.exchange(code, client_id=None, client_assertion_type=ASSERTION, client_assertion=assertion)


@pytest.mark.parametrize("alg", ["ES384", "RS384"])
def test_an_app_with_a_key(client: SmartClient, alg: str) -> None:
    parameters: KeyParameters = {"alg": alg, "use": "sig"}
    key = (
        ECKey.generate_key("P-384", parameters, auto_kid=True)
        if alg == "ES384"
        else RSAKey.generate_key(2048, parameters, auto_kid=True)
    )
    stranger = ECKey.generate_key("P-384", {"kid": str(key.kid)})
    with published(key):
        assert asserted(client, key, alg).status_code == 200
        for wrong in (
            {"aud": f"{BASE}/fhir"},
            {"exp": int(time.time()) + 3600},
            {"exp": int(time.time()) - 60},
            {"jti": None},
            {"iss": "somebody"},
            {"sub": "public", "iss": "public"},
        ):
            assert asserted(client, key, alg, **wrong).get_json()["error"] == "invalid_client", wrong
        assert asserted(client, stranger, "ES384").get_json()["error"] == "invalid_client"
        assert asserted(client, key, alg, jti=f"once-{alg}").status_code == 200
        assert asserted(client, key, alg, jti=f"once-{alg}").get_json()["error"] == "invalid_client"


@pytest.mark.parametrize("header", [{"crit": 5}, {"crit": [[]]}, {"kid": {}}, {"alg": []}, {"typ": 5}])
def test_a_header_that_no_library_would_write(client: SmartClient, header: dict[str, Any]) -> None:
    key = ECKey.generate_key("P-384", auto_kid=True)
    said = json.dumps({"alg": "ES384", "kid": key.kid} | header).encode()
    claims = b'{"iss":"asymmetric","sub":"asymmetric"}'
    assertion = ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in (said, claims, b"signature"))
    with published(key):
        assert presented(client, assertion).get_json()["error"] == "invalid_client"


def test_keys_that_cannot_be_fetched(client: SmartClient) -> None:
    key = ECKey.generate_key("P-384", auto_kid=True)
    with responses.RequestsMock() as mock:
        mock.get(JWKS, status=500)
        assert asserted(client, key, "ES384").get_json()["error"] == "invalid_client"


def test_keys_are_fetched_past_the_proxy_of_the_machine(client: SmartClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    key = ECKey.generate_key("P-384", auto_kid=True)
    with published(key) as mock:
        assert asserted(client, key, "ES384").status_code == 200
        assert not vars(mock.calls[0].request)["req_kwargs"]["proxies"]


def test_an_app_with_a_key_cannot_do_without(client: SmartClient) -> None:
    answer = client.exchange(client.code(client_id="asymmetric"), client_id="asymmetric")
    assert answer.get_json()["error"] == "invalid_client"


def ask(client: SmartClient, what: str, token: str, app: str = "public") -> Any:
    return client.http.post(f"/auth/{what}", base_url=BASE, data={"token": token, "client_id": app})


def test_introspection(client: SmartClient) -> None:
    token = client.launched()["access_token"]
    told = ask(client, "introspect", token).get_json()
    assert told["active"] is True
    assert (told["client_id"], told["patient"], told["scope"]) == ("public", ADA, SCOPES)
    assert told["exp"] > time.time()
    assert ask(client, "introspect", "unknown").get_json() == {"active": False}
    of_a_hook = client.demo.authority.access_token_for(ADA, "patient/*.rs", "confidential")["access_token"]
    assert ask(client, "introspect", of_a_hook).get_json() == {"active": False}


def test_revocation(client: SmartClient) -> None:
    for name in ("access_token", "refresh_token"):
        reply = client.launched()
        assert ask(client, "revoke", reply[name]).status_code == 200
        assert client.fhir(f"Patient/{ADA}", reply["access_token"]).status_code == 401
        assert client.refresh(reply["refresh_token"]).status_code == 400


def test_standalone_the_clinician_picks_the_patient(client: SmartClient) -> None:
    scope = "launch/patient patient/*.rs"
    page = client.authorize(launch=None, scope=scope)
    assert page.status_code == 200
    assert "Fictional, Ada" in page.text
    assert "form-action 'none'" in page.headers["Content-Security-Policy"]
    picked = client.authorize(launch=None, scope=scope, demo_patient=ADA)
    reply = client.exchange(sent_back(picked)["code"]).get_json()
    assert reply["patient"] == ADA
    assert client.authorize(launch=None, scope=scope, demo_patient="nobody").status_code == 200


def test_every_link_of_the_picker_leads_back_to_the_app(client: SmartClient) -> None:
    page = client.authorize(launch=None, scope="launch/patient patient/*.rs").text
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="?')[1:]]
    assert len(links) == len(client.demo.charts.patients())
    patients = {
        client.exchange(sent_back(client.http.get(f"/auth/authorize?{it}", base_url=BASE))["code"]).get_json()[
            "patient"
        ]
        for it in links
    }
    assert patients == {patient["id"] for patient in client.demo.charts.patients()}


def test_a_hook_may_ask_back(client: SmartClient) -> None:
    leave = client.demo.authority.access_token_for(ADA, "patient/Observation.rs", "service")
    assert (leave["token_type"], leave["subject"], leave["patient"]) == ("Bearer", "service", ADA)
    assert leave["expires_in"] == 300
    assert "ada-ferritin" in ids(client.fhir("Observation", leave["access_token"], patient=ADA))


def test_no_secret_in_a_repr(client: SmartClient) -> None:
    reply = client.launched()
    token = client.demo.authority.token(reply["access_token"])
    shown = repr(token) + repr(client.demo.authority.apps)
    for secret in (reply["access_token"], reply["refresh_token"], SECRET):
        assert secret not in shown
