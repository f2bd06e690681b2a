"""Keys that we sign with: read from every form, private parts never told, and changed without a moment of none."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from hosting import (
    ConfigurationError,
    Settings,
    SettingsError,
    SigningKeys,
    announce_keys,
    new_key_file,
    read_key_file,
    read_signing_keys,
    retire_keys,
    rotate_keys,
)

PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "k"}


@pytest.fixture(scope="session")
def rsa() -> RSAKey:
    return RSAKey.generate_key(2048, private=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def kids(keys: list[Any], **states: bool) -> list[str]:
    return [key.kid for key in keys if all(getattr(key, name) == value for name, value in states.items())]


def test_a_new_file_signs_by_both_algorithms_and_is_its_owners_alone(file: Path) -> None:
    new_key_file(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keys = read_signing_keys(Settings(signing_key_file=file))
    published = KeySet.import_key_set(keys.public_jwks())  # type: ignore[arg-type]
    for algorithm in ("ES384", "RS384"):
        key = keys.signing_key(algorithm)
        signed = jwt.encode({"alg": algorithm, "kid": key.kid}, {"sub": "x"}, key, algorithms=[algorithm])
        assert jwt.decode(signed, published, algorithms=[algorithm]).claims == {"sub": "x"}


def test_what_is_published_holds_no_private_part(file: Path) -> None:
    new_key_file(file)
    for one in SigningKeys(read_key_file(file)).public_jwks()["keys"]:
        assert not PRIVATE_MEMBERS & set(one)
        assert one["use"] == "sig"
        assert one["alg"] in ("ES384", "RS384")
        assert one["kid"]


def test_an_existing_file_is_never_written_over(file: Path) -> None:
    file.write_text("mine", "utf-8")
    with pytest.raises(SettingsError, match="is there already"):
        new_key_file(file)
    assert file.read_text("utf-8") == "mine"


def test_after_a_rotation_new_keys_sign_and_old_ones_are_published_without_their_private_part(file: Path) -> None:
    old = kids(new_key_file(file))
    rotated = rotate_keys(file)
    assert read_key_file(file)[0].kid == rotated[0].kid
    assert kids(read_key_file(file), is_private=False) == old
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert SigningKeys(rotated).signing_key("ES384").kid not in old
    assert {one["kid"] for one in SigningKeys(rotated).public_jwks()["keys"]} > set(old)
    assert set(kids(retire_keys(file))).isdisjoint(old)
    assert len(read_key_file(file)) == 2


def test_announced_keys_are_published_before_they_sign(file: Path) -> None:
    old = kids(new_key_file(file))
    announced = announce_keys(file)
    assert announce_keys(file)[-1].kid == announced[-1].kid, "announcing twice makes no third key"
    assert SigningKeys(announced).signing_key("RS384").kid in old
    assert SigningKeys(rotate_keys(file)).signing_key("RS384").kid == announced[-1].kid


@pytest.mark.parametrize("form", ["pem", "pkcs8", "jwk", "jwks"])
def test_every_form_of_key_is_read(file: Path, form: str, rsa: RSAKey) -> None:
    key = ECKey.generate_key("P-384", private=True)
    told: dict[str, bytes] = {
        "pem": key.as_pem(private=True),
        "pkcs8": rsa.as_pem(private=True),
        "jwk": json.dumps(key.as_dict(private=True)).encode(),
        "jwks": json.dumps({"keys": [key.as_dict(private=True) | {"kid": "mine"}]}).encode(),
    }
    file.write_bytes(told[form])
    [found] = read_key_file(file)
    assert found.kid == ("mine" if form == "jwks" else (rsa if form == "pkcs8" else key).thumbprint())
    assert found.is_private


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a PEM"),
        (b"secret words", "not a PEM"),
        (b"{}", "not a PEM"),
        (b"[]", "not a PEM"),
        (b'{"keys": 3}', "not a PEM"),
        (b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}', "not a PEM"),
        (b"-----BEGIN NOTHING-----\nsecret\n-----END NOTHING-----", "not a PEM"),
    ],
)
def test_what_is_no_key_is_told_without_a_word_of_it(file: Path, content: bytes, sentence: str) -> None:
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=sentence) as told:
        read_key_file(file)
    assert "secret" not in str(told.value)


def test_weak_keys_and_other_curves_are_refused(file: Path) -> None:
    file.write_text(json.dumps(ECKey.generate_key("P-256", private=True).as_dict(private=True)), "utf-8")
    with pytest.raises(SettingsError, match="P-384"):
        read_key_file(file)


def test_two_keys_of_one_name_are_refused(file: Path) -> None:
    pair = [ECKey.generate_key("P-384", {"kid": "same"}, private=True).as_dict(private=True) for _ in range(2)]
    file.write_text(json.dumps({"keys": pair}), "utf-8")
    with pytest.raises(SettingsError, match="same kid"):
        read_key_file(file)


def test_without_a_file_there_are_no_keys() -> None:
    keys = read_signing_keys(Settings())
    assert keys.public_jwks() == {"keys": []}
    assert keys.for_signing("ES384") is None
    with pytest.raises(ConfigurationError, match="keys new"):
        keys.signing_key("ES384")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_key_file(tmp_path / "none.json")
