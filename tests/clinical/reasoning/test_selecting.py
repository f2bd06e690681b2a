"""Which of many results counts, what is set aside, and what is worked out of others."""

from datetime import date
from typing import Any

import pytest

from clinical import assess, load_knowledge
from terminology import RXNORM
from tests.clinical.resources import chart, condition, observation, patient

TODAY = date(2026, 11, 22)
KNOWLEDGE = load_knowledge()


def assessed(*resources, today=TODAY):
    return assess(chart(patient(), condition(), *resources), KNOWLEDGE, today)


def notes(assessment):
    return [(note.id, note.source) for note in assessment.data_quality]


def usable(assessment, analyte):
    return [
        seen.measurement.reported
        for seen in assessment.measurements
        if seen.usable and seen.measurement.analyte == analyte
    ]


def ferritin(id_, value, day="2026-11-15", **more):
    return observation("2276-4", value, "ng/mL", id=id_, effectiveDateTime=day, **more)


def test_the_newest_counts_and_the_older_stay_in_the_trend():
    found = assessed(ferritin("old", 20, "2026-08-01"), ferritin("new", 60))
    assert usable(found, "ferritin") == ["60 ng/mL", "20 ng/mL"]
    assert "IRON.DEF" not in {finding.id for finding in found.findings}


@pytest.mark.parametrize(
    ("day", "future"),
    [
        ("2026-11-22", False),
        ("2026-11-23", True),
        ("2026-11-23T08:00:00+13:00", False),
        ("1979-01-01", True),
        ("2027", True),
    ],
)
def test_the_future_and_the_time_before_birth_are_excluded(day, future):
    assert (notes(assessed(ferritin("f", 20, day))) == [("DQ.FUTURE", "Observation/f")]) is future


@pytest.mark.parametrize(("days_ago", "stale"), [("2025-11-22", False), ("2025-11-21", True)])
def test_stale_on_both_sides_of_the_limit(days_ago, stale):
    found = assessed(ferritin("f", 20, days_ago))
    assert (("DQ.STALE", "Observation/f") in notes(found)) is stale
    assert ("IRON.NEED_STUDIES" in {finding.id for finding in found.findings}) is stale


@pytest.mark.parametrize(("day", "acted"), [("2026-08-24", True), ("2026-08-23", False)])
def test_an_old_ferritin_keeps_its_finding_and_proposes_the_repeat_alone(day, acted):
    found = assessed(ferritin("f", 60, day), observation("2502-3", 25, "%", id="t", effectiveDateTime=day))
    assert "IRON.RLS_LOW" in {finding.id for finding in found.findings}
    assert ("S.FE.PO" in {proposal.id for proposal in found.proposals}) is acted
    assert "S.LAB.IRON" in {proposal.id for proposal in found.proposals}


def test_copies_are_told_and_the_last_revision_counts():
    twice = assessed(ferritin("a", 20), ferritin("b", 20))
    assert notes(twice) == [("DQ.DUPLICATE", "Observation/b")]
    accession = [{"system": "urn:lab", "value": "A1"}]
    revised = assessed(
        ferritin("a", 20, identifier=accession), ferritin("b", 90, status="corrected", identifier=accession)
    )
    assert (usable(revised, "ferritin"), notes(revised)) == (["90 ng/mL"], [("DQ.DUPLICATE", "Observation/a")])


def test_a_copy_is_known_by_its_instant_though_the_day_is_written_otherwise():
    here, there = "2026-11-15T00:30:00+01:00", "2026-11-14T23:30:00Z"
    assert notes(assessed(ferritin("a", 20, here), ferritin("b", 20, there))) == [("DQ.DUPLICATE", "Observation/a")]


def test_of_one_resource_in_two_versions_the_later_counts():
    versions = [{"versionId": number, "lastUpdated": f"2026-11-{15 + int(number)}T08:00:00Z"} for number in "12"]
    old, new = (ferritin("a", 20 * n, f"2026-11-1{n}", meta=meta) for n, meta in enumerate(versions, 1))
    for found in (assessed(old, new), assessed(new, old)):
        assert (usable(found, "ferritin"), notes(found)) == (["40 ng/mL"], [("DQ.DUPLICATE", "Observation/a")])


@pytest.mark.parametrize(("second", "conflict"), [(26, False), (26.1, True)])
def test_two_finals_that_cannot_both_be_right(second, conflict):
    found = assessed(ferritin("a", 20, "2026-11-15T08:00:00Z"), ferritin("b", second, "2026-11-15T20:00:00Z"))
    expected = [("DQ.CONFLICT", "Observation/a"), ("DQ.CONFLICT", "Observation/b")] if conflict else []
    assert notes(found) == expected
    assert ("IRON.NEED_STUDIES" in {finding.id for finding in found.findings}) is conflict


def test_saturation_is_worked_out_of_one_specimen_only():
    iron = observation("2498-4", 40, "ug/dL", id="fe")
    capacity = observation("2500-7", 400, "ug/dL", id="tibc")
    found = assessed(iron, capacity)
    derived = [seen.measurement for seen in found.measurements if seen.measurement.derived_from]
    assert [(m.analyte, m.reported, m.derived_from, m.source) for m in derived] == [
        ("transferrin-saturation", "10 %", ("Observation/fe", "Observation/tibc"), None)
    ]
    other_day = observation("2500-7", 400, "ug/dL", id="tibc", effectiveDateTime="2026-11-10")
    assert not [seen for seen in assessed(iron, other_day).measurements if seen.measurement.derived_from]


@pytest.mark.parametrize(
    ("calcium", "albumin", "adjusted"),
    [
        ((2.50, "mmol/L", "2000-8"), (30, "g/L"), "2.70 mmol/L"),
        ((10.0, "mg/dL", "17861-6"), (3.0, "g/dL"), "10.8 mg/dL"),
    ],
)
def test_calcium_is_adjusted_in_its_own_family(calcium, albumin, adjusted):
    value, unit, code = calcium
    found = assessed(observation(code, value, unit, id="ca"), observation("1751-7", *albumin, id="alb"))
    assert [
        seen.measurement.reported for seen in found.measurements if seen.measurement.analyte == "adjusted-calcium"
    ] == [adjusted]
    assert "CTX.HYPERCALC" in {finding.id for finding in found.findings}


def test_d2_and_d3_of_one_specimen_are_summed_as_an_interval():
    three = observation("1989-3", 9, "ng/mL", id="d3")
    two = observation("49054-0", None, None, id="d2", valueQuantity={"value": 4, "comparator": "<", "unit": "ng/mL"})
    found = assessed(three, two)
    total = next(seen for seen in found.measurements if seen.measurement.derived_from)
    assert (total.measurement.reported, total.band) == ("9 to <13 ng/mL", "VITD.DEF")


def test_d3_alone_in_a_patient_on_d2_is_not_the_total():
    d2 = {
        "resourceType": "MedicationRequest",
        "id": "m",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "4018"}]},
    }
    three = observation(
        {"coding": [{"system": "http://loinc.org", "code": "1989-3"}], "text": "25-OH vitamin D3"}, 9, "ng/mL", id="d3"
    )
    assert notes(assessed(three, d2)) == [("DQ.D2_MISSING", "Observation/d3")]
    assert [(note.id, note.blocks) for note in assessed(three).data_quality] == [("DQ.D2_MISSING", False)]


def test_of_two_egfr_of_a_day_the_lower_counts():
    found = assessed(
        observation("48642-3", 58, "mL/min/{1.73_m2}", id="a"), observation("48643-1", 66, "mL/min/{1.73_m2}", id="b")
    )
    assert "CTX.RENAL" in {finding.id for finding in found.findings}


@pytest.mark.parametrize(("value", "spoilt"), [(0.65, False), (0.8, True)])
def test_haemolysis_leaves_a_low_magnesium_its_meaning(value, spoilt):
    found = assessed(observation("2601-3", value, "mmol/L", id="mg", note=[{"text": "haemolysed"}]))
    assert usable(found, "magnesium") == ([] if spoilt else [f"{value} mmol/L"])
    assert notes(found) == [("DQ.HEMOLYZED", "Observation/mg")]


def test_d3_beside_a_d2_of_another_specimen_of_the_day_is_not_the_total():
    three = observation("1989-3", 8, "ng/mL", id="d3", effectiveDateTime="2026-11-15T08:00:00+01:00")
    two = observation("49054-0", 8, "ng/mL", id="d2", effectiveDateTime="2026-11-15T10:30:00+01:00")
    found = assessed(three, two)
    assert notes(found) == [("DQ.D2_MISSING", "Observation/d2"), ("DQ.D2_MISSING", "Observation/d3")]
    assert not [finding for finding in found.findings if finding.nutrient == "vitamin-d"]


def test_a_contradiction_is_seen_across_unit_families():
    mass = ferritin("a", 20, "2026-11-15T08:00:00Z")
    molar = observation("14723-1", 300, "pmol/L", id="b", effectiveDateTime="2026-11-15T10:00:00Z")
    assert notes(assessed(mass, molar)) == [("DQ.CONFLICT", "Observation/a"), ("DQ.CONFLICT", "Observation/b")]


@pytest.mark.parametrize(("iron", "saturation"), [(70, []), (40, ["13.3 %"])])
def test_a_saturation_of_haemolysed_iron_counts_only_where_it_is_low(iron, saturation):
    spoilt = observation("2498-4", iron, "ug/dL", id="fe", note=[{"text": "haemolysed"}])
    found = assessed(ferritin("f", 90), spoilt, observation("2500-7", 300, "ug/dL", id="tibc"))
    assert usable(found, "transferrin-saturation") == saturation


def test_an_undated_pregnancy_is_not_undone_by_a_not_pregnant():
    not_pregnant = {"coding": [{"system": "http://snomed.info/sct", "code": "60001007"}]}
    said = observation("82810-3", None, None, id="p", valueQuantity=None, valueCodeableConcept=not_pregnant)
    active = condition("77386006", "http://snomed.info/sct", id="c9")
    assert assessed(said).context.pregnant == "no"
    assert assessed(said, active).context.pregnant == "unknown"
    assert assessed(said, {**active, "recordedDate": "2026-11-20"}).context.pregnant == "yes"
    assert assessed(said, {**active, "recordedDate": "2025-01-20"}).context.pregnant == "no"


def vitamin_d(code, id_, day, performer=None):
    by: dict[str, Any] = {} if performer is None else {"performer": [{"reference": f"Organization/{performer}"}]}
    return observation(code, 9, id=id_, effectiveDateTime=f"2026-11-{day:02}T08:00:00Z", **by)


@pytest.mark.parametrize(
    ("d2", "d3", "read"),
    [("l1", "l1", []), (None, "l1", []), (None, None, []), ("l2", "l1", ["9 ng/mL"])],
)
def test_d3_alone_is_not_the_total_of_a_laboratory_that_reports_d2_apart(d2, d3, read):
    """Row A.1-d: 15 days before, the same laboratory measured 25-OH-D2 for itself."""
    found = assessed(vitamin_d("1989-3", "d3", 17, d3), vitamin_d("49054-0", "d2", 2, d2))
    assert usable(found, "vitamin-d") == read


@pytest.mark.parametrize(("value", "found"), [(0.15, ["IRON.RLS_LOW_TSAT"]), (15, [])])
def test_a_saturation_that_is_called_a_fraction_is_one(value, found):
    saturation: dict[str, Any] = {"valueQuantity": {"value": value, "unit": "fraction"}}
    told = assessed(
        observation(value=90), observation("2502-3", id="t", **saturation), observation("1988-5", 1, "mg/L")
    )
    assert [one.id for one in told.findings if one.id == "IRON.RLS_LOW_TSAT"] == found
