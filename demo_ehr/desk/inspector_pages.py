"""The hook inspector: what the demo EHR asked of the CDS service, and what it was answered."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from demo_ehr.desk.front_desk import FrontDesk


def add_inspector_pages(pages: Blueprint, desk: FrontDesk) -> None:
    @pages.get("/calls")
    def calls() -> str:
        return render_template("desk/calls.html", calls=desk.exchanges.newest_first())

    @pages.get("/calls/<call_id>")
    def call(call_id: str) -> str:
        return render_template("desk/call.html", call=desk.exchanges.get(call_id) or abort(404))
