"""The fault switchboard, the quietness of the CDS service, and the way back to the beginning."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from demo_ehr.desk.front_desk import FrontDesk

QUIET_DAYS = 30


def add_switchboard_pages(pages: Blueprint, desk: FrontDesk) -> None:
    @pages.get("/switchboard")
    def switchboard() -> str:
        return render_template(
            "desk/switchboard.html",
            faults=desk.demo.faults.FAULTS,
            on=desk.demo.faults.state(),
            quiet_days=desk.quietness.days,
            days=QUIET_DAYS,
        )

    @pages.post("/switchboard/fault")
    def switch_fault() -> Response:
        name = request.form.get("fault", "")
        if name not in desk.demo.faults.FAULTS:
            abort(404)
        desk.demo.faults.set(name, request.form.get("set") == "on")
        return _back()

    @pages.post("/switchboard/quietness")
    def switch_quietness() -> Response:
        """The service starts anew with the setting; that takes a few seconds."""
        desk.quietness.set(QUIET_DAYS if request.form.get("set") == "on" else 0)
        return _back()

    @pages.post("/switchboard/reset")
    def reset() -> Response:
        desk.start_anew()
        return _back()


def _back() -> Response:
    return redirect(url_for("desk.switchboard"))
