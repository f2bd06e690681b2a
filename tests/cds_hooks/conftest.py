"""The CDS service on its fixed day, open to all callers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cds_hooks import front_door
from cds_hooks.cards import CardWriter
from clinical import Knowledge, load_knowledge
from hosting import EhrRegistry, Settings, create_application
from tests.cds_hooks.assessments import TODAY
from tests.cds_hooks.callers import KeyServer, key_server, registry
from tests.databases import new_sqlite

PUBLIC_URL = "https://cds.example.org"


@cache
def international() -> Knowledge:
    return load_knowledge("international")


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return international()


@pytest.fixture(scope="session")
def writer(knowledge: Knowledge) -> CardWriter:
    return CardWriter(knowledge, PUBLIC_URL)


def client_of(registry: EhrRegistry | None = None, **settings: Any) -> FlaskClient:
    own: dict[str, Any] = {
        "cds_authentication": "off",
        "public_url": PUBLIC_URL,
        "database_url": new_sqlite(),
        "hook_deadline_seconds": 30,  # a machine that stands still makes no fault of a sound EHR
    }
    configured = Settings(**(own | settings))
    door = partial(front_door, today=lambda: TODAY)
    return create_application(configured, registry or EhrRegistry(), [door]).test_client()


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return client_of()


@pytest.fixture(scope="session")
def post(client: FlaskClient) -> Callable[[Any], TestResponse]:
    return lambda body: client.post("/cds-services/rls-nutrients", json=body)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyServer]:
    """The key server of a registered caller; on a busy machine it is waited for."""
    monkeypatch.setattr("cds_hooks.authentication._LONGEST_WAIT_FOR_KEYS_SECONDS", 30.0)
    with key_server() as server:
        yield server


@pytest.fixture
def foreign() -> Iterator[KeyServer]:
    """A key server that nobody has registered."""
    with key_server() as server:
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The file of the closed service's database, alone in its folder."""
    folder = tmp_path / "database"
    folder.mkdir()
    return folder / "service.db"


@pytest.fixture
def closed(database: Path) -> Callable[..., FlaskClient]:
    """A service that asks who calls, by registry entries."""
    settings = {"cds_authentication": "required", "database_url": f"sqlite:///{database}"}
    return lambda *ehrs, **other: client_of(registry(*ehrs), **settings | other)
