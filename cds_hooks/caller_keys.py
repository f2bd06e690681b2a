"""The public keys of one caller, from the address or file in the registry and from nowhere else.

They are read when first needed. Callers change their keys: an unknown key id is a reason to ask again, though not more
than once in five seconds, or anybody could make us ask all day. A key that was withdrawn is forgotten within hours.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
import requests
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import base64_to_int
from urllib3.exceptions import HTTPError

from cds_hooks.caller_token import PublicKey
from hosting import CdsClient, EhrRegistry, RegistryError, in_time, log, without_login

KeysById = dict[str, tuple[PublicKey, ...]]

SECONDS_BETWEEN_ASKING = 5.0
SECONDS_UNTIL_ASKED_AGAIN = 3600.0
# While the caller's key server is down, keys stay good for so long after they were read.
SECONDS_KEPT = 4 * 3600.0
LARGEST_BYTES = 256 * 1024
_HEADERS = {"Accept": "application/json", "User-Agent": "rls-nutrients"}
_MOST_KEYS = 100
_SMALLEST_RSA_BITS = 2048
_TOO_SLOW = "no answer in time"


class KeysOutOfReach(Exception):
    """The keys cannot be had: no answer, no file, or not a JWKS."""


class CallerKeys:
    """Safe for many threads; each worker process has its own. ``seconds`` is how long an answer is waited for.

    ``refused`` says of which keys nothing is proof; each is asked about once, when it is read.
    """

    def __init__(
        self,
        client: CdsClient,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        *,
        refused: Callable[[PublicKey], bool] = lambda _: False,
    ) -> None:
        self._client = client
        self._seconds = seconds
        self._clock = clock
        self._refused = refused
        self._asking = Lock()
        self._keys: KeysById = {}
        self._read_at: float | None = None
        self._asked = False
        self._asked_again_at = float("-inf")

    def find(self, kid: str) -> tuple[PublicKey, ...]:
        """The keys of this id, mostly one. None where it is unknown or the keys are out of reach."""
        known = self._known(kid, SECONDS_KEPT)
        if self._known(kid, SECONDS_UNTIL_ASKED_AGAIN):
            return known
        until = time.monotonic() + self._seconds
        # With a key in hand nobody waits for another thread's question to be answered, and without one not for long.
        if self._asking.acquire(timeout=0 if known else self._seconds):
            try:
                left = until - time.monotonic()
                # A question in a hurry would only spend the leave to ask.
                if not self._known(kid, SECONDS_UNTIL_ASKED_AGAIN) and left > self._seconds / 2 and self._may_ask():
                    self._ask(left)
            finally:
                self._asking.release()
        return self._known(kid, SECONDS_KEPT)

    def _known(self, kid: str, seconds: float) -> tuple[PublicKey, ...]:
        if self._read_at is None or self._clock() - self._read_at > seconds:
            return ()
        return self._keys.get(kid, ())

    def _may_ask(self) -> bool:
        """The first time always; from then on only so often, whatever the answer was."""
        now = self._clock()
        if self._asked and now - self._asked_again_at < SECONDS_BETWEEN_ASKING:
            return False
        if self._asked:
            self._asked_again_at = now
        self._asked = True
        return True

    def _ask(self, seconds: float) -> None:
        try:
            keys = read_keys(in_time(f"keys of {self._client.iss}", seconds, lambda: self._bytes(seconds)))
        except (KeysOutOfReach, TimeoutError) as error:
            log.error("keys of a caller are out of reach", reason=str(error) or _TOO_SLOW)
            return
        self._keys = {kid: tuple(key for key in its if not self._refused(key)) for kid, its in keys.items()}
        self._read_at = self._clock()

    def _bytes(self, seconds: float) -> bytes:
        if self._client.jwks_file is None:
            return _fetch(str(self._client.jwks_url), seconds)
        try:
            return self._client.jwks_file.read_bytes()
        except OSError:
            raise KeysOutOfReach("file cannot be read") from None


def _fetch(url: str, seconds: float) -> bytes:
    """Follows no redirect, which would lead to an address that nobody has listed."""
    try:
        with requests.get(
            url, timeout=seconds, allow_redirects=False, stream=True, headers=_HEADERS, auth=without_login
        ) as answer:
            if answer.status_code != 200:
                raise KeysOutOfReach("answer is not ok")
            return _read_whole(answer, time.monotonic() + seconds)
    except requests.Timeout:
        raise KeysOutOfReach(_TOO_SLOW) from None
    except (requests.RequestException, HTTPError):
        raise KeysOutOfReach("no answer") from None


def _read_whole(answer: requests.Response, give_up_at: float) -> bytes:
    """Part by part as they arrive: a timeout counts from the last byte, and a byte may come every second."""
    received = b""
    while part := answer.raw.read1(decode_content=True):
        received += part
        if len(received) > LARGEST_BYTES:
            raise KeysOutOfReach("answer too long")
        if time.monotonic() > give_up_at:
            raise KeysOutOfReach(_TOO_SLOW)
    return received


def check_key_files(registry: EhrRegistry) -> None:
    """Raises ``RegistryError`` for a file that cannot be read or holds no key of use. Addresses are not asked yet."""
    for ehr in registry.ehrs:
        for file in [client.jwks_file for client in ehr.cds_clients if client.jwks_file is not None]:
            if not _keys_in(file):
                raise RegistryError(f'EHR "{ehr.name}", cds_client.jwks_file: {file} holds no key that can be used.')


def _keys_in(file: Path) -> KeysById:
    try:
        return read_keys(file.read_bytes())
    except (OSError, KeysOutOfReach):
        return {}


def read_keys(data: bytes) -> KeysById:
    """Reads a JWKS. Keys that we cannot or must not use are left out. Raises ``KeysOutOfReach`` if it is none."""
    try:
        entries = msgspec.json.decode(data, type=dict[str, Any])["keys"]
        listed = msgspec.convert(entries, list[dict[str, Any]])[:_MOST_KEYS]
    except (ValueError, KeyError, RecursionError):
        raise KeysOutOfReach("not a key set") from None
    keys: KeysById = {}
    for jwk in listed:
        key = _public_key(jwk)
        if key is not None and key.kid is not None:
            keys[key.kid] = (*keys.get(key.kid, ()), key)
    return keys


def _public_key(jwk: dict[str, Any]) -> PublicKey | None:
    """None for symmetric, private and weak keys, for those not meant to verify, and for unreadable ones."""
    if "d" in jwk or jwk.get("use", "sig") != "sig" or not _may_verify(jwk.get("key_ops", ["verify"])):
        return None
    try:
        if jwk["kty"] == "EC":
            return ECKey.import_key(_members(jwk, "crv", "x", "y"))
        if jwk["kty"] == "RSA" and base64_to_int(jwk["n"]).bit_length() >= _SMALLEST_RSA_BITS:
            return RSAKey.import_key(_members(jwk, "n", "e"))
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return None


def _may_verify(key_ops: object) -> bool:
    return isinstance(key_ops, list) and "verify" in key_ops


def _members(jwk: dict[str, Any], *names: str) -> dict[str, str | list[str]]:
    """Only what makes up the key: an odd certificate beside it is no reason to refuse it."""
    wanted = ("kty", "kid", "alg", *names)
    return {name: jwk[name] for name in wanted if name in jwk}
