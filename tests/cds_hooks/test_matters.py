"""Few cards: what deserves one, what does not, and in which order."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cds_hooks.belonging import Belonging
from cds_hooks.matters import Matter, context_of, matters_of, untold
from clinical import Assessment, load_knowledge
from clinical.chart import Patient
from clinical.reasoning import Context
from tests.cds_hooks.assessments import (
    IRON_IS_LOW,
    NOTHING_FOUND,
    assessment,
    caution,
    finding,
    laboratory_proposal,
    proposal,
    seen,
    withheld,
)  # fmt: skip

KNOWLEDGE = load_knowledge()
BELONGING = Belonging(KNOWLEDGE)
AGGRAVATOR: dict[str, Any] = {"id": "RLS04", "nutrient": None, "affects": (), "text": "Sedating antihistamine."}


def topics(found: Assessment, **more: Any) -> list[str]:
    return [matter.topic for matter in matters_of(found, BELONGING, **more)]


def only(found: Assessment) -> Matter:
    [matter] = matters_of(found, BELONGING)
    return matter


def magnesium(**parts: Any) -> Any:
    return finding(id="MG.DEF", nutrient="magnesium", analyte="magnesium", title="Low magnesium", **parts)


def test_nothing_found_is_nothing_said() -> None:
    assert topics(NOTHING_FOUND) == []


@pytest.mark.parametrize(
    ("indicator", "card", "proposals", "said"),
    [
        ("warning", True, (), True),
        ("info", True, (), False),
        ("info", True, (proposal(),), True),
        ("warning", False, (), False),
        ("info", False, (proposal(),), False),
    ],
)
def test_a_finding_is_said_if_there_is_something_to_act_on(
    indicator: str, card: bool, proposals: tuple[Any, ...], said: bool
) -> None:
    found = assessment(findings=(finding(indicator=indicator, card=card),), proposals=proposals)
    assert topics(found) == (["iron"] if said else [])


def test_a_finding_for_information_is_said_where_the_knowledge_wants_it_said() -> None:
    assert topics(assessment(findings=(finding(indicator="info", speaks=True),))) == ["iron"]
    assert topics(assessment(findings=(finding(indicator="info", speaks=True, card=False),))) == []


@pytest.mark.parametrize(
    ("severity", "measured", "said"),
    [("contraindicated", True, True), ("warning", True, False), ("contraindicated", False, False)],
)
def test_what_is_held_back_is_said_where_it_was_measured_and_contraindicated(
    severity: str, measured: bool, said: bool
) -> None:
    found = assessment(
        measurements=(seen(),) if measured else (),
        withheld=(withheld(),),
        cautions=(caution(id="FE01", severity=severity),),
    )
    assert topics(found) == (["iron"] if said else [])


def test_findings_of_one_nutrient_are_one_matter_led_by_the_one_that_knows_most() -> None:
    deficient = finding(id="IRON.DEF", rule="IRON.DEF")
    same_row = finding(id="IRON.NEED_TSAT")
    unmeasured = finding(id="IRON.OTHER", analyte="transferrin-saturation", facts=(), rule="IRON.R13")
    found = assessment(measurements=(seen(),), findings=(deficient, finding(), same_row, unmeasured))
    assert [one.id for one in only(found).findings] == ["IRON.RLS_LOW", "IRON.NEED_TSAT", "IRON.DEF", "IRON.OTHER"]


@pytest.mark.parametrize(
    ("indicator", "severity", "expected"),
    [
        ("info", "info", "info"),
        ("info", "caution", "info"),
        ("info", "warning", "warning"),
        ("info", "contraindicated", "warning"),
        ("critical", "contraindicated", "critical"),
    ],
)
def test_cautions_raise_a_card_to_a_warning_and_no_further(indicator: str, severity: str, expected: str) -> None:
    found = assessment(
        findings=(finding(indicator=indicator),), proposals=(proposal(),), cautions=(caution(severity=severity),)
    )
    assert only(found).indicator == expected


def test_only_relevant_cautions_are_shown() -> None:
    other = caution(id="FE10", relevant=False)
    found = msgspec.structs.replace(IRON_IS_LOW, cautions=(caution(), other))
    assert [one.id for one in only(found).cautions] == ["FE09"]


def test_a_caution_of_another_file_stands_with_the_proposal_it_is_about() -> None:
    pregnancy = caution(id="GEN02", nutrient=None, affects=("S.FE.IV_REFERRAL",))
    found = assessment(findings=(finding(),), proposals=(proposal(cautions=("GEN02",)),), cautions=(pregnancy,))
    assert [one.id for one in only(found).cautions] == ["GEN02"]
    assert untold(found, matters_of(found, BELONGING)) == ((), ())


def test_a_relevant_caution_without_a_card_of_its_own_is_left_for_the_first_card() -> None:
    vitamin_c = caution(id="C01", nutrient="vitamin-c", severity="contraindicated")
    medicine = caution(**AGGRAVATOR, severity="info")
    magnesium_normal = caution(id="MG16", nutrient="magnesium", severity="info")
    found = msgspec.structs.replace(IRON_IS_LOW, cautions=(caution(), vitamin_c, medicine, magnesium_normal))
    told, named = untold(found, matters_of(found, BELONGING))
    assert [one.id for one in told] == ["C01", "RLS04"]
    assert [one.id for one in named] == ["MG16"]


@pytest.mark.parametrize(("nutrients", "owner"), [(("folate",), "folate"), (("folate", "vitamin-b12"), "vitamin-b12")])
def test_a_proposal_stands_with_its_own_nutrient_or_else_with_the_one_that_asks_for_it(
    nutrients: tuple[str, ...], owner: str
) -> None:
    b12 = laboratory_proposal(id="S.LAB.B12", nutrient="vitamin-b12")
    findings = tuple(finding(id=f"X.{name}", nutrient=name, facts=()) for name in nutrients)
    found = matters_of(assessment(findings=findings, proposals=(b12,)), BELONGING)
    assert [matter.topic for matter in found if matter.proposals] == [owner]


def test_the_worst_comes_first() -> None:
    found = assessment(
        findings=(finding(), magnesium(indicator="critical"), finding(id="FOL.DEF", nutrient="folate")),
        proposals=(laboratory_proposal(),),
    )
    assert topics(found) == ["magnesium", "iron", "folate"]


def test_context_gives_a_card_only_when_critical() -> None:
    calcium = finding(id="CTX.HYPERCALC", nutrient=None, analyte="adjusted-calcium", card=False)
    assert topics(assessment(findings=(calcium,))) == []
    assert context_of(assessment(findings=(calcium,))) == (calcium,)
    critical = msgspec.structs.replace(calcium, indicator="critical")
    matter = only(assessment(findings=(critical,)))
    assert (matter.topic, matter.indicator) == ("safety", "critical")
    assert context_of(assessment(findings=(critical,))) == ()


@pytest.mark.parametrize(
    ("restless_legs", "severity", "said"),
    [("yes", "warning", True), ("yes", "info", False), ("unknown", "warning", False), ("no", "warning", False)],
)
def test_medicines_are_a_matter_where_restless_legs_are_asserted(restless_legs: Any, severity: str, said: bool) -> None:
    context = Context(restless_legs=restless_legs, pregnant="no", dialysis="unknown", age_years=46)
    found = assessment(context=context, cautions=(caution(**AGGRAVATOR, severity=severity),))
    assert topics(found) == (["medicines"] if said else [])


def test_of_results_that_could_not_be_read_their_absence_is_not_said() -> None:
    absent = finding(id="IRON.NEED_STUDIES", indicator="warning", facts=("Condition/rls",))
    found = assessment(findings=(absent,), proposals=(laboratory_proposal(),))
    assert topics(found) == ["iron"]
    assert topics(found, unread={"iron"}) == []
    assert topics(IRON_IS_LOW, unread={"iron"}) == ["iron"], "what was read is said all the same"


def test_for_the_dead_there_are_no_cards() -> None:
    assert topics(msgspec.structs.replace(IRON_IS_LOW, patient=Patient(reference="Patient/p1", deceased=True))) == []


def test_for_a_test_patient_there_are_no_cards() -> None:
    assert topics(msgspec.structs.replace(IRON_IS_LOW, patient=Patient(reference="Patient/p1", is_test=True))) == []
