"""The fault switchboard over HTTP, for tests and scripts: ``GET /faults``, ``POST /faults/NAME`` with ``{"on": true}``.

JSON only: another site's form cannot send it, so a page that somebody happens to visit cannot break the demo.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from demo_ehr.faults import FAULTS, Switchboard


def fault_routes(faults: Switchboard) -> Blueprint:
    routes = Blueprint("faults", __name__, url_prefix="/faults")

    @routes.get("")
    def state() -> Response:
        on = faults.state()
        return jsonify({name: {"on": on[name], "does": sentence} for name, sentence in FAULTS.items()})

    @routes.post("/<name>")
    def switch(name: str) -> ResponseReturnValue:
        if name not in FAULTS:
            return jsonify({"error": f"there is no fault {name}; GET /faults lists them"}), 404
        asked = request.get_json(silent=True)
        if not isinstance(asked, dict) or not isinstance(asked.get("on"), bool):
            return jsonify({"error": 'send JSON: {"on": true} or {"on": false}'}), 400
        faults.set(name, asked["on"])
        return jsonify({"on": faults.on(name)})

    @routes.delete("")
    def reset() -> ResponseReturnValue:
        """All faults off."""
        faults.reset()
        return "", 204

    return routes
