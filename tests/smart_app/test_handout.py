"""The sheet for patients as a page: every point of its language, nothing of a patient."""

from __future__ import annotations

from datetime import date

import pytest

from clinical import load_handouts, load_knowledge
from smart_app.handout import HandoutLinks, HandoutPage

LINKS = HandoutLinks("/chart/h/handout", "/chart/h", "/static/app.css")
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def page() -> HandoutPage:
    return HandoutPage(load_knowledge())


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_point_is_on_the_page_in_its_language(page: HandoutPage, language: str) -> None:
    html = page.render(language, LINKS, TODAY)
    assert f'<html lang="{language}">' in html
    points = [point for section in load_handouts()[language].section for point in section.points]
    assert [point for point in points if point not in html] == []


def test_each_language_leads_to_the_others_and_back_to_the_chart(page: HandoutPage) -> None:
    html = page.render("en", LINKS, TODAY)
    assert 'href="/chart/h/handout?language=es"' in html and 'href="/chart/h"' in html
    assert "?language=en" not in html


@pytest.mark.parametrize("language", [None, "", "tlh", "<script>"])
def test_an_unknown_language_gets_the_first_one(page: HandoutPage, language: str | None) -> None:
    assert page.render(language, LINKS, TODAY) == page.render("en", LINKS, TODAY)


def test_the_day_of_printing_is_told(page: HandoutPage) -> None:
    assert '<time datetime="2026-11-22">' in page.render("es", LINKS, TODAY)


def test_the_citations_are_told_once(page: HandoutPage) -> None:
    html = page.render("en", LINKS, TODAY)
    assert html.count("NIH Office of Dietary") <= 1
    assert html.count("<li lang=") == len({s for section in load_handouts()["en"].section for s in section.sources})
