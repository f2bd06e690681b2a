"""A service with one small front door, so that hosting is tested without any of the real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Blueprint, Flask, request
from flask.testing import FlaskClient

from hosting import EhrRegistry, Readiness, Settings, create_application, log, read_registry, report_readiness

# In no id, address, time or number by chance: these hold neither such letters nor a hyphen among them.
PATIENT = "patient-4711-jane"


def small_front_door(settings: Settings, registry: EhrRegistry) -> Blueprint:
    blueprint = Blueprint("small", __name__)

    @blueprint.get("/patients/<patient>")
    def patient(patient: str) -> str:
        return patient

    @blueprint.post("/length")
    def length() -> str:
        return str(len(request.get_data()))

    @blueprint.get("/break")
    def broken() -> str:
        raise ValueError(f"Jane Doe, born 1970-01-01, {request.args}")

    @blueprint.get("/careless")
    def careless() -> str:
        log.info("careless line", patient="Jane Doe", service="Jane Doe, born 1970-01-01", hook="patient-view")
        return ""

    report_readiness(blueprint, "knowledge", lambda: Readiness(ready=True, detail="2026.11"))
    return blueprint


@pytest.fixture
def app() -> Flask:
    return create_application(Settings(), EhrRegistry(), [small_front_door])


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def registry_of(tmp_path: Path) -> Callable[[str], EhrRegistry]:
    def read(text: str) -> EhrRegistry:
        path = tmp_path / "ehrs.toml"
        path.write_text(text, "utf-8")
        return read_registry(path)

    return read
