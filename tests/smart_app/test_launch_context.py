"""What an EHR tells of a launch: taken where it is as it should be, left where it is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.cards import links_of
from cds_hooks.topics import TOPICS
from smart_app.launch_context import LaunchContext, launch_context
from smart_app.page.words import NUTRIENTS

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
MEMBERS = (
    "patient", "encounter", "need_patient_banner", "intent", "smart_style_url", "tenant", "appContext", "fhirContext",
)  # fmt: skip


def test_what_is_as_smart_has_it_is_kept_and_nothing_else() -> None:
    told = {
        "patient": "p1",
        "encounter": "Encounter/e1",
        "need_patient_banner": False,
        "intent": "reconcile-medications",
        "smart_style_url": "https://ehr.example.org/style.json",
        "tenant": "north",
        "appContext": '{"view": "iron"}',
        "fhirContext": [
            {"reference": "ImagingStudy/1"},
            {"reference": "Observation/2", "role": "launch"},
            {"reference": "Patient/3", "role": "other"},
            {"canonical": "https://example.org/q"},
        ],
    }
    assert launch_context(told) == LaunchContext(
        patient="p1",
        encounter="e1",
        need_patient_banner=False,
        intent="reconcile-medications",
        style_address="https://ehr.example.org/style.json",
        tenant="north",
        view="iron",
        references=("ImagingStudy/1", "Observation/2"),
    )


@pytest.mark.parametrize("member", ["encounter", "intent", "tenant"])
@pytest.mark.parametrize("value", [None, "", 7, ["e1"], "a b", "a\n", "\u202e1", "x" * 300])
def test_what_is_no_word_is_left_out(member: str, value: object) -> None:
    if (member, value) != ("encounter", "\u202e1"):  # some EHR's id; the page shows it without the turn
        assert getattr(launch_context({member: value}), member) is None


def test_the_view_is_the_nutrient_of_one_of_our_cards() -> None:
    for topic in TOPICS:
        [link] = links_of(topic, "https://app.example")
        view = launch_context({"appContext": link.app_context}).view
        assert view == (topic if topic in NUTRIENTS else None)


@pytest.mark.parametrize(
    "told",
    [
        None, 5, {"view": "iron"}, "", "iron", "[]", '"iron"', "null", "{", "[" * 4000, '{"view": ["iron"]}',
        '{"view": {}}', '{"view": "Iron"}', '{"view": "iron#"}', '{"view": "<script>"}', '{"topic": "iron"}',
        '{"view": "iron", "x": "' + "x" * 5000 + '"}', '{"view": "\\ud800"}', "\ud800",
    ],
    ids=lambda told: ascii(told)[:24],
)  # fmt: skip
def test_any_other_context_is_no_view(told: object) -> None:
    assert launch_context({"appContext": told}).view is None


@pytest.mark.parametrize(
    "patient", [None, "", 7, ["p1"], {"id": "p1"}, ".", "..", "a b", "a/b", "a?b", "a\n", "x" * 300]
)
def test_no_patient_is_guessed(patient: object) -> None:
    assert launch_context({"patient": patient}).patient is None


@pytest.mark.parametrize("told", [True, None, "false", 0, "", [], {}])
def test_the_banner_is_left_out_only_where_the_ehr_plainly_says_so(told: object) -> None:
    assert launch_context({"need_patient_banner": told}).need_patient_banner is True


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, JUNK)))
def test_nothing_of_it_breaks_anything(told: dict[str, Any]) -> None:
    found = launch_context(told)
    assert found.patient is None or isinstance(found.patient, str)
