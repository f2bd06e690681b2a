"""Less noise: what was shown is not repeated, what an EHR does not want is not shown, and all of it is counted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from hosting import (
    CardRecord,
    EhrRegistry,
    RegistryError,
    Settings,
    accesses,
    close_access_audit,
    database_of,
    open_database,
)
from tests.cds_hooks.assessments import TODAY
from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.hook_requests import call, medication, observation, searchset
from tests.cds_hooks.order_requests import IRON, SIGN, draft, order_call
from tests.databases import new_sqlite

SERVICE = "/cds-services/rls-nutrients"
FHIR_BASE = "https://ehr.example.org/fhir"
DAYS = 30


def registry(**switches: Any) -> EhrRegistry:
    return EhrRegistry.model_validate({"ehr": [{"name": "general-hospital", "fhir_base": FHIR_BASE, **switches}]})


def request_of(user: str = "Practitioner/dr1", **results: Any) -> dict[str, Any]:
    body = call(**(results or {"ferritin": "22 ng/mL"})) | {"fhirServer": FHIR_BASE}
    body["context"] = body["context"] | {"userId": user}
    return body


HALOPERIDOL, QUETIAPINE, VITAMIN_D = "5093", "51272", "2418"


def ordered(rxnorm: str, id: str | None = "d1", *, units: int | None = None, **chart: Any) -> dict[str, Any]:
    """order-sign, which repeats itself as far as nobody chose the order here. ``units`` of a vitamin by the day."""
    daily = {"frequency": 1, "period": 1, "periodUnit": "d"}
    dose = {"doseQuantity": {"value": units, "unit": "[IU]", "system": "http://unitsofmeasure.org", "code": "[IU]"}}
    dosage = {"dosageInstruction": [{"timing": {"repeat": daily}, "doseAndRate": [dose]}]} if units else {}
    body = order_call([draft(rxnorm, id, **dosage)], hook="order-sign", prefetch=chart)
    return body | {"fhirServer": FHIR_BASE}


def saturated(percent: int, day: str) -> dict[str, Any]:
    found = observation("2502-3", percent, "%", id="tsat", effectiveDateTime=day)
    return searchset(observation("2276-4", 60, "ng/mL", id="f"), found)


class Service:
    """A service with a database that can be looked into, at a day that can be moved."""

    def __init__(self, registry: EhrRegistry, **settings: Any) -> None:
        self.database_url = new_sqlite()
        self._client: FlaskClient = client_of(registry, database_url=self.database_url, **settings)

    def cards(self, body: dict[str, Any], after_days: float = 0) -> list[dict[str, Any]]:
        with time_machine.travel(_noon() + timedelta(days=after_days), tick=False):
            answer = self._client.post(SIGN if body["hook"] == "order-sign" else SERVICE, json=body)
        assert answer.status_code == 200
        cards: list[dict[str, Any]] = answer.get_json()["cards"]
        return cards

    def report(self, outcome: str, card: dict[str, Any]) -> None:
        entry = {"card": card["uuid"], "outcome": outcome, "outcomeTimestamp": "2026-11-22T08:30:00Z"}
        if outcome == "accepted":
            entry |= {"acceptedSuggestions": [{"id": card["suggestions"][0]["uuid"]}]}
        assert self._client.post(f"{SERVICE}/feedback", json={"feedback": [entry]}).status_code == 200

    def fates(self) -> list[tuple[str, str]]:
        database = open_database(self.database_url)
        found: list[tuple[str, str]] = [(record.topic, record.fate) for record in database.cards()]
        database.close()
        return found


def _noon() -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)


@pytest.fixture
def service() -> Service:
    return Service(registry(), repeat_after_days=DAYS, secret_key="x" * 40)


def test_by_default_everything_is_shown_each_time() -> None:
    service = Service(registry())
    assert service.cards(request_of())
    assert service.cards(request_of())
    assert service.fates() == [("iron", "shown"), ("iron", "shown")]


def test_the_same_facts_are_silent_for_the_same_user_until_the_days_are_over(service: Service) -> None:
    assert service.cards(request_of())
    assert service.cards(request_of(), after_days=1) == []
    assert service.cards(request_of(), after_days=DAYS - 0.1) == []
    assert service.cards(request_of(), after_days=DAYS + 0.1)
    assert [fate for _, fate in service.fates()] == ["shown", "repeated", "repeated", "shown"]


def test_another_user_is_told(service: Service) -> None:
    assert service.cards(request_of())
    assert service.cards(request_of(user="Practitioner/dr2"))


def test_after_an_override_it_is_silent_three_times_as_long(service: Service) -> None:
    [card] = service.cards(request_of())
    service.report("overridden", card)
    assert service.cards(request_of(), after_days=3 * DAYS - 0.1) == []
    assert service.cards(request_of(), after_days=3 * DAYS + 0.1)


def test_after_it_was_accepted_it_is_silent_as_long_as_otherwise(service: Service) -> None:
    [card] = service.cards(request_of())
    service.report("accepted", card)
    assert service.cards(request_of(), after_days=1) == []
    assert service.cards(request_of(), after_days=DAYS + 0.1)


@pytest.mark.parametrize("outcome", ["overridden", None])
def test_a_new_result_is_told_at_once(service: Service, outcome: str | None) -> None:
    [card] = service.cards(request_of())
    if outcome:
        service.report(outcome, card)
    assert service.cards(request_of(ferritin="19 ng/mL"), after_days=1)


def test_only_the_topic_that_is_new_is_told(service: Service) -> None:
    assert len(service.cards(request_of())) == 1
    [card] = service.cards(request_of(ferritin="22 ng/mL", vitamin_d="8 ng/mL"), after_days=1)
    assert card["source"]["topic"]["code"] == "vitaminD"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ordered(HALOPERIDOL), ordered(QUETIAPINE)),
        (ordered(VITAMIN_D, units=5000), ordered(VITAMIN_D, units=50000)),
        (ordered(IRON, iron=saturated(52, "2026-11-15")), ordered(IRON, iron=saturated(80, "2026-11-15"))),
        (ordered(IRON, iron=saturated(52, "2026-11-15")), ordered(IRON, iron=saturated(52, "2026-11-16"))),
        (ordered(HALOPERIDOL, None), ordered(HALOPERIDOL, None)),
    ],
    ids=["another drug", "another dose", "corrected", "of another day", "an order that cannot be named"],
)
def test_what_is_new_about_an_order_is_told_at_once(
    service: Service, first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert len(service.cards(first)) == 1
    assert len(service.cards(second, after_days=1)) == 1


@pytest.mark.parametrize("rxnorm", [HALOPERIDOL, IRON])
def test_the_same_order_under_another_id_is_silent(service: Service, rxnorm: str) -> None:
    iron = saturated(52, "2026-11-15")
    assert len(service.cards(ordered(rxnorm, iron=iron))) == 1
    assert service.cards(ordered(rxnorm, "d77", iron=iron), after_days=1) == []
    assert [fate for _, fate in service.fates()] == ["shown", "repeated"]


def test_a_corrected_result_behind_a_caution_is_told_at_once(service: Service) -> None:
    for day, egfr in enumerate((25, 20)):
        body = request_of(magnesium="0.5 mmol/L", egfr=f"{egfr} mL/min/{{1.73_m2}}")
        [card] = [one for one in service.cards(body, after_days=day) if one["source"]["topic"]["code"] == "magnesium"]
        assert "(MG01)" in card["detail"]
    assert service.cards(body, after_days=2) == []


def test_what_is_remembered_names_neither_user_nor_patient(service: Service) -> None:
    service.cards(request_of())
    database = open_database(service.database_url)
    [record] = database.cards()
    database.close()
    assert len(record.matter_key or "") == len(record.facts_key or "") == 64
    assert "dr1" not in repr(record)
    assert record.ehr == "general-hospital"
    assert record.rules[0].startswith("IRON.")


def test_a_card_and_the_access_audit_share_no_second(service: Service) -> None:
    assert service.cards(request_of(), after_days=0.1234)
    close_access_audit()
    database = open_database(service.database_url)
    [card], [(_, looked)] = list(database.cards()), list(accesses(database))
    database.close()
    assert card.fired_at % 3600 == 0
    assert 0 < looked.accessed_at - card.fired_at < 3600


def test_an_ehr_may_switch_topics_off() -> None:
    service = Service(registry(topics_off=["iron"]))
    [card] = service.cards(request_of(ferritin="22 ng/mL", vitamin_d="8 ng/mL"))
    assert card["source"]["topic"]["code"] == "vitaminD"
    assert sorted(service.fates()) == [("iron", "switched-off"), ("vitamin-d", "shown")]


def test_in_shadow_mode_cards_are_counted_and_not_sent() -> None:
    service = Service(registry(shadow_services=["rls-nutrients"]))
    assert service.cards(request_of()) == []
    assert service.fates() == [("iron", "shadow")]


def test_in_shadow_mode_not_even_a_fault_is_told() -> None:
    service = Service(registry(shadow_services=["rls-nutrients"]))
    body = request_of()
    body["prefetch"]["iron"] = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
    assert service.cards(body) == []
    assert service.fates() == [("incomplete", "shadow")]


def test_the_kill_switch_silences_an_ehr_altogether() -> None:
    service = Service(registry(kill_switch=True))
    assert service.cards(request_of()) == []
    assert service.cards(request_of() | {"prefetch": {}}) == []
    assert service.fates() == []
    assert service.cards({**request_of(), "fhirServer": "https://other.example.org/fhir"})


@pytest.mark.parametrize(
    ("word", "value", "known"), [("topics_off", "irn", "iron"), ("shadow_services", "rls", "rls-nutrients")]
)
def test_a_misspelt_switch_stops_the_service(word: str, value: str, known: str) -> None:
    with pytest.raises(RegistryError, match=rf'EHR "general-hospital", {word}: .{value}. is not known.*{known}'):
        client_of(registry(**{word: [value]}))


def test_a_misspelt_analyte_stops_the_service() -> None:
    """Once each chart that held this code was a fault of ours."""
    with pytest.raises(RegistryError, match=r'EHR "general-hospital", local_codes: .*ferritinn'):
        client_of(registry(local_codes={"urn:x|FERR": "ferritinn"}))


def test_a_database_that_is_away_costs_counts_and_no_card(capsys: pytest.CaptureFixture[str]) -> None:
    client = client_of(database_url="sqlite:////nowhere/rls.db", repeat_after_days=DAYS)
    assert client.post(SERVICE, json=request_of()).get_json()["cards"]
    assert '"cards not recorded"' in capsys.readouterr().err


def test_nor_does_it_where_nobody_waits_for_the_disk(capsys: pytest.CaptureFixture[str]) -> None:
    url = "sqlite:////nowhere/rls.db"
    assert client_of(database_url=url).post(SERVICE, json=request_of()).get_json()["cards"]
    database_of(Settings(database_url=url)).flush()
    assert '"cards not recorded"' in capsys.readouterr().err


def test_feedback_finds_the_ehr_of_a_card_that_another_worker_is_still_writing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cds_hooks.feedback_calls._SECONDS_FOR_OTHER_WORKERS", 20.0)  # machines may be slow
    registered, url = registry(), new_sqlite()
    client = client_of(registered, database_url=url)
    record = CardRecord(
        uuid="c1", fired_at=1, ehr="general-hospital", service="rls-nutrients", topic="iron", rules=("R",), fate="shown"
    )
    elsewhere = open_database(url)
    writing = threading.Timer(0.1, elsewhere.record_cards, [[record]])
    writing.start()
    entry = {"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2026-11-22T08:30:00Z"}
    assert client.post(f"{SERVICE}/feedback", json={"feedback": [entry]}).status_code == 200
    writing.join()
    assert [report.ehr for report in elsewhere.feedback()] == ["general-hospital"]
    elsewhere.close()


@pytest.fixture
def away() -> Callable[[str, Any], Any]:
    client = client_of(database_url="sqlite:////nowhere/rls.db")
    return lambda path, body: client.post(path, json=body)


def test_a_database_that_is_away_refuses_feedback_to_be_sent_again(away: Callable[[str, Any], Any]) -> None:
    entry = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-11-22T08:30:00Z"}
    answer = away(f"{SERVICE}/feedback", {"feedback": [entry]})
    assert answer.status_code == 503
    assert answer.get_json()["issue"][0]["code"] == "transient"


EGFR = "90 mL/min/{1.73_m2}"


@pytest.mark.parametrize(
    ("result", "rxnorm"),
    [
        ({"ferritin": "22 ng/mL"}, "24947"),
        ({"vitamin_d": "15 ng/mL"}, "2418"),
        ({"vitamin_b12": "120 pg/mL"}, "11248"),
        (
            {"magnesium": "0.5 mmol/L", "adjusted_calcium": "2.35 mmol/L", "potassium": "4.2 mmol/L", "egfr": EGFR},
            "6582",
        ),
        ({"vitamin_b6": "10 nmol/L"}, "684879"),
        ({"vitamin_c": "5 umol/L"}, "1151"),
    ],
)
def test_what_is_taken_already_is_not_proposed(result: dict[str, Any], rxnorm: str) -> None:
    client = client_of()
    orders = []
    for taken in ([], [medication(rxnorm)]):
        body = call({"medications": searchset(*taken)}, **result)
        cards = client.post(SERVICE, json=body).get_json()["cards"]
        actions = [action for card in cards for one in card.get("suggestions", ()) for action in one["actions"]]
        orders.append({action["resource"]["resourceType"] for action in actions})
    assert "MedicationRequest" in orders[0]
    assert "MedicationRequest" not in orders[1]


def test_no_comment_is_ever_logged(capfd: pytest.CaptureFixture[str]) -> None:
    reason = {"reason": {"code": "other"}, "userComment": "Jane Doe refuses"}
    entry = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-11-22T08:30:00Z", "overrideReason": reason}
    assert client_of().post(f"{SERVICE}/feedback", json={"feedback": [entry]}).status_code == 200
    told = capfd.readouterr().err
    assert '"reports":1' in told
    assert '"unknown_cards":1' in told
    assert "Jane" not in told
    assert "withheld" not in told
