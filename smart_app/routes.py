"""The addresses of the SMART app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, jsonify, request, send_from_directory
from werkzeug.exceptions import HTTPException

from hosting import DatabaseFault, EhrRegistry, Settings, log
from smart_app.answers import STATIC, content_hash
from smart_app.app import SmartApp
from smart_app.notices import Notice, closed, database_away, our_fault, too_busy

_A_YEAR = "public, max-age=31536000, immutable"
_A_LITTLE = "public, max-age=300"
# Long enough to spare us questions, short enough for a new key to be known before it signs.
_KEYS_KEPT = "public, max-age=900"


def front_door(settings: Settings, registry: EhrRegistry, *, today: Callable[[], date] = date.today) -> Blueprint:
    """The SMART app. Raises ``ConfigurationError`` where an EHR's entry needs a key or a secret that is not there.

    ``today`` is the day by this machine's clock and time zone; tests set another one.
    """
    app = SmartApp(settings, registry, today)
    blueprint = Blueprint("smart_app", __name__)

    @blueprint.get("/launch")
    def launch() -> Response:
        return app.launch(request, standalone=False)

    @blueprint.get("/launch/standalone")
    def launch_standalone() -> Response:
        return app.launch(request, standalone=True)

    @blueprint.get("/callback")
    def callback() -> Response:
        return app.call_back(request)

    _add_charts(blueprint, app)
    _add_files(blueprint, app)

    _add_notices(blueprint, app)
    return blueprint


def _add_notices(blueprint: Blueprint, app: SmartApp) -> None:
    """Whatever goes wrong is a page that says what happened and what to do."""

    @blueprint.errorhandler(Notice)
    def tell(notice: Notice) -> Response:
        log.warning("notice shown", status=notice.status, reason=notice.reason, **_name(notice))
        return app.answers.notice(notice, _retry(app, notice))

    @blueprint.errorhandler(DatabaseFault)
    def try_again(fault: DatabaseFault) -> Response:
        log.error("database away", error=str(fault))
        return app.answers.notice(database_away())

    @blueprint.errorhandler(503)
    def try_later(_: HTTPException) -> Response:
        return app.answers.notice(too_busy())

    @blueprint.errorhandler(500)
    def own_fault(_: HTTPException) -> Response:
        """Whatever nobody expected has been logged already, without its words."""
        return app.answers.notice(our_fault())


def _add_charts(blueprint: Blueprint, app: SmartApp) -> None:
    @blueprint.get("/chart/<handle>")
    def chart(handle: str) -> Response:
        session = app.sessions.find(handle, request)
        return app.chart(session, request)

    @blueprint.post("/chart/<handle>/close")
    def close(handle: str) -> Response:
        session = app.sessions.find(handle, request)
        app.end(session)
        notice = closed()
        notice.ehr = session.ehr
        answer = app.answers.notice(notice)
        app.sessions.forget_cookie(session, answer)
        return answer

    @blueprint.get("/chart/<handle>/handout")
    def handout(handle: str) -> Response:
        session = app.sessions.find(handle, request)
        return app.answers.page(app.charts.handout(session, request.args.get("language")), session.ehr)

    @blueprint.get("/chart/<handle>/style.css")
    def style(handle: str) -> Response:
        session = app.sessions.find(handle, request)
        return Response(app.charts.stylesheet(session), content_type="text/css; charset=utf-8")


def _add_files(blueprint: Blueprint, app: SmartApp) -> None:
    @blueprint.get("/.well-known/jwks.json")
    def jwks() -> Response:
        answer = jsonify(app.keys.now().public_jwks())
        answer.headers["Cache-Control"] = _KEYS_KEPT
        return answer

    @blueprint.get("/favicon.ico")
    def favicon() -> Response:
        """Browsers ask for one by themselves, and would tell its absence as an error of the page."""
        return Response(status=204, headers={"Cache-Control": _A_YEAR})

    @blueprint.get("/static/smart_app/<name>")
    def static(name: str) -> Response:
        answer = send_from_directory(STATIC, name)
        answer.headers["Cache-Control"] = _A_YEAR if request.args.get("v") == content_hash(name) else _A_LITTLE
        return answer


def _name(notice: Notice) -> dict[str, str]:
    return {"ehr": notice.ehr.name} if notice.ehr else {}


def _retry(app: SmartApp, notice: Notice) -> str | None:
    """The chart's own address, where the EHR may answer better in a moment."""
    handle = (request.view_args or {}).get("handle")
    return app.charts.address(handle) if handle and notice.status >= 500 else None
