"""Logs name no patient: only listed fields, only fitting values, never a path, a query or a library's message."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from hosting import log
from hosting.logs import LISTED_FIELDS, LibraryLog, only_listed, place_of
from tests.hosting.conftest import PATIENT


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_one_line_per_request_with_the_route_pattern(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    answer = client.get(f"/patients/{PATIENT}?name={PATIENT}")
    [line] = lines(capsys)
    assert {key: line[key] for key in ("event", "level", "method", "route", "status", "request_id")} == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/patients/<patient>",
        "status": 200,
        "request_id": answer.headers["X-Request-ID"],
    }
    assert line["milliseconds"] >= 0
    assert line["timestamp"].endswith("Z")
    assert PATIENT not in json.dumps(line)


def test_an_unknown_address_and_method_are_not_quoted(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/Patient/4711")
    client.open("/healthz", method="JANEDOE")
    first, second = lines(capsys)
    assert first["route"] == "unmatched"
    assert second["method"] == "other"


def test_a_careless_line_is_made_harmless(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/careless")
    careless, _request = lines(capsys)
    assert careless["hook"] == "patient-view"
    assert careless["withheld"] == 2
    assert "Jane Doe" not in json.dumps(careless)


def test_an_event_with_data_in_it_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.info("found Jane Doe")
    [line] = lines(capsys)
    assert "event" not in line


@given(st.dictionaries(st.text(max_size=20), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_no_field_that_is_not_listed_is_ever_written(fields: dict[str, Any]) -> None:
    written = only_listed(None, "info", dict(fields))
    assert set(written) <= set(LISTED_FIELDS) | {"withheld"}


@given(
    st.sampled_from(sorted(LISTED_FIELDS)), st.sampled_from(["Jane Doe", "a\nb", "Patient?name=x", "ü", "", "x" * 300])
)
def test_no_listed_field_takes_free_text(field: str, value: str) -> None:
    assert field not in only_listed(None, "info", {field: value})


def test_what_libraries_say_is_counted_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("urllib3.connectionpool")
    handler = LibraryLog()
    logger.addHandler(handler)
    logger.propagate = False  # an application made by another test listens at the root
    try:
        logger.warning("Retrying after connection broken: /Observation?patient=%s", PATIENT)
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
    [line] = lines(capsys)
    assert line["library"] == "urllib3.connectionpool"
    assert PATIENT not in json.dumps(line)


def test_the_place_of_an_error_is_its_deepest_line() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        assert place_of(error).startswith("json.decoder:")
    assert place_of(ValueError("never raised")) == "unknown:0"
