"""Searchset Bundles page by page. A next link is the same search, further on; clients follow it and never build one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from demo_ehr.charts import CannotSearch, Parameters, SearchResult

Resource = dict[str, Any]
OFFSET = "_offset"
USUAL_PAGE = 50
LARGEST_PAGE = 200


def page_of(parameters: Parameters) -> tuple[int, int]:
    """Where the page begins, and how many matches it holds: ``_count``, capped as real servers cap it."""
    given = dict(parameters)
    offset, count = (_number(given, name, usual) for name, usual in ((OFFSET, 0), ("_count", USUAL_PAGE)))
    return offset, min(count, LARGEST_PAGE)


def _number(given: dict[str, str], name: str, usual: int) -> int:
    text = given.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise CannotSearch(f"{name} must be a number, not negative")
    return int(text)


def searchset(result: SearchResult, fhir_base: str, total: int, links: list[dict[str, str]]) -> Resource:
    """One page: matches first, then what was included."""
    moded = [("match", it) for it in result.matches] + [("include", it) for it in result.included]
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": links}
    if moded:
        bundle["entry"] = [
            {
                "fullUrl": f"{fhir_base}/{it['resourceType']}/{it['id']}",
                "resource": it,
                "search": {"mode": mode},
            }
            for mode, it in moded
        ]
    return bundle


def self_link(fhir_base: str, resource_type: str, parameters: Parameters) -> dict[str, str]:
    return {"relation": "self", "url": _address(fhir_base, resource_type, parameters)}


def next_link(fhir_base: str, resource_type: str, parameters: Parameters, offset: int) -> dict[str, str]:
    kept = tuple((name, value) for name, value in parameters if name != OFFSET)
    return {"relation": "next", "url": _address(fhir_base, resource_type, (*kept, (OFFSET, str(offset))))}


def _address(fhir_base: str, resource_type: str, parameters: Parameters) -> str:
    query = urlencode(parameters)
    return f"{fhir_base}/{resource_type}" + (f"?{query}" if query else "")
