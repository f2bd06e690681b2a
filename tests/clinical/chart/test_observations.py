"""Each data-quality rule of reading one Observation, with its passing twin."""

import json
from decimal import Decimal

import pytest

from clinical import read_chart, read_document
from tests.clinical.resources import LOINC, chart, condition, observation, patient


def reasons(*resources, **options):
    return [note.id for note in chart(*resources, **options).data_quality]


def measured(*resources, **options):
    return [(m.analyte, m.reported) for m in chart(*resources, **options).measurements]


def test_a_plain_result_keeps_what_was_reported():
    found = chart(observation(value=38.0, unit="ug/L")).measurements[0]
    assert (found.analyte, found.value, found.unit, found.reported) == (
        "ferritin",
        Decimal("38.0"),
        "ng/mL",
        "38.0 ug/L",
    )
    assert (found.source, found.effective.iso_day, found.usable) == ("Observation/o1", "2026-11-15", True)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered", "unknown", None, "FINAL"])
def test_an_excluded_status_is_told_and_its_value_is_nowhere(status):
    assert reasons(observation(status=status)) == ["DQ.STATUS_EXCLUDED"]
    assert measured(observation(status=status)) == []


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_a_valid_status_is_used(status):
    assert chart(observation(status=status)).measurements[0].usable


def test_a_preliminary_result_is_shown_and_not_used():
    found = chart(observation(status="preliminary"))
    assert [note.id for note in found.data_quality] == ["DQ.PRELIM"]
    assert (found.measurements[0].usable, found.measurements[0].preliminary) == (False, True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"valueQuantity": None}, "DQ.ABSENT"),
        ({"valueQuantity": {"unit": "ng/mL"}}, "DQ.ABSENT"),
        ({"valueQuantity": None, "dataAbsentReason": {"text": "haemolysed"}}, "DQ.ABSENT"),
        ({"valueQuantity": None, "valueCodeableConcept": {"text": "insufficient sample"}}, "DQ.ABSENT"),
        ({"valueQuantity": None, "interpretation": [{"coding": [{"code": "L"}]}]}, "DQ.RANGE_ONLY"),
        ({"valueQuantity": {"value": 38}}, "DQ.UNIT_MISSING"),
        ({"valueQuantity": {"value": 38, "unit": "mcg/dL"}}, "DQ.UNIT_UNKNOWN"),
        ({"valueQuantity": {"value": 38, "unit": "pmol/L", "code": "ng/mL"}}, "DQ.CODE_UNIT_CONFLICT"),
        ({"valueQuantity": {"value": 200000, "unit": "ng/mL"}}, "DQ.IMPLAUSIBLE"),
        ({"valueQuantity": {"value": 0, "unit": "ng/mL"}}, "DQ.IMPLAUSIBLE"),
        ({"valueQuantity": {"value": 38, "unit": "ng/mL", "comparator": "~"}}, "DQ.COMPARATOR"),
        ({"valueString": "38 ng/mL"}, "DQ.TWO_VALUES"),
        ({"valueQuantity": None, "valueString": "3,5 ng/mL"}, "DQ.STRING"),
        ({"valueQuantity": None, "valueString": "See comment"}, "DQ.STRING"),
        ({"valueQuantity": None, "valueString": "38"}, "DQ.UNIT_MISSING"),
        ({"modifierExtension": [{"url": "https://example.org/x"}]}, "DQ.MODIFIER"),
        ({"effectiveDateTime": None}, "DQ.DATE_MISSING"),
        ({"effectiveDateTime": "yesterday"}, "DQ.DATE_MISSING"),
        ({"specimen": {"display": "24 h urine"}}, "DQ.WRONG_SPECIMEN"),
        ({"code": {"coding": [{"system": LOINC, "code": "86914-9"}]}}, "DQ.GOAL_CODE"),
        ({"code": {"coding": [{"system": LOINC, "code": "35209-6"}]}}, "DQ.LOCAL_VALIDATION"),
        (
            {"code": {"coding": [{"system": "urn:oid:1.2.3", "code": "FERR"}], "text": "Ferritin"}},
            "DQ.LOCAL_VALIDATION",
        ),
    ],
)
def test_what_cannot_be_used_says_why(change, expected):
    assert reasons(observation(**change)) == [expected]
    assert measured(observation(**change)) == []


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("38 ng/mL", "38 ng/mL"),
        ("<3.0 ng/mL", "<3.0 ng/mL"),
        ("LESS THAN 3 ng/mL", "<3 ng/mL"),
        ("≥ 20 ug/L", ">=20 ug/L"),
        ("45 H ng/mL", "45 ng/mL"),
    ],
)
def test_a_string_that_is_one_number_with_its_unit_is_read(text, reported):
    assert measured(observation(valueQuantity=None, valueString=text)) == [("ferritin", reported)]


@pytest.mark.parametrize(
    ("code", "unit", "words", "expected"),
    [
        ("14685-2", "pmol/L", "Holotranscobalamin (active B12)", "DQ.B12_TYPE"),
        ("32341-0", "pmol/L", "Transcobalamin II", "DQ.B12_TYPE"),
        ("14732-2", "nmol/L", "Folate, red cell", "DQ.FOLATE_TYPE"),
    ],
)
def test_look_alikes_are_refused_by_their_words(code, unit, words, expected):
    named = {"code": {"coding": [{"system": LOINC, "code": code}], "text": words}}
    assert reasons(observation(value=60, unit=unit, **named)) == [expected]


@pytest.mark.parametrize(
    ("code", "value", "refused"),
    [
        ("14732-2", 100, []),
        ("14732-2", 100.1, ["DQ.FOLATE_TYPE"]),
        ("14731-4", 45, []),
        ("14731-4", 44.9, ["DQ.FOLATE_TYPE"]),
    ],
)
def test_folate_of_the_other_specimen_is_recognised_by_its_size(code, value, refused):
    found = chart(observation(code, value, "nmol/L"))
    assert [note.id for note in found.data_quality if note.blocks] == refused


@pytest.mark.parametrize(("value", "said"), [(5000, []), (5001, [("DQ.IMPLAUSIBLE", False)])])
def test_an_unusual_number_is_used_and_said(value, said):
    found = chart(observation(value=value))
    assert found.measurements[0].usable
    assert [(note.id, note.blocks) for note in found.data_quality] == said


def test_a_saturation_of_at_most_one_percent_looks_like_a_ratio():
    assert reasons(observation("2502-3", 0.3, "%")) == ["DQ.IMPLAUSIBLE"]
    assert measured(observation("2502-3", 30, "%")) == [("transferrin-saturation", "30 %")]


def test_local_codes_of_the_registry_map_and_enable():
    local = observation({"coding": [{"system": "urn:oid:1.2.3", "code": "FERR"}]})
    assert measured(local) == []
    assert measured(local, local_codes={"urn:oid:1.2.3|FERR": "ferritin"}) == [("ferritin", "38 ng/mL")]
    validated = observation("35209-6")
    assert measured(validated, local_codes={f"{LOINC}|35209-6": "ferritin"}) == [("ferritin", "38 ng/mL")]


def test_a_coding_that_must_be_refused_wins_over_a_fitting_one():
    both = {"coding": [{"system": LOINC, "code": "2276-4"}, {"system": LOINC, "code": "86914-9"}]}
    assert reasons(observation(both)) == ["DQ.GOAL_CODE"]


def test_components_and_contained_results_are_read_once():
    component = {"code": {"coding": [{"system": LOINC, "code": "2502-3"}]}, "valueQuantity": {"value": 12, "unit": "%"}}
    panel = observation("50190-8", valueQuantity=None, component=[component])
    assert measured(panel) == [("transferrin-saturation", "12 %")]
    report = {
        "resourceType": "DiagnosticReport",
        "id": "d",
        "contained": [observation(id="x", subject=None)],
        "subject": {"reference": "Patient/p1"},
    }
    assert measured(patient(), report) == [("ferritin", "38 ng/mL")]


@pytest.mark.parametrize("urine_first", [True, False])
def test_a_contained_specimen_is_that_of_its_own_result(urine_first):
    def drawn(id_, words):
        tube = {"resourceType": "Specimen", "id": "s", "type": {"text": words}}
        return observation(id=id_, specimen={"reference": "#s"}, contained=[tube])

    both = [drawn("u", "urine"), drawn("b", "serum")]
    found = chart(*(both if urine_first else reversed(both)))
    assert [measurement.source for measurement in found.measurements] == ["Observation/b"]
    assert [(note.id, note.source) for note in found.data_quality] == [("DQ.WRONG_SPECIMEN", "Observation/u")]


def test_results_of_one_specimen_share_it():
    tube = {"resourceType": "Specimen", "id": "t", "type": {"text": "Stool"}}
    found = chart(tube, *(observation(id=id_, specimen={"reference": "Specimen/t"}) for id_ in "ab"))
    assert [(note.id, note.source) for note in found.data_quality] == [
        ("DQ.WRONG_SPECIMEN", "Observation/a"),
        ("DQ.WRONG_SPECIMEN", "Observation/b"),
    ]


def test_two_results_of_one_analyte_in_one_observation_are_both_refused():
    part = {"code": {"coding": [{"system": LOINC, "code": "2276-4"}]}, "valueQuantity": {"value": 90, "unit": "ng/mL"}}
    twice = observation(component=[part])
    assert (reasons(twice), measured(twice)) == (["DQ.TWO_VALUES"], [])


def test_a_split_egfr_is_exempt_and_a_heading_is_no_loss():
    def part(code, value):
        return {
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "valueQuantity": {"value": value, "unit": "mL/min/1.73m2"},
        }

    split = observation("33914-3", valueQuantity=None, component=[part("48642-3", 55), part("48643-1", 66)])
    assert len(measured(split)) == 2
    assert reasons(split) == []


def test_indexed_and_plain_clearance():
    assert reasons(observation("98979-8", 74, "mL/min")) == ["DQ.LOINC_UNIT_MISMATCH"]
    assert measured(observation("98979-8", 74, "mL/min")) == [("egfr", "74 mL/min")]


def test_the_time_of_issue_stands_in_and_is_said():
    found = chart(observation(effectiveDateTime=None, issued="2026-11-15T10:00:00Z"))
    assert found.measurements[0].usable
    assert [(note.id, note.blocks) for note in found.data_quality] == [("DQ.DATE_MISSING", False)]


def test_unit_of_another_property_is_read_by_its_unit():
    found = chart(observation("2132-9", 200, "pmol/L"))
    assert found.measurements[0].unit == "pmol/L"
    assert [(note.id, note.blocks) for note in found.data_quality] == [("DQ.LOINC_UNIT_MISMATCH", False)]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("Sample haemolyzed", True),
        ("No haemolysis seen", False),
        ("not hemolysed", False),
        ("slightly hemolyzed", True),
    ],
)
def test_haemolysis_is_read_from_notes(note, expected):
    assert chart(observation("2601-3", 0.7, "mmol/L", note=[{"text": note}])).measurements[0].haemolysed is expected


def test_another_patients_result_is_named_and_its_value_is_nowhere():
    other = observation(id="x", value=11.25, subject={"reference": "Patient/p2"})
    found = chart(patient(), condition(), observation(), other)
    assert found.other_patients == ("Observation/x",)
    assert [(note.id, note.source) for note in found.data_quality] == [("DQ.ID", "Observation/x")]
    assert "11.25" not in repr(found)


@pytest.mark.parametrize("value", ["1e400", "-1e400", "1" * 500, "1e-400", "123456789012345678901234567890"])
def test_numbers_beyond_any_laboratory_are_refused_cheaply(value):
    body = json.dumps(observation(value="HERE")).replace('"HERE"', value)
    found = read_chart(read_document(body.encode()).resources)
    assert [note.id for note in found.data_quality] == ["DQ.IMPLAUSIBLE"]
