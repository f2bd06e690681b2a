"""What holds for every stylesheet of the house."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.repository import ROOT

SHEETS = sorted(ROOT.glob("*/static/**/*.css"))


def test_there_are_some() -> None:
    assert len(SHEETS) >= 4


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_nothing_moves(sheet: Path) -> None:
    """A slow machine began a transition at the browser's own colours: words that could not be read in the dark."""
    told = sheet.read_text(encoding="utf-8")
    assert [word for word in ("transition", "animation", "@keyframes") if word in told] == []
