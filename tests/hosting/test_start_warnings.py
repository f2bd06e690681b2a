"""Whoever starts the service with a safeguard off is told so, in a sentence that names it."""

from __future__ import annotations

from typing import Any

import pytest

from hosting import EhrRegistry, Settings
from hosting.start_warnings import start_warnings
from tests.hosting.test_server import SECRET, running

CALLER = {"iss": "https://ehr.example.org", "jwks_url": "https://ehr.example.org/keys"}


def registry(**words: Any) -> EhrRegistry:
    entry = {"name": "test-kit", "fhir_base": "https://ehr.example.org/fhir", "cds_client": [CALLER | words]}
    return EhrRegistry.model_validate({"ehr": [entry]})


def test_nothing_is_said_of_a_service_as_it_should_be() -> None:
    assert list(start_warnings(Settings(secret_key=SECRET, public_url="https://cds.example.org"), registry())) == []


@pytest.mark.parametrize(
    ("settings", "words", "told"),
    [
        ({"cds_authentication": "off"}, {}, "RLS_CDS_AUTHENTICATION is off"),
        ({"trust_public_sandbox": True}, {}, "RLS_TRUST_PUBLIC_SANDBOX is on"),
        ({"public_url": "http://cds.example.org"}, {}, "RLS_PUBLIC_URL is plain http"),
        ({"smart_app_url": "http://app.example.org"}, {}, "RLS_SMART_APP_URL is plain http"),
        ({}, {"reuse_tokens": True}, 'EHR "test-kit" has reuse_tokens'),
    ],
)
def test_each_safeguard_that_is_off_is_named(settings: dict[str, Any], words: dict[str, Any], told: str) -> None:
    [warning] = start_warnings(Settings(**{"public_url": "https://cds.example.org"} | settings), registry(**words))
    assert warning.startswith(told) and warning.endswith(".")


def test_a_misspelt_variable_is_named_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_SECRET_KEZ", "hunter2")
    monkeypatch.setenv("RLS_ELSE_ALTOGETHER", "hunter2")
    assert list(start_warnings(Settings(public_url="https://cds.example.org"), registry())) == [
        "RLS_ELSE_ALTOGETHER is no setting and changes nothing.",
        "RLS_SECRET_KEZ is no setting and changes nothing; is RLS_SECRET_KEY meant?",
    ]


def test_variables_that_somebody_else_means_are_not_misspelt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kubernetes sets those of a Service by itself; a registry says where an EHR's secret is."""
    for name in ("RLS_NUTRIENTS_SERVICE_HOST", "RLS_NUTRIENTS_PORT", "RLS_SECRET_OF_THE_HOSPITAL", "RLS_JURISDICTION"):
        monkeypatch.setenv(name, "us")
    secret = {"client_id": "x", "client_authentication": "client_secret_basic"}
    entry = {"name": "general", "fhir_base": "https://ehr.example.org/fhir"} | secret
    known = EhrRegistry.model_validate({"ehr": [entry | {"client_secret_env": "RLS_SECRET_OF_THE_HOSPITAL"}]})
    assert list(start_warnings(Settings(public_url="https://cds.example.org"), known)) == []


def test_the_server_says_it_at_its_start(tmp_path: Any) -> None:
    path = tmp_path / "ehrs.toml"
    path.write_text(
        '[[ehr]]\nname = "test-kit"\nfhir_base = "https://ehr.example.org/fhir"\n[[ehr.cds_client]]\n'
        'iss = "https://ehr.example.org"\njwks_url = "https://ehr.example.org/keys"\nreuse_tokens = true\n'
    )
    with running(RLS_TRUST_PUBLIC_SANDBOX="true", RLS_EHR_REGISTRY=str(path)) as (process, _):
        process.terminate()
        _, told = process.communicate(timeout=120)
    assert "Warning: RLS_TRUST_PUBLIC_SANDBOX is on" in told and 'Warning: EHR "test-kit" has reuse_tokens' in told
