"""The order desk: choose a drug (order-select), look at what the service says, sign (order-sign)."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from demo_ehr.desk.chart_view import instructions_of, words_of_order
from demo_ehr.desk.front_desk import FrontDesk
from demo_ehr.desk.orderable_drugs import by_group, orderable_drugs
from demo_ehr.desk.shown_cards import shown_cards


def add_order_pages(pages: Blueprint, desk: FrontDesk) -> None:
    pages.add_app_template_filter(words_of_order, "order_words")
    pages.add_app_template_filter(instructions_of, "order_instructions")

    @pages.get("/patients/<patient_id>/orders")
    def orders(patient_id: str) -> str:
        """``visit``: whose cards to show; ``signed``: how many orders were just signed."""
        visit = desk.visit(patient_id, request.args["visit"]) if "visit" in request.args else None
        return render_template(
            "desk/orders.html",
            patient=desk.patient(patient_id),
            visit=visit,
            cards=shown_cards(visit, desk.places.app_origins) if visit else [],
            drafts=desk.tray.drafts(patient_id),
            drugs=by_group(),
            signed=request.args.get("signed", type=int),
        )

    _add_deeds(pages, desk)


def _add_deeds(pages: Blueprint, desk: FrontDesk) -> None:
    """Choose, drop, sign; each leads back to the order desk."""

    @pages.post("/patients/<patient_id>/orders/choose")
    def choose(patient_id: str) -> Response:
        """Choosing a drug makes a draft, and is the moment of order-select."""
        drug = orderable_drugs().get(request.form.get("drug", "")) or abort(404)
        desk.patient(patient_id)
        draft = desk.tray.put(patient_id, drug.draft(desk.today))
        visit = desk.order_hook("order-select", patient_id, draft)
        return redirect(url_for("desk.orders", patient_id=patient_id, visit=visit.id))

    @pages.post("/patients/<patient_id>/orders/drop")
    def drop(patient_id: str) -> Response:
        desk.tray.drop(patient_id, request.form.get("draft", ""))
        return redirect(url_for("desk.orders", patient_id=patient_id))

    @pages.post("/patients/<patient_id>/orders/sign")
    def sign(patient_id: str) -> Response:
        """The moment of order-sign. Cards stop the hand once; "sign all the same" goes on without asking again."""
        desk.patient(patient_id)
        if not desk.tray.drafts(patient_id):
            return redirect(url_for("desk.orders", patient_id=patient_id))
        if "knowingly" not in request.form:
            visit = desk.order_hook("order-sign", patient_id)
            if visit.cards or visit.problems:
                return redirect(url_for("desk.orders", patient_id=patient_id, visit=visit.id))
        signed = desk.tray.sign(patient_id, desk.demo.charts, desk.today)
        return redirect(url_for("desk.orders", patient_id=patient_id, signed=signed))
