"""The demo EHR as one Flask application: FHIR server, authorization server, fault switchboard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Flask

from demo_ehr.authority import Authority, RegisteredApp, authorization_server
from demo_ehr.charts import Charts
from demo_ehr.fault_routes import fault_routes
from demo_ehr.faults import Switchboard
from demo_ehr.fhir import fhir_server
from demo_ehr.keys import Keys


@dataclass(frozen=True)
class DemoEhr:
    """Everything the desk needs. ``base_url`` has no trailing slash."""

    base_url: str
    charts: Charts
    faults: Switchboard
    authority: Authority
    keys: Keys

    @property
    def fhir_base(self) -> str:
        return f"{self.base_url}/fhir"


def demo_ehr_of(base_url: str, apps: Iterable[RegisteredApp], today: date) -> DemoEhr:
    keys, faults, charts = Keys(), Switchboard(), Charts(today)
    return DemoEhr(base_url, charts, faults, Authority(base_url, apps), keys)


def create_demo_ehr(demo: DemoEhr, *, further: Iterable[Blueprint] = ()) -> Flask:
    """The application; ``further`` blueprints (the desk) are registered after its own.

    Serve it threaded: hook calls and SMART apps ask it while it waits for them, and the fault ``hang`` holds a thread.
    """
    app = Flask(__name__, static_folder=None)
    for blueprint in (authorization_server(demo, app), fhir_server(demo), fault_routes(demo.faults), *further):
        app.register_blueprint(blueprint)
    app.add_url_rule("/favicon.ico", "favicon", lambda: ("", 204))  # browsers ask for it on pages that name no icon
    return app
