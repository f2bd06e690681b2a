"""The sheets for patients: same content in every language, sourced, and without a dose."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from shutil import copy

import pytest

from clinical import PACKAGE_FOLDER, KnowledgeError, load_handouts
from clinical.knowledge.handouts import handout_problems

TODAY = date(2026, 11, 22)
# A number with a unit of dose or of a level, in either language.
DOSE = re.compile(r"\d\s*(?:mg|mcg|µg|ug|micro\w*|IU|UI|ng|nmol|pmol|mmol|tablets?|comprimidos?|%)", re.IGNORECASE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("handout_en.toml", "handout_es.toml", "sources.toml"):
        copy(PACKAGE_FOLDER / name, tmp_path)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_english_and_spanish_are_there_english_first() -> None:
    assert list(load_handouts()) == ["en", "es"]


def test_nothing_is_wrong_with_ours() -> None:
    assert handout_problems(PACKAGE_FOLDER, TODAY) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_dose_and_no_level_stands_on_a_sheet(language: str) -> None:
    texts = [point for section in load_handouts()[language].section for point in section.points]
    assert [text for text in texts if DOSE.search(text)] == []
    assert DOSE.search("65 mg") and DOSE.search("2 tablets")


@pytest.mark.parametrize("language", ["en", "es"])
def test_food_habits_taking_and_warning_signs_are_all_told(language: str) -> None:
    assert {section.id for section in load_handouts()[language].section} >= {"food", "taking", "habits", "warning"}


def test_a_language_that_lacks_a_point_is_told(folder: Path) -> None:
    change(folder / "handout_es.toml", '  "Mantenga horarios de sueño regulares.",\n', "")
    assert [problem.file for problem in handout_problems(folder, TODAY)] == ["handout_es.toml"]


def test_a_source_that_does_not_exist_is_told(folder: Path) -> None:
    change(folder / "handout_en.toml", '"mayo-2021"', '"mayo-1821"')
    (problem,) = handout_problems(folder, TODAY)
    assert "no source 'mayo-1821'" in problem.sentence


def test_an_overdue_review_is_told(folder: Path) -> None:
    assert len(handout_problems(folder, date(2027, 11, 22))) == 0
    assert len(handout_problems(folder, date(2027, 11, 23))) == 2


def test_a_misspelt_word_is_told_with_its_file(folder: Path) -> None:
    change(folder / "handout_en.toml", "lead =", "leed =")
    with pytest.raises(KnowledgeError, match="handout_en"):
        load_handouts(folder)


def test_a_file_named_after_another_language_is_refused(folder: Path) -> None:
    (folder / "handout_es.toml").rename(folder / "handout_fr.toml")
    with pytest.raises(KnowledgeError, match="handout_fr"):
        load_handouts(folder)
