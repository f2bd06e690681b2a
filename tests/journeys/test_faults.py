"""Each fault of the switchboard ends in a page that says what happened and what to do, or in the chart with its gap."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from demo_ehr.faults import FAULTS
from tests.journeys.charts import ADA, expect_ferritin, expect_notice
from tests.journeys.conftest import RunningDemo
from tests.journeys.watching import Watch

AWAY = "The EHR could not be reached"
UNUSABLE = "The EHR's answer could not be used"
ENDED = "This session has ended"
# What becomes of a launch: the status, and the heading of the page in place of the chart.
REFUSED = {
    "hang": (504, AWAY),
    "fhir-unauthorized": (401, ENDED),
    "fhir-unavailable": (503, AWAY),
    "html-error": (503, AWAY),
    "refresh-refused": (401, ENDED),
    "id-token-bad-signature": (502, UNUSABLE),
    "id-token-alg-none": (502, UNUSABLE),
    "no-patient-in-token": (502, UNUSABLE),
    "fewer-scopes": (403, "Access to laboratory results was not granted"),
    "wrong-fhir-version": (502, UNUSABLE),
}
# The chart is shown, and what is missing is named.
PARTIAL = ("endless-paging", "next-elsewhere", "other-patient")
# The chart is whole: the fault is one that an app has to get over, or one of hook calls.
HARMLESS = ("slow", "token-expires-at-once", "scopes-v1", "strict-search", "category-required")
OF_HOOKS = ("prefetch-missing", "prefetch-outcome")


def test_no_fault_is_forgotten() -> None:
    assert {*REFUSED, *PARTIAL, *HARMLESS, *OF_HOOKS} == set(FAULTS)


@pytest.mark.parametrize("fault", REFUSED)
def test_a_page_says_what_happened_and_what_to_do(page: Page, demo: RunningDemo, watch: Watch, fault: str) -> None:
    status, heading = REFUSED[fault]
    watch.expected.add(status)
    demo.switch(fault)
    answer = page.goto(f"/patients/{ADA}/launch")
    assert answer is not None
    assert answer.status == status
    expect_notice(page, heading)
    expect(page.locator("body")).not_to_contain_text("Fictional")


@pytest.mark.parametrize("fault", PARTIAL)
def test_a_partial_chart_says_so(page: Page, demo: RunningDemo, fault: str) -> None:
    demo.switch(fault)
    page.goto(f"/patients/{ADA}/launch")
    expect_ferritin(page)
    expect(page.locator("main")).to_contain_text("Partial chart")


@pytest.mark.parametrize("fault", HARMLESS)
def test_what_an_app_gets_over(page: Page, demo: RunningDemo, fault: str) -> None:
    demo.switch(fault)
    page.goto(f"/patients/{ADA}/launch")
    expect_ferritin(page)
    expect(page.locator("main")).not_to_contain_text("Partial chart")


@pytest.mark.parametrize("fault", OF_HOOKS)
def test_a_hook_call_without_data_is_no_silence(page: Page, demo: RunningDemo, fault: str) -> None:
    demo.switch(fault)
    page.goto(f"/patients/{ADA}")
    expect(page.get_by_role("alert")).to_contain_text("No advice. The CDS service answered 412. No laboratory results")
    expect(page.locator(".nothing")).to_have_count(0)
    expect(page.locator(".alarm")).to_contain_text("1 fault is switched on")


def test_a_fault_that_is_over_leaves_nothing(page: Page, demo: RunningDemo, watch: Watch) -> None:
    watch.expected.add(503)
    demo.switch("fhir-unavailable")
    page.goto(f"/patients/{ADA}/launch")
    expect_notice(page, AWAY)
    demo.switch("fhir-unavailable", on=False)
    page.reload()
    expect_ferritin(page)
