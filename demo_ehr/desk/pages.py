"""The desk's pages as one blueprint: what they all need, and the protection they all share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from demo_ehr.desk.app_pages import add_app_pages
from demo_ehr.desk.chart_pages import add_chart_pages
from demo_ehr.desk.front_desk import FrontDesk
from demo_ehr.desk.inspector_pages import add_inspector_pages
from demo_ehr.desk.order_pages import add_order_pages
from demo_ehr.desk.switchboard_pages import add_switchboard_pages

ROOM = Path(__file__).resolve().parent.parent
_SORRY = {
    403: "This was asked from another site, and nothing was changed.",
    404: "There is no such page, or what it showed was forgotten: the desk keeps the last few visits only.",
    405: "This address does not take that kind of request.",
}


def desk_pages(desk: FrontDesk) -> Blueprint:
    """Everything below ``/`` that is neither FHIR nor authorization."""
    pages = Blueprint(
        "desk",
        __name__,
        template_folder=str(ROOM / "templates"),
        static_folder=str(ROOM / "static"),
        static_url_path="/static/desk",
    )
    for add in (add_chart_pages, add_order_pages, add_app_pages, add_switchboard_pages, add_inspector_pages):
        add(pages, desk)
    pages.before_request(_same_site_only)
    pages.after_request(_guarded(desk))
    pages.register_error_handler(HTTPException, _sorry)
    pages.add_app_template_filter(_pretty, "pretty")
    pages.add_app_template_filter(_without, "without")
    pages.context_processor(lambda: {"desk": desk, "places": desk.places, "stylesheet": _stylesheet()})
    return pages


def _stylesheet() -> str:
    """With its age in the query: browsers keep it long, and a changed one is seen at once."""
    changed = (ROOM / "static" / "desk.css").stat().st_mtime_ns
    return url_for("desk.static", filename="desk.css", v=f"{changed:x}")


def _same_site_only() -> None:
    """Another site's page must not accept, sign or switch anything here. Old browsers do not say where they are."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)


def _guarded(desk: FrontDesk) -> Any:
    frames = f"{desk.places.smart_app} {desk.places.ehr}"
    policy = "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            f"frame-src {frames}",
            # Chromium holds redirects of a form against it too: the launch desk's lead to the app and back.
            f"form-action 'self' {frames}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )

    def guard(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", policy)
        answer.headers.setdefault("Referrer-Policy", "same-origin")
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        if request.endpoint != "desk.static":
            answer.headers["Cache-Control"] = "no-store"
        return answer

    return guard


def _sorry(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    return render_template("desk/sorry.html", words=_SORRY.get(status, "This did not work."), status=status), status


def _without(members: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != name}


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
