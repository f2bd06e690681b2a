"""Around the results: who it is, the controls, gaps, the note, the foot; and texts that mean harm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smart_app.page import PageOptions
from smart_app.page.safe_text import whole_days
from smart_app.visit import PatientIdentity
from tests.clinical.resources import chart, condition, observation, patient
from tests.smart_app.page.pages import LINKS, SI, chart_of, ferritin, html_of, of_results, page_of, story
from tests.smart_app.page.tree import Element, read

HOSTILE = '<script>alert("x")</script>\u202e321\u2066 \x00\x07' + "W" * 400


def banner(page: Element) -> Element:
    return page.one(role="group", aria_label="Patient")


@pytest.mark.parametrize("needed", [True, False])
def test_banner_and_day_of_printing_are_always_printed(needed: bool) -> None:
    found = banner(story("everything-normal", need_patient_banner=needed))
    assert found.text.startswith("Fictional, Ada Born 1981-04-12")
    assert ("print-only" in found.attributes["class"]) is not needed
    assert found.one("time", data_printed="").text == "2026-11-22"


def test_an_identity_that_the_ehr_did_not_give_is_told_as_unknown() -> None:
    told = banner(page_of(chart(patient()), identity=PatientIdentity(None, None))).text
    assert "Name not given by the EHR" in told and "Born unknown" in told


def test_gaps_are_prominent_and_told_once() -> None:
    gap = "Allergies could not be read: the EHR answered 503."
    page = of_results(ferritin(22), gaps=(gap,))
    strip = next(one for one in page.all(role="note") if "Partial chart" in one.text)
    assert gap in strip.text and page.one(_class="answers").text not in strip.text
    answered = frozenset({"Condition", "MedicationRequest", "AllergyIntolerance", "Procedure"})
    whole = chart(patient(), condition(), ferritin(200), answered=answered)
    assert "Partial chart" not in page_of(whole).text


def test_the_page_points_to_the_nutrient_of_its_card() -> None:
    page = of_results(ferritin(22), view="iron")
    [told] = [one for one in page.all("p") if one.text.startswith("Opened from the card")]
    assert told.text == "Opened from the card on iron: what is found, results, trend"
    found, results, drawn = (page.one(id=link.attributes["href"].removeprefix("#")) for link in told.all("a"))
    assert found.attributes["data-finding"].startswith("IRON") and drawn.tag == "section"
    assert results.text == "Iron"


@pytest.mark.parametrize("view", [None, "vitamin-b12"])
def test_without_a_card_or_anything_to_tell_of_it_the_page_points_nowhere(view: str | None) -> None:
    page = of_results(ferritin(22), view=view)
    assert "Opened from" not in page.text


def test_the_page_tells_at_its_end_what_the_ehr_said_of_the_launch() -> None:
    told = (("encounter", "e<b>1"), ("scope", "launch patient/*.rs"))
    section = of_results(ferritin(22), launch=told).one("section", id="launch")
    assert [one.text for one in section.all("dt")] == ["encounter", "scope"]
    assert [one.text for one in section.all("dd")] == ["e<b>1", "launch patient/*.rs"]
    assert "This launch" not in of_results(ferritin(22)).text


def test_controls_keep_each_other_and_stay_below_the_page() -> None:
    page = page_of(chart(patient(), ferritin(60)), PageOptions(units="si", evaluate=True))
    addresses = {one.text: one.attributes["href"] for one in page.one("nav").all("a")}
    assert addresses == {"Conventional": "/chart/h-1?evaluate=1", "SI": "/chart/h-1?units=si&evaluate=1"}
    assert [one.text for one in page.all(aria_current="true")] == ["SI"]
    forms = {one.text: one for one in page.all("form")}
    assert sent(forms["Evaluate for restless legs"]) == {"units": "si"}
    assert sent(forms["Copy to note"]) == {"units": "si", "evaluate": "1", "note": "1"}
    closing = forms["Close session"].attributes
    assert (closing["method"], closing["action"]) == ("post", "/chart/h-1/close")


def sent(form: Element) -> dict[str, str]:
    return {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ({}, PageOptions()),
        ({"units": "si", "evaluate": "1", "note": "1"}, PageOptions("si", True, True)),
        ({"units": "<x>", "evaluate": "yes", "note": ""}, PageOptions()),
    ],
)
def test_unknown_choices_fall_back(query: dict[str, str], options: PageOptions) -> None:
    assert PageOptions.from_query(query) == options


def test_the_note_is_plain_text_with_values_units_dates_and_version() -> None:
    note = story("restless-legs-low-ferritin", SI).one("textarea").inner[0]
    assert isinstance(note, str)
    assert "Ferritin 22 ug/L (2026-11-15, reported as 22 ng/mL)" in note
    assert "Vitamin B12 402 pmol/L" in note and "[Warning] Ferritin low for restless legs: Ferritin 22 ng/mL" in note
    assert "Knowledge 20" in note and "Fictional" not in note
    assert max(map(len, note.splitlines())) <= 96


@pytest.mark.parametrize("note", [False, True])
def test_the_note_is_open_where_it_was_asked_for(note: bool) -> None:
    page = story("everything-normal", PageOptions(note=note))
    assert ("open" in page.one("details", data_note="").attributes) is note


def test_a_simulated_note_says_so() -> None:
    facts = chart(patient(), ferritin(60))
    assert "SIMULATED" in page_of(facts, PageOptions(evaluate=True)).one("textarea").text
    assert "SIMULATED" not in page_of(facts).one("textarea").text


def test_the_foot_names_knowledge_purpose_and_basis() -> None:
    page = story("everything-normal")
    foot = page.one("footer").text
    assert "Supports a clinician" in foot and "Not validated for clinical use" in foot and "General Hospital" in foot
    assert {"/about", "/source-attributes"} <= {one.attributes["href"] for one in page.one("footer").all("a")}


def test_landmarks_language_and_skip_link() -> None:
    page = story("everything-normal")
    assert page.one("html").attributes["lang"] == "en" and page.one("a", _class="skip").attributes["href"] == "#content"
    assert [len(page.all(tag)) for tag in ("h1", "main", "header", "footer")] == [1, 1, 1, 1]
    assert page.one("main").attributes["id"] == "content"


@pytest.mark.parametrize("address", [None, "/chart/h-1/style.css"])
def test_the_look_of_the_ehr_is_one_more_stylesheet(address: str | None) -> None:
    page = read(html_of(chart(patient()), links=replace(LINKS, ehr_style=address)))
    sheets = [one.attributes["href"] for one in page.all("link", rel="stylesheet")]
    assert sheets == ["/static/smart_app/app.css", *([address] if address else [])]


def test_texts_that_mean_harm_are_only_text() -> None:
    problem = {**condition(), "code": {**condition()["code"], "text": HOSTILE}}
    bad = observation(id="b", valueQuantity=None, valueString=HOSTILE)
    facts = chart(patient(), problem, ferritin(22, performer=[{"display": HOSTILE}]), bad)
    html = html_of(facts, identity=PatientIdentity(HOSTILE, HOSTILE, HOSTILE, HOSTILE), gaps=(HOSTILE,))
    page = read(html)
    assert len(page.all("script")) == 1 and "<script>alert" not in html
    assert not set("\u202e\u2066\x00\x07") & set(html)
    assert "321" in banner(page).text


def test_marks_that_names_of_right_to_left_scripts_need_stay() -> None:
    name = "\u05d0\u05d3\u05d4 \u200f(Ada)"
    page = page_of(chart(patient()), identity=PatientIdentity(name, None))
    assert banner(page).one("bdi").text == name


def test_nobody_reads_the_marks_of_ucum() -> None:
    html = html_of(chart_of("magnesium-kidney-and-acid-blocker"))
    assert "22 mL/min/1.73 m²" in html and "{1.73" not in html and "[IU]" not in html


def test_a_date_in_a_sentence_is_not_broken_and_the_sentence_is_only_text() -> None:
    told = whole_days("\u202eC-reactive <b>12</b> (2026-11-13) & 5")
    assert told == 'C-reactive &lt;b&gt;12&lt;/b&gt; (<span class="day">2026-11-13</span>) &amp; 5'


def test_how_sure_stands_beside_every_statement_without_unfolding() -> None:
    page = story("restless-legs-low-ferritin")
    for item in (one for one in page.elements() if "item" in one.attributes.get("class", "").split()):
        assert "Strength: " in item.one("summary").text


def test_information_is_counted_as_such() -> None:
    assert page_counts(story("everything-normal")) == ["1 for information"]


def page_counts(page: Element) -> list[str]:
    return [one.text for one in page.one("ul", _class="counts").all("li")]
