"""How we prove to an EHR's token endpoint which app asks: not at all, by a secret, or by a signed assertion.

Source: SMART App Launch 2.2 sections Obtain access token, Client Authentication: Asymmetric and Symmetric.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from uuid import uuid4

from authlib.common.urls import add_params_to_qs
from authlib.oauth2.auth import ClientAuth
from joserfc import jwt
from pydantic import SecretStr

from hosting import ConfigurationError, Ehr, EhrRegistry
from smart_app.current_keys import CurrentKeys

# SMART allows five minutes; one is left for clocks that differ.
_SECONDS_TO_USE = 240
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class ClientAuthentication:
    """Writes it into requests, for each EHR as its registry entry says.

    Raises ConfigurationError where an entry needs a key or a secret that is not there.
    """

    def __init__(self, registry: EhrRegistry, keys: CurrentKeys, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock
        self._secrets = {ehr.name: _secret(ehr) for ehr in registry.ehrs}
        for ehr in registry.ehrs:
            _check(ehr, keys)

    def proven(self, ehr: Ehr, endpoint: str, form: str) -> tuple[dict[str, str], str]:
        """Headers and form of a request that says who asks. An assertion is made anew for each request, because EHRs
        refuse one that came before."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if ehr.client_authentication == "private_key_jwt":
            assertion = self._assertion(ehr, endpoint)
            words = [("client_assertion_type", _ASSERTION_TYPE), ("client_assertion", assertion)]
            return headers, add_params_to_qs(form, words)
        secret = self._secrets[ehr.name]
        client = ClientAuth(ehr.client_id, secret and secret.get_secret_value(), ehr.client_authentication)
        _, headers, form = client.prepare("POST", endpoint, headers, form)
        return headers, form

    def _assertion(self, ehr: Ehr, endpoint: str) -> str:
        key = self._keys.now().signing_key(ehr.signing_algorithm)
        header = {"alg": ehr.signing_algorithm, "kid": key.kid, "typ": "JWT"}
        claims = {
            "iss": ehr.client_id,
            "sub": ehr.client_id,
            "aud": endpoint,
            "exp": int(self._clock()) + _SECONDS_TO_USE,
            "jti": str(uuid4()),
        }
        return jwt.encode(header, claims, key, algorithms=[ehr.signing_algorithm])


def _secret(ehr: Ehr) -> SecretStr | None:
    """From the environment, where the entry names a variable; nobody writes a secret into a registry."""
    if ehr.client_authentication != "client_secret_basic":
        return None
    return SecretStr(os.environ.get(ehr.client_secret_env or "", ""))


def _check(ehr: Ehr, keys: CurrentKeys) -> None:
    if ehr.client_authentication == "private_key_jwt" and keys.now().for_signing(ehr.signing_algorithm) is None:
        raise ConfigurationError(
            f'EHR "{ehr.name}": client_authentication "private_key_jwt" needs a key for {ehr.signing_algorithm} in '
            "RLS_SIGNING_KEY_FILE; rls-nutrients keys new writes one."
        )
    if ehr.client_authentication == "client_secret_basic" and not os.environ.get(ehr.client_secret_env or ""):
        raise ConfigurationError(
            f'EHR "{ehr.name}": client_authentication "client_secret_basic" needs its secret in the environment, as '
            f"{ehr.client_secret_env}."
        )
