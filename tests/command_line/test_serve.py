"""``serve``: how it refuses. That it serves is shown by the tests of hosting and of the demo."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

from tests.command_line.conftest import Call


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RLS_SECRET_KEY", "RLS_EHR_REGISTRY", "RLS_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_secret_it_does_not_start(call: Call) -> None:
    outcome = call("serve", "--port", "8765")
    assert outcome.exit_code == 1
    assert "RLS_SECRET_KEY" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_a_registry_that_is_not_there(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RLS_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("RLS_EHR_REGISTRY", str(tmp_path / "nowhere.toml"))
    outcome = call("serve", "--port", "8765")
    assert outcome.exit_code == 1
    assert "nowhere.toml" in outcome.stderr


@pytest.mark.parametrize("arguments", [("--port", "0"), ("--port", "70000"), ("--workers", "0"), ("--port", "http")])
def test_wrong_usage(call: Call, arguments: tuple[str, ...]) -> None:
    assert call("serve", *arguments).exit_code == 2


def test_host_port_and_workers_reach_the_server(call: Call) -> None:
    with mock.patch("command_line.serve.run") as run:
        assert call("serve", "--host", "::1", "--port", "9000", "--workers", "3").exit_code == 0
    assert run.call_args.kwargs == {"host": "::1", "port": 9000, "workers": 3}
