"""What is written about the product is true of it: files, links, settings, commands, words."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest

from command_line import main
from hosting import CdsClient, Ehr, Settings
from tests.house.repository import PACKAGES, ROOT, texts

DOCUMENTS = ("README.md", "GLOSSARY.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MARKDOWN = sorted(name for name in texts() if name.endswith(".md"))


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_exists(name: str) -> None:
    assert text_of(name).strip()


@pytest.mark.parametrize("name", MARKDOWN)
def test_links_lead_somewhere(name: str) -> None:
    targets = [target.split("#")[0] for target in LINK.findall(text_of(name)) if "://" not in target]
    assert [target for target in targets if target and not (ROOT / name).parent.joinpath(target).exists()] == []


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(setting: str) -> None:
    start = f"| `RLS_{setting.upper()}` | "
    [row] = [line for line in text_of("docs/settings.md").splitlines() if line.startswith(start)]
    default = Settings.model_fields[setting].get_default()
    spelt = "none" if default in (None, ()) else f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
    assert row.removeprefix(start).split(" | ")[0] == spelt.lower()


def test_no_setting_is_documented_that_does_not_exist() -> None:
    known = {f"RLS_{name.upper()}" for name in Settings.model_fields}
    mentioned = {word for name in MARKDOWN for word in re.findall(r"\bRLS_[A-Z][A-Z_]*[A-Z]\b", text_of(name))}
    assert mentioned <= known


@pytest.mark.parametrize("word", sorted({field.alias or name for name, field in Ehr.model_fields.items()}))
def test_every_word_of_the_registry_is_documented(word: str) -> None:
    assert re.search(rf"^(?:{word} = |\[\[?ehr\.{word}\])", text_of("docs/settings.md"), re.MULTILINE)


@pytest.mark.parametrize("word", sorted(CdsClient.model_fields))
def test_every_word_of_a_caller_is_documented(word: str) -> None:
    assert f"{word} = " in text_of("docs/settings.md")


def test_every_command_is_in_the_readme() -> None:
    assert isinstance(main, click.Group)
    context = click.Context(main)
    assert main.list_commands(context)
    for command in main.list_commands(context):
        assert re.search(rf"rls-nutrients {command}\b|`{command}`", text_of("README.md")), command


@pytest.mark.parametrize("group", ["rls_nutrients.front_doors", "rls_nutrients.formats", "rls_nutrients.commands"])
def test_every_entry_point_leads_to_a_callable(group: str) -> None:
    found = entry_points(group=group)
    assert found
    assert all(callable(entry.load()) for entry in found)


def test_every_make_target_has_a_word_of_help() -> None:
    makefile = text_of("Makefile")
    targets = re.findall(r"^([a-z]+):(?!=)", makefile, re.MULTILINE)
    explained = re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE)
    assert targets == explained
    assert {"help", "install", "demo", "test", "check", "bench", "docs"} <= set(targets)


def glossary() -> list[list[str]]:
    """The words of each section, in their order."""
    sections = text_of("GLOSSARY.md").split("\n## ")[1:]
    return [re.findall(r"^\| \*\*(.+?)\*\* \|", section, re.MULTILINE) for section in sections]


def test_the_glossary_is_in_order_and_says_each_word_once() -> None:
    sections = glossary()
    assert all(words == sorted(words, key=str.casefold) for words in sections)
    words = [word for section in sections for word in section]
    assert len(words) == len(set(words)) > 50


def test_the_glossary_knows_the_rooms() -> None:
    assert [room for room in PACKAGES if room not in text_of("GLOSSARY.md")] == []


def test_the_changelog_is_one() -> None:
    changelog = text_of("CHANGELOG.md")
    assert "## [Unreleased]" in changelog
    headings = set(re.findall(r"^### (.+)$", changelog, re.MULTILINE))
    assert headings <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_ci_and_pre_commit_run_what_make_runs() -> None:
    assert "make test" in text_of(".ci/run")
    assert Path(ROOT / ".ci/run").stat().st_mode & 0o111
    for tool in ("ruff", "mypy", "lint-imports"):
        assert tool in text_of("Makefile")
        assert tool in text_of(".pre-commit-config.yaml")
