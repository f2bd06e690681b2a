"""What is in git belongs there: no machine's paths, no package index, no key, nothing huge."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.house.repository import ROOT, files, texts

LARGEST = 1_000_000
LOCKS = ("requirements.lock", "requirements-test.lock")

# Folders of somebody's machine; a path inside an address (https://host/home/…) is not meant.
MACHINE_PATH = re.compile(r"(?<![\w.:/>)\]}])/(?:work|farm|home|root|Users|mnt|opt)/\w+")
PACKAGE_INDEX = re.compile(r"https?://[^\s\"'/]+/(?:simple|packages)(?:/|\b)|https?://[^\s\"'/]*pythonhosted\.org")
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----")


@pytest.mark.parametrize("pattern", [MACHINE_PATH, PACKAGE_INDEX, PRIVATE_KEY], ids=["path", "index", "key"])
def test_no_text_file_holds(pattern: re.Pattern[str]) -> None:
    found = {name: match.group(0) for name, text in texts().items() if (match := pattern.search(text))}
    assert found == {}


@pytest.mark.parametrize(
    "name",
    [
        "signing-keys.json",
        ".signing-keys.json.new",
        "cookies",
        "registry.toml",
        "rls-nutrients.db",
        ".env",
        "config/ehrs.toml",
        "deploy/kubernetes/secret.yaml",
    ],
)
def test_what_the_manual_has_one_write_is_ignored(name: str) -> None:
    """Private keys, cookies and passwords, made by following a page word by word: ``git add .`` must not take them."""
    asked = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", name], cwd=ROOT, check=False)
    assert asked.returncode == 0


def test_no_file_is_huge() -> None:
    assert [str(path.relative_to(ROOT)) for path in files() if path.stat().st_size > LARGEST] == []


def test_every_text_file_ends_with_a_line_end() -> None:
    assert [name for name, text in texts().items() if text and not text.endswith("\n")] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_names_versions_and_hashes_only(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    requirement = re.compile(r"[a-z0-9-]+==[\w.!+]+(?: ; .+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")
    comment = re.compile(r"    #.*")
    assert [line for line in lines if not any(form.fullmatch(line) for form in (requirement, digest, comment))] == []
    assert not any("://" in line or re.search(r"(?:^|\s)[./~]*/", line) for line in lines)


def test_the_locks_agree() -> None:
    def versions(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    runtime, test = (versions(name) for name in LOCKS)
    assert runtime.items() <= test.items()
