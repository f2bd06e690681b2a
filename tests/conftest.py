"""What holds for every test."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from hosting import database
from hosting.access_audit import close_access_audit

pytest_plugins = ["tests.databases", "tests.every_log", "tests.running_order"]


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the developer's own shell sets must not decide a test."""
    for name in [name for name in os.environ if name.upper().startswith("RLS_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_open_databases() -> Iterator[None]:
    """A test leaves no connection behind; a service that outlives the test connects anew."""
    yield
    close_access_audit()
    for opened in list(database._of_process.values()):
        opened.close()
