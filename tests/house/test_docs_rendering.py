"""The manual as HTML: it renders without a complaint, and needs nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.house.manuals import manuals
from tests.house.repository import ROOT

# What a browser fetches by itself; a link that a person follows may lead anywhere.
FETCHED = re.compile(r"<(?:script|img|iframe|source|video|link)\b[^>]*\s(?:src|href)=\"(?:https?:)?//")
FETCHED_BY_CSS = re.compile(r"url\(\s*[\"']?https?:|@import")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "mkdocs",
        "build",
        "--quiet",
        "--strict",
        "--site-dir",
        str(folder),
    ]
    quietly = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quietly, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return folder


def test_every_page_is_there(site: Path) -> None:
    wanted = {name.removeprefix("docs/").removesuffix(".md") + ".html" for name in manuals()}
    assert wanted <= {str(path.relative_to(site)) for path in site.rglob("*.html")}


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    pages = {path: path.read_text("utf-8") for path in site.rglob("*.html")}
    assert [str(path.relative_to(site)) for path, text in pages.items() if FETCHED.search(text)] == []
    assert [path.name for path in site.rglob("*.css") if FETCHED_BY_CSS.search(path.read_text("utf-8"))] == []


def test_every_page_is_in_the_navigation() -> None:
    configuration = (ROOT / "mkdocs.yml").read_text("utf-8")
    told = set(re.findall(r"[\w/-]+\.md", str(yaml.safe_load(configuration)["nav"])))
    own = {name for name in told if not name.startswith("repository/")}
    assert own == {name.removeprefix("docs/") for name in manuals()}


def test_its_own_script_is_not_published(site: Path) -> None:
    assert not list(site.rglob("rendering.py"))
