"""Writes the file of signing keys: new keys, the change to the next ones, and forgetting the old ones.

Order is meaning: the first private key of an algorithm signs. A key that no longer signs loses its private part at
once, and its public part stays published until it is retired: an EHR may hold a signed request for some minutes more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, RSAKey

from hosting.mistakes import SettingsError
from hosting.signing_keys import ALGORITHMS, SigningKey, algorithm_of, read_key_file

_RSA_BITS = 3072


def new_key_file(path: Path) -> list[SigningKey]:
    """One key per algorithm, in a file that only its owner reads (0600). Raises SettingsError where it exists."""
    keys = [_new_key(algorithm) for algorithm in ALGORITHMS]
    try:
        _write_new(path, keys)
    except FileExistsError:
        raise SettingsError(f"{path} is there already; rls-nutrients keys rotate changes its keys.") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from None
    return keys


def announce_keys(path: Path) -> list[SigningKey]:
    """Publishes the next key of each algorithm behind the present one, which goes on signing."""
    keys = read_key_file(path)
    return _replaced(path, [*keys, *_next_keys(keys)])


def rotate_keys(path: Path) -> list[SigningKey]:
    """The announced keys sign from now on, new ones where none were announced; the old ones stay published."""
    keys = read_key_file(path)
    keys += _next_keys(keys)
    signing = [[key for key in keys if key.is_private and algorithm_of(key) == one][0:2] for one in ALGORITHMS]
    outgoing = {pair[0].kid for pair in signing if len(pair) > 1}
    return _replaced(path, [_public_half(key) if key.kid in outgoing else key for key in keys])


def retire_keys(path: Path) -> list[SigningKey]:
    """Keys that no longer sign are published no more."""
    return _replaced(path, [key for key in read_key_file(path) if key.is_private])


def _next_keys(keys: Iterable[SigningKey]) -> list[SigningKey]:
    """A key for each algorithm that has no announced one yet."""
    private = [algorithm_of(key) for key in keys if key.is_private]
    return [_new_key(algorithm) for algorithm in ALGORITHMS if private.count(algorithm) < 2]


def _new_key(algorithm: str) -> SigningKey:
    members: Any = {"use": "sig", "alg": algorithm}
    if algorithm == "ES384":
        return ECKey.generate_key("P-384", members, private=True, auto_kid=True)
    return RSAKey.generate_key(_RSA_BITS, members, private=True, auto_kid=True)


def _public_half(key: SigningKey) -> SigningKey:
    members: Any = {**key.as_dict(private=False), "kid": key.kid}
    return RSAKey.import_key(members) if isinstance(key, RSAKey) else ECKey.import_key(members)


def _replaced(path: Path, keys: list[SigningKey]) -> list[SigningKey]:
    """All at once: whoever reads the file meanwhile reads the old one whole."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.unlink(missing_ok=True)
        _write_new(beside, keys)
        beside.replace(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from None
    return keys


def _write_new(path: Path, keys: Iterable[SigningKey]) -> None:
    """Never readable by others, not even for a moment; on disk before it takes the old one's place."""
    told: Any = {"keys": [{**key.as_dict(private=key.is_private), "kid": key.kid} for key in keys]}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(told, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
