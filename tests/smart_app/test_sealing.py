"""What is sealed is opened by its own key, for its own row, and by nothing else."""

from __future__ import annotations

import secrets

import pytest

from smart_app.launch_context import LaunchContext
from smart_app.sealing import Begun, Permission, Seal

PERMISSION = Permission(access_token="token-1", scope="patient/*.rs", context=LaunchContext(patient="p1"))
BEGUN = Begun("https://ehr.example.org/fhir", "verifier-1", "launch")


def test_it_comes_back_as_it_was() -> None:
    seal = Seal(secrets.token_bytes(32))
    assert seal.open(seal.close(PERMISSION, "row"), "row", Permission) == PERMISSION
    assert seal.open(seal.close(BEGUN, "row"), "row", Begun) == BEGUN


def test_nothing_of_it_is_readable_and_no_two_are_alike() -> None:
    seal = Seal(secrets.token_bytes(32))
    one, other = seal.close(PERMISSION, "row"), seal.close(PERMISSION, "row")
    assert one != other
    assert "token-1" not in one and "p1" not in repr(PERMISSION) + repr(BEGUN)
    assert "verifier-1" not in repr(BEGUN) and "token-1" not in repr(PERMISSION)


def test_another_key_another_row_or_kind_opens_nothing() -> None:
    seal = Seal(secrets.token_bytes(32))
    sealed = seal.close(PERMISSION, "row")
    assert Seal(secrets.token_bytes(32)).open(sealed, "row", Permission) is None
    assert seal.open(sealed, "another row", Permission) is None
    assert seal.open(sealed, "row", Begun) is None


@pytest.mark.parametrize("sealed", ["", "x", "é", "AAAA", "A" * 400])
def test_what_was_never_sealed_opens_nothing(sealed: str) -> None:
    assert Seal(secrets.token_bytes(32)).open(sealed, "row", Permission) is None
