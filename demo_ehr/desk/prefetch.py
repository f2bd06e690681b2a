"""Prefetch as an EHR does it: the templates of a service's discovery, filled in and answered from the charts.

Source: CDS Hooks 2.0.1 section Prefetch Template. Only ``{{context.…}}`` tokens are known here; a template with another
one is not answered, as the standard permits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from demo_ehr.charts import CannotSearch, Charts, Resource

_TOKEN = re.compile(r"{{\s*context\.(\w+)\s*}}")


def prefetched(templates: Mapping[str, str], context: Mapping[str, Any], charts: Charts, fhir_base: str) -> Resource:
    """By key a resource, a searchset Bundle, or ``None`` for what the charts do not hold."""
    filled = {key: _filled(template, context) for key, template in templates.items()}
    return {key: _answer(query, charts, fhir_base) for key, query in filled.items() if "{{" not in query}


def outcomes_instead(templates: Mapping[str, str]) -> Resource:
    """The fault of an EHR that could not read its own data: an OperationOutcome under every key."""
    issue = {"severity": "error", "code": "exception", "diagnostics": "The demo EHR could not read this."}
    return {key: {"resourceType": "OperationOutcome", "issue": [issue]} for key in templates}


def _filled(template: str, context: Mapping[str, Any]) -> str:
    return _TOKEN.sub(lambda token: str(context.get(token[1], token[0])), template)


def _answer(query: str, charts: Charts, fhir_base: str) -> Resource | None:
    path, _, search = query.partition("?")
    resource_type, _, id = path.partition("/")
    if id:
        return charts.read(resource_type, id)
    try:
        found = charts.search(resource_type, parse_qsl(search))
    except CannotSearch as error:
        return {
            "resourceType": "OperationOutcome",
            "issue": [{"severity": "error", "code": error.code, "diagnostics": str(error)}],
        }
    return _searchset(found.matches, found.included, fhir_base)


def _searchset(matches: list[Resource], included: list[Resource], fhir_base: str) -> Resource:
    entries = [_entry(one, "match", fhir_base) for one in matches]
    entries += [_entry(one, "include", fhir_base) for one in included]
    # An empty array is not FHIR: a Bundle without entries has no ``entry`` at all.
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(matches)}
    return bundle | ({"entry": entries} if entries else {})


def _entry(resource: Resource, mode: str, fhir_base: str) -> Resource:
    address = f"{fhir_base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": address, "resource": resource, "search": {"mode": mode}}
