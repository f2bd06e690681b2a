"""What browsers will say: may the authorize page stand in the EHR's frame, and may its pages call our hooks?"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from doctor.asking import NotReached, Reply, ask
from doctor.examination import Examination
from doctor.verdicts import Verdict, fail, ok, warn

FRAMING = "framing of the authorize page"


def check_framing(examination: Examination) -> Iterator[Verdict]:
    """A frame in a frame: where the EHR forbids it, the launch ends in an empty page."""
    address = examination.endpoint("authorization_endpoint")
    if address is None or not examination.ehr.frame_ancestors:
        return
    try:
        reply = ask(f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(_parameters(examination))}")
    except NotReached as reason:
        yield fail(FRAMING, str(reason), "have the EHR's operator see to the authorize address.")
        return
    todo = "open the app in a window of its own, or have the EHR allow its own origin to frame that page."
    forbidden = _forbidden(reply, address, examination.ehr.frame_ancestors)
    yield warn(FRAMING, forbidden, todo) if forbidden else ok(FRAMING, "allowed in the EHR's own pages")


def _forbidden(reply: Reply, address: str, ancestors: tuple[str, ...]) -> str | None:
    """Content-Security-Policy goes before X-Frame-Options (CSP Level 3 section frame-ancestors)."""
    listed = _frame_ancestors(reply.headers.get("Content-Security-Policy", ""))
    own = "{0.scheme}://{0.netloc}".format(urlsplit(address)).lower()
    if listed is not None:
        allowed = {own if one == "'self'" else one for one in listed}
        outside = [one for one in ancestors if one.lower() not in allowed and not {"*", "https:"} & allowed]
        return f"its frame-ancestors leave out {', '.join(outside)}" if outside else None
    told = reply.headers.get("X-Frame-Options", "").strip().lower()
    if told == "deny" or (told == "sameorigin" and any(one.lower() != own for one in ancestors)):
        return f"X-Frame-Options: {told}"
    return None


def _frame_ancestors(policy: str) -> list[str] | None:
    for directive in policy.split(";"):
        name, *values = directive.split() or [""]
        if name.lower() == "frame-ancestors":
            return [value.rstrip("/").lower() for value in values]
    return None


def _parameters(examination: Examination) -> dict[str, str]:
    """A request as a launch makes it, standalone, so that a page is shown and nothing granted."""
    return {
        "response_type": "code",
        "client_id": examination.ehr.client_id or "rls-nutrients",
        "redirect_uri": f"{examination.settings.app_url}/callback",
        "scope": "launch/patient patient/Patient.r",
        "state": secrets.token_urlsafe(24),
        "aud": examination.ehr.fhir_base,
        "code_challenge": secrets.token_urlsafe(32),
        "code_challenge_method": "S256",
    }


def check_cors(examination: Examination) -> Iterator[Verdict]:
    """Each page that may call our hooks, asked as its browser would ask."""
    address = f"{examination.settings.public_url}/cds-services/rls-nutrients"
    for origin in examination.ehr.frame_ancestors:
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        try:
            reply = ask(address, method="OPTIONS", headers=headers)
        except NotReached:
            return  # told by the check of our own address
        if reply.headers.get("Access-Control-Allow-Origin") == origin:
            yield ok("CORS", f"pages of {origin} may call our hooks")
        else:
            todo = "let the proxy pass OPTIONS and Access-Control headers, and start the service with this registry."
            yield fail("CORS", f"a browser would refuse calls from {origin}", todo)
