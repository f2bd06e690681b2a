"""Which browser pages may call, and that nobody else is helped to."""

from __future__ import annotations

from typing import Any

import pytest

from cds_hooks.cors import allowed_origins
from hosting import Settings
from tests.cds_hooks.callers import SERVICE, hospital, registry
from tests.cds_hooks.conftest import client_of

ENTRY = hospital(iss="https://EHR.example.org:443/cds/issuer", jwks_url="https://keys.example.org/k") | {
    "frame_ancestors": ["https://frame.example.org:8443", "http://127.0.0.1:8100"]
}
ORIGINS = {
    "https://ehr.example.org",
    "https://frame.example.org:8443",
    "http://127.0.0.1:8100",
    "https://a.example.org",
}
STRANGERS = [
    "https://stranger.example.org",
    "https://ehr.example.org.stranger.org",
    "http://ehr.example.org",
    "https://ehr.example.org:444",
    "https://frame.example.org",
    "https://keys.example.org",
    "https://ehr.example.org/",
    "null",
    "*",
    "",
]


@pytest.fixture(scope="module")
def client() -> Any:
    return client_of(registry(ENTRY), cors_origins="https://a.example.org:443")


def test_origins_are_those_of_the_registry_and_of_the_setting() -> None:
    assert allowed_origins(Settings(cors_origins="https://a.example.org:443"), registry(ENTRY)) == ORIGINS


@pytest.mark.parametrize("iss", ["urn:oid:1.2.3", "general-hospital", "x://[", "mailto:a@example.org"])
def test_an_issuer_that_is_no_web_address_is_no_origin(iss: str) -> None:
    entry = hospital(iss=iss, jwks_url="https://ehr.example.org/k")
    assert allowed_origins(Settings(), registry(entry)) == frozenset()


@pytest.mark.parametrize("origin", sorted(ORIGINS))
@pytest.mark.parametrize("address", ["/cds-services", SERVICE, f"{SERVICE}/feedback", "/cds-services/unknown"])
def test_a_listed_origin_is_answered(client: Any, origin: str, address: str) -> None:
    answer = client.options(address, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"


@pytest.mark.parametrize("origin", STRANGERS)
def test_a_stranger_is_not(client: Any, origin: str) -> None:
    for answer in (
        client.options(SERVICE, headers={"Origin": origin}),
        client.get(SERVICE, headers={"Origin": origin}),
    ):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/cds-services-of-others", "/"])
def test_other_addresses_are_not_opened(client: Any, address: str) -> None:
    answer = client.get(address, headers={"Origin": "https://ehr.example.org"})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_too_large_a_body_is_refused_so_that_a_page_can_read_it(client: Any) -> None:
    announced = {"CONTENT_LENGTH": str(60 * 1024 * 1024)}
    answer = client.post(SERVICE, headers={"Origin": "https://ehr.example.org"}, environ_overrides=announced)
    assert answer.status_code == 413
    assert answer.headers["Access-Control-Allow-Origin"] == "https://ehr.example.org"
