"""Every look at a patient is in the access audit and every call in the measures; no label is a caller's own text."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from hosting import AccessRecord, EhrRegistry, accesses, close_access_audit, count, open_database, time_of
from tests.cds_hooks.charted_ehr import asking, holding, service_of
from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.hook_requests import call, request
from tests.ehr_reader.mock_ehr import Reply, mock_ehr

FHIR = "https://ehr.example.org/fhir"
REGISTRY = EhrRegistry.model_validate({"ehr": [{"name": "witnessed", "fhir_base": FHIR}]})
SERVICE = "/cds-services/rls-nutrients"
LINE = re.compile(r"^(rls_nutrients_\w+)\{(.*)\} ([0-9.e+-]+)$")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/service.db"


@pytest.fixture
def client(url: str) -> FlaskClient:
    return client_of(REGISTRY, database_url=url)


def audited(url: str) -> list[AccessRecord]:
    close_access_audit()
    database = open_database(url)
    found = [record for _, record in accesses(database)]
    database.close()
    return found


def measures(client: FlaskClient) -> dict[str, float]:
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    return {f"{found[1]}{{{found[2]}}}": float(found[3]) for line in lines if (found := LINE.match(line))}


def test_an_answered_call_is_an_access(client: FlaskClient, url: str) -> None:
    answer = client.post(SERVICE, json=call(ferritin="22 ng/mL") | {"fhirServer": FHIR})
    [found] = audited(url)
    assert (found.ehr, found.who, found.patient) == ("witnessed", "Practitioner/dr1", "p1")
    assert (found.purpose, found.outcome) == ("patient-view", "success")
    assert found.request_id == answer.headers["X-Request-ID"]


def test_a_chart_that_could_not_be_read_is_one_too(client: FlaskClient, url: str) -> None:
    assert client.post(SERVICE, json=request(None)).status_code == 412
    [found] = audited(url)
    assert (found.ehr, found.outcome) == ("unregistered", "nothing-readable")


def test_an_unreadable_chart_is_none_that_was_read_however_it_is_answered(url: str) -> None:
    silent = {"name": "witnessed", "fhir_base": FHIR, "missing_data_answer": "no-card"}
    client = client_of(EhrRegistry.model_validate({"ehr": [silent]}), database_url=url)
    counted = 'rls_nutrients_hook_seconds_count{ehr="witnessed",hook="patient-view",outcome="data-missing"}'
    before = measures(client).get(counted, 0)
    answer = client.post(SERVICE, json=request({}) | {"fhirServer": FHIR})
    assert (answer.status_code, answer.get_json()) == (200, {"cards": []})
    assert [record.outcome for record in audited(url)] == ["nothing-readable"]
    assert measures(client)[counted] == before + 1


def test_a_fault_of_ours_is_told_as_failure(client: FlaskClient, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("Ada Fictional")

    before = measures(client).get('rls_nutrients_faults_total{kind="ZeroDivisionError"}', 0)
    monkeypatch.setattr("cds_hooks.hook_call.assess", broken)
    assert client.post(SERVICE, json=call(ferritin="22 ng/mL")).status_code == 500
    assert [record.outcome for record in audited(url)] == ["failure"]
    assert measures(client)['rls_nutrients_faults_total{kind="ZeroDivisionError"}'] == before + 1


@pytest.mark.parametrize("path", [SERVICE, "/cds-services/nothing"])
def test_what_was_not_looked_at_is_no_access(client: FlaskClient, url: str, path: str) -> None:
    assert client.post(path, json={"hook": "patient-view"}).status_code in (400, 404)
    assert audited(url) == []


def test_a_silenced_ehr_is_not_looked_at(url: str) -> None:
    silent = {"name": "witnessed", "fhir_base": FHIR, "kill_switch": True}
    client = client_of(EhrRegistry.model_validate({"ehr": [silent]}), database_url=url)
    client.post(SERVICE, json=call(ferritin="22 ng/mL") | {"fhirServer": FHIR})
    assert audited(url) == []
    assert measures(client)['rls_nutrients_hook_seconds_count{ehr="witnessed",hook="patient-view",outcome="no-cards"}']


def test_calls_cards_findings_and_unknowns_are_counted(client: FlaskClient) -> None:
    before = measures(client)
    answer = client.post(SERVICE, json=call(ferritin="22 ng/mL") | {"fhirServer": FHIR})
    after = measures(client)
    risen = {name for name, value in after.items() if value > before.get(name, 0) and "witnessed" in name}
    assert 'rls_nutrients_hook_seconds_count{ehr="witnessed",hook="patient-view",outcome="cards"}' in risen
    cards = 'rls_nutrients_hook_cards_total{ehr="witnessed",hook="patient-view"}'
    assert after[cards] - before.get(cards, 0) == len(answer.get_json()["cards"]) > 0
    assert any(name.startswith("rls_nutrients_findings_total") and "IRON" in name for name in risen)
    assert 'rls_nutrients_unknowns_total{ehr="witnessed",what="dialysis"}' in risen


def test_the_time_in_an_ehr_and_what_it_did_not_answer_are_measured() -> None:
    with mock_ehr() as ehr:
        client = service_of(ehr)
        waited, failed = 'rls_nutrients_ehr_seconds_count{ehr="mock"}', 'rls_nutrients_ehr_failures_total{ehr="mock"'
        before = measures(client)
        ehr.answer = holding(ferritin="22 ng/mL")
        assert client.post(SERVICE, json=asking(ehr)).status_code == 200
        between = measures(client)
        assert between[waited] == before.get(waited, 0) + 1
        ehr.answer = lambda _: Reply(403)
        assert client.post(SERVICE, json=asking(ehr)).status_code == 412
        after = measures(client)
    assert after[waited] == between[waited] + 1
    assert any(name.startswith(failed) and value > between.get(name, 0) for name, value in after.items())


def test_no_label_is_what_a_caller_wrote(client: FlaskClient) -> None:
    body = call(ferritin="22 ng/mL") | {"fhirServer": "https://jane-doe.example.org"}
    body["context"] |= {"userId": "Practitioner/jane-doe"}
    client.post(SERVICE, json=body)
    client.post("/cds-services/jane-doe", json=body)
    client.open("/jane-doe", method="JANEDOE")
    assert "jane" not in client.get("/metrics").get_data(as_text=True).lower()


def test_metrics_are_told_while_the_database_is_away(tmp_path: Path) -> None:
    client = client_of(database_url=f"sqlite:///{tmp_path}/never/service.db")
    client.get("/healthz")
    told = client.get("/metrics")
    assert told.status_code == 200
    assert "rls_nutrients_request_seconds" in told.get_data(as_text=True)


def test_measuring_a_call_costs_less_than_twice_a_sum_of_a_thousand_numbers() -> None:
    def measure() -> None:
        time_of("request", 0.01, "/cds-services/<service_id>", "POST", "200")
        time_of("hook", 0.01, "patient-view", "measured", "cards")
        count("hook_cards", "patient-view", "measured", by=2)
        for one in ("IRON.RLS_LOW", "VITD.LOW"):
            count("findings", one, "measured")
        for one in ("dialysis", "pregnant", "DQ.STALE"):
            count("unknowns", one, "measured")

    measure()

    def quickest(work: Callable[[], object]) -> float:
        rounds = []
        for _ in range(20):
            began = time.thread_time()
            for _ in range(100):
                work()
            rounds.append((time.thread_time() - began) / 100)
        return min(rounds)

    assert quickest(measure) < 2 * quickest(lambda: sum(range(1000)))
