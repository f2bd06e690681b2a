"""The one WSGI application: what every front door needs, and the front doors that are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import entry_points
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from flask import Blueprint, Flask, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from hosting.admission import add_admission
from hosting.error_pages import add_error_pages
from hosting.logs import log, place_of
from hosting.measures import count
from hosting.readiness import add_health
from hosting.registry import EhrRegistry
from hosting.request_log import add_request_log
from hosting.response_headers import add_response_headers
from hosting.settings import Settings
from hosting.tracing import add_tracing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

FrontDoor: TypeAlias = Callable[[Settings, EhrRegistry], Blueprint]
FRONT_DOORS = "rls_nutrients.front_doors"
LARGEST_BODY_BYTES = 50 * 1024 * 1024


class _StrictJson(DefaultJSONProvider):
    """NaN and Infinity are not JSON: writing one is an error of ours, not a surprise for the EHR."""

    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, allow_nan=False, **kwargs)


class _Application(Flask):
    json_provider_class = _StrictJson

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No function of ours is asynchronous; Flask would ask each of them anew at each request."""
        return func

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Flask writes an answer's headers outside of whatever it catches: one that cannot be encoded would reach the
        server bare, without a word in the log or a header of ours."""
        try:
            return super().wsgi_app(environ, start_response)
        except Exception as error:
            with self.request_context(environ):
                return self.handle_exception(error)(environ, start_response)

    def log_exception(
        self, exc_info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> None:
        """Flask would log the exception's text and the request's path; both may hold patient data."""
        error = exc_info[1]
        if error is not None:
            count("faults", type(error).__name__)
            log.error("unexpected error", error=type(error).__name__, where=place_of(error))


def create_application(
    settings: Settings, registry: EhrRegistry, front_doors: Sequence[FrontDoor] | None = None
) -> Flask:
    """Builds the application. Without ``front_doors`` every installed one is used.

    Raises ConfigurationError where a front door cannot work with these settings.
    """
    app = _Application("rls_nutrients", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES + 1
    _believe_proxies(app, settings.trusted_proxies)
    add_tracing(app)
    add_admission(app)
    app.before_request(_refuse_too_large)
    add_error_pages(app)
    add_health(app, settings, registry)
    for front_door in installed_front_doors() if front_doors is None else front_doors:
        app.register_blueprint(front_door(settings, registry))
    add_response_headers(app, settings)
    add_request_log(app)
    return app


def _believe_proxies(app: Flask, number: int) -> None:
    """Forwarded headers can be sent by anybody: they are looked at only where so many proxies are known to set them."""
    if number:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=number, x_proto=number, x_host=number, x_prefix=0
        )


def _refuse_too_large() -> None:
    """Answers 413 beyond LARGEST_BODY_BYTES.

    Werkzeug does so where the length is announced. A chunked body it cuts off at the limit without a word, and half a
    Bundle must never be taken for a whole one: hence one byte more than the limit is read, and counts as too much.
    """
    length = request.content_length
    if length is None and request.method in ("POST", "PUT", "PATCH"):
        length = len(request.get_data())
    if length is not None and length > LARGEST_BODY_BYTES:
        raise RequestEntityTooLarge


def installed_front_doors() -> list[FrontDoor]:
    """Front doors of this and any other installed distribution, in the order of their names."""
    found = sorted(entry_points(group=FRONT_DOORS), key=lambda entry: entry.name)
    return [entry.load() for entry in found]
