"""The list of patients, a patient's chart with its cards, and what is done with a card or added to the chart."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from demo_ehr.charts import Resource
from demo_ehr.desk.chart_view import chart_view
from demo_ehr.desk.exchanges import DeskVisit
from demo_ehr.desk.front_desk import FrontDesk
from demo_ehr.desk.shown_cards import shown_cards

LARGEST_FERRITIN = 5000


def add_chart_pages(pages: Blueprint, desk: FrontDesk) -> None:
    @pages.get("/")
    def patients() -> str:
        return render_template("desk/patients.html", patients=desk.patients())

    @pages.get("/<address>")
    def nowhere(address: str) -> NoReturn:
        del address
        abort(404)

    @pages.get("/patients/<patient_id>")
    def chart(patient_id: str) -> str:
        """Opening a chart is the moment of the hook ``patient-view``."""
        desk.patient(patient_id)
        return _chart(desk, desk.hook("patient-view", patient_id))

    @pages.get("/patients/<patient_id>/visits/<visit_id>")
    def visit(patient_id: str, visit_id: str) -> str:
        """The same chart with the same cards, after something was done with one: no hook is called."""
        return _chart(desk, desk.visit(patient_id, visit_id))

    _add_deeds(pages, desk)


def _add_deeds(pages: Blueprint, desk: FrontDesk) -> None:
    """What a clinician does in a chart; each leads back to a page that can be loaded again."""

    @pages.post("/patients/<patient_id>/visits/<visit_id>/accept")
    def accept(patient_id: str, visit_id: str) -> Response:
        found = desk.visit(patient_id, visit_id)
        desk.accept(found, request.form.get("card", ""), request.form.get("suggestion", ""))
        return redirect(back_to(found))

    @pages.post("/patients/<patient_id>/visits/<visit_id>/override")
    def override(patient_id: str, visit_id: str) -> Response:
        found = desk.visit(patient_id, visit_id)
        form = request.form
        desk.override(found, form.get("card", ""), form.get("reason", ""), form.get("comment", ""))
        return redirect(back_to(found))

    @pages.post("/patients/<patient_id>/results")
    def new_result(patient_id: str) -> Response:
        desk.patient(patient_id)
        number = _number(request.form.get("ferritin", ""))
        if number is not None:
            desk.demo.charts.add(_ferritin(patient_id, number, desk.today.isoformat()))
        return redirect(url_for("desk.chart", patient_id=patient_id))


def back_to(visit: DeskVisit) -> str:
    """Where a visit is shown: an order hook's cards belong to the order desk."""
    if visit.hook == "patient-view":
        return url_for("desk.visit", patient_id=visit.patient_id, visit_id=visit.id)
    return url_for("desk.orders", patient_id=visit.patient_id, visit=visit.id)


def _chart(desk: FrontDesk, visit: DeskVisit) -> str:
    return render_template(
        "desk/chart.html",
        patient=desk.patient(visit.patient_id),
        visit=visit,
        cards=shown_cards(visit, desk.places.app_origins),
        chart=chart_view(desk.demo.charts.resources_of(visit.patient_id)),
        drafts=desk.tray.drafts(visit.patient_id),
    )


def _number(text: str) -> Decimal | None:
    """None for what is no number, or none that a laboratory would report."""
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number <= LARGEST_FERRITIN else None


def _ferritin(patient_id: str, number: Decimal, day: str) -> Resource:
    """A new result of today, as the demo's laboratory would send it."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [_concept("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")],
        "code": {**_concept("http://loinc.org", "2276-4"), "text": "Ferritin"},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": day,
        "valueQuantity": {
            # "12" was typed and "12.0" would be read: a laboratory's digits mean something.
            "value": int(number) if number == number.to_integral_value() else float(number),
            "unit": "ng/mL",
            "system": "http://unitsofmeasure.org",
            "code": "ng/mL",
        },
    }


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}
