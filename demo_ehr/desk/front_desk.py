"""What the pages of the desk share: the EHR behind them, the CDS client, the order tray, visits and exchanges."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode, urlsplit

from flask import abort

from demo_ehr.application import DemoEhr
from demo_ehr.charts import Resource
from demo_ehr.desk import feedback
from demo_ehr.desk.cds_client import CdsClient
from demo_ehr.desk.chart_view import PatientLine, patient_line
from demo_ehr.desk.exchanges import DeskVisit, Exchange, Shelf
from demo_ehr.desk.tray import Tray

CLINICIAN = "Practitioner/demo-clinician"


class Places(NamedTuple):
    """Addresses without a trailing slash. ``ehr_elsewhere`` is the same EHR under another site's name, from which a
    frame with the SMART app is a cross-site one."""

    ehr: str
    ehr_elsewhere: str
    smart_app: str
    cds_service: str

    @property
    def app_origins(self) -> frozenset[str]:
        return frozenset({self.smart_app})


class Quietness(Protocol):
    """How the CDS service's repeats are silenced: a setting of the service, which has to start anew for it."""

    @property
    def days(self) -> int: ...

    def set(self, days: int) -> None:
        """Returns when the service answers again."""


@dataclass
class FrontDesk:
    demo: DemoEhr
    places: Places
    client: CdsClient
    quietness: Quietness
    today: date
    tray: Tray = field(default_factory=Tray)
    visits: Shelf[DeskVisit] = field(default_factory=Shelf)
    exchanges: Shelf[Exchange] = field(default_factory=Shelf)

    def patients(self) -> list[PatientLine]:
        return sorted((patient_line(one, self.today) for one in self.demo.charts.patients()), key=lambda one: one.name)

    def patient(self, patient_id: str) -> PatientLine:
        """Ends the request with 404 for a patient nobody knows."""
        found = self.demo.charts.read("Patient", patient_id)
        return patient_line(found, self.today) if found else abort(404)

    def visit(self, patient_id: str, visit_id: str | None) -> DeskVisit:
        """Ends the request with 404 for a visit that is forgotten, or of another patient."""
        found = self.visits.get(visit_id)
        return found if found and found.patient_id == patient_id else abort(404)

    def hook(self, hook: str, patient_id: str, **further: Any) -> DeskVisit:
        """Calls every service of a hook and keeps what came of it."""
        context = {"userId": CLINICIAN, "patientId": patient_id, **further}
        exchanges = [self.client.call(service, context) for service in self.client.services(hook)]
        for exchange in exchanges:
            self.exchanges.keep(exchange)
        return self.visits.keep(DeskVisit(patient_id, hook, exchanges))

    def order_hook(self, hook: str, patient_id: str, *selected: Resource) -> DeskVisit:
        """``selected`` are the drafts just chosen; order-sign has none."""
        drafts = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": draft} for draft in self.tray.drafts(patient_id)],
        }
        chosen = [f"{draft['resourceType']}/{draft['id']}" for draft in selected]
        return self.hook(hook, patient_id, draftOrders=drafts, **({"selections": chosen} if chosen else {}))

    def accept(self, visit: DeskVisit, card_uuid: str, suggestion_uuid: str) -> None:
        exchange, card = self._card(visit, card_uuid)
        suggestion = next((one for one in card.get("suggestions", ()) if one.get("uuid") == suggestion_uuid), None)
        if suggestion is None:
            abort(404)
        if not visit.accept(suggestion_uuid):  # clicked twice, or reloaded: ordered once
            return
        for action in suggestion.get("actions", ()):
            self.tray.act(visit.patient_id, action)
        self._report(visit, exchange, feedback.accepted(card, suggestion), f"Accepted: {suggestion['label']}")

    def override(self, visit: DeskVisit, card_uuid: str, code: str, comment: str) -> None:
        exchange, card = self._card(visit, card_uuid)
        entry = feedback.overridden(card, code, comment)
        reason = entry.get("overrideReason", {}).get("reason", {}).get("display", "no reason given")
        self._report(visit, exchange, entry, f"Overridden: {reason}")

    def launch(self, patient_id: str, *, app_context: str | None, banner: bool | None, address: str = "") -> str:
        """The address with which the SMART app is opened for a patient: SMART App Launch 2.2 section EHR launch."""
        value = self.demo.authority.new_launch(patient_id, need_patient_banner=banner, app_context=app_context)
        address = address or f"{self.places.smart_app}/launch"
        mark = "&" if urlsplit(address).query else "?"
        return f"{address}{mark}{urlencode({'iss': self.demo.fhir_base, 'launch': value})}"

    def start_anew(self) -> None:
        """Every chart as it was in the beginning, no faults, nothing remembered here."""
        self.demo.charts.reset()
        self.demo.faults.reset()
        self.tray.clear()
        self.visits.clear()
        self.exchanges.clear()

    def _card(self, visit: DeskVisit, uuid: str) -> tuple[Exchange, dict[str, Any]]:
        return visit.card(uuid) or abort(404)

    def _report(self, visit: DeskVisit, exchange: Exchange, entry: dict[str, Any], words: str) -> None:
        told = self.exchanges.keep(self.client.report(exchange, entry))
        visit.outcomes[entry["card"]] = (
            f"{words}. The feedback was not taken: {told.problem}" if told.problem else words
        )
