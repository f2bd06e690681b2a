"""Choosing and signing an order, with what the CDS service says of it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

EDWIN = "haemochromatosis"


def choose(page: Page, patient: str, drug: str) -> None:
    page.goto(f"/patients/{patient}/orders")
    page.get_by_label("Drug").select_option(drug)
    page.get_by_role("button", name="Choose").click()


def test_iron_for_someone_who_has_too_much_is_warned_of_once(page: Page) -> None:
    choose(page, EDWIN, "ferrous-sulfate")
    expect(page.locator(".card.warning, .card.critical").first).to_be_visible()
    expect(page.locator(".calls")).to_contain_text("order-select")
    expect(page.locator("[data-draft]")).to_have_count(1)

    # order-sign does not repeat what order-select said of an unchanged order: it signs.
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("1 order signed")
    page.get_by_role("link", name="Back to the chart").click()
    expect(page.locator(".chart")).to_contain_text("Ferrous sulfate 325 mg")


def test_a_drug_of_no_concern_is_passed_over_in_silence(page: Page) -> None:
    choose(page, EDWIN, "amoxicillin")
    expect(page.locator(".nothing")).to_contain_text("No card")
    page.get_by_role("button", name="Remove Amoxicillin").click()
    expect(page.locator("[data-draft]")).to_have_count(0)


def test_a_drug_that_makes_restless_legs_worse_is_named(page: Page) -> None:
    choose(page, "restless-legs-low-ferritin", "metoclopramide")
    expect(page.locator(".card").first).to_contain_text("restless legs")


def test_a_suggestion_of_an_order_card_changes_the_draft(page: Page) -> None:
    choose(page, EDWIN, "ferrous-sulfate")
    suggestion = page.locator(".suggestions button").first
    expect(suggestion).to_be_visible()
    suggestion.click()
    expect(page.locator(".outcome").first).to_contain_text("Accepted")
    expect(page.locator("[data-draft]")).to_have_count(0)
