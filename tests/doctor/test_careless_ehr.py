"""An EHR whose documents have another form than the standards say: the doctor tells it, and never breaks off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, request

from command_line import main
from tests.databases import new_sqlite
from tests.doctor.conftest import SECRET, entry, served
from tests.ports import free_port

SMART = {"authorization_endpoint": "/auth/authorize", "token_endpoint": "/auth/token", "issuer": "x", "jwks_uri": 5}
STATEMENT = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}
PATIENT = {"resourceType": "Patient", "id": "p"}
CARELESS: dict[str, dict[str, Any]] = {
    "rest is null": {"metadata": STATEMENT | {"rest": None}},
    "rest is no list": {"metadata": STATEMENT | {"rest": {"mode": "server"}}},
    "rest holds texts": {"metadata": STATEMENT | {"rest": ["server"]}},
    "resources are null": {"metadata": STATEMENT | {"rest": [{"resource": None}]}},
    "security is a text": {"metadata": STATEMENT | {"rest": [{"security": "SMART"}]}},
    "extensions are texts": {"metadata": STATEMENT | {"rest": [{"security": {"extension": ["x", {"url": []}]}}]}},
    "capabilities are a number": {"smart-configuration": SMART | {"capabilities": 5}},
    "capabilities are lists": {"smart-configuration": SMART | {"capabilities": [["launch-ehr"], {}]}},
    "an address that is none": {"smart-configuration": SMART | {"authorization_endpoint": "http://[x"}},
    "keys are null": {"jwks.json": {"keys": None}},
    "keys are a list": {"jwks.json": [5]},
    "a key is a text": {"jwks.json": {"keys": ["x"]}},
    "entries are null": {"Observation": {"resourceType": "Bundle", "entry": None, "link": None}},
    "entries are texts": {"Observation": {"resourceType": "Bundle", "entry": ["x"], "link": ["next"]}},
    "ids are lists": {"Observation": {"resourceType": "Bundle", "entry": [{"resource": {"id": []}}, {"resource": 5}]}},
    "a next link that is a number": {
        "Observation": {"resourceType": "Bundle", "link": [{"relation": "next", "url": 5}]}
    },
    "everything is a list": {key: [] for key in ("metadata", "smart-configuration", "jwks.json", "Observation")},
}


def careless(answers: dict[str, Any]) -> Flask:
    app = Flask("careless")

    @app.route("/<path:path>", methods=["GET", "POST", "OPTIONS"])
    def answer(path: str) -> Any:
        found = answers.get(path.rpartition("/")[2])
        return app.json.response(found) if found is not None else ({"issue": "x", "at": request.method}, 400)

    return app


@pytest.mark.parametrize("answers", CARELESS.values(), ids=CARELESS)
def test_it_is_told_to_the_end(
    answers: dict[str, Any], keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    (tmp_path / "registry.toml").write_text(entry(address), "utf-8")
    (tmp_path / "token").write_text("abc", "utf-8")
    for name, value in {
        "RLS_PUBLIC_URL": address,
        "RLS_EHR_REGISTRY": str(tmp_path / "registry.toml"),
        "RLS_SIGNING_KEY_FILE": str(keys),
        "RLS_SECRET_KEY": SECRET,
        "RLS_DATABASE_URL": new_sqlite(),
    }.items():
        monkeypatch.setenv(name, value)
    ways = ["--launch", "abc", "--token-file", str(tmp_path / "token"), "--patient", "p"]
    usual = {"metadata": STATEMENT, "smart-configuration": SMART, "p": PATIENT}
    with served(careless(usual | answers), port):
        told = CliRunner().invoke(main, ["doctor", "demo-ehr", *ways])
    assert isinstance(told.exception, SystemExit), told.exception
    assert told.exit_code == 1
    assert "## Our public keys" in told.stdout
