"""CORS: which pages in a browser may call the CDS service. Refusals carry it too, or nobody could read why.

Source: CDS Hooks 2.0.1 section Cross-Origin Resource Sharing; the Fetch standard. A caller proves itself by its JWT and
never by cookies, so credentials are not allowed, and no origin is let in that nobody has listed.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from hosting import EhrRegistry, Settings, is_public_sandbox

_PATH, _BELOW = "/cds-services", "/cds-services/"
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}
_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
    "Access-Control-Max-Age": "600",
}


def add_cors(blueprint: Blueprint, settings: Settings, registry: EhrRegistry) -> None:
    """Adds the headers to every answer under /cds-services, also to those that no route of ours has written."""
    origins = allowed_origins(settings, registry)

    @blueprint.after_app_request
    def _allow(answer: Response) -> Response:
        path = request.path
        if path == _PATH or path.startswith(_BELOW):
            _vary_by_origin(answer)
            origin = request.environ.get("HTTP_ORIGIN")
            if origin in origins:
                answer.headers.update(_headers(origin))
        return answer


def _vary_by_origin(answer: Response) -> None:
    """Or a cache would hand one origin's answer to another."""
    if "Vary" in answer.headers:
        answer.vary.add("Origin")
    else:
        answer.headers.add("Vary", "Origin")


def _headers(origin: str) -> dict[str, str]:
    """A preflight (OPTIONS with a method asked for) is answered without a JWT: browsers send none."""
    told = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "X-Request-ID"}
    return told | _ALLOWED if request.method == "OPTIONS" else told


def allowed_origins(settings: Settings, registry: EhrRegistry) -> frozenset[str]:
    """The setting's, and of each registered EHR where its pages and its callers live."""
    listed = [*settings.cors_origins]
    for ehr in registry.ehrs:
        listed += ehr.frame_ancestors
        trusted = [one for one in ehr.cds_clients if settings.trust_public_sandbox or not is_public_sandbox(one)]
        listed += [client.iss for client in trusted]
    return frozenset(origin for address in listed if (origin := _as_browsers_send_it(address)))


def _as_browsers_send_it(address: str) -> str | None:
    """Lower case, without path and without the default port. None for an issuer that is no web address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.netloc:
        return None
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])}"
