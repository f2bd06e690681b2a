"""Charts made of two stories each, and what can happen to a resource on its way to us."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any, NamedTuple

from clinical import Assessment, assess, load_knowledge, read_chart, read_document
from terminology import code_use
from tests.vignettes.cases import cases
from tests.vignettes.charts import ASKED, TODAY, bundle_of
from tests.vignettes.stories import Story

KNOWLEDGE = load_knowledge()
JUNK: tuple[Any, ...] = (None, 7, "\x00?", "x", [], {}, [[]], {"a": 1}, True, "2026-13-45", -1)
LISTS = ("Condition", "MedicationRequest", "AllergyIntolerance", "Procedure")
# Tests of one quantity: where two contradict each other and the graver is lost, the other is all that anybody knows.
SAME_QUANTITY = (
    frozenset({"vitamin-b12", "active-b12"}),
    frozenset({"calcium", "adjusted-calcium", "ionised-calcium"}),
)
LONG_AGO = "2019-03-04T08:00:00+01:00"
Fhir = dict[str, Any]


class Damaged(NamedTuple):
    """``lost`` is the reference of the resource that was hit, None where nothing was lost."""

    kind: str
    lost: str | None
    resources: list[Fhir]
    answered: frozenset[str]


@cache
def _stories() -> tuple[Story, ...]:
    adults = (case.story for case in cases() if case.story.jurisdiction == "international")
    return tuple(story for story in adults if story.patient.age_months is None)


def charts(number: int, seed: int) -> Iterator[list[Fhir]]:
    """The results of one story, the lists of two: more drugs, problems and contraindications than any one tells."""
    chance = Random(seed)
    for _ in range(number):
        first, second = chance.sample(_stories(), 2)
        own = _resources(first)
        measured = {_quantity(resource) for resource in own if resource["resourceType"] == "Observation"}
        yield [*own, *(_renamed(more) for more in _resources(second) if _adds(more, measured))]


def damages(resources: list[Fhir], chance: Random) -> Iterator[Damaged]:
    """Each resource corrupted, each result dropped and delayed, each list refused, all doubled and shuffled."""
    for place, resource in enumerate(resources):
        if resource["resourceType"] == "Patient":
            continue
        lost = f"{resource['resourceType']}/{resource['id']}"
        before, after = resources[:place], resources[place + 1 :]
        yield Damaged("corrupted", lost, [*before, _corrupted(resource, chance), *after], ASKED)
        if resource["resourceType"] == "Observation":
            yield Damaged("dropped", None, [*before, *after], ASKED)
            yield Damaged("delayed", None, [*before, resource | {"effectiveDateTime": LONG_AGO}, *after], ASKED)
    for kind in LISTS:
        kept = [resource for resource in resources if resource["resourceType"] != kind]
        yield Damaged("refused", None, kept, ASKED - {kind})
    yield Damaged("doubled", None, [*resources, *copy.deepcopy(resources)], ASKED)
    yield Damaged("shuffled", None, chance.sample(resources, len(resources)), ASKED)


def assessed(resources: list[Fhir], answered: frozenset[str] = ASKED) -> Assessment:
    """Raises CannotRead where nothing can be said about this patient at all."""
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}
    read = read_document(json.dumps(bundle).encode()).resources
    chart = read_chart(read, patient_id="told", answered=answered, refuse_other_patients=False)
    return assess(chart, KNOWLEDGE, TODAY)


def _resources(story: Story) -> list[Fhir]:
    return [entry["resource"] for entry in json.loads(bundle_of(story))["entry"]]


def _quantity(resource: Fhir) -> object:
    """What is measured; the code itself, where it is none of ours."""
    [coding, *_] = resource["code"]["coding"]
    named = code_use(coding["system"], coding["code"])
    analyte = named.analyte if named else json.dumps(resource["code"])
    return next((tests for tests in SAME_QUANTITY if analyte in tests), analyte)


def _adds(resource: Fhir, measured: set[object]) -> bool:
    kind = resource["resourceType"]
    return kind in LISTS or (kind == "Observation" and _quantity(resource) not in measured)


def _renamed(resource: Fhir) -> Fhir:
    return resource | {"id": f"second-{resource['id']}"}


def _corrupted(resource: Fhir, chance: Random) -> Fhir:
    name = chance.choice([name for name in resource if name not in ("resourceType", "id")])
    if chance.random() < 0.3:
        return {key: value for key, value in resource.items() if key != name}
    return resource | {name: chance.choice(JUNK)}
