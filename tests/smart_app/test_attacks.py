"""What may be tried on the SMART app; docs/security.md lists what is tested elsewhere (tests/conformance/test_sm_*)."""

from __future__ import annotations

import hmac
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from hosting import is_this_machine
from smart_app.discovery import may_be_asked
from smart_app.visit import PatientIdentity
from tests.smart_app.browser import Browser
from tests.smart_app.expectations import calm, tells_of_ruth
from tests.smart_app.launches import AppOf
from tests.smart_app.mock_smart_ehr import MockSmartEhr

LOOPBACK = (
    "127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST.", "a.localhost", "127.1", "2130706433", "0x7f000001",
    "0177.0.0.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1",
)  # fmt: skip
ELSEWHERE = "https://ehr.example.org/fhir"


@pytest.mark.parametrize("host", LOOPBACK)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_ehr_elsewhere_cannot_lead_us_to_this_machine(host: str, scheme: str) -> None:
    """However it is spelt: an endpoint there would get a client secret, or a token."""
    assert is_this_machine(host)
    written = f"[{host}]" if ":" in host else host
    assert not may_be_asked(f"{scheme}://{written}:8000/token", ELSEWHERE)


@pytest.mark.parametrize(
    "host", ["ehr.example.org", "128.0.0.1", "10.0.0.1", "localhost.example.org", "::2", "1270.0.0.1"]
)
def test_others_are_elsewhere(host: str) -> None:
    assert not is_this_machine(host)


@contextmanager
def trap() -> Iterator[tuple[int, list[bytes]]]:
    """A service on loopback that nobody may reach; it keeps every byte that it gets."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard: list[bytes] = []

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    connection.settimeout(60)
                    heard.append(connection.recv(65536))

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def rebound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in public DNS that leads to loopback."""
    usual = socket.getaddrinfo

    def lookup(host: Any, *others: Any, **words: Any) -> Any:
        return usual("127.0.0.1" if host == "rebound.example.org" else host, *others, **words)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_resolves_to_loopback_gets_no_secret(
    own_ehr: MockSmartEhr, app_of: AppOf, rebound: None, scheme: str
) -> None:
    """Over plain http it is not asked; over https the certificate would have to hold, and nothing is said before."""
    with trap() as (port, heard):
        own_ehr.configuration["token_endpoint"] = f"{scheme}://rebound.example.org:{port}/token"
        browser = app_of(own_ehr, "basic")
        answer = browser.launch(own_ehr)
        if scheme == "https":
            answer = browser.get(own_ehr.approve(answer.location))
        calm(answer, 502, 503, 504)
    said = b"".join(heard)
    assert said == b"" if scheme == "http" else b"POST" not in said
    assert not any(secret.encode() in said for secret in own_ehr.secrets)


def test_no_parameter_splits_a_header(browser: Browser, ehr: MockSmartEhr) -> None:
    for word in ("%0d%0aSet-Cookie:%20x=1", "%0aLocation:%20https://evil.example", "\u2028%00x"):
        answer = browser.get(f"/launch?iss={ehr.base}&launch={word}")
        assert answer.status in (303, 400)
        assert "evil.example" not in dict(answer.headers).get("location", "").partition("?")[0]
        assert [name for name, _ in answer.headers].count("location") <= 1
        assert all(cookie.name.startswith("__Host-") for cookie in answer.cookies)


def test_the_cookie_is_compared_in_constant_time(
    browser: Browser, ehr: MockSmartEhr, monkeypatch: pytest.MonkeyPatch
) -> None:
    """State and handle are looked up by their hash, which tells nothing of them; the cookie's hash is compared."""
    compared: list[object] = []
    usual = hmac.compare_digest

    def compare(one: Any, other: Any) -> bool:
        compared.append(one)
        return usual(one, other)

    monkeypatch.setattr("smart_app.browser_cookies.hmac.compare_digest", compare)
    tells_of_ruth(browser.open_chart(ehr))
    assert len(compared) >= 2


def test_an_identity_is_not_shown_when_it_is_printed() -> None:
    assert "Ruth" not in repr(PatientIdentity("Ruth Lindqvist", "1970-06-15"))
