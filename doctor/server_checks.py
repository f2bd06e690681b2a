"""Is the FHIR server there, safe, quick, of our version, and is its clock right?"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from clinical import Need
from doctor.asking import NotReached, Reply, ask
from doctor.examination import Examination
from doctor.forms import objects
from doctor.verdicts import Verdict, fail, ok, warn

_SKEW_SECONDS = 60
_DAYS_BEFORE_EXPIRY = 14
SLOW_SECONDS = 1.0
SERVER = "FHIR server"


def check_tls(examination: Examination) -> Iterator[Verdict]:
    """An encrypted way to the EHR, and for how long its certificate holds."""
    parts = urlsplit(examination.base)
    if parts.scheme != "https":
        yield warn("TLS", "plain http to this very machine", "use https for anything but a trial.")
        return
    try:
        days = _days_left(parts.hostname or "", parts.port or 443)
    except ssl.SSLError:
        yield fail("TLS", "the certificate does not hold", "have the EHR send its full chain, for this very name.")
    except OSError:
        yield fail("TLS", "no connection", "check the address, and that a firewall lets us out.")
    else:
        if days < _DAYS_BEFORE_EXPIRY:
            yield warn("TLS", f"the certificate expires in {days} days", "tell the EHR's operator.")
        else:
            yield ok("TLS", f"the certificate holds for {days} days")


def _days_left(host: str, port: int) -> int:
    context = ssl.create_default_context()
    with socket.create_connection((host, port), timeout=6) as plain, context.wrap_socket(
        plain, server_hostname=host
    ) as secured:  # fmt: skip
        until = ssl.cert_time_to_seconds(str((secured.getpeercert() or {})["notAfter"]))
    return int((until - time.time()) / 86_400)


def check_server(examination: Examination) -> Iterator[Verdict]:
    """Reads the CapabilityStatement, which every FHIR server shows to everybody."""
    try:
        reply = ask(f"{examination.base}/metadata")
    except NotReached as reason:
        yield fail(SERVER, f"GET /metadata: {reason}", "check fhir_base, and that the EHR lets this machine in.")
        return
    capabilities = reply.members()
    if reply.status != 200 or capabilities is None or capabilities.get("resourceType") != "CapabilityStatement":
        yield fail(SERVER, what_came(reply, "/metadata"), _what_to_do(reply))
        return
    examination.capabilities = capabilities
    yield from _speed(reply)
    yield from _version(capabilities)
    yield from _clock(reply)


def what_came(reply: Reply, path: str) -> str:
    form = " with a web page instead of FHIR" if reply.is_page else ""
    return f"{path} is answered with {reply.status}{form}"


def _what_to_do(reply: Reply) -> str:
    if reply.status in (401, 403):
        return "an EHR shows its CapabilityStatement to everybody: have its operator mend that."
    if reply.status >= 500:
        return "the EHR is at fault or being maintained: try later, then tell its operator."
    return "check fhir_base: it is the address before /metadata."


def _speed(reply: Reply) -> Iterator[Verdict]:
    seen = f"answers in {reply.seconds:.1f} s"
    if reply.seconds > SLOW_SECONDS:
        yield warn(SERVER, f"{seen}, which is slow", "let the EHR prefetch, or raise RLS_HOOK_DEADLINE_SECONDS.")
    else:
        yield ok(SERVER, seen)


def _version(capabilities: dict[str, object]) -> Iterator[Verdict]:
    version = str(capabilities.get("fhirVersion", "none"))[:20]
    if version == "4.0.1":
        yield ok("FHIR version", "4.0.1 (R4)")
    elif version.startswith("4."):
        yield warn("FHIR version", f"{version} where R4 (4.0.1) is read", "ask for the EHR's R4 address.")
    else:
        yield fail("FHIR version", f"{version} where R4 (4.0.1) is read", "use the EHR's R4 address as fhir_base.")


def _clock(reply: Reply) -> Iterator[Verdict]:
    try:
        told = parsedate_to_datetime(reply.headers.get("Date", "")).timestamp()
    except (ValueError, OverflowError):
        yield warn("clock", "the EHR tells no Date", "see to it that both clocks are set by NTP.")
        return
    skew = told - time.time()
    if abs(skew) > _SKEW_SECONDS:
        seen = f"the EHR's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} ours"
        yield fail("clock", seen, "set both by NTP: tokens are refused when clocks differ by more than a minute.")
    else:
        yield ok("clock", f"differs by {abs(skew):.0f} s")


def check_resources(examination: Examination, needed: tuple[Need, ...]) -> Iterator[Verdict]:
    """Whether the server says that it can be asked what we ask."""
    if examination.capabilities is None:
        return
    offered = {
        str(resource.get("type"))
        for rest in objects(examination.capabilities.get("rest"))
        for resource in objects(rest.get("resource"))
    }
    missing = [kind for kind in dict.fromkeys(need.resource_type for need in needed) if kind not in offered]
    if missing:
        todo = "what these would tell is shown as unknown; ask the EHR's operator to open them."
        yield warn("resources", f"the CapabilityStatement does not offer {', '.join(missing)}", todo)
    else:
        yield ok("resources", "every type that we read is offered")
