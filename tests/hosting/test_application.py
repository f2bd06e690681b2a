"""The application around the front doors: errors leak nothing, headers protect, health is told, bodies have a limit."""

from __future__ import annotations

import io

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from flask import Blueprint, Flask, Response, jsonify, redirect
from flask.testing import FlaskClient

from hosting import EhrRegistry, Readiness, Settings, create_application, report_readiness
from hosting.application import LARGEST_BODY_BYTES
from tests.hosting.conftest import PATIENT


def test_an_unexpected_error_leaks_nothing(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    answer = client.get(f"/break?patient={PATIENT}")
    assert answer.status_code == 500
    OperationOutcome.model_validate(answer.get_json())
    logged = capsys.readouterr()
    assert "ValueError" in logged.err
    for text in (answer.get_data(as_text=True), logged.err, logged.out):
        assert "Jane Doe" not in text
        assert PATIENT not in text
        assert "Traceback" not in text
    assert "ValueError" not in answer.get_data(as_text=True)


def test_an_answer_that_cannot_be_sent_is_an_error_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    """What its headers hold is encoded when Flask has let go of it."""

    def front_door(settings: Settings, registry: EhrRegistry) -> Blueprint:
        blueprint = Blueprint("torn", __name__)
        elsewhere = Response(status=303, headers={"Location": "https://example.org/Jane-Doe/\ud800"})
        blueprint.add_url_rule("/torn", "torn", lambda: elsewhere)
        return blueprint

    answer = create_application(Settings(), EhrRegistry(), [front_door]).test_client().get("/torn")
    assert answer.status_code == 500
    OperationOutcome.model_validate(answer.get_json())
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    logged = capsys.readouterr().err
    assert '"event":"unexpected error"' in logged and f'"request_id":"{answer.headers["X-Request-ID"]}"' in logged
    assert "Jane" not in logged + answer.get_data(as_text=True) + str(answer.headers)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing/Jane-Doe", 404), ("POST", "/patients/Jane-Doe", 405), ("GET", "/patients/a/b", 404)],
)
def test_http_errors_are_operation_outcomes_in_fixed_words(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.mimetype == "application/json"
    OperationOutcome.model_validate(answer.get_json())
    assert "Jane" not in answer.get_data(as_text=True)


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient) -> None:
    assert "GET" in client.post("/patients/p1").headers["Allow"]


def test_redirects_and_written_answers_pass_unchanged() -> None:
    def front_door(settings: Settings, registry: EhrRegistry) -> Blueprint:
        blueprint = Blueprint("doors", __name__)
        blueprint.add_url_rule("/away", view_func=lambda: redirect("/healthz"), endpoint="away")
        blueprint.add_url_rule("/folder/", view_func=lambda: "folder", endpoint="folder")
        return blueprint

    client = create_application(Settings(), EhrRegistry(), [front_door]).test_client()
    assert client.get("/away").headers["Location"] == "/healthz"
    assert client.get("/folder").status_code == 308


def test_every_answer_carries_protective_headers(client: FlaskClient) -> None:
    for path in ("/healthz", "/nothing", "/break"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in headers
        assert "Strict-Transport-Security" not in headers


def test_https_is_remembered_where_the_public_address_is_https() -> None:
    app = create_application(Settings(public_url="https://cds.example.org"), EhrRegistry(), [])
    assert app.test_client().get("/healthz").headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_route_may_set_a_header_itself() -> None:
    def front_door(settings: Settings, registry: EhrRegistry) -> Blueprint:
        blueprint = Blueprint("keys", __name__)

        @blueprint.get("/keys")
        def keys() -> Response:
            answer = jsonify(keys=[])
            answer.headers["Cache-Control"] = "public, max-age=300"
            return answer

        return blueprint

    client = create_application(Settings(), EhrRegistry(), [front_door]).test_client()
    assert client.get("/keys").headers["Cache-Control"] == "public, max-age=300"


def test_request_ids_are_ours_and_new_each_time(client: FlaskClient) -> None:
    sent = {"X-Request-ID": PATIENT}
    first, second = (client.get("/healthz", headers=sent).headers["X-Request-ID"] for _ in range(2))
    assert first != second
    assert PATIENT not in first + second


def test_the_largest_body_is_read_and_one_byte_more_is_not(client: FlaskClient) -> None:
    largest = bytes(LARGEST_BODY_BYTES)
    assert client.post("/length", data=largest).get_data(as_text=True) == str(LARGEST_BODY_BYTES)
    answer = client.post("/length", data=largest + b"x")
    assert answer.status_code == 413
    OperationOutcome.model_validate(answer.get_json())


def test_a_body_of_unannounced_length_is_not_cut_off_in_silence(client: FlaskClient) -> None:
    def send(size: int) -> int:
        chunked = {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(bytes(size))}
        return client.post("/length", environ_overrides=chunked).status_code

    assert send(LARGEST_BODY_BYTES) == 200
    assert send(LARGEST_BODY_BYTES + 1) == 413


def test_health(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.get_json() == {
        "ready": True,
        "cdsAuthentication": "required",
        "parts": {"knowledge": {"ready": True, "detail": "2026.11"}},
    }


def test_readiness_shows_that_authentication_is_off() -> None:
    app = create_application(Settings(cds_authentication="off"), EhrRegistry(), [])
    assert app.test_client().get("/readyz").get_json()["cdsAuthentication"] == "off"


def failing_report() -> Readiness:
    raise RuntimeError("password=hunter2")


@pytest.mark.parametrize("report", [failing_report, lambda: Readiness(ready=False, detail="loading")])
def test_a_part_that_is_not_ready_makes_the_service_not_ready(report, capsys: pytest.CaptureFixture[str]) -> None:
    def front_door(settings: Settings, registry: EhrRegistry) -> Blueprint:
        blueprint = Blueprint("part", __name__)
        report_readiness(blueprint, "part", report)
        return blueprint

    answer = create_application(Settings(), EhrRegistry(), [front_door]).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["parts"]["part"]["ready"] is False
    assert "hunter2" not in answer.get_data(as_text=True) + capsys.readouterr().err


def test_json_that_is_not_json_is_a_mistake_of_ours(app: Flask) -> None:
    with app.app_context(), pytest.raises(ValueError, match="Out of range float"):
        jsonify(value=float("nan"))


def test_settings_and_registry_reach_the_front_door() -> None:
    seen: list[object] = []

    def front_door(settings: Settings, registry: EhrRegistry) -> Blueprint:
        seen.extend([settings, registry])
        return Blueprint("seen", __name__)

    settings, registry = Settings(), EhrRegistry()
    create_application(settings, registry, [front_door])
    assert seen[0] is settings
    assert seen[1] is registry
