"""How the app answers a browser: notices, forms, redirects and pages, each with its policy.

``frame-ancestors`` is the EHR's own list and nobody else's; there is no X-Frame-Options, which could not name it. No
script, style or picture but our own is allowed, and none inside the page.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Response
from markupsafe import escape

from hosting import Ehr, Settings, request_id
from smart_app.launching import Launching
from smart_app.notices import Notice
from smart_app.origins import origin_of
from smart_app.page import environment

HTML = "text/html; charset=utf-8"
STATIC = Path(__file__).parent / "static"
_OWN_ONLY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action {forms}; frame-ancestors {frames}"
)


class NoticeLinks(NamedTuple):
    """What the layout refers to."""

    stylesheet: str


class Answers:
    """``prefix`` is the path of the public address: empty, or where a proxy has put the app."""

    def __init__(self, settings: Settings) -> None:
        self.prefix = urlsplit(settings.public_url).path.rstrip("/")
        self._notice = environment().get_template("notice.html")
        self._form = environment().get_template("authorize_post.html")

    def static(self, name: str) -> str:
        """The address of a static file, new with every new content."""
        return f"{self.prefix}/static/smart_app/{name}?v={content_hash(name)}"

    def notice(self, notice: Notice, retry: str | None = None) -> Response:
        html = self._notice.render(notice=notice, retry=retry, request_id=request_id(), links=self._links())
        return self.page(html, notice.ehr, notice.status)

    def form(self, launching: Launching) -> Response:
        """Sends itself where scripts run, and by its button where they do not."""
        html = self._form.render(
            action=launching.endpoint,
            # Escaped here: the templates' cleaning would change a launch value, which goes back byte for byte.
            parameters=[(name, escape(value)) for name, value in launching.parameters],
            script=self.static("authorize.js"),
            links=self._links(),
        )
        # Browsers hold the redirects that follow a form to the same list.
        ehr = launching.ehr
        allowed = dict.fromkeys([origin_of(launching.endpoint), origin_of(ehr.fhir_base), *ehr.frame_ancestors])
        return self.page(html, ehr, forms=" ".join(["'self'", *allowed]))

    def page(self, html: str, ehr: Ehr | None, status: int = 200, forms: str = "'self'") -> Response:
        answer = Response(html, status, content_type=HTML)
        frames = " ".join(ehr.frame_ancestors) if ehr and ehr.frame_ancestors else "'none'"
        answer.headers["Content-Security-Policy"] = _OWN_ONLY.format(forms=forms, frames=frames)
        return answer

    def redirect(self, address: str) -> Response:
        """The address may hold a state or a handle: it is in the header alone, and never kept."""
        answer = Response(status=303)
        answer.headers["Location"] = address
        return answer

    def _links(self) -> NoticeLinks:
        return NoticeLinks(self.static("app.css"))


@cache
def content_hash(name: str) -> str:
    """Of a static file; of one that is not there, the hash of nothing."""
    path = STATIC / name
    return hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()[:16]
