"""Signing keys are rotated while the service runs, and a file that breaks meanwhile breaks nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hosting import Settings, SettingsError, announce_keys, new_key_file, retire_keys, rotate_keys
from smart_app.current_keys import CurrentKeys


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys take long to make."""
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    new_key_file(path)
    return path


@pytest.fixture
def file(tmp_path: Path, made: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_bytes(made.read_bytes())
    return path


def ids(keys: CurrentKeys) -> set[str]:
    return {key["kid"] for key in keys.now().public_jwks()["keys"]}


def test_a_rotation_is_seen_at_once(file: Path) -> None:
    keys = CurrentKeys(Settings(signing_key_file=file))
    first, signing = ids(keys), keys.now().signing_key("ES384").kid
    announce_keys(file)
    assert first < ids(keys) and keys.now().signing_key("ES384").kid == signing
    rotate_keys(file)
    assert first < ids(keys) and keys.now().signing_key("ES384").kid != signing
    retire_keys(file)
    assert not first & ids(keys)


@pytest.mark.parametrize("content", ["", "{", "not a key"])
def test_a_file_that_broke_changes_nothing(file: Path, content: str) -> None:
    keys = CurrentKeys(Settings(signing_key_file=file))
    before = ids(keys)
    file.write_text(content, "utf-8")
    assert ids(keys) == before
    file.unlink()
    assert ids(keys) == before


def test_a_file_that_is_no_key_is_told_at_the_start(file: Path) -> None:
    file.write_text("{", "utf-8")
    with pytest.raises(SettingsError):
        CurrentKeys(Settings(signing_key_file=file))
