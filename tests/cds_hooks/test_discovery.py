"""What EHRs are told to send, and that it is everything the knowledge asks for."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from cds_hooks.discovery import discovery, prefetch_templates, style_of
from clinical import Knowledge
from clinical.knowledge import needs
from hosting import EhrRegistry
from tests.cds_hooks.hook_requests import LABORATORY, OTHER_KEYS


def registry(*styles: str) -> EhrRegistry:
    entries = [
        {"name": f"ehr-{place}", "fhir_base": f"https://ehr{place}.example.org", "prefetch_style": style}
        for place, style in enumerate(styles)
    ]
    return EhrRegistry.model_validate({"ehr": entries})


@pytest.mark.parametrize(
    ("styles", "style"),
    [((), "codes"), (("codes",), "codes"), (("category",), "category"), (("category", "category"), "category"),
     (("category", "codes"), "codes")],
)  # fmt: skip
def test_one_style_for_all_callers(styles: tuple[str, ...], style: str) -> None:
    assert style_of(registry(*styles)) == style


def test_a_key_per_nutrient_with_its_codes(knowledge: Knowledge) -> None:
    templates = prefetch_templates(needs(knowledge, with_open_orders=True), "codes")
    assert set(templates) == {*LABORATORY, *OTHER_KEYS}
    assert templates["patient"] == "Patient/{{context.patientId}}"
    assert templates["iron"].startswith("Observation?patient={{context.patientId}}&code=http://loinc.org|2276-4,")
    assert templates["iron"].endswith("&_sort=-date&_count=100")
    assert templates["openOrders"] == ("ServiceRequest?patient={{context.patientId}}&status=active,draft&_count=200")
    assert templates["conditions"] == "Condition?patient={{context.patientId}}&_count=200"


def test_one_key_for_the_laboratory_where_codes_are_not_searched(knowledge: Knowledge) -> None:
    templates = prefetch_templates(needs(knowledge, with_open_orders=True), "category")
    assert set(templates) == {"laboratory", *OTHER_KEYS}
    assert templates["laboratory"] == (
        "Observation?patient={{context.patientId}}&category=laboratory&_sort=-date&_count=200"
    )
    assert templates["openOrders"] == "ServiceRequest?patient={{context.patientId}}&status=active&_count=200"


@pytest.mark.parametrize("style", ["codes", "category"])
def test_keys_are_words_that_every_client_can_name(knowledge: Knowledge, style: str) -> None:
    keys = prefetch_templates(needs(knowledge, with_open_orders=True), style)  # type: ignore[arg-type]
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", key) for key in keys)


def test_only_what_exists_is_advertised(knowledge: Knowledge) -> None:
    services = msgspec.json.decode(discovery(needs(knowledge, with_open_orders=True), "codes"))["services"]
    assert {service["id"]: service["hook"] for service in services} == {
        "rls-nutrients": "patient-view",
        "rls-supplement-select": "order-select",
        "rls-supplement-sign": "order-sign",
    }
    for service in services:
        assert (service["version"], service["hookVersion"]) == ("2.0.1", "1.0")
        assert Path(service["id"]).name == service["id"]
