"""A demo EHR and our own service, both on loopback, and the doctor between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from command_line import main
from demo_ehr.application import DemoEhr, create_demo_ehr, demo_ehr_of
from demo_ehr.authority import RegisteredApp
from doctor import asking, search_checks, server_checks, token_checks
from hosting import create_application, new_key_file, read_registry, read_settings
from tests.databases import new_sqlite
from tests.ports import free_port

PATIENT = "restless-legs-low-ferritin"
SECRET = "s" * 40


class _Silent(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        pass


@contextmanager
def served(app: Flask, port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Silent)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Clinic:
    """``demo`` stands behind the EHR; ``registry`` is the file of its entry, and may be rewritten."""

    def __init__(self, demo: DemoEhr, registry: Path) -> None:
        self.demo, self.registry = demo, registry

    def examined(self, *arguments: str, launch: bool = True) -> Result:
        """``doctor demo-ehr``, by default with a launch for a patient."""
        value = ("--launch", self.demo.authority.new_launch(PATIENT)) if launch else ()
        return CliRunner().invoke(main, ["doctor", *(arguments or ("demo-ehr",)), *value])


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    new_key_file(path)
    return path


@pytest.fixture
def clinic(tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    ehr_port, our_port = free_port(), free_port()
    ehr, ours = f"http://127.0.0.1:{ehr_port}", f"http://127.0.0.1:{our_port}"
    registry = tmp_path / "registry.toml"
    registry.write_text(entry(ehr), "utf-8")
    for name, value in {
        "RLS_PUBLIC_URL": ours,
        "RLS_EHR_REGISTRY": str(registry),
        "RLS_SIGNING_KEY_FILE": str(keys),
        "RLS_SECRET_KEY": SECRET,
        "RLS_DATABASE_URL": new_sqlite(),
        "RLS_HOOK_DEADLINE_SECONDS": "30",
    }.items():
        monkeypatch.setenv(name, value)
    # A machine that stands still is no slow EHR.
    monkeypatch.setattr(asking, "SECONDS_TO_WAIT", 60.0)
    monkeypatch.setattr(search_checks, "_MOST_SECONDS", 60.0)
    for checks in (server_checks, token_checks):
        monkeypatch.setattr(checks, "SLOW_SECONDS", 30.0)
    app = RegisteredApp(
        "rls-nutrients", (f"{ours}/callback",), "private_key_jwt", jwks_url=f"{ours}/.well-known/jwks.json"
    )
    demo = demo_ehr_of(ehr, [app], date(2026, 11, 22))
    with ExitStack() as servers:
        servers.enter_context(served(create_demo_ehr(demo), ehr_port))
        servers.enter_context(served(create_application(read_settings(), read_registry(registry)), our_port))
        yield Clinic(demo, registry)


def entry(ehr: str, **more: Any) -> str:
    words = {
        "name": "demo-ehr",
        "fhir_base": f"{ehr}/fhir",
        "client_id": "rls-nutrients",
        "client_authentication": "private_key_jwt",
        "frame_ancestors": [ehr],
    } | more
    lines = [f"{name} = {str(value) if isinstance(value, list) else repr(value)}" for name, value in words.items()]
    caller = f'[[ehr.cds_client]]\niss = "{ehr}"\njwks_url = "{ehr}/auth/jwks.json"'
    return "\n".join(["[[ehr]]", *lines, caller, ""])


Examine = Callable[..., Result]
