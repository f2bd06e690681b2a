"""From the hook to the card, and from the card to the chart."""

from __future__ import annotations

import json
import os
import subprocess

from playwright.sync_api import Page, expect

from tests.demo.running import PROGRAM
from tests.journeys.conftest import RunningDemo

ADA, INES = "restless-legs-low-ferritin", "everything-normal"
IRON = "Accept: Consider ferrous sulfate"
FERRITIN = "Accept: Consider ferritin with iron"


def feedback_of(demo: RunningDemo) -> list[dict[str, object]]:
    """What the CDS service stored, as its operator would export it."""
    environment = {**os.environ, "RLS_DATABASE_URL": demo.database}
    command = [str(PROGRAM), "feedback", "export", "--format", "json"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    reports: list[dict[str, object]] = json.loads(said)
    return reports


def open_chart(page: Page, patient: str) -> None:
    page.goto("/")
    page.locator(f"[data-patient='{patient}'] a").click()


def sign_what_was_accepted(page: Page) -> None:
    page.get_by_role("link", name="Look through and sign").click()
    page.get_by_role("button", name="Sign", exact=True).click()
    all_the_same = page.get_by_role("button", name="Sign all the same")
    expect(page.get_by_role("status").or_(all_the_same).first).to_be_visible()  # the answer has come
    if all_the_same.is_visible():
        all_the_same.click()


def test_opening_a_chart_shows_its_card(page: Page) -> None:
    open_chart(page, ADA)
    card = page.locator(".card")
    expect(card).to_have_count(1)
    expect(card.get_by_role("heading")).to_contain_text("Ferritin 22 ng/mL")
    expect(card).to_contain_text("Warning")
    expect(card).to_contain_text("75 ng/mL")
    expect(page.locator(".calls")).to_contain_text("rls-nutrients answered 200")


def test_nothing_to_say_is_said(page: Page) -> None:
    open_chart(page, INES)
    expect(page.locator(".nothing")).to_contain_text("nothing to act on")
    expect(page.locator(".card")).to_have_count(0)


def test_an_accepted_suggestion_is_drafted_reported_signed_and_then_silent(page: Page, demo: RunningDemo) -> None:
    before = len(feedback_of(demo))
    open_chart(page, ADA)
    page.get_by_role("button", name=IRON).click()
    expect(page.locator(".outcome")).to_contain_text("Accepted: Consider ferrous sulfate")
    expect(page.locator(".drafts")).to_contain_text("ferrous sulfate")
    reports = feedback_of(demo)[before:]
    assert [report["outcome"] for report in reports] == ["accepted"]
    assert reports[0]["acceptedSuggestions"]

    sign_what_was_accepted(page)
    expect(page.get_by_role("status")).to_contain_text("1 order signed")

    open_chart(page, ADA)
    expect(page.locator(".chart")).to_contain_text("ferrous sulfate 325 mg")
    expect(page.get_by_role("button", name=IRON)).to_have_count(0)


def test_a_test_that_is_ordered_is_not_proposed_again(page: Page) -> None:
    open_chart(page, ADA)
    page.get_by_role("button", name=FERRITIN).click()
    sign_what_was_accepted(page)
    expect(page.get_by_role("status")).to_contain_text("signed")

    open_chart(page, ADA)
    expect(page.locator(".card")).to_have_count(1)
    expect(page.get_by_role("button", name=IRON)).to_have_count(1)
    expect(page.get_by_role("button", name=FERRITIN)).to_have_count(0)


def test_an_overridden_card_is_reported_with_reason_and_comment(page: Page, demo: RunningDemo) -> None:
    before = len(feedback_of(demo))
    open_chart(page, ADA)
    page.get_by_text("Set aside …").click()
    page.get_by_label("Reason").select_option("patient-refuses")
    page.get_by_label("Comment").fill("will think about it")
    page.get_by_role("button", name="Set aside").click()
    expect(page.locator(".outcome")).to_contain_text("The patient does not want this")
    [report] = feedback_of(demo)[before:]
    assert report["outcome"] == "overridden"
    assert "patient-refuses" in json.dumps(report["overrideReason"])
    assert "will think about it" in json.dumps(report["overrideReason"])


def test_a_new_result_is_seen_at_once(page: Page) -> None:
    open_chart(page, ADA)
    page.get_by_label("New ferritin of today").fill("12")
    page.get_by_role("button", name="Add result").click()
    expect(page.locator(".card").first.get_by_role("heading")).to_contain_text("Ferritin 12 ng/mL")


def test_the_inspector_shows_the_call_and_no_token(page: Page) -> None:
    open_chart(page, ADA)
    page.locator(".calls a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hook call: patient-view")
    body = page.locator("details", has_text="Body without prefetch").locator("pre").first
    expect(body).to_contain_text('"access_token": "(not shown)"')
    expect(body).to_contain_text(ADA)
    expect(page.locator("main")).to_contain_text('"cards"')
