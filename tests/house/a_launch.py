"""One launch at the demo EHR, written down: what the app was asked, what it asked, and what it was told.

Addresses are told as the manual tells them, with the EHR on port 8000 and the app on port 8001.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import requests
from flask import Flask, Response, request

from cds_hooks import front_door as cds_hooks
from demo_ehr.application import create_demo_ehr, demo_ehr_of
from demo_ehr.authority import RegisteredApp
from demo_ehr.ehr_server import serving
from demo_ehr.ports import address
from hosting import Settings, create_application, new_key_file, read_registry
from smart_app import front_door as smart_app
from tests.databases import new_sqlite
from tests.demo.running import free_first_port
from tests.smart_app.browser import Browser, over_http
from tests.smart_app.launches import SECRET_KEY

PATIENT = "restless-legs-low-ferritin"


@dataclass
class Launch:
    """What went over the wire; ``asked`` are the requests to the EHR with their answers, in order of their arrival."""

    ehr: str
    app: str
    pages: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    jwks: Any = None

    def told(self, value: Any) -> Any:
        """With the ports of the manual."""
        text = json.dumps(value).replace(self.app, "http://127.0.0.1:8001").replace(self.ehr, "http://127.0.0.1:8000")
        return json.loads(text)

    def exchange(self, path: str) -> dict[str, Any]:
        return next(one for one in self.asked if one["path"] == path)


def parameters(query: str) -> dict[str, str]:
    return dict(parse_qsl(query, keep_blank_values=True))


def claims(token: str) -> dict[str, Any]:
    """Those of a JWT, unverified."""
    part = token.split(".")[1]
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return told


@cache
def launched(registry: Path) -> Launch:
    """The launch of one patient of the demo, with the registry that the manual shows in ``registry``'s folder."""
    first = free_first_port()
    launch = Launch(address(first), address(first + 1))
    ehr = demo_ehr_of(launch.ehr, [_registered(launch.app)], date.today())
    server = create_demo_ehr(ehr)
    _write_down(server, launch)
    with serving(server, first), serving(_app(registry, launch), first + 1):
        browser = Browser(launch.app, over_http)
        value = ehr.authority.new_launch(PATIENT)
        begun = browser.get(f"/launch?iss={quote(ehr.fhir_base, safe='')}&launch={quote(value, safe='')}")
        back = browser.get(requests.get(begun.location, allow_redirects=False, timeout=60).headers["Location"])
        launch.pages = [begun, back, browser.get(back.location)]
        launch.jwks = requests.get(f"{launch.app}/.well-known/jwks.json", timeout=60).json()
    return launch


def _registered(app: str) -> RegisteredApp:
    jwks = f"{app}/.well-known/jwks.json"
    return RegisteredApp("rls-nutrients", (f"{app}/callback",), "private_key_jwt", jwks_url=jwks)


def _app(registry: Path, launch: Launch) -> Flask:
    keys = registry.with_name("signing-keys.json")
    new_key_file(keys)
    entry = registry.read_text("utf-8").replace("http://127.0.0.1:8000", launch.ehr)
    registry.write_text(entry, "utf-8")
    own = {"public_url": launch.app, "database_url": new_sqlite(), "secret_key": SECRET_KEY, "signing_key_file": keys}
    settings = Settings.model_validate(own)
    return create_application(settings, read_registry(registry), [smart_app, cds_hooks])


def _write_down(server: Flask, launch: Launch) -> None:
    @server.after_request
    def write(answer: Response) -> Response:
        launch.asked.append(
            {
                "path": request.path,
                "query": request.query_string.decode(),
                "form": request.form.to_dict(),
                "authorization": request.headers.get("Authorization", ""),
                "answer": answer.get_json(silent=True),
            }
        )
        return answer


def path_and_query(location: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.netloc}{parts.path}", parameters(parts.query)
