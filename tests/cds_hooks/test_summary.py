"""A summary is one line of fewer than 140 characters, and no number in it is ever cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.summary import LONGEST, shorten


@given(st.text(max_size=500))
def test_never_longer_than_the_standard_allows_and_always_one_line(text: str) -> None:
    short = shorten(text)
    assert len(short) <= LONGEST
    assert short == " ".join(short.split(" ")) and "\n" not in short


@given(st.text(max_size=100).filter(str.isprintable))
def test_what_fits_stays(text: str) -> None:
    assert shorten(text).replace("\u2039", "<") == text.strip()


@given(st.lists(st.decimals(min_value=0, max_value=10**12, places=2), min_size=20, max_size=40))
def test_a_number_is_kept_whole_with_its_unit_or_left_out(numbers: list[object]) -> None:
    whole = [f"{number} ng/mL" for number in numbers]
    kept = shorten(" ".join(whole)).rstrip("…").strip()
    assert kept == " ".join(whole)[: len(kept)]
    assert kept == "" or kept.endswith("ng/mL")


def test_it_is_cut_between_words() -> None:
    text = "Ferritin 22 ng/mL (2026-11-15): iron is low for restless legs"
    assert shorten(text, 40) == "Ferritin 22 ng/mL (2026-11-15): iron is…"
    assert shorten(text, 39) == "Ferritin 22 ng/mL (2026-11-15): iron…"
    assert shorten(text, 31) == "Ferritin 22 ng/mL…"


def test_a_bare_number_is_not_the_last_word() -> None:
    assert shorten("Magnesium is below 0.7 mmol/L", 24) == "Magnesium is below…"
    assert shorten("Magnesium is < 0.7 mmol/L", 20) == "Magnesium is…"


def test_a_number_longer_than_the_line_is_left_out() -> None:
    assert shorten("1" * 200) == "…"
