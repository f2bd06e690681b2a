"""The CDS service on its fixed day."""

from __future__ import annotations

from tests.cds_hooks.conftest import client, closed, database, keys, post
from tests.smart_app.launches import client_secret, key_file, own_ehr, shared_database

__all__ = ["client", "client_secret", "closed", "database", "key_file", "keys", "own_ehr", "post", "shared_database"]
