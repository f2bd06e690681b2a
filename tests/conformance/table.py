"""The conformance table of the manual, made of the tests' marks: ``python -m tests.conformance.table`` writes it.

The tests are read, not run: what the table lists is what ``make test`` runs.
"""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "conformance.md"
NO_TEST = "no test: measured by `make bench`, on a machine of its own"
_KINDS = {"CH": "CDS Hooks", "SM": "SMART App Launch"}


class Requirement(NamedTuple):
    id: str
    words: str
    source: str


def requirements() -> dict[str, list[Requirement]]:
    """By standard."""
    told = tomllib.loads((Path(__file__).parent / "requirements.toml").read_text("utf-8"))
    return {
        kind: [Requirement(f"{kind}-{number}", *words) for number, words in sorted(rows.items())]
        for kind, rows in told.items()
    }


def marked() -> dict[str, list[str]]:
    """The tests that prove each requirement: ``file::test``, in the order of their files."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, requirement in _marks(ast.parse(path.read_text("utf-8"))):
            found[requirement].append(f"{path.relative_to(ROOT)}::{name}")
    return dict(found)


def _marks(module: ast.Module) -> Iterator[tuple[str, str]]:
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef):
            for decorator in function.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.conformance":
                    yield function.name, ast.literal_eval(decorator.args[0])


def written() -> str:
    """The page as it should be."""
    proofs = marked()
    sections = (_section(kind, rows, proofs) for kind, rows in requirements().items())
    return "\n".join([*_HEAD, *chain.from_iterable(sections)])


def _section(kind: str, rows: list[Requirement], proofs: dict[str, list[str]]) -> Iterator[str]:
    yield from (f"## {_KINDS[kind]}", "", "| id | requirement | where | tests |", "|---|---|---|---|")
    for row in rows:
        tests = "<br>".join(f"`{test}`" for test in proofs.get(row.id, ())) or NO_TEST
        yield f"| {row.id} | {row.words} | {row.source} | {tests} |"
    yield ""


_HEAD = (
    "# Conformance",
    "",
    "What the standards require, in our words, and the tests that prove it. This page is made of the tests' marks by",
    "`python -m tests.conformance.table`; `make docs` does it, and a test checks that it is current.",
    "",
    'CDS Hooks is meant in version 2.0.1 with additions of 3.0 (ballot), SMART App Launch in version 2.2. "Own" is a',
    "decision of this project. A certificate is not claimed: Inferno's own kits were not run here.",
    "",
)

if __name__ == "__main__":
    TABLE.write_text(written(), "utf-8")
