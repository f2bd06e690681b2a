"""docs/openapi.yaml is true: it names every address and no other, and what is sent after it gets what it says.

Schemathesis makes requests from it, sound ones and broken ones; none may meet a mistake of ours, and none may get an
answer of a kind that is not described.
"""

from __future__ import annotations

import gc
import re
from functools import cache
from typing import Any

import pytest
import schemathesis
import yaml
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks

from tests.house.repository import ROOT
from tests.running_order import examples
from tests.smart_app.launches import application
from tests.soak.share import share_of

# Schemathesis leaves the static files open that it was sent.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
_PROMISED = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@cache
def served() -> Flask:
    """Every front door, open to all callers; it knows one EHR, which does not answer."""
    gone = {"name": "gone", "fhir_base": "http://127.0.0.1:9/fhir", "client_id": "rls-nutrients"}
    return application(gone, doors=None, cds_authentication="off", hook_deadline_seconds=0.5)


def described() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text("utf-8")))


def _plain(path: str) -> str:
    return re.sub(r"[<{][^>}]*[>}]", "*", path)


def test_it_names_every_address_and_no_other() -> None:
    told = {
        (_plain(path), method.upper())
        for path, entry in described()["paths"].items()
        for method in entry
        if method.upper() in _METHODS
    }
    answered = {
        (_plain(rule.rule), method)
        for rule in served().url_map.iter_rules()
        for method in (rule.methods or set()) & _METHODS
    }
    assert told == answered


@cache
def _operations() -> list[Any]:
    schema = schemathesis.openapi.from_dict(described())
    schema.app = served()
    return [one.ok() for one in schema.get_all_operations()]


@pytest.mark.parametrize("operation", _operations(), ids=lambda one: one.label)
def test_requests_made_from_it(operation: Any) -> None:
    _ask(operation, number=examples(4))


@pytest.mark.soak
@pytest.mark.parametrize("operation", _operations(), ids=lambda one: one.label)
def test_very_many_requests_made_from_it(operation: Any) -> None:
    print(f"{operation.label}: {_ask(operation, number=share_of(1000))} requests")


def _ask(operation: Any, number: int) -> int:
    """How many requests were made: sound ones, and broken ones where there is something to break."""
    done = 0

    def ask(case: Any) -> None:
        nonlocal done
        assert case.call_and_validate(checks=_PROMISED).status_code != 500
        done += 1

    for mode in _modes(operation):
        patient = settings(max_examples=number, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        patient(given(case=operation.as_strategy(generation_mode=mode))(ask))()
    gc.collect()
    return done


def _modes(operation: Any) -> list[Any]:
    takes_anything = list(operation.iter_parameters()) or operation.body
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if takes_anything else [])]
