"""``registry check``: each mistake that starts but would be regretted is named, and nobody is asked."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from command_line import main
from hosting import new_key_file

HEALTHY = """
[[ehr]]
name = "general-hospital"
fhir_base = "https://ehr.example.org/fhir/r4"
client_id = "rls-nutrients"
client_authentication = "private_key_jwt"
frame_ancestors = ["https://ehr.example.org"]
[[ehr.cds_client]]
iss = "https://ehr.example.org"
jwks_url = "https://ehr.example.org/jwks.json"
"""
Check = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("somebody was asked")

    def run(text: str, *, keys: bool = True) -> Result:
        path = tmp_path / "ehrs.toml"
        path.write_text(text, "utf-8")
        monkeypatch.setenv("RLS_EHR_REGISTRY", str(path))
        monkeypatch.setenv("RLS_DATABASE_URL", f"sqlite:///{tmp_path}/service.db")
        if keys:
            new_key_file(tmp_path / "keys.json")
            monkeypatch.setenv("RLS_SIGNING_KEY_FILE", str(tmp_path / "keys.json"))
        monkeypatch.setattr(socket, "create_connection", no_network)
        monkeypatch.setattr(socket.socket, "connect", no_network)
        return CliRunner().invoke(main, ["registry", "check"])

    return run


def test_a_healthy_entry(check: Check) -> None:
    told = check(HEALTHY)
    assert told.exit_code == 0, told.output
    assert 'EHR "general-hospital", https://ehr.example.org/fhir/r4' in told.stdout
    assert "1 OK, 0 to look at, 0 to mend" in told.stdout


@pytest.mark.parametrize(
    ("old", "new", "state", "sentence"),
    [
        ('client_id = "rls-nutrients"', "", "WARN", "client_id: is missing"),
        ('"private_key_jwt"', '"client_secret_basic"\nclient_secret_env = "NOT_SET"', "FAIL", "NOT_SET, which is not"),
        ('"private_key_jwt"', '"none"', "WARN", "client_authentication: none"),
        ('frame_ancestors = ["https://ehr.example.org"]', "", "WARN", "frame_ancestors: is empty"),
        ('frame_ancestors = ["https://ehr.example.org"]', "cookieless = true", "WARN", "cookieless: is on"),
        ('"https://ehr.example.org/fhir/r4"', '"http://127.0.0.1:1/fhir"', "WARN", "fhir_base: is on this very"),
        ('iss = "https://ehr.example.org"', 'iss = "https://sandbox.cds-hooks.org"', "FAIL", "anybody can read"),
        ('iss = "https://ehr.example.org"', 'iss = "x"\nreuse_tokens = true', "WARN", "cds_client x: may use a token"),
        ("[[ehr.cds_client]]", "kill_switch = true\n[[ehr.cds_client]]", "WARN", "kill_switch: is on"),
        ("[[ehr.cds_client]]", 'shadow_services = ["rls-nutrients"]\n[[ehr.cds_client]]', "WARN", "shadow_services:"),
        ("[[ehr.cds_client]]", 'topics_off = ["vitamin-e"]\n[[ehr.cds_client]]', "WARN", "no card on vitamin-e"),
        ("[[ehr.cds_client]]", 'topics_off = ["vitamin-q"]\n[[ehr.cds_client]]', "FAIL", "'vitamin-q' is not known"),
        ("[[ehr.cds_client]]", 'local_codes = {"u|F" = "feritin"}\n[[ehr.cds_client]]', "FAIL", "'feritin' is no"),
        ('jwks_url = "https://ehr.example.org/jwks.json"', 'jwks_file = "none.json"', "FAIL", "would not start"),
        ("https://ehr.example.org/fhir", "http://ehr.example.org/fhir", "FAIL", "plain http"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(check: Check, old: str, new: str, state: str, sentence: str) -> None:
    assert old in HEALTHY
    told = check(HEALTHY.replace(old, new))
    [line] = [line for line in told.stdout.splitlines() if sentence in line]
    assert line.startswith(state)
    assert told.stdout.splitlines()[told.stdout.splitlines().index(line) + 1].strip().startswith("-> ")
    assert told.exit_code == (1 if state == "FAIL" else 0)


def test_a_missing_signing_key_is_named(check: Check) -> None:
    told = check(HEALTHY, keys=False)
    assert told.exit_code == 1
    assert "private_key_jwt wants a key for ES384" in told.stdout


def test_a_key_file_that_is_there_is_rotated_and_not_made_anew(check: Check, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    check(HEALTHY)
    for kinds in (("RSA",), ()):
        listed = json.loads(file.read_text("utf-8"))["keys"]
        file.write_text(json.dumps({"keys": [one for one in listed if one["kty"] in kinds]}), "utf-8")
        told = check(HEALTHY, keys=False).stdout
        todo = told.partition("private_key_jwt wants a key for ES384, and there is none\n")[2].splitlines()[0]
        assert "-> run `rls-nutrients keys rotate`" in todo


def test_a_file_of_a_callers_keys_that_is_not_there_is_called_so(check: Check) -> None:
    told = check(HEALTHY.replace('jwks_url = "https://ehr.example.org/jwks.json"', 'jwks_file = "none.json"'))
    assert "none.json is not there" in told.stdout


def test_nobody_to_call_hooks(check: Check) -> None:
    told = check(HEALTHY.split("[[ehr.cds_client]]", maxsplit=1)[0])
    assert "cds_client: there is none" in told.stdout


def test_two_organisations_behind_one_issuer_name_their_tenants(check: Check) -> None:
    second = HEALTHY.replace("general-hospital", "clinic").replace("/r4", "/clinic")
    told = check(HEALTHY + second)
    assert "also listed by clinic" in told.stdout
    assert "also listed by general-hospital" in told.stdout
    apart = check(HEALTHY + second.rstrip() + '\ntenants = ["clinic"]\n', keys=False)
    assert "also listed" not in apart.stdout


def test_without_a_registry() -> None:
    told = CliRunner().invoke(main, ["registry", "check"])
    assert told.exit_code == 1
    assert "RLS_EHR_REGISTRY" in told.stdout
