"""The CDS service as a stranger meets it: over HTTP, on a fixed day. One service serves these tests and its own."""

from __future__ import annotations

from tests.cds_hooks.conftest import client, closed, database, foreign, keys, post

__all__ = ["SERVICE", "client", "closed", "database", "foreign", "keys", "post"]

SERVICE = "/cds-services/rls-nutrients"
