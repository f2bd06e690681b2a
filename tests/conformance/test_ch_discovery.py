"""CH-01 to CH-03: discovery and its prefetch templates.

Source: CDS Hooks 2.0.1 sections Discovery, Prefetch tokens and identifiers, Prefetch query restrictions; 3.0 for
``version`` and ``hookVersion``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.test_discovery import registry
from tests.conformance.inferno import empties

PUBLISHED_HOOK_VERSIONS = {"patient-view": "1.0", "order-select": "1.0", "order-sign": "1.0"}
TOKENS = {"context.patientId", "context.userId", "context.encounterId"}
INSTANCE = re.compile(r"[A-Z][A-Za-z]+/\{\{context\.\w+\}\}")
SEARCH = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?(?P<query>.+)")


@pytest.fixture(scope="module", params=["codes", "category"])
def services(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    answer = client_of(registry(request.param)).get("/cds-services")
    return list(answer.json["services"])  # type: ignore[index]


@pytest.mark.conformance("CH-01")
@pytest.mark.parametrize("accept", [None, "application/json", "text/html", "application/fhir+json"])
def test_discovery_is_always_there_and_complete(client: Any, accept: str | None) -> None:
    answer = client.get("/cds-services", headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    assert isinstance(answer.json["services"], list) and answer.json["services"]
    for service in answer.json["services"]:
        for member in ("hook", "id", "description", "title", "usageRequirements"):
            assert isinstance(service[member], str) and service[member]
        assert all(isinstance(key, str) and isinstance(query, str) for key, query in service["prefetch"].items())
    assert list(empties(answer.json)) == []


@pytest.mark.conformance("CH-02")
def test_templates_keep_to_the_tokens_and_queries_that_every_client_knows(services: list[dict[str, Any]]) -> None:
    templates = [template for service in services for template in service["prefetch"].values()]
    assert templates
    for template in templates:
        assert set(re.findall(r"\{\{(.*?)\}\}", template)) <= TOKENS
        if INSTANCE.fullmatch(template):
            continue
        query = SEARCH.fullmatch(template)
        assert query, template
        names = [part.partition("=")[0] for part in query["query"].split("&")]
        assert len(set(names)) == len(names), "a repeated parameter is folded into one by some clients"
        assert set(names) <= {"patient", "code", "category", "status", "_sort", "_count"}, (
            "no modifier, no unknown parameter"
        )
        assert "patient={{context.patientId}}" in query["query"]


@pytest.mark.conformance("CH-02")
def test_templates_sort_as_r4_does(services: list[dict[str, Any]]) -> None:
    sorts = {
        sort for one in services for query in one["prefetch"].values() for sort in re.findall(r"_sort[^&]*", query)
    }
    assert sorts == {"_sort=-date"}


@pytest.mark.conformance("CH-03")
def test_versions_are_those_that_are_published(services: list[dict[str, Any]]) -> None:
    for service in services:
        assert re.fullmatch(r"\d+\.\d+\.\d+", service["version"])
        assert service["hookVersion"] == PUBLISHED_HOOK_VERSIONS[service["hook"]]
