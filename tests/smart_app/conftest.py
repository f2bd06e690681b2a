"""The mock EHRs and applications that the conformance tests use, here for what those need not know."""

from __future__ import annotations

from tests.smart_app.launches import app_of, client_secret, key_file, own_ehr, shared_database

__all__ = ["app_of", "client_secret", "key_file", "own_ehr", "shared_database"]
