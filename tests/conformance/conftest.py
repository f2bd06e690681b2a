"""The CDS service as a stranger meets it: over HTTP, on a fixed day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cds_hooks.conftest import client_of

SERVICE = "/cds-services/rls-nutrients"


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return client_of()


@pytest.fixture(scope="session")
def post(client: FlaskClient) -> Callable[[Any], TestResponse]:
    return lambda body: client.post(SERVICE, json=body)
