"""What the manual refers to exists: tests, stories, cautions, proposals, places inside a page."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import Any

import pytest
import yaml

from clinical import load_knowledge
from tests.house.manuals import manuals, text_of
from tests.house.repository import ROOT, texts

TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
STORY = re.compile(r"`(tests/vignettes/\w+\.yaml)#([^`]+)`")
CAUTION = re.compile(r"\b((?:FE|VD|MG|GEN)\d{2}[a-z]?|B12\d{2}|FOL\d{2}[a-z]?|B6\d{2}|C\d{2})\b")
PROPOSAL = re.compile(r"\b(S\.(?:[A-Z0-9]+\.)*[A-Z0-9_]+)\b(?!\.\*)")
HAZARD = re.compile(r"^### (H\d\d) · (.+)$", re.MULTILINE)
PAGES = [*manuals(), "README.md", "SECURITY.md"]


@cache
def names_of_tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@cache
def stories_in(path: str) -> frozenset[str]:
    content: Any = yaml.safe_load((ROOT / path).read_text("utf-8"))
    return frozenset(content["rows"] if isinstance(content, dict) else (story["id"] for story in content))


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_exists(page: str) -> None:
    named = TEST.findall(text_of(page))
    assert [path for path, _ in named if not (ROOT / path).exists()] == []
    assert [f"{path}::{name}" for path, name in named if name not in names_of_tests(path)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_story_that_is_named_exists(page: str) -> None:
    assert [found for found in STORY.findall(text_of(page)) if found[1] not in stories_in(found[0])] == []


@pytest.mark.parametrize("page", [*manuals(), "README.md"])
def test_every_caution_and_proposal_that_is_named_exists(page: str) -> None:
    knowledge = load_knowledge()
    words = re.sub(r"```.*?```|`tests/[^`]*`", "", text_of(page), flags=re.DOTALL)
    cautions, proposals = {caution.id for caution in knowledge.cautions}, set(knowledge.proposals)
    assert [name for name in CAUTION.findall(words) if name not in cautions] == []
    assert [name for name in PROPOSAL.findall(words) if name not in proposals] == []


def test_every_hazard_is_told_whole_and_shown_by_a_test() -> None:
    text = text_of("docs/hazards.md").split("\n## ")[0]
    numbers = [number for number, _ in HAZARD.findall(text)]
    assert numbers == [f"H{number:02}" for number in range(1, len(numbers) + 1)]
    assert len(numbers) >= 25
    for section in text.split("\n### ")[1:]:
        _, _, body = section.partition("\n")
        assert "**Prevented by.** " in body, section[:60]
        assert TEST.search(body) or STORY.search(body), section[:60]


@pytest.mark.parametrize("name", sorted(name for name in texts() if name.endswith(".md")))
def test_places_inside_pages_exist(name: str) -> None:
    """Links of the form page.md#heading."""
    for target, place in re.findall(r"\]\(([^)\s#]*)#([^)\s]+)\)", text_of(name)):
        if "://" not in target:
            page = (ROOT / name).parent / target if target else ROOT / name
            assert place in anchors(page.read_text("utf-8")), f"{target}#{place}"


def anchors(text: str) -> set[str]:
    """As GitHub and mkdocs make them of headings."""
    headings = re.findall(r"^#{1,6} (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
