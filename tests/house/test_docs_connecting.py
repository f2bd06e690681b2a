"""Each page on connecting an EHR has its parts, and the registry entry that it shows is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_hooks import front_door
from doctor.registry_advice import advice_on
from hosting import Settings, SigningKeys, create_application, read_registry
from tests.databases import new_sqlite
from tests.house.manuals import blocks, manuals, text_of

PAGES = [name for name in manuals() if name.startswith("docs/connecting/")]
EHRS = ("cds-hooks-sandbox", "demo-ehr", "epic", "hapi", "oracle-health", "smart-launcher")
SECTIONS = ("## Registration sheet", "## Registry entry", "## Scopes")
# What one would regret of a page's entry by itself; the sandbox is meant to be warned of.
REGRETTED = {"cds-hooks-sandbox": {"cds_client https://sandbox.cds-hooks.org"}}


def entry(page: str, folder: Path) -> Path:
    [block] = [block for block in blocks(page, "toml") if block.title == "registry.toml"]
    path = folder / "registry.toml"
    path.write_text(block.text, "utf-8")
    return path


def test_the_pages() -> None:
    assert [Path(page).stem for page in PAGES] == sorted(EHRS)


@pytest.mark.parametrize("page", PAGES)
def test_it_has_its_parts_and_says_whether_it_was_tested(page: str) -> None:
    text = text_of(page)
    assert [section for section in SECTIONS if f"\n{section}\n" not in text] == []
    assert "Prefetch" in text
    assert "ialect" in text
    assert "ot tested here" in text or "Tested here" in text


@pytest.mark.parametrize("page", PAGES)
def test_its_registry_entry_is_one(page: str, tmp_path: Path) -> None:
    registry = read_registry(entry(page, tmp_path))
    [ehr] = registry.ehrs
    settings = Settings(database_url=new_sqlite())
    create_application(settings, registry, [front_door])
    found = advice_on(ehr, registry, settings, SigningKeys(), {})
    bad = {verdict.check for verdict in found if verdict.state == "fail"} - {"client_authentication"}
    assert bad == REGRETTED.get(ehr.name, set())


@pytest.mark.parametrize("page", PAGES)
def test_its_name_is_that_of_the_page(page: str, tmp_path: Path) -> None:
    [ehr] = read_registry(entry(page, tmp_path)).ehrs
    assert ehr.name == Path(page).stem
