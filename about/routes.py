"""The addresses ``/about`` (to which ``/`` leads), ``/source-attributes`` and ``/source-attributes.json``:
open to anyone, no patient.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, request

from about.pages import Pages
from clinical import load_knowledge
from hosting import EhrRegistry, Settings

HTML = "text/html; charset=utf-8"
JSON = "application/json"

# One stylesheet of our own and nothing else: no script, no picture, no frame, no form.
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# The same for everybody, and new with a new knowledge or a new day: kept a little, then asked for by its ETag.
_CACHE = "public, max-age=300"


def front_door(settings: Settings, _: EhrRegistry, *, today: Callable[[], date] = date.today) -> Blueprint:
    """The pages. Raises ``KnowledgeError`` if the knowledge cannot be loaded.

    ``today`` is the day by this machine's clock and time zone; tests set another one.
    """
    pages = Pages(load_knowledge(settings.jurisdiction))
    blueprint = Blueprint(
        "about", __name__, template_folder="templates", static_folder="static", static_url_path="/about/static"
    )

    @blueprint.get("/")
    def front() -> Response:
        """Whoever opens the bare address reads what this is. Relative, so that it holds below a proxy's path too."""
        return Response(status=302, headers={"Location": "about"})

    @blueprint.get("/about")
    def about() -> Response:
        return _answer(pages.on(today()).about, HTML)

    @blueprint.get("/source-attributes")
    def source_attributes() -> Response:
        return _answer(pages.on(today()).source_attributes, HTML)

    @blueprint.get("/source-attributes.json")
    def source_attributes_json() -> Response:
        return _answer(pages.on(today()).source_attributes_json, JSON)

    return blueprint


def _answer(body: str, content_type: str) -> Response:
    answer = Response(body, content_type=content_type)
    answer.headers["Cache-Control"] = _CACHE
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.add_etag()
    answer.make_conditional(request)
    return answer
