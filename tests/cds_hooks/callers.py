"""Callers as EHRs are: with keys, a key server on loopback that counts what it is asked, and tokens of any shape."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from joserfc.jwk import ECKey, RSAKey

from hosting import EhrRegistry

ISSUER = "https://ehr.example.org"
PUBLIC_URL = "https://cds.example.org"
SERVICE = "/cds-services/rls-nutrients"
KEYS_PATH = "/jwks.json"
FHIR_BASE = "https://ehr.example.org/fhir"


@cache
def elliptic(name: str = "ec", curve: str = "P-384") -> ECKey:
    """A key pair; the same for the same name, so that key id and key belong together."""
    return ECKey.generate_key(curve, {"kid": name, "use": "sig"})


@cache
def rsa_key(name: str = "rsa") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


def key_set(*keys: ECKey | RSAKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def claims(**other: Any) -> dict[str, Any]:
    """Claims that hold; ``None`` leaves one out."""
    now = int(time.time())
    told = {"iss": ISSUER, "aud": PUBLIC_URL + SERVICE, "iat": now, "exp": now + 300, "jti": str(uuid4())}
    return {name: value for name, value in (told | other).items() if value is not None}


def header_of(key: ECKey | RSAKey, **other: Any) -> dict[str, Any]:
    told = {"alg": "ES384" if isinstance(key, ECKey) else "RS384", "kid": key.kid, "typ": "JWT"}
    return {name: value for name, value in (told | other).items() if value is not None}


def token(key: ECKey | RSAKey | None = None, header: dict[str, Any] | None = None, **other: Any) -> str:
    """A token signed by ``key``, whatever the header says of it. Written without joserfc, which refuses bad ones."""
    signer = key or elliptic()
    return signed(json.dumps(header_of(signer, **header or {})), json.dumps(claims(**other)), signer)


def signed(header: str, payload: str, key: ECKey | RSAKey) -> str:
    content = f"{encoded(header.encode())}.{encoded(payload.encode())}"
    return f"{content}.{encoded(_signature(key, content.encode()))}"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _signature(key: ECKey | RSAKey, content: bytes) -> bytes:
    private = key.private_key
    if isinstance(private, ec.EllipticCurvePrivateKey):
        size = (private.key_size + 7) // 8
        hashed = SHA256() if size == 32 else SHA384()
        r, s = decode_dss_signature(private.sign(content, ec.ECDSA(hashed)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    assert isinstance(private, rsa.RSAPrivateKey)
    return private.sign(content, padding.PKCS1v15(), SHA384())


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


class KeyServer:
    """Answers any GET with ``body``; counts by path, and keeps the logins that came along.

    ``redirect_to``, ``delay`` and ``drip`` (seconds) make it misbehave; while ``gate`` is not set it says nothing,
    or, where ``drips_headers``, never more than half a header.
    """

    def __init__(self) -> None:
        self.body = b"{}"
        self.status = 200
        self.delay = 0.0
        self.drip = 0.0
        self.drips_headers = False
        self.logins: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.redirect_to: str | None = None
        self.asked: Counter[str] = Counter()
        self.address = ""

    @property
    def url(self) -> str:
        return self.address + KEYS_PATH

    def publish(self, *keys: ECKey | RSAKey) -> None:
        self.body = json.dumps(key_set(*keys)).encode()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked[request.path] += 1
        self.logins += request.headers.get_all("Authorization", [])
        time.sleep(self.delay)
        self._drip_headers(request)
        self.gate.wait(60)
        request.send_response(302 if self.redirect_to else self.status)
        if self.redirect_to:
            request.send_header("Location", self.redirect_to)
        request.send_header("Content-Length", str(len(self.body)))
        request.end_headers()
        if not self.drip:
            request.wfile.write(self.body)
            return
        for byte in self.body[:400]:
            request.wfile.write(bytes([byte]))
            time.sleep(self.drip)

    def _drip_headers(self, request: BaseHTTPRequestHandler) -> None:
        while self.drips_headers and not self.gate.wait(0.01):
            request.wfile.write(b"H")


@contextmanager
def key_server() -> Iterator[KeyServer]:
    """Publishes one elliptic and one RSA key."""
    keys = KeyServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(ConnectionError):  # a caller that has lost patience
                keys.answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing on standard error."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # with the usual five, many at once are turned away and come again a second later

    with Server(("127.0.0.1", 0), Handler) as server:
        keys.address = f"http://127.0.0.1:{server.server_address[1]}"
        keys.publish(elliptic(), rsa_key())
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield keys
        finally:
            server.shutdown()
            thread.join()


def hospital(name: str = "general-hospital", fhir_base: str = FHIR_BASE, **client: Any) -> dict[str, Any]:
    """An entry of the registry with one caller; ``client`` says where its keys are."""
    return {"name": name, "fhir_base": fhir_base, "cds_client": [{"iss": ISSUER} | client]}


def registry(*ehrs: dict[str, Any]) -> EhrRegistry:
    return EhrRegistry.model_validate({"ehr": list(ehrs)})
