"""The conformance table is current, and no mark is for a requirement that nobody wrote down."""

from __future__ import annotations

from tests.conformance.table import TABLE, marked, requirements, written

# Speed is measured on a quiet machine (benchmarks/), not among a thousand tests.
WITHOUT_TEST = {"CH-31"}


def test_the_table_is_current() -> None:
    assert TABLE.read_text("utf-8") == written(), "run python -m tests.conformance.table"


def test_marks_and_requirements_agree() -> None:
    known = {row.id for rows in requirements().values() for row in rows}
    assert known - marked().keys() == WITHOUT_TEST
    assert marked().keys() - known == set()
