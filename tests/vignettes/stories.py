"""Reads the stories: a person, what is on file, and what a clinician would expect to be told.

The YAML files are for physicians to read and sign; README.md beside them explains every word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

FOLDER = Path(__file__).parent


class Person(msgspec.Struct, forbid_unknown_fields=True):
    age: int = 50
    sex: str = "male"
    pregnant_weeks: int | None = None
    age_months: int | None = None


class Expected(msgspec.Struct, forbid_unknown_fields=True):
    """Findings with their indicators and proposals are exact; of cautions, info ones may be more."""

    findings: dict[str, str] = {}
    data_quality: list[str] = []
    cautions: list[str] = []
    proposals: list[str] = []
    not_preselected: list[str] = []
    said: list[str] = []
    ordered: dict[str, str] = {}


class Story(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    id: str = ""
    title: str = ""
    story: str = ""
    patient: Person = msgspec.field(default_factory=Person)
    restless_legs: bool = True
    adequate_iron: bool = False
    labs: dict[str, Any] = {}
    not_measured: list[str] = []
    problems: list[Any] = []
    medications: list[Any] = []
    allergies: list[Any] = []
    procedures: list[Any] = []
    ordered_tests: list[Any] = []
    jurisdiction: str = "international"
    expect: Expected = msgspec.field(default_factory=Expected)
    never: list[str] = []
    never_said: list[str] = []


def read_yaml(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


def read_stories(name: str) -> list[Story]:
    return [msgspec.convert(entry, Story, strict=False) for entry in read_yaml(name)]


class Case(msgspec.Struct):
    """One result at one limit, with the findings it must give."""

    id: str
    story: Story


def read_limits(name: str) -> Iterator[Case]:
    """Every result of a limit table becomes a story of its own, named by limit and result."""
    for table in read_yaml(name):
        for result, findings in table["results"].items():
            given = merged(table.get("given", {}), {"labs": {table["analyte"]: result}})
            expected = dict(finding.split() for finding in findings)
            story = msgspec.convert({**given, "expect": {"findings": expected}}, Story, strict=False)
            yield Case(f"{table['limit']}: {table['analyte']} {result}", story)


class CautionCase(msgspec.Struct):
    """One chart on which one caution must, or must not, hold."""

    id: str
    caution: str
    holds: bool
    story: Story


def read_caution_cases(name: str) -> Iterator[CautionCase]:
    content = read_yaml(name)
    for caution, table in content["cautions"].items():
        for holds in (True, False):
            for number, chart in enumerate(table.get("holds" if holds else "near_miss", []), 1):
                story = msgspec.convert(merged(content["given"], chart), Story, strict=False)
                label = f"{caution} {'holds' if holds else 'near miss'} {number}"
                yield CautionCase(label, caution, holds, story)


class Edge(msgspec.Struct):
    """One chart on one side of an age, a day, an hour or a dose, and what then is, or is not, told."""

    id: str
    says: str
    told: bool
    story: Story


def read_edges(name: str) -> Iterator[Edge]:
    for table in read_yaml(name):
        for told, side in ((True, "told"), (False, "not_told")):
            for number, chart in enumerate(table[side], 1):
                story = msgspec.convert(merged(table.get("given", {}), chart), Story, strict=False)
                yield Edge(f"{table['edge']}: {side.replace('_', ' ')} {number}", table["says"], told, story)


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """A drafted order: what is given, how much of the nutrient it holds, how often and how long, and what follows."""

    text: str
    product: str
    dose: str
    content: str
    times: str
    during: str
    then: dict[str, int] = {}


class Dose(msgspec.Struct):
    """The order that one chart leads to in one jurisdiction."""

    id: str
    proposal: str
    ordered: Order
    story: Story


def read_doses(name: str) -> Iterator[Dose]:
    for table in read_yaml(name):
        for jurisdiction in table["jurisdictions"]:
            told = {**table["given"], "jurisdiction": jurisdiction}
            story = msgspec.convert(told, Story, strict=False)
            order = msgspec.convert(table["ordered"], Order)
            case = f", {table['case']}" if "case" in table else ""
            yield Dose(f"{table['proposal']} {jurisdiction}{case}", table["proposal"], order, story)


def merged(given: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """``more`` on top of ``given``; tables are merged, a lab set to null is taken away."""
    result = dict(given)
    for word, value in more.items():
        before = result.get(word)
        result[word] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    if "labs" in result:
        result["labs"] = {analyte: lab for analyte, lab in result["labs"].items() if lab is not None}
    return result
