"""The stage of one demo: a temporary folder with the registry, the key and the database of the two services.

Nothing of the operator's own settings reaches the demo, and nothing of the demo outlives it.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from joserfc.jwk import ECKey

from demo_ehr.ports import Ports, address, address_elsewhere

CLIENT_ID = "rls-nutrients"
EHR_NAME = "demo-ehr"


class Stage:
    """``folder`` belongs to this demo alone."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self.folder, self.ports = folder, ports
        self._secret = secrets.token_urlsafe(48)
        self._registry, self._key = folder / "registry.toml", folder / "key.json"
        self._registry.write_text(_registry(ports), "utf-8")
        self._key.touch(0o600)
        self._key.write_text(_new_key(), "utf-8")

    def environment(self, port: int, **further: str) -> dict[str, str]:
        """The environment of the service on ``port``. Both share everything but their public address."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("RLS_")}
        own = {
            "RLS_PUBLIC_URL": address(port),
            "RLS_SMART_APP_URL": address(self.ports.smart_app),
            "RLS_EHR_REGISTRY": str(self._registry),
            "RLS_SIGNING_KEY_FILE": str(self._key),
            "RLS_DATABASE_URL": f"sqlite:///{self.folder / 'demo.db'}",
            "RLS_SECRET_KEY": self._secret,
            "RLS_CDS_AUTHENTICATION": "required",
        }
        return inherited | own | further


@contextmanager
def stage(ports: Ports) -> Iterator[Stage]:
    with TemporaryDirectory(prefix="rls-nutrients-demo-") as folder:
        yield Stage(Path(folder), ports)


def _registry(ports: Ports) -> str:
    """The demo EHR as any other EHR would be registered; the addresses need no escaping."""
    ehr = address(ports.demo_ehr)
    return f"""[[ehr]]
name = "{EHR_NAME}"
fhir_base = "{ehr}/fhir"
client_id = "{CLIENT_ID}"
client_authentication = "private_key_jwt"
frame_ancestors = ["{ehr}", "{address_elsewhere(ports.demo_ehr)}"]

[[ehr.cds_client]]
iss = "{ehr}"
jwks_url = "{ehr}/auth/jwks.json"
"""


def _new_key() -> str:
    key = ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384"}, auto_kid=True)
    return json.dumps(key.as_dict(private=True))
