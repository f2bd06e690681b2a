"""Who calls? Until callers can prove it, ``required`` lets nobody in.

They will prove it by a signed JWT (CDS Hooks 2.0.1 section Trusting CDS Clients). Discovery is open and never asks.
"""

from __future__ import annotations

from cds_hooks.refusals import NotAuthenticated
from hosting import Settings


def authenticate(settings: Settings) -> None:
    """Raises ``NotAuthenticated`` (401) unless authentication is off."""
    if settings.cds_authentication == "required":
        raise NotAuthenticated
