"""Chart pages of fixtures and of small charts, rendered and taken apart."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from clinical import Chart, Knowledge, load_knowledge, read_chart, read_document
from smart_app.page import ChartPage, PageLinks, PageOptions
from smart_app.visit import PatientIdentity, Visit
from tests.clinical.resources import chart, condition, observation, patient
from tests.smart_app.page.tree import Element, read

TODAY = date(2026, 11, 22)
PATIENTS = Path("fixtures/patients")
NAMES = tuple(sorted(path.stem for path in PATIENTS.glob("*.json")))
ADA = PatientIdentity("Fictional, Ada", "1981-04-12", "female", "MRN 42")
LINKS = PageLinks(
    page="/chart/h-1",
    close="/chart/h-1/close",
    handout="/chart/h-1/handout",
    stylesheet="/static/smart_app/app.css",
    script="/static/smart_app/app.js",
    ehr_style=None,
    about="/about",
)
PLAIN = PageOptions()
SI = PageOptions(units="si")


@cache
def knowledge() -> Knowledge:
    return load_knowledge()


@cache
def chart_page() -> ChartPage:
    return ChartPage(knowledge())


@cache
def chart_of(name: str) -> Chart:
    document = read_document((PATIENTS / f"{name}.json").read_bytes())
    return read_chart(document.resources, patient_id=document.patient_id, answered=document.answered)


def visit(of: Chart, identity: PatientIdentity = ADA, **more: Any) -> Visit:
    return Visit("h-1", "General Hospital", identity, of, TODAY, **more)


def html_of(of: Chart, options: PageOptions = PLAIN, links: PageLinks = LINKS, **more: Any) -> str:
    return chart_page().render(visit(of, **more), options, links)


def page_of(of: Chart, options: PageOptions = PLAIN, **more: Any) -> Element:
    return read(html_of(of, options, **more))


def story(name: str, options: PageOptions = PLAIN, **more: Any) -> Element:
    """The page of a fixture patient."""
    return page_of(chart_of(name), options, **more)


def of_results(*observations: dict[str, Any], options: PageOptions = PLAIN, **more: Any) -> Element:
    """The page of an adult with restless legs and these results."""
    return page_of(chart(patient(), condition(), *observations), options, **more)


def ferritin(value: Any, day: str = "2026-11-15", comparator: str | None = None, **more: Any) -> dict[str, Any]:
    quantity = {"value": value, "unit": "ng/mL", "system": "http://unitsofmeasure.org", "code": "ng/mL"}
    if comparator:
        quantity["comparator"] = comparator
    return observation(**{"id": f"f-{value}-{day}", "effectiveDateTime": day, "valueQuantity": quantity, **more})


def row(page: Element, analyte: str) -> Element:
    return page.one("tr", data_analyte=analyte)


def shown(page: Element, analyte: str) -> tuple[str, str, str]:
    """Value, unit and date, as the contract's three elements tell them."""
    found = row(page, analyte)
    value = found.one("data")
    assert value.attributes["value"] == value.text
    day = found.one("time")
    assert day.attributes["datetime"] == day.text
    return value.text, found.one("span").text, day.text
