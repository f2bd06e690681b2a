"""The SMART authorization server of the demo EHR: discovery under the FHIR base, everything else under ``/auth``.

Source: SMART App Launch 2.2, Conformance (discovery) and App Launch. In an EHR launch nobody is asked again, for the
clinician is signed in and launched the app; standalone, the clinician picks the patient.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Flask, Response, jsonify, render_template, request, send_from_directory

from demo_ehr.authority.clients import SignedAssertion, token_endpoints
from demo_ehr.authority.discovery_documents import openid_configuration, smart_configuration, smart_style
from demo_ehr.authority.grants import PkceS256, grants_of, new_token
from demo_ehr.authority.smart import SmartReply, SmartRequest
from demo_ehr.authority.tokens import IssuedToken, LaunchContext

if TYPE_CHECKING:
    from demo_ehr.application import DemoEhr

PICKED = "demo_patient"
STATIC = Path(__file__).resolve().parents[1] / "static" / "authorization"


def authorization_server(demo: DemoEhr, app: Flask) -> Blueprint:
    """The routes; Authlib's server behind them takes its configuration from ``app``."""
    pages = _Pages(demo, _oauth(demo, app))
    routes = Blueprint("authorization", __name__, template_folder=str(STATIC.parents[1] / "templates"))
    documents: dict[str, Any] = {
        "/fhir/.well-known/smart-configuration": lambda: smart_configuration(demo.base_url),
        "/auth/.well-known/openid-configuration": lambda: openid_configuration(demo.base_url),
        "/auth/jwks.json": demo.keys.jwks,
        "/auth/smart-style.json": smart_style,
    }
    for path, document in documents.items():
        routes.add_url_rule(path, path.rpartition("/")[2].replace(".", "-"), _published(document))
    routes.add_url_rule("/auth/pages.css", "pages-css", lambda: send_from_directory(STATIC, "pages.css"))
    routes.add_url_rule("/auth/authorize", "authorize", pages.authorize, methods=["GET", "POST"])
    for name in ("token", "introspect", "revoke"):
        routes.add_url_rule(f"/auth/{name}", name, getattr(pages, name), methods=["POST"])
    return routes


def _published(document: Any) -> Any:
    def answer() -> Response:
        response = jsonify(document())
        response.headers["Cache-Control"] = "max-age=60"
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return answer


def _oauth(demo: DemoEhr, app: Flask) -> AuthorizationServer:
    def keep(token: dict[str, Any], request: Any) -> None:
        first = request.payload.grant_type == "authorization_code"
        dies = demo.faults.on("token-expires-at-once") or demo.faults.on("refresh-refused")
        dies_after = 1 if first and dies else None
        demo.authority.keep_token(_issued(token, request, dies_after))

    def find(client_id: str) -> Any:
        return demo.authority.apps.get(client_id)

    server = AuthorizationServer(app, find, keep)
    server.register_token_generator("default", new_token)
    server.register_client_auth_method("private_key_jwt", SignedAssertion(f"{demo.base_url}/auth/token"))
    code_grant, refresh_grant = grants_of(demo)
    server.register_grant(code_grant, [PkceS256(), SmartRequest(demo), SmartReply(demo)])
    server.register_grant(refresh_grant, [SmartReply(demo)])
    for endpoint in token_endpoints(demo):
        server.register_endpoint(endpoint)
    return server


def _issued(token: dict[str, Any], request: Any, dies_after: int | None) -> IssuedToken:
    return IssuedToken(
        client_id=request.client.client_id,
        scope=token["scope"],
        context=request.user,
        access_token=token["access_token"],
        refresh_token=token.get("refresh_token"),
        issued_at=time.time(),
        expires_in=token["expires_in"],
        dies_after=dies_after,
    )


class _Pages:
    def __init__(self, demo: DemoEhr, oauth: AuthorizationServer) -> None:
        self._demo, self._oauth = demo, oauth

    def authorize(self) -> Response:
        """An error goes back to the app where the app is known, and is told here where it is not."""
        try:
            grant = self._oauth.get_consent_grant()
        except OAuth2Error as error:
            return self._refused(error)
        context = self._context()
        if context is None:
            return self._picker()
        return cast(Response, self._oauth.create_authorization_response(grant.request, context, grant))

    def token(self) -> Response:
        return cast(Response, self._oauth.create_token_response())

    def introspect(self) -> Response:
        return cast(Response, self._oauth.create_endpoint_response("introspection"))

    def revoke(self) -> Response:
        return cast(Response, self._oauth.create_endpoint_response("revocation"))

    def _context(self) -> LaunchContext | None:
        """Of the launch, or of the patient who was picked. None: nobody is picked yet."""
        launch, picked = request.values.get("launch"), request.values.get(PICKED, "")
        if launch is not None:
            return self._demo.authority.launch_context(launch)
        return LaunchContext(picked) if self._demo.charts.resources_of(picked) else None

    def _picker(self) -> Response:
        # Links, no form: browsers hold a form's redirects to the page's own origin (CSP form-action), and the app
        # to which this one leads has another.
        asked = [(name, value) for name, value in request.values.items() if name != PICKED]
        people = [
            (_name(patient), patient.get("birthDate", ""), f"?{urlencode([*asked, (PICKED, patient['id'])])}")
            for patient in self._demo.charts.patients()
        ]
        return _page(render_template("authorization/pick_patient.html", people=people))

    def _refused(self, error: OAuth2Error) -> Response:
        if error.redirect_uri:
            return cast(Response, self._oauth.handle_error_response(None, error))
        reason = (error.description or error.error).rstrip(".")
        return _page(render_template("authorization/refused.html", reason=reason), 400)


def _name(patient: dict[str, Any]) -> str:
    name = patient["name"][0]
    return f"{name['family']}, {' '.join(name['given'])}"


def _page(html: str, status: int = 200) -> Response:
    headers = {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'",
    }
    return Response(html, status, headers, content_type="text/html; charset=utf-8")
