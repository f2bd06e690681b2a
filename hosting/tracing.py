"""Traces for those who collect them (OpenTelemetry), switched on by its own variables and by nothing else.

Without the extra ``opentelemetry``, or without OTEL_EXPORTER_OTLP_ENDPOINT (or its _TRACES_ form), nothing of it is
even imported. A span says the method, the route's pattern, the status and the request id. Never a path or a query: they
name patients and carry codes, which is why Flask's ready-made instrumentation is not used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

from hosting.logs import log
from hosting.request_log import METHODS, request_id

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def is_tracing_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """By OpenTelemetry's own variables (specification, section Environment Variables)."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return any(environment.get(name) for name in _ENDPOINTS)


def add_tracing(app: Flask, tracer: Callable[[], Tracer] | None = None) -> None:
    """A span per request, if wanted. ``tracer`` is another one for tests."""
    if tracer is None:
        if not is_tracing_wanted():
            return
        if find_spec("opentelemetry") is None or find_spec("opentelemetry.exporter") is None:
            log.warning("traces wanted but not installed")
            return
        tracer = _exporting_tracer
    _trace(app, tracer)


def _trace(app: Flask, tracer: Callable[[], Tracer]) -> None:
    def begin() -> None:
        g.span = tracer().start_span(_name(), kind=_server(), attributes=_told_at_once())

    def end(answer: Response) -> Response:
        if (span := g.pop("span", None)) is not None:
            span.set_attribute("http.response.status_code", answer.status_code)
            span.end()
        return answer

    app.before_request(begin)
    app.after_request(end)


def _name() -> str:
    return f"{_method()} {_route()}"


def _told_at_once() -> dict[str, Any]:
    return {"http.request.method": _method(), "http.route": _route(), "rls_nutrients.request_id": request_id()}


def _route() -> str:
    return request.url_rule.rule if request.url_rule else "unmatched"


def _method() -> str:
    return request.method if request.method in METHODS else "_OTHER"


def _server() -> Any:
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 - an extra

    return SpanKind.SERVER


def _exporting_tracer() -> Tracer:
    """Made in the process that answers, at its first request: the exporter's thread does not survive a fork."""
    if _made.get("process") != os.getpid():
        _made.update(process=os.getpid(), tracer=_new_tracer())
    return _made["tracer"]  # type: ignore[no-any-return]


_made: dict[str, Any] = {}


def _new_tracer() -> Tracer:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    named = os.environ.get("OTEL_SERVICE_NAME", "rls-nutrients")
    provider = TracerProvider(resource=Resource.create({"service.name": named}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("rls-nutrients")
