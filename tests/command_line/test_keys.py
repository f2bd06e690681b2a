"""``keys``: made, rotated and retired by name, and never a private part on the screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line.conftest import Call


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_from_new_to_retired(call: Call) -> None:
    made = call("keys", "new")
    assert made.exit_code == 0
    assert "RLS_SIGNING_KEY_FILE to signing-keys.json" in made.stdout
    assert "announced" in call("keys", "rotate", "--announce", "signing-keys.json").stdout
    assert "published until retired" in call("keys", "rotate", "signing-keys.json").stdout
    assert "published until retired" not in call("keys", "retire", "signing-keys.json").stdout


def test_the_setting_names_the_file(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_SIGNING_KEY_FILE", "ours.json")
    call("keys", "new")
    assert Path("ours.json").exists()
    told = json.loads(call("keys", "public").stdout)
    assert [sorted({"d", "p"} & set(key)) for key in told["keys"]] == [[], []]


def test_no_private_part_is_printed(call: Call) -> None:
    told = call("keys", "new").output + call("keys", "rotate", "signing-keys.json").output
    secrets = {key.get("d", "?")[:12] for key in json.loads(Path("signing-keys.json").read_text("utf-8"))["keys"]}
    assert not [secret for secret in secrets if secret in told]


def test_an_existing_file_stays_and_no_file_is_wrong_usage(call: Call) -> None:
    call("keys", "new")
    again = call("keys", "new")
    assert again.exit_code == 1
    assert again.stderr.count("\n") == 1
    assert call("keys", "rotate").exit_code == 2
    assert call("keys", "rotate", "none.json").exit_code == 1
