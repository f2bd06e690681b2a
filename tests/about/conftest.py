"""The pages on a fixed day, and the knowledge of which they tell."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from jinja2 import StrictUndefined

from about import front_door
from clinical import Knowledge, load_knowledge
from hosting import EhrRegistry, Settings, create_application
from tests.about.page import Page

TODAY = date(2026, 11, 22)


def client_of(today: date = TODAY, **settings: Any) -> FlaskClient:
    app = create_application(Settings(**settings), EhrRegistry(), [partial(front_door, today=lambda: today)])
    app.jinja_env.undefined = StrictUndefined  # a misspelt word in a template would be an empty place on the page
    return app.test_client()


@pytest.fixture(scope="session")
def client() -> FlaskClient:
    return client_of()


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge("international")


@pytest.fixture(scope="session")
def about(client: FlaskClient) -> Page:
    return Page(client.get("/about").get_data(as_text=True))


@pytest.fixture(scope="session")
def source_attributes(client: FlaskClient) -> Page:
    return Page(client.get("/source-attributes").get_data(as_text=True))


@pytest.fixture(scope="session")
def told(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/source-attributes.json").get_json()
    return found
