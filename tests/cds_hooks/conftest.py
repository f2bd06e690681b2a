"""The CDS service on its fixed day, open to all callers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cds_hooks import front_door
from cds_hooks.cards import CardWriter
from clinical import Knowledge, load_knowledge
from hosting import EhrRegistry, Settings, create_application
from tests.cds_hooks.assessments import TODAY

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
    configured = Settings(**({"cds_authentication": "off", "public_url": PUBLIC_URL} | settings))
    door = partial(front_door, today=lambda: TODAY)
    return create_application(configured, registry or EhrRegistry(), [door]).test_client()


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return client_of()


@pytest.fixture(scope="session")
def post(client: FlaskClient) -> Callable[[Any], TestResponse]:
    return lambda body: client.post("/cds-services/rls-nutrients", json=body)
