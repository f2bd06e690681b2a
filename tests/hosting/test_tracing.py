"""Traces are sent only where OpenTelemetry's own variables ask for them, and tell of routes, never of paths."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flask import Flask
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hosting import EhrRegistry, Settings, create_application
from hosting.tracing import add_tracing, is_tracing_wanted
from tests.hosting.conftest import PATIENT, small_front_door

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({ENDPOINT: ""}, False),
        ({ENDPOINT: "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({ENDPOINT: "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({ENDPOINT: "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_its_own_variables_switch_it_on(environment: dict[str, str], wanted: bool) -> None:
    assert is_tracing_wanted(environment) is wanted


def test_nothing_of_it_is_imported_unless_it_is_wanted() -> None:
    look = (
        "import sys; from hosting import EhrRegistry, Settings, create_application;"
        "create_application(Settings(), EhrRegistry(), []).test_client().get('/healthz');"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def spans_of(app: Flask, *asked: tuple[str, str]) -> tuple[ReadableSpan, ...]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    add_tracing(app, lambda: provider.get_tracer("test"))
    for method, address in asked:
        app.test_client().open(address, method=method, headers={"Authorization": f"Bearer {PATIENT}"})
    return exporter.get_finished_spans()


def test_a_span_tells_of_the_route_and_of_no_patient() -> None:
    app = create_application(Settings(), EhrRegistry(), [small_front_door])
    asked = [
        ("GET", f"/patients/{PATIENT}?name={PATIENT}"),
        ("GET", f"/break?x={PATIENT}"),
        ("GET", f"/{PATIENT}/{PATIENT}"),
        (PATIENT.upper(), "/healthz"),
    ]
    spans = spans_of(app, *asked)
    assert [span.name for span in spans] == [
        "GET /patients/<patient>",
        "GET /break",
        "GET unmatched",
        "_OTHER unmatched",
    ]
    assert [(span.attributes or {})["http.response.status_code"] for span in spans] == [200, 500, 404, 405]
    told = "".join(span.to_json() for span in spans)
    assert PATIENT not in told.lower()
    assert "jane doe" not in told.lower()
