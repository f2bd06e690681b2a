"""What an EHR says of itself, and what it may not lead the app to: SM-19."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.smart_app.browser import Browser
from tests.smart_app.calls import AUTHORIZE, TOKEN, Reply
from tests.smart_app.expectations import EHR_AT_FAULT, calm, tells_of_ruth
from tests.smart_app.launches import FRAMES, AppOf
from tests.smart_app.mock_smart_ehr import MockSmartEhr


@pytest.mark.conformance("SM-19")
def test_relative_addresses_and_unknown_words(browser: Browser, forgettable: MockSmartEhr) -> None:
    forgettable.configuration |= {"authorization_endpoint": AUTHORIZE, "token_endpoint": TOKEN, "x_vendor": {"a": [1]}}
    tells_of_ruth(browser.chart_of(forgettable))


@pytest.mark.conformance("SM-19")
@pytest.mark.parametrize(
    "left_out",
    ["scopes_supported", "capabilities", "code_challenge_methods_supported", "grant_types_supported"],
)
def test_what_an_ehr_may_leave_unsaid(browser: Browser, forgettable: MockSmartEhr, left_out: str) -> None:
    del forgettable.configuration[left_out]
    tells_of_ruth(browser.chart_of(forgettable))


@pytest.mark.conformance("SM-19")
def test_an_ehr_without_identities(browser: Browser, forgettable: MockSmartEhr) -> None:
    """As Inferno's: no issuer, no jwks_uri, no sso-openid-connect, scopes that name other things, no id_token."""
    for name in ("issuer", "jwks_uri"):
        del forgettable.configuration[name]
    forgettable.configuration |= {"capabilities": ["launch-ehr"], "scopes_supported": ["system/*.read"]}
    forgettable.told["id_token"] = None
    tells_of_ruth(browser.chart_of(forgettable))


UNUSABLE: dict[str, Reply] = {
    "a page": Reply(200, b"<html><script>alert(1)</script>", {"Content-Type": "text/html"}),
    "nothing": Reply(200, b""),
    "a list": Reply(200, []),
    "null": Reply(200, None),
    "deep": Reply(200, b"[" * 100_000),
    "not UTF-8": Reply(200, b'{"token_endpoint": "\xff"}'),
    "not found": Reply(404, {}),
    "at fault": Reply(500, b"Traceback (most recent call last)"),
    "busy": Reply(503, b"", {"Retry-After": "1"}),
    "not authorized": Reply(401, {}),
}


@pytest.mark.conformance("SM-19")
@pytest.mark.parametrize("what", UNUSABLE)
def test_an_ehr_that_says_nothing_of_use(browser: Browser, forgettable: MockSmartEhr, what: str) -> None:
    usual = forgettable.replies["configuration"]
    forgettable.replies["configuration"] = UNUSABLE[what]
    answer = browser.launch(forgettable)
    calm(answer, *EHR_AT_FAULT)
    assert answer.directive("frame-ancestors") == [FRAMES["public"]]
    forgettable.replies["configuration"] = usual
    assert browser.launch(forgettable).status in (302, 303), "a fault is not remembered"


@pytest.mark.conformance("SM-19")
@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint"])
@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        5,
        ["https://auth.example.org"],
        "http://auth.example.org/x",
        "HTTP://auth.example.org/x",
        "//auth.example.org/x",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://auth.example.org/x",
        "https://user:word@auth.example.org/x",
        "https://auth.example.org\\@127.0.0.1/x",
        "https:// auth.example.org/x",
        "https://auth.example.org/x\r\nSet-Cookie: a=b",
        "https://auth.example.org/x?a=\r\nSet-Cookie: a=b",
        "https://auth.example.org/x?a=\x00",
        "https://auth.example.org/\ud800",
        "https://auth\ud800.example.org/x",
        "https://auth..example.org/x",
        f"https://{'a' * 64}.example.org/x",
    ],
    ids=ascii,
)
def test_an_endpoint_where_nothing_may_be_sent(
    browser: Browser, forgettable: MockSmartEhr, endpoint: str, address: Any
) -> None:
    """Missing, plain http, another scheme, or an address that programs read differently (FHIR base: loopback http)."""
    forgettable.configuration[endpoint] = address
    if address is None:
        del forgettable.configuration[endpoint]
    answer = browser.launch(forgettable)
    calm(answer, *EHR_AT_FAULT)
    assert answer.header("location") is None and "alert(1)" not in answer.text
    assert [call.place for call in forgettable.calls] == ["configuration"]


@pytest.mark.conformance("SM-19")
def test_a_redirect_is_not_followed(browser: Browser, forgettable: MockSmartEhr, stranger: MockSmartEhr) -> None:
    elsewhere = f"{stranger.base}/.well-known/smart-configuration"
    forgettable.replies["configuration"] = Reply(302, b"", {"Location": elsewhere})
    calm(browser.launch(forgettable), *EHR_AT_FAULT)
    assert stranger.calls == []


@pytest.mark.conformance("SM-19")
def test_an_endless_answer_is_not_read_to_its_end(browser: Browser, forgettable: MockSmartEhr) -> None:
    padded = json.dumps(forgettable.configuration | {"x": "x" * 30_000_000}).encode()
    forgettable.replies["configuration"] = Reply(200, padded)
    calm(browser.launch(forgettable), *EHR_AT_FAULT)


@pytest.mark.conformance("SM-19")
@pytest.mark.parametrize(("cache", "asked"), [(None, 1), ("max-age=600", 1), ("no-store", 2), ("max-age=0", 2)])
def test_it_is_remembered_as_long_as_it_may_be(
    own_ehr: MockSmartEhr, app_of: AppOf, cache: str | None, asked: int
) -> None:
    told = {"Cache-Control": cache} if cache else {}
    own_ehr.replies["configuration"] = lambda _: Reply(200, own_ehr.configuration, told)
    browser = app_of(own_ehr)
    assert [browser.launch(own_ehr).status in (302, 303) for _ in range(2)] == [True, True]
    assert len(own_ehr.to("configuration")) == asked


@pytest.mark.conformance("SM-19")
def test_an_ehr_that_has_moved_is_found_again(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    """Standards 3.3: asked again after a failure, however long the answer might have been kept."""
    usual = own_ehr.configuration
    own_ehr.configuration = usual | {"token_endpoint": f"{own_ehr.origin}/auth/old"}
    browser = app_of(own_ehr)
    calm(browser.open_chart(own_ehr), *EHR_AT_FAULT)
    own_ehr.configuration = usual
    tells_of_ruth(browser.chart_of(own_ehr))


@pytest.mark.conformance("SM-19")
def test_no_secret_goes_to_discovery(own_ehr: MockSmartEhr, app_of: AppOf) -> None:
    app_of(own_ehr, "basic").chart_of(own_ehr)
    public = own_ehr.to("configuration") + own_ehr.to("openid") + own_ehr.to("jwks")
    assert public and not [call for call in public if {"authorization", "cookie", "referer"} & set(call.headers)]
