"""The mock EHRs and applications that the conformance tests use, here for what those need not know."""

from __future__ import annotations

from tests.smart_app.launches import (
    all_hospitals,
    app,
    app_of,
    browser,
    client_secret,
    ehr,
    hospitals,
    key_file,
    new_browser,
    own_ehr,
    patience,
    shared_database,
)

__all__ = [
    "all_hospitals",
    "app",
    "app_of",
    "browser",
    "client_secret",
    "ehr",
    "hospitals",
    "key_file",
    "new_browser",
    "own_ehr",
    "patience",
    "shared_database",
]
