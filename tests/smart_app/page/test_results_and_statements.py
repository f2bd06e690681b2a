"""What a page shows of one chart: results, findings, cautions, proposals, each with its basis."""

from __future__ import annotations

import pytest

from clinical import assess
from smart_app.page import PageOptions
from tests.clinical.resources import chart, condition, observation, patient
from tests.smart_app.page.pages import (
    NAMES,
    SI,
    TODAY,
    chart_of,
    ferritin,
    html_of,
    knowledge,
    of_results,
    page_of,
    row,
    shown,
    story,
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_shows_everything_that_the_assessment_says(name: str) -> None:
    assessment, page = assess(chart_of(name), knowledge(), TODAY), story(name)

    def told(attribute: str) -> list[str]:
        return sorted(one.attributes[attribute] for one in page.elements() if attribute in one.attributes)

    assert told("data-finding") == sorted(one.id for one in assessment.findings)
    assert told("data-caution") == sorted(one.id for one in assessment.cautions)
    assert told("data-proposal") == sorted(one.id for one in assessment.proposals)
    assert told("data-quality") == sorted(one.id for one in assessment.data_quality)
    assert told("data-withheld") == sorted(one.proposal for one in assessment.withheld)
    analytes = {seen.measurement.analyte for seen in assessment.measurements}
    assert set(told("data-analyte")) == analytes | {note.analyte for note in assessment.data_quality if note.analyte}
    for advice in assessment.advice:
        assert advice.text in page.text
    for note in assessment.data_quality:
        assert note.reason in page.text and (note.source or "") in page.text


@pytest.mark.parametrize("name", NAMES)
def test_is_small_enough_for_a_slow_line(name: str) -> None:
    assert len(html_of(chart_of(name)).encode()) < 150_000


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_unique_and_every_inner_link_leads_somewhere(name: str) -> None:
    page = story(name)
    ids = [one.attributes["id"] for one in page.elements() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    for link in page.elements():
        if link.attributes.get("href", "").startswith("#"):
            assert link.attributes["href"][1:] in ids


@pytest.mark.parametrize("name", NAMES)
def test_keeps_to_a_strict_content_security_policy(name: str) -> None:
    for one in story(name).elements():
        assert "style" not in one.attributes and one.tag != "style"
        assert not any(attribute.startswith("on") for attribute in one.attributes)
        if one.tag == "script":
            assert one.attributes["src"].startswith("/static/") and not one.text
        if one.tag == "a" and one.attributes["href"].startswith("http"):
            assert one.attributes["rel"] == "noopener noreferrer"


def test_a_row_holds_value_unit_and_date() -> None:
    assert shown(story("restless-legs-low-ferritin"), "ferritin") == ("22", "ng/mL", "2026-11-15")


def test_the_newest_result_is_shown_with_its_age_band_and_laboratory() -> None:
    page = of_results(ferritin(60, "2026-11-10"), ferritin(22, "2026-11-15", performer=[{"display": "North lab"}]))
    assert shown(page, "ferritin")[0] == "22"
    told = row(page, "ferritin").text
    assert "7 days ago" in told and "Low" in told and "North lab" in told


@pytest.mark.parametrize(("comparator", "value"), [("<", "<3"), (None, "3")])
def test_less_than_three_is_never_three(comparator: str | None, value: str) -> None:
    assert shown(of_results(ferritin(3, comparator=comparator)), "ferritin")[0] == value


def test_a_result_that_cannot_be_used_is_no_value() -> None:
    page = of_results(observation(value=40, unit=None))
    assert not row(page, "ferritin").all("data")
    assert "No result that can be used" in row(page, "ferritin").text


@pytest.mark.parametrize(
    ("day", "words", "stale"),
    [("2026-11-01", "", False), ("2026-08-01", "repeat before acting", False), ("2024-11-01", "Stale", True)],
)
def test_freshness_is_told(day: str, words: str, stale: bool) -> None:
    found = row(of_results(ferritin(40, day)), "ferritin")
    assert words in found.text and bool(found.all("p", _class="fresh")) is bool(words)
    assert ("class" in found.attributes) is stale


def test_a_partial_date_stays_partial() -> None:
    assert shown(of_results(ferritin(40, "2026-10")), "ferritin")[2] == "2026-10"


def test_one_element_holds_the_basis() -> None:
    finding = story("restless-legs-low-ferritin").one(data_finding="IRON.RLS_LOW")
    basis = finding.one("details").text
    for words in (
        "22 ng/mL",
        "2026-11-15",
        "75 ng/mL",
        "Observation/ada-ferritin",
        "Restless legs, adult",
        "consensus",
    ):
        assert words in basis
    assert finding.one("details").all("a", target="_blank")


def test_a_number_that_was_not_verified_says_so_and_a_verified_one_does_not() -> None:
    page = story("restless-legs-low-ferritin")
    assert "unverified number" in page.one(data_finding="IRON.DEF").text
    assert "unverified number" not in page.one(data_finding="IRON.RLS_LOW").text


def test_what_a_rule_asks_and_the_chart_does_not_say_is_not_known() -> None:
    page = story("restless-legs-low-ferritin")
    told = page.one(data_proposal="S.FE.PO").one("details").text
    assert "the allergy list" in told and "whether the patient is on dialysis" in told


def test_findings_come_gravest_first_with_word_and_symbol() -> None:
    page = story("vitamin-d-toxicity")
    tones = [one.attributes["class"] for one in page.elements() if "data-finding" in one.attributes]
    assert tones == sorted(tones, key=["item tone-critical", "item tone-warning", "item tone-info"].index)
    assert "Critical" in page.one(_class="item tone-critical").text
    assert page.one(_class="item tone-critical").all("svg")


@pytest.mark.parametrize("lists", [(), ("Condition", "MedicationRequest", "AllergyIntolerance", "Procedure")])
def test_nothing_to_act_on_is_said_and_a_partial_chart_is_not_called_normal(lists: tuple[str, ...]) -> None:
    saturation = observation("2502-3", 30, "%", id="t")
    told = page_of(chart(patient(), ferritin(100), saturation, answered=frozenset(lists))).text
    assert "Nothing to act on" in told
    assert ("not a statement that everything is normal" in told) is (not lists)


def test_what_is_withheld_tells_why() -> None:
    found = story("magnesium-kidney-and-acid-blocker").one(data_withheld="S.MG.PO").text
    assert "MG01" in found and "magnesium accumulates" in found


def test_other_patients_are_named_by_reference_alone() -> None:
    # No digits that the digest of the knowledge, at the foot of the page, may hold.
    stranger = observation(value=777.125, id="alien", subject={"reference": "Patient/p2"})
    facts = chart(patient(), observation(), stranger, patient_id="p1", refuse_other_patients=False)
    page = page_of(facts)
    assert "Observation/alien" in page.one(id="quality").text and "777.125" not in page.text


def test_of_a_deceased_patient_nothing_is_judged() -> None:
    page = page_of(chart(patient(deceasedBoolean=True), condition(), ferritin(5)))
    assert not page.all(data_finding="") and "deceased" in page.text and "Nothing is judged" in page.text


def test_units_are_switched_with_factor_and_three_figures() -> None:
    calcidiol = observation("62292-8", 18.3, "ng/mL", id="d")
    b12 = observation("2132-9", 402, "pmol/L", id="b")
    conventional, si = of_results(calcidiol, b12), of_results(calcidiol, b12, options=SI)
    assert shown(conventional, "vitamin-d")[:2] == ("18.3", "ng/mL")
    assert shown(si, "vitamin-d")[:2] == ("45.8", "nmol/L")
    assert shown(conventional, "vitamin-b12")[:2] == ("545", "pg/mL")
    assert shown(si, "vitamin-b12")[:2] == ("402", "pmol/L")
    assert "reported as 402 pmol/L" in row(conventional, "vitamin-b12").text
    assert "reported as" not in row(si, "vitamin-b12").text
    for page in (conventional, si):
        assert "1 ng/mL = 2.5 nmol/L" in page.one(id="trend-vitamin-d").text


def test_limits_are_told_in_the_switched_unit_beside_the_published_one() -> None:
    page = of_results(observation("62292-8", 18.3, "ng/mL", id="d"), options=SI)
    assert "from 30 nmol/L and below 50 nmol/L" in page.one(id="trend-vitamin-d").text


@pytest.mark.parametrize("options", [PageOptions(), PageOptions(evaluate=True)])
def test_evaluation_is_marked_as_simulated_and_asked_for(options: PageOptions) -> None:
    page = page_of(chart(patient(), ferritin(60), observation("2502-3", 18, "%", id="t")), options)
    assert bool(page.all(data_finding="IRON.RLS_LOW")) is options.evaluate
    assert ("Simulated." in page.text) is options.evaluate
    assert ("Restless legs unknown (evaluated as yes)" in page.text) is options.evaluate
    if options.evaluate:
        assert "simulated" in page.one(data_finding="IRON.RLS_LOW").one("h3").text


def test_evaluation_changes_nothing_where_the_chart_says_yes() -> None:
    facts = chart(patient(), condition(), ferritin(60))
    assert page_of(facts).text == page_of(facts, PageOptions(evaluate=True)).text
    assert not [one for one in page_of(facts).all("button") if "Evaluate" in one.text]
