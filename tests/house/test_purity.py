"""clinical and terminology are pure: no clock, no environment, no output. import-linter sees imports; this, calls."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.repository import ROOT, modules

CLOCKS = frozenset({"date.today", "datetime.now", "datetime.today", "datetime.utcnow"})
IMPURE = frozenset({"print", "input", "eval", "exec", "open"})


def impure_calls(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in IMPURE or ".".join(name.split(".")[-2:]) in CLOCKS:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}")
    return found


@pytest.mark.parametrize("room", ["clinical", "terminology"])
def test_no_clock_no_output_no_evaluated_text(room: str) -> None:
    assert [call for path in modules(room) for call in impure_calls(path)] == []
