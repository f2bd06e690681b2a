"""Who calls our hooks for this EHR: can their keys be had, and do they prove anything?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from doctor.asking import NotReached, ask
from doctor.examination import Examination
from doctor.forms import member, objects
from doctor.verdicts import Verdict, fail, ok, warn
from hosting import CdsClient, is_public_sandbox, is_public_sandbox_key

CALLERS = "CDS clients"
_KINDS: dict[str, type[ECKey] | type[RSAKey]] = {"EC": ECKey, "RSA": RSAKey}


def check_callers(examination: Examination) -> Iterator[Verdict]:
    clients = examination.ehr.cds_clients
    if examination.is_registered and not clients:
        yield warn(CALLERS, "none is registered", "add a [[ehr.cds_client]] if this EHR is to call our hooks.")
    for client in clients:
        yield from _check(client, examination)


def _check(client: CdsClient, examination: Examination) -> Iterator[Verdict]:
    name = f"keys of {client.iss}"
    if is_public_sandbox(client):
        yield _sandbox(name, examination)
        return
    try:
        keys = _keys(client)
    except NotReached as reason:
        todo = "until they can be read, every hook call is answered with 401: check jwks_url, and the way there."
        yield fail(name, str(reason), todo)
        return
    if any(is_public_sandbox_key(key) for key in keys):
        yield _sandbox(name, examination)
    elif not keys:
        yield fail(name, "there is no public EC or RSA key among them", "ask the EHR's operator for the right address.")
    else:
        yield ok(name, f"{len(keys)} can be read")


def _sandbox(name: str, examination: Examination) -> Verdict:
    state = "trusted: RLS_TRUST_PUBLIC_SANDBOX is on" if examination.settings.trust_public_sandbox else "refused"
    seen = f"these are the public CDS Hooks sandbox's, whose private key anybody can read; {state}"
    return fail(name, seen, "never with patients' data: remove this cds_client, and leave the setting off.")


def _keys(client: CdsClient) -> list[ECKey | RSAKey]:
    if client.jwks_file is not None:
        try:
            data = client.jwks_file.read_bytes()
        except OSError as error:
            raise NotReached(f"jwks_file cannot be read ({error.strerror})") from None
    else:
        reply = ask(client.jwks_url or "")
        if reply.status != 200:
            raise NotReached(f"jwks_url answers with {reply.status}")
        data = reply.body
    try:
        listed = member(json.loads(data), "keys")
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        raise NotReached("it is not a JWK Set")
    return [key for one in objects(listed) if (key := _key(one)) is not None]


def _key(told: Any) -> ECKey | RSAKey | None:
    try:
        return _KINDS[told["kty"]].import_key(told)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
