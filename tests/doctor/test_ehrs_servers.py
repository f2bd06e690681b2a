"""What the demo EHR cannot show: certificates, clocks that differ, and pages that may not be framed."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
import responses
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from doctor.browser_checks import check_framing
from doctor.examination import Examination
from doctor.server_checks import check_server, check_tls
from hosting import Ehr, EhrRegistry, Settings, SigningKeys

EHR = "https://ehr.example.org"
AUTHORIZE = "https://login.example.org/authorize"


def examination(base: str = f"{EHR}/fhir") -> Examination:
    ehr = Ehr(name="x", fhir_base=base, client_id="us", frame_ancestors=(EHR,))
    smart = {"authorization_endpoint": AUTHORIZE}
    return Examination(Settings(), EhrRegistry(), SigningKeys(), ehr, is_registered=True, smart=smart)


def certificate(folder: Path, days: int) -> Path:
    """A key and a certificate of 127.0.0.1, signed by itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@contextmanager
def encrypted(pem: Path) -> Iterator[str]:
    """The address of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a handshake that was broken off
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}/fhir"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("days", "state", "seen"), [(90, "ok", "holds for 90 days"), (5, "warn", "expires in 5 days")])
def test_how_long_a_certificate_holds(
    days: int, state: str, seen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path, days)
    trusting = ssl.create_default_context(cafile=str(pem))
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    with encrypted(pem) as base:
        [verdict] = check_tls(examination(base))
    assert (verdict.state, verdict.seen) == (state, f"the certificate {seen}")


def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    with encrypted(certificate(tmp_path, 90)) as base:
        [verdict] = check_tls(examination(base))
    assert (verdict.state, verdict.seen) == ("fail", "the certificate does not hold")
    [verdict] = check_tls(examination("https://127.0.0.1:1/fhir"))
    assert (verdict.state, verdict.seen) == ("fail", "no connection")


@pytest.mark.parametrize(
    ("ahead", "state", "seen"),
    [(0, "ok", "differs by"), (300, "fail", "ahead of ours"), (-300, "fail", "behind ours"), (None, "warn", "no Date")],
)
def test_a_clock_that_differs(ahead: int | None, state: str, seen: str) -> None:
    told = {} if ahead is None else {"Date": format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)}
    with responses.RequestsMock() as mock:
        mock.get(f"{EHR}/fhir/metadata", json={"resourceType": "CapabilityStatement"}, headers=told)
        [verdict] = [one for one in check_server(examination()) if one.check == "clock"]
    assert verdict.state == state and seen in verdict.seen


@pytest.mark.parametrize(
    ("headers", "forbidden"),
    [
        ({}, None),
        ({"X-Frame-Options": "DENY"}, "X-Frame-Options: deny"),
        ({"X-Frame-Options": "SAMEORIGIN"}, "X-Frame-Options: sameorigin"),
        ({"Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'"}, f"leave out {EHR}"),
        ({"Content-Security-Policy": "frame-ancestors 'self'"}, f"leave out {EHR}"),
        ({"Content-Security-Policy": f"frame-ancestors 'self' {EHR}", "X-Frame-Options": "DENY"}, None),
        ({"Content-Security-Policy": "frame-ancestors *"}, None),
        ({"Content-Security-Policy": "default-src 'none'"}, None),
    ],
)
def test_an_authorize_page_that_may_not_be_framed(headers: dict[str, str], forbidden: str | None) -> None:
    with responses.RequestsMock() as mock:
        mock.get(AUTHORIZE, body="<html>", headers=headers)
        [verdict] = check_framing(examination())
    assert verdict.state == ("warn" if forbidden else "ok")
    assert forbidden is None or forbidden in verdict.seen
