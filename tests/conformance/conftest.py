"""The CDS service as a stranger meets it: over HTTP, on a fixed day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cds_hooks.callers import KeyServer, key_server, registry
from tests.cds_hooks.conftest import client_of

SERVICE = "/cds-services/rls-nutrients"


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return client_of()


@pytest.fixture(scope="session")
def post(client: FlaskClient) -> Callable[[Any], TestResponse]:
    return lambda body: client.post(SERVICE, json=body)


@pytest.fixture
def keys() -> Iterator[KeyServer]:
    """The key server of a registered caller."""
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
