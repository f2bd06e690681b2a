"""The CDS service and the SMART app as a stranger meets them: over HTTP. One service serves these tests and its own.

The CDS service lives on a fixed day; the SMART app, with every installed front door, lives today.
"""

from __future__ import annotations

from tests.cds_hooks.conftest import client, closed, database, foreign, keys, post
from tests.smart_app.launches import (
    all_hospitals,
    app,
    app_of,
    browser,
    client_secret,
    ehr,
    ehr_of_kind,
    forgettable,
    hospitals,
    key_file,
    kind,
    new_browser,
    own_ehr,
    patience,
    shared_database,
    stranger,
)

__all__ = [
    "SERVICE",
    "all_hospitals",
    "app",
    "app_of",
    "browser",
    "client",
    "client_secret",
    "closed",
    "database",
    "ehr",
    "ehr_of_kind",
    "foreign",
    "forgettable",
    "hospitals",
    "key_file",
    "keys",
    "kind",
    "new_browser",
    "own_ehr",
    "patience",
    "post",
    "shared_database",
    "stranger",
]

SERVICE = "/cds-services/rls-nutrients"
