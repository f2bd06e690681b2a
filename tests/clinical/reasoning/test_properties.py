"""What must hold for any chart: nothing raises, order never matters, and what is excluded changes no finding."""

import copy
import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinical import CannotRead, assess, load_knowledge, read_chart, read_document
from terminology import RXNORM
from tests.clinical.resources import bundle, condition, observation, patient
from tests.running_order import examples

TODAY = date(2026, 11, 22)
KNOWLEDGE = load_knowledge()
MEDICATION = {
    "resourceType": "MedicationRequest",
    "id": "m1",
    "status": "active",
    "intent": "order",
    "authoredOn": "2026-01-01",
    "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "10582"}]},
    "subject": {"reference": "Patient/p1"},
    "dosageInstruction": [{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}],
}
LABS = [
    ("2276-4", 22, "ng/mL"),
    ("2502-3", 12, "%"),
    ("1988-5", 3, "mg/L"),
    ("718-7", 12.5, "g/dL"),
    ("62292-8", 11, "ng/mL"),
    ("17861-6", 9.4, "mg/dL"),
    ("1751-7", 40, "g/L"),
    ("2132-9", 170, "pg/mL"),
    ("2284-8", 2.5, "ng/mL"),
    ("2601-3", 0.65, "mmol/L"),
    ("98979-8", 80, "mL/min/{1.73_m2}"),
    ("2823-3", 4.1, "mmol/L"),
    ("62236-5", 15, "nmol/L"),
]
CHART = [
    patient(),
    condition(),
    MEDICATION,
    *(observation(code, value, unit, id=f"o{n}") for n, (code, value, unit) in enumerate(LABS)),
]


def outcome(data):
    document = read_document(data)
    return assess(
        read_chart(document.resources, patient_id=document.patient_id, answered=document.answered), KNOWLEDGE, TODAY
    )


def essence(assessment):
    """What was found, and what is proposed, without identifiers of orders."""
    return (
        [(f.id, f.indicator, f.because, f.facts) for f in assessment.findings],
        [(c.id, c.relevant, c.facts) for c in assessment.cautions],
        [(p.id, p.preselected, p.unknowns, p.resources) for p in assessment.proposals],
        assessment.data_quality,
        [(seen.measurement.source, seen.band, seen.usable) for seen in assessment.measurements],
    )


BASELINE = essence(outcome(bundle(*CHART)))


@given(st.permutations(CHART))
@settings(max_examples=examples(40), deadline=None)
def test_the_order_of_resources_never_matters(resources):
    assert essence(outcome(bundle(*resources))) == BASELINE


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


PLACES = [path for path in places(CHART) if path]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(PLACES), ANY_JSON)
@settings(max_examples=examples(600), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_in_place_of_any_element_never_raises(path, junk):
    resources = copy.deepcopy(CHART)
    place = resources
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = junk
    try:
        outcome(json.dumps({"resourceType": "Bundle", "entry": [{"resource": r} for r in resources]}).encode())
    except CannotRead as refusal:
        assert "\n" not in str(refusal)


@given(ANY_JSON)
@settings(max_examples=examples(200), deadline=None)
def test_any_json_is_read_or_refused(value):
    try:
        outcome(json.dumps(value).encode())
    except CannotRead as refusal:
        assert str(refusal)


IRRELEVANT = {
    "future": {"effectiveDateTime": "2027-01-01"},
    "wrong patient": {"subject": {"reference": "Patient/p2"}},
    "cancelled": {"status": "cancelled"},
    "entered in error": {"status": "entered-in-error"},
    "preliminary": {"status": "preliminary"},
    "no unit": {"valueQuantity": {"value": 5}},
    "goal": {"code": {"coding": [{"system": "http://loinc.org", "code": "86914-9"}]}},
}


@pytest.mark.parametrize("change", IRRELEVANT.values(), ids=IRRELEVANT)
@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab[0])
def test_what_is_excluded_never_changes_a_finding(change, lab):
    code, value, unit = lab
    extra = observation(code, value * 3, unit, id="extra", effectiveDateTime="2026-11-20")
    extra.update(change)
    found = outcome(bundle(*CHART, extra))
    assert essence(found)[:3] == BASELINE[:3]
    named = {note.source for note in found.data_quality} | set(found.other_patients)
    assert "Observation/extra" in named


def test_the_assessment_is_pure():
    data = bundle(*CHART)
    assert essence(outcome(data)) == essence(outcome(data))
