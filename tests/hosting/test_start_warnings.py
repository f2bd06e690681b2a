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
