"""Cards as an EHR gets them: complete, few, safe, and never at the cost of one another."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from cds_hooks import cards_of
from cds_hooks.cards import CardWriter
from cds_hooks.prefetch import Gap, State
from cds_hooks.response import Card, as_json, as_objects
from clinical import Assessment, Knowledge
from clinical.chart import DataQuality, Patient
from clinical.knowledge import needs
from clinical.reasoning import Advice
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
from tests.conformance.inferno import empties


@pytest.fixture
def gap(knowledge: Knowledge) -> Any:
    by_key = {need.key: need for need in needs(knowledge)}

    def gap_(key: str, state: State) -> Gap:
        return Gap(by_key[key], state)

    return gap_


@pytest.fixture
def write(writer: CardWriter) -> Any:
    def write_(found: Assessment, *gaps: Gap) -> tuple[Card, ...]:
        return writer.write(found, gaps).cards

    return write_


def test_a_card_has_all_that_an_ehr_needs(write: Any) -> None:
    [card] = write(IRON_IS_LOW)
    assert card.summary == "Ferritin 22 ng/mL (2026-11-15): iron is low for restless legs"
    assert card.indicator == "warning"
    assert card.source.url == "https://cds.example.org/about"
    assert (card.source.topic.system, card.source.topic.code) == ("https://cds.example.org/CodeSystem/topics", "iron")
    assert card.selection_behavior == "any"
    [link] = card.links
    assert (link.url, link.type) == ("https://cds.example.org/launch", "smart")
    assert json.loads(link.app_context or "") == {"view": "iron"}


def test_the_detail_tells_found_beware_consider_unknown_and_basis(write: Any) -> None:
    found = assessment(
        measurements=(seen(),),
        findings=(finding(),),
        cautions=(
            caution(),
            caution(id="C07", nutrient="vitamin-c", severity="info", text="Vitamin C is optional."),
            caution(id="MG16", nutrient="magnesium", severity="info"),
        ),
        proposals=(
            proposal(unknowns=("transferrin saturation",), cautions=("FE09", "C07")),
            proposal(
                id="S.FE.IV_REFERRAL",
                kind="referral",
                label="Consider intravenous iron",
                text="An infusion.",
                resources=(),
            ),
        ),
        advice=(
            Advice("A1", "iron", "evidence", "Evidence is moderate.", ()),
            Advice("A2", "iron", "diet", "Meat.", ()),
        ),
        data_quality=(
            DataQuality("DQ.UNIT_MISSING", "ferritin has no unit", "ferritin", "Observation/f2"),
            DataQuality("DQ.STALE", "folate is old", "folate", "Observation/x"),
        ),
        gaps=("Allergies were not available.",),
        other_patients=("Observation/zz",),
    )
    [card] = write(found)
    assert card.detail == (
        "**Found**\n\n"
        "- Ferritin 22 ng/mL (2026-11-15) is at or below 75 ng/mL. Consider oral iron.\n\n"
        "**Beware of**\n\n"
        "- **Warning:** Levothyroxine: separate iron by at least 4 hours. (FE09)\n"
        "- Vitamin C is optional. (C07)\n"
        "- About nutrients that are not considered here, on the patient's page: MG16.\n\n"
        "**To consider**\n\n"
        "- Consider intravenous iron. An infusion.\n"
        "- Evidence is moderate.\n\n"
        "**Not known or not used**\n\n"
        "- Allergies were not available.\n"
        "- Not on file, and needed before a supplement: transferrin saturation.\n"
        "- Observation/f2: ferritin has no unit\n"
        "- Set aside, because they belong to another patient: Observation/zz\n\n"
        "**Basis**\n\n" + card.detail.partition("**Basis**\n\n")[2]
    )
    basis = card.detail.partition("**Basis**")[2]
    for told in (
        "Read from Observation/f1, MedicationRequest/t1.",
        "IRON.RLS_LOW",
        "FE09",
        "Winkelman",
        "consensus",
        "checked in the source",
        "next review due",
        found.knowledge_version,
        "Not validated for clinical use",
    ):
        assert told in basis


def test_what_is_held_back_is_said_with_its_reason(write: Any) -> None:
    [card] = write(
        assessment(
            measurements=(seen(),),
            withheld=(withheld(),),
            cautions=(
                caution(id="FE01", severity="contraindicated", holds_back=True, text="Iron overload: no iron. More."),
            ),
        )
    )
    assert card.summary == "Ferritin 22 ng/mL (2026-11-15); iron overload: no iron"
    assert card.indicator == "warning"
    assert "- **Not suggested:** " in card.detail and "(FE01)" in card.detail
    assert "- **Contraindicated:** Iron overload: no iron. More. (FE01)" in card.detail
    assert card.suggestions == () and card.selection_behavior is None


def test_what_an_ehr_wrote_is_shown_as_text(write: Any) -> None:
    evil = "<img src=x onerror=alert(1)> [a](javascript:b) | `c`"
    [card] = write(msgspec.structs.replace(IRON_IS_LOW, findings=(finding(because=evil, title=evil),), gaps=(evil,)))
    assert "<img" not in card.detail + card.summary
    assert "](" not in card.detail


def test_at_most_three_cards_and_the_rest_is_named_on_the_last(write: Any) -> None:
    nutrients = ("iron", "folate", "magnesium", "vitamin-d", "vitamin-c")
    found = assessment(
        findings=tuple(finding(id=f"X.{name}", nutrient=name, title=f"Low {name}") for name in nutrients)
    )
    cards = write(found)
    assert [card.source.topic.code for card in cards] == ["iron", "folate", "magnesium"]
    assert "**Also found**" in cards[2].detail
    assert cards[2].detail.count("see the patient's page") == 2
    assert "**Also found**" not in cards[0].detail + cards[1].detail


def test_context_and_homeless_cautions_stand_on_the_first_card_only(write: Any) -> None:
    found = assessment(
        findings=(
            finding(),
            finding(id="FOL.DEF", nutrient="folate"),
            finding(
                id="CTX.INFLAMM", nutrient=None, indicator="info", card=False, because="CRP 30 mg/L is above 5 mg/L"
            ),
        ),
        cautions=(caution(id="C01", nutrient="vitamin-c", severity="contraindicated", text="No vitamin C."),),
    )
    first, second = write(found)
    for told in ("CRP 30 mg/L", "No vitamin C."):
        assert told in first.detail and told not in second.detail


def test_every_card_names_what_was_not_read(write: Any, gap: Any) -> None:
    found = assessment(findings=(finding(), finding(id="FOL.DEF", nutrient="folate")))
    for card in write(found, gap("vitaminD", "refused"), gap("vitaminC", "absent")):
        assert "The EHR reported an error instead of: vitamin D." in card.detail
        assert "The EHR did not send: vitamin C." in card.detail


@pytest.mark.parametrize(
    ("key", "state", "said"),
    [
        ("iron", "refused", True),
        ("iron", "unreadable", True),
        ("iron", "foreign", True),
        ("liver", "refused", True),
        ("iron", "absent", True),
        ("vitaminD", "absent", False),
        ("iron", "partial", False),
        ("iron", "warned", False),
        ("allergies", "refused", False),
    ],
)
def test_results_that_went_wrong_are_never_passed_over_as_normal(
    write: Any, gap: Any, key: str, state: State, said: bool
) -> None:
    cards = write(NOTHING_FOUND, gap(key, state))
    assert len(cards) == said
    if said:
        assert cards[0].indicator == "info" and cards[0].source.topic.code == "incomplete"
        assert cards[0].summary.startswith("Nutrient check incomplete: ")
        assert "neither that they are low nor that they are normal" in cards[0].detail


def test_for_the_dead_there_is_no_card_about_gaps_either(write: Any, gap: Any) -> None:
    dead = assessment(patient=Patient(reference="Patient/p1", deceased=True), findings=(finding(),))
    assert write(dead, gap("iron", "refused")) == ()


def test_a_card_that_fails_costs_no_other_and_is_named(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    broken = proposal(resources=({"resourceType": "ServiceRequest"},))
    found = assessment(
        findings=(finding(), finding(id="FOL.DEF", nutrient="folate")), proposals=(broken,), measurements=(seen(),)
    )
    cards = write(found)
    assert [card.source.topic.code for card in cards] == ["folate", "incomplete"]
    assert "A card about iron in restless legs could not be written." in cards[1].detail
    logged = capsys.readouterr().err
    assert "KeyError" in logged and "Patient/p1" not in logged


def test_uuids_are_lower_case_and_never_repeat(write: Any) -> None:
    found = msgspec.structs.replace(IRON_IS_LOW, proposals=(proposal(), laboratory_proposal()))
    ids = [
        uuid
        for _ in range(20)
        for card in write(found)
        for uuid in (card.uuid, *(suggestion.uuid for suggestion in card.suggestions))
    ]
    assert len(set(ids)) == len(ids) == 60
    assert ids == [uuid.lower() for uuid in ids]


def test_nothing_empty_is_ever_sent(writer: CardWriter) -> None:
    for found in (IRON_IS_LOW, NOTHING_FOUND, assessment(findings=(finding(consider="", citations=()),))):
        answer = as_objects(writer.write(found))
        assert list(answer) == ["cards"]
        assert not list(empties(answer["cards"]))


def test_nothing_to_say_is_an_empty_list_of_cards(writer: CardWriter) -> None:
    assert as_json(writer.write(NOTHING_FOUND)) == b'{"cards":[]}'


def test_the_same_cards_for_the_command_line() -> None:
    cards = cards_of(IRON_IS_LOW)["cards"]
    assert cards[0]["source"]["url"] == "http://127.0.0.1:8000/about"
    assert cards[0]["links"][0]["url"] == "http://127.0.0.1:8000/launch"
    assert cards_of(NOTHING_FOUND) == {"cards": []}


def test_what_is_needed_is_named_once(write: Any) -> None:
    asked = ("C-reactive protein of the last 7 days", "C-reactive protein", "albumin")
    [card] = write(assessment(findings=IRON_IS_LOW.findings, proposals=(proposal(unknowns=asked),)))
    assert "needed before a supplement: C-reactive protein of the last 7 days, albumin." in card.detail
