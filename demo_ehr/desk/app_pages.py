"""Opening the SMART app: in a frame of the chart, in a window of its own, or by itself; and the launch desk.

Source: SMART App Launch 2.2 sections EHR launch and Standalone launch; CDS Hooks 2.0.1 section Link.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from demo_ehr.desk.front_desk import FrontDesk
from demo_ehr.desk.shown_cards import CardLink, card_links

BANNER = {"yes": True, "no": False, "silent": None}


def add_app_pages(pages: Blueprint, desk: FrontDesk) -> None:
    @pages.get("/patients/<patient_id>/app")
    def app_frame(patient_id: str) -> str:
        """The app as a tab of the chart. The chart shows who the patient is, so the app need not."""
        patient = desk.patient(patient_id)
        return render_template("desk/app_frame.html", patient=patient, address=_address(desk, patient_id, "no"))

    @pages.get("/patients/<patient_id>/launch")
    def app_window(patient_id: str) -> Response:
        """The app alone in this tab or window: it has to say whose page it is."""
        desk.patient(patient_id)
        return redirect(_address(desk, patient_id, "yes"))

    @pages.get("/launches")
    def launch_desk() -> str:
        standalone = f"{desk.places.smart_app}/launch/standalone?{urlencode({'iss': desk.demo.fhir_base})}"
        here = request.host_url.rstrip("/")
        other = desk.places.ehr if here == desk.places.ehr_elsewhere else desk.places.ehr_elsewhere
        return render_template(
            "desk/launches.html", patients=desk.patients(), standalone=standalone, here=here, other=other
        )

    @pages.get("/launches/go")
    def go() -> Response:
        """The launch desk's form: how decides which of the pages above it leads to."""
        patient = desk.patient(request.args.get("patient", ""))
        page = "app" if request.args.get("how") == "frame" else "launch"
        banner = request.args.get("banner", "yes")
        return redirect(f"/patients/{patient.id}/{page}?{urlencode({'banner': banner})}")


def _address(desk: FrontDesk, patient_id: str, banner: str) -> str:
    """A card's link where the query names one by its place, else the app's launch address."""
    needed = BANNER.get(request.args.get("banner", banner), True)
    if "visit" not in request.args:
        return desk.launch(patient_id, app_context=None, banner=needed)
    link = _link(desk, patient_id)
    return desk.launch(patient_id, app_context=link.app_context, banner=needed, address=link.url)


def _link(desk: FrontDesk, patient_id: str) -> CardLink:
    visit = desk.visit(patient_id, request.args.get("visit"))
    _exchange, card = visit.card(request.args.get("card", "")) or abort(404)
    links = card_links(card, desk.places.app_origins)
    place = request.args.get("link", 0, type=int)
    return next((link for link in links if link.place == place and link.is_smart), None) or abort(404)
