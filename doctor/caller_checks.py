"""Who calls our hooks for this EHR: can their keys be had, and do they prove anything?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from doctor.asking import NotReached, ask
from doctor.examination import Examination
from doctor.public_keys import calling_key, listed_keys
from doctor.verdicts import Verdict, fail, ok, warn
from hosting import CdsClient, is_public_sandbox, is_public_sandbox_key

CALLERS = "CDS clients"


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
        listed = _all_objects(listed_keys(_data(client)))
    except NotReached as reason:
        todo = "until they can be read, every hook call is answered with 401: check jwks_url, and the way there."
        yield fail(name, str(reason), todo)
        return
    keys = [key for jwk in listed if (key := calling_key(jwk)) is not None]
    if any(is_public_sandbox_key(key) for key in keys):
        yield _sandbox(name, examination)
    elif not keys:
        seen = "there is no key among them that proves a call: public, EC or RSA of 2048 bits, with kid, for signatures"
        yield fail(name, seen, "every hook call is answered with 401: ask the EHR's operator for the right address.")
    else:
        beside = f", {len(listed) - len(keys)} beside them prove no call" if len(keys) < len(listed) else ""
        yield ok(name, f"{len(keys)} can be read{beside}")


def _sandbox(name: str, examination: Examination) -> Verdict:
    state = "trusted: RLS_TRUST_PUBLIC_SANDBOX is on" if examination.settings.trust_public_sandbox else "refused"
    seen = f"these are the public CDS Hooks sandbox's, whose private key anybody can read; {state}"
    return fail(name, seen, "never with patients' data: remove this cds_client, and leave the setting off.")


def _data(client: CdsClient) -> bytes:
    if client.jwks_file is not None:
        try:
            return client.jwks_file.read_bytes()
        except OSError as error:
            raise NotReached(f"jwks_file cannot be read ({error.strerror})") from None
    reply = ask(client.jwks_url or "")
    if reply.status != 200:
        raise NotReached(f"jwks_url answers with {reply.status}")
    return reply.body


def _all_objects(listed: list[Any]) -> list[Any]:
    """The service reads no set in which anything else stands."""
    if not all(isinstance(one, dict) for one in listed):
        raise NotReached("it is not a JWK Set")
    return listed
