"""``/healthz``: the process answers. ``/readyz``: it can do its work, told part by part."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Flask, Response, jsonify, request
from flask.blueprints import BlueprintSetupState
from flask.sansio.app import App
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from hosting.derived_keys import derived_key
from hosting.logs import log, place_of
from hosting.mistakes import SettingsError
from hosting.registry import EhrRegistry
from hosting.settings import Settings
from hosting.signing_keys import SigningKeys, read_signing_keys

_EXTENSION = "rls_nutrients_readiness"


@dataclass(frozen=True)
class Readiness:
    """What one part of the service says of itself; ``detail`` is shown to anyone, so it holds no secret."""

    ready: bool
    detail: str = ""


Report = Callable[[], Readiness]


def report_readiness(blueprint: Blueprint, name: str, report: Report) -> None:
    """Lets a front door take part in ``/readyz``, e.g. ``report_readiness(blueprint, "knowledge", report)``.

    The report is made anew at each request. If it raises, that part is not ready.
    """

    def register(state: BlueprintSetupState) -> None:
        _reports(state.app)[name] = report

    blueprint.record_once(register)


def add_health(app: Flask, settings: Settings, registry: EhrRegistry) -> None:
    """Adds ``/healthz`` and ``/readyz`` (200, or 503 where a part is not ready)."""
    app.extensions[_EXTENSION] = _of_keys(settings, registry)

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        parts = {name: _ask(report) for name, report in _reports(app).items()}
        ready = all(part["ready"] for part in parts.values())
        told = {"ready": ready, "cdsAuthentication": settings.cds_authentication, "parts": parts}
        answer = jsonify(told | _of_signed_call(settings))
        return answer, 200 if ready else 503


def _of_signed_call(settings: Settings) -> dict[str, str]:
    """To a bearer token is said whether it is the doctor's, made with our own secret for this very address. It opens
    nothing: it shows that tokens come through whatever stands before us."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or settings.secret_key is None:
        return {}
    key = OctKey.import_key(derived_key(settings, "doctor"))
    try:
        claims = jwt.decode(token, key, algorithms=["HS256"]).claims
    except (JoseError, ValueError, TypeError, RecursionError):  # joserfc trusts the kinds of a header's members
        return {"signedCall": "the token is not ours"}
    if claims.get("aud") != f"{settings.public_url}/readyz":
        return {"signedCall": "made for another address"}
    return {"signedCall": "recognised" if claims.get("exp", 0) > time.time() else "expired by our clock"}


def _of_keys(settings: Settings, registry: EhrRegistry) -> dict[str, Report]:
    """Whether there is a key for each EHR that knows us by one. Read at each request: the file may be replaced.

    Where it cannot be read any more, this process goes on signing with the keys that it holds, and stays ready: all
    instances read the same file, and would be taken out together for one that is just being written.
    """
    wanted = {ehr.signing_algorithm for ehr in registry.ehrs if ehr.client_authentication == "private_key_jwt"}
    if not wanted and settings.signing_key_file is None:
        return {}
    held, readable = _keys_or_none(settings), True

    def report() -> Readiness:
        nonlocal held, readable
        now = _keys_or_none(settings)
        held = now or held
        if held is None:
            return Readiness(False, "the signing keys cannot be read")
        missing = sorted(one for one in wanted if held.for_signing(one) is None)
        detail = f"no key for {', '.join(missing)}" if missing else f"{len(held.keys)} published"
        if now is None and readable:  # once, and not at each probe
            log.error("signing keys not readable any more")
        readable = now is not None
        if not readable:
            detail += "; their file cannot be read any more, those read before go on"
        return Readiness(not missing, detail)

    return {"keys": report}


def _keys_or_none(settings: Settings) -> SigningKeys | None:
    try:
        return read_signing_keys(settings)
    except SettingsError:
        return None


def _reports(app: App) -> dict[str, Report]:
    return cast(dict[str, Report], app.extensions[_EXTENSION])


def _ask(report: Report) -> dict[str, Any]:
    try:
        answer = report()
    except Exception as error:  # a part that cannot even say how it is doing is not ready; the others still answer
        log.error("readiness report failed", error=type(error).__name__, where=place_of(error))
        return {"ready": False}
    return {"ready": answer.ready} | ({"detail": answer.detail} if answer.detail else {})
