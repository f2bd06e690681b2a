"""The public CDS Hooks sandbox, whose private signing key is in a public repository: anybody can sign as it.

Source: github.com/cds-hooks/sandbox, ``.well-known/jwks.json`` (public parts only were read). It is a place to try
things out; to trust it with patients' data is to have no authentication.
"""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from hosting.registry import CdsClient

HOST = "sandbox.cds-hooks.org"
# RFC 7638 thumbprints of the keys that it signs or has signed with: under another issuer they prove as little.
THUMBPRINTS = frozenset(
    {
        "s9fOe-KDYD1myZ8YCzleUqJQgrYZL49kVijBxhnZvZc",  # ES384, kid 44823f3d-0b01-4a6c-a80e-b9d3e8a7226f
        "WUEVfFenRfMtdDhwPUzCCfmqEN45h61hdHclwVoqfes",  # ES256, kid d9cd3c4f-eb08-4304-b973-44f352fd2ca2
    }
)


class Key(Protocol):
    """A public key of any kind."""

    def thumbprint(self) -> str:
        """As RFC 7638 has it."""


def is_public_sandbox(client: CdsClient) -> bool:
    """Whether this caller's issuer or keys are the sandbox's."""
    return any(_host(address) == HOST for address in (client.iss, client.jwks_url, client.jku))


def is_public_sandbox_key(key: Key) -> bool:
    return key.thumbprint() in THUMBPRINTS


def _host(address: str | None) -> str | None:
    try:
        return urlsplit(address or "").hostname
    except ValueError:
        return None
