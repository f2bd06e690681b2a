"""The thirteen source attributes of every rule, on the page and for programs."""

from __future__ import annotations

from collections import Counter

import pytest

from about.attributes import ATTRIBUTES
from clinical import PACKAGE_FOLDER, load_knowledge, placed_items
from clinical.knowledge.question_schema import SUBJECTS
from tests.about.conftest import client_of
from tests.about.page import Page
from tests.about.test_about import toml_items

NEVER_USED = (
    "useOfRace",
    "useOfEthnicity",
    "useOfLanguage",
    "useOfSexualOrientation",
    "useOfGenderIdentity",
    "useOfSocialDeterminants",
)


def rule(told, kind, name):
    return next(one for one in told["rules"] if (one["kind"], one["id"]) == (kind, name))


def test_there_are_thirteen_in_the_order_of_the_regulation(told):
    titles = [attribute["title"] for attribute in told["attributes"]]
    assert len(titles) == 13
    assert titles[:4] == ["Bibliographic citation", "Developer", "Funding source", "Release and revision dates"]
    assert [title.removeprefix("Use of ") for title in titles[4:]] == [
        "race",
        "ethnicity",
        "language",
        "sexual orientation",
        "gender identity",
        "sex",
        "date of birth",
        "social determinants of health data",
        "health status assessments data",
    ]


def test_every_rule_of_the_files_is_told_with_all_thirteen(told):
    listed = Counter((one["kind"], one["id"], one["verified"]) for one in told["rules"])
    assert listed == Counter(toml_items())
    assert {tuple(one["sourceAttributes"]) for one in told["rules"]} == {tuple(ATTRIBUTES)}
    assert all(value.strip() for one in told["rules"] for value in one["sourceAttributes"].values())


def nulls(value):
    if isinstance(value, dict):
        return any(map(nulls, value.values()))
    return any(map(nulls, value)) if isinstance(value, list) else value is None


def test_nothing_is_null_and_no_rule_is_without_its_shape(told):
    assert not nulls(told)
    assert len({tuple(one) for one in told["rules"]}) == 1
    assert told["predictive"] is False
    assert told["interventionType"] == "evidence-based"


def test_every_rule_carries_its_provenance(told, knowledge):
    cited = {source["id"] for source in told["sources"]}
    for one in told["rules"]:
        assert {*one["sources"]} <= cited
        assert one["knowledgeVersion"] == knowledge.version
        assert all(one[word] for word in ("section", "strength", "verified", "reviewed", "due", "statement"))


@pytest.mark.parametrize("attribute", NEVER_USED)
def test_what_no_question_asks_is_told_as_not_used(told, attribute):
    assert {one["sourceAttributes"][attribute] for one in told["rules"]} == {"not used"}


def test_the_closed_list_of_questions_asks_nothing_else_about_the_person():
    """Whoever adds a question must say here, and in about/attributes.py, whether it is an attribute."""
    assert set(SUBJECTS.values()) == {
        *("analyte", "band", "finding", "proposed", "caution", "condition", "medication", "allergy", "procedure"),
        *("age", "sex", "pregnant", "trimester", "dialysis", "restless_legs", "all", "any", "not", "unknown", "always"),
    }


def test_use_of_sex_and_age_is_told_in_the_words_of_the_rule(told):
    attributes = rule(told, "caution", "FE29")["sourceAttributes"]
    assert attributes["useOfSex"].startswith("used: asks whether sex is male or sex is female")
    assert attributes["useOfDateOfBirth"].startswith("used: asks whether age is at least 18 years")


def test_a_rule_that_only_rests_on_another_says_so(told):
    attributes = rule(told, "finding", "IRON.RLS_LOW")["sourceAttributes"]
    assert attributes["useOfDateOfBirth"].startswith("used indirectly: rests on iron-")


def test_whoever_asks_for_pregnancy_uses_sex_and_a_health_status_assessment(told):
    attributes = rule(told, "caution", "FE24")["sourceAttributes"]
    assert "pregnan" in attributes["useOfHealthStatusAssessments"]
    assert "male" in attributes["useOfSex"]


def test_a_plain_limit_uses_nothing(told):
    attributes = rule(told, "limit", "egfr-g3")["sourceAttributes"]
    assert {value for name, value in attributes.items() if name.startswith("useOf")} == {"not used"}


def test_the_page_holds_every_rule_with_the_same_attributes(source_attributes, told):
    tables = [table for table in source_attributes.all("table") if "Source attributes of" in table.text]
    shown = [[cell.text for cell in table.all("tbody")[0].all("td")] for table in tables]
    expected = [list(one["sourceAttributes"].values()) for one in told["rules"]]
    assert shown == [[" ".join(value.split()) for value in values] for values in expected]
    assert {one["anchor"] for one in told["rules"]} <= set(source_attributes.ids)


def test_the_page_holds_every_caution(source_attributes, knowledge):
    captions = {caption.text for caption in source_attributes.all("caption")}
    shown = {caption.removeprefix("Source attributes of caution ").partition(" (")[0] for caption in captions}
    assert {caution.id for caution in knowledge.cautions} <= shown


def test_the_page_says_that_it_is_not_predictive(source_attributes):
    assert "Not predictive." in source_attributes.all("main")[0].text


def test_the_page_tells_what_was_read_of_each_source(source_attributes, knowledge):
    cited = {source for placed in placed_items(knowledge.files) for source in placed.item.sources}
    text = source_attributes.all("main")[0].text
    assert {f"source-{name}" for name in cited} <= set(source_attributes.ids)
    assert all(" ".join(knowledge.sources[name].seen.split()) in text for name in cited)


def test_what_stands_in_the_knowledge_is_text_and_never_a_tag(tmp_path, monkeypatch):
    for path in PACKAGE_FOLDER.glob("*.toml"):
        text = path.read_text("utf-8").replace("Vitamin E for restless legs", "<script>alert(1)</script> & <b>legs</b>")
        (tmp_path / path.name).write_text(text, "utf-8")
    monkeypatch.setattr("about.routes.load_knowledge", lambda jurisdiction: load_knowledge(jurisdiction, tmp_path))
    client = client_of()
    for address in ("/about", "/source-attributes"):
        html = client.get(address).get_data(as_text=True)
        assert "<script>" not in html
        assert Page(html).all("script", "b") == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;" in html
