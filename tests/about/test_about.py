"""What the product says of itself agrees with the knowledge: version, history, reviews, marks."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date

import pytest

from clinical import PACKAGE_FOLDER
from tests.about.conftest import client_of
from tests.about.page import Page

KINDS = (
    "limit",
    "band",
    "finding",
    "rule",
    "caution",
    "proposal",
    "advice",
    "freshness",
    "span",
    "conflict",
    "derivation",
)
ORDER_KINDS = ("orderable", "order_caution", "order_answer", "products")


def toml_items(jurisdiction="international"):
    """(kind, name, mark) of every item, straight from the files."""
    manifest = tomllib.loads((PACKAGE_FOLDER / "knowledge.toml").read_text("utf-8"))
    for name in manifest["files"]:
        content = tomllib.loads((PACKAGE_FOLDER / name).read_text("utf-8"))
        for kind in (*KINDS, "reserve", *ORDER_KINDS):
            for item in content.get(kind, ()):
                if jurisdiction in item.get("jurisdictions", (jurisdiction,)):
                    told = item.get("id") or item.get("analyte") or " and ".join(item["analytes"])
                    yield kind, told, item["verified"]


def kind_and_name(link):
    """("caution", "FE24 (2 of 2)"): the kind from where the link leads, the name as shown."""
    return link.attributes["href"].partition("#")[2].partition("-")[0], link.text.partition(" (")[0]


@pytest.mark.parametrize("mark", ["from-memory", "second-hand", "policy"])
def test_the_items_listed_under_a_mark_are_exactly_those_of_the_files(about, mark):
    [group] = [details for details in about.all("details") if details.attributes.get("data-mark") == mark]
    listed = Counter(kind_and_name(link) for link in group.all("a"))
    assert listed == Counter((kind, name) for kind, name, found in toml_items() if found == mark)
    assert group.all("summary")[0].text == f"{listed.total()} items marked {mark}"


def test_nothing_that_is_verified_is_listed(about):
    assert {details.attributes.get("data-mark") for details in about.all("details")} == {
        "from-memory",
        "second-hand",
        "policy",
    }


def test_the_counts_are_those_of_the_files(about):
    [table] = [table for table in about.all("table") if "kind and mark" in table.all("caption")[0].text]
    head = [cell.text for cell in table.all("thead")[0].all("th")]
    *_, last = [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")]
    marks = Counter(mark for _, _, mark in toml_items())
    assert dict(zip(head, last, strict=True)) == {"Kind": "All", "all": str(marks.total())} | {
        mark: str(number) for mark, number in marks.items()
    }


def test_the_first_thing_said_is_that_it_is_not_validated(about):
    notice = next(box for box in about.all("div") if box.attributes.get("class") == "notice")
    assert notice.text.startswith("Not validated for clinical use.")
    unverified = sum(mark in ("from-memory", "second-hand") for _, _, mark in toml_items())
    assert f"{unverified} have not yet been verified" in notice.text


@pytest.mark.parametrize(
    "words",
    [
        "Intended use",
        "Not for emergencies",
        "Not CE marked",
        "Not predictive",
        "January 2026",
        "not legal advice",
        "Not patients or their relatives",
        "nothing is ordered by itself",
    ],
)
def test_says(about, words):
    assert words in about.all("main")[0].text


def test_tells_version_and_history(about, knowledge):
    text = about.all("main")[0].text
    assert knowledge.version in text
    assert knowledge.changes
    assert all(" ".join(change.split()) in text for change in knowledge.changes)


def test_tells_what_is_read(about, knowledge):
    text = about.all("main")[0].text
    assert all(word in text for word in ("Ferritin", "Vitamin C", "MedicationRequest", "AllergyIntolerance"))


def reviews_on(today: date) -> tuple[Page, list[list[str]]]:
    page = Page(client_of(today).get("/about").get_data(as_text=True))
    [table] = [table for table in page.all("table") if "last reviewed" in table.all("caption")[0].text]
    return page, [[cell.text for cell in row.all("th", "td")] for row in table.all("tr")[1:]]


def test_every_part_has_its_review_dates(knowledge):
    page, rows = reviews_on(date(2026, 11, 22))
    assert "no review is overdue" in page.all("main")[0].text
    assert [row[0] for row in rows] == [file.content.title for file in knowledge.files]
    assert {row[3] for row in rows} == {"none"}


def test_what_is_overdue_is_said_and_listed():
    total = sum(1 for _ in toml_items())
    page, rows = reviews_on(date(2099, 1, 1))
    assert f"{total} of {total} items are overdue" in page.all("main")[0].text
    assert sum(int(row[3]) for row in rows) == total
    [listed] = [details for details in page.all("details") if "overdue" in details.all("summary")[0].text]
    assert len(listed.all("a")) == total


@pytest.mark.parametrize("jurisdiction", ["us", "uk"])
def test_another_jurisdiction_tells_its_own(jurisdiction):
    text = Page(client_of(jurisdiction=jurisdiction).get("/about").get_data(as_text=True)).all("main")[0].text
    assert f"Of {sum(1 for _ in toml_items(jurisdiction))} items of knowledge" in text
    assert f"{jurisdiction}: whose limits" in text
