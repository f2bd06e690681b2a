"""Ourselves, as the EHR sees us: through the public address, with the keys and the clock that others will meet."""

from __future__ import annotations

import time
from collections.abc import Iterator

from joserfc import jwt
from joserfc.jwk import OctKey

from doctor.asking import NotReached, ask
from doctor.examination import Examination
from doctor.forms import member, objects
from doctor.registry_advice import make_keys
from doctor.verdicts import Verdict, fail, ok, warn
from hosting import derived_key

OURSELVES, OUR_KEYS, SIGNED = "our public address", "our JWKS", "signed call to ourselves"
_SERVICE = "/cds-services/rls-nutrients"


def check_ourselves(examination: Examination) -> Iterator[Verdict]:
    public = examination.settings.public_url
    try:
        reply = ask(f"{public}/cds-services")
    except NotReached as reason:
        todo = "start `rls-nutrients serve`, and see to it that RLS_PUBLIC_URL leads there through the proxy."
        yield fail(OURSELVES, f"{public}: {reason}", todo)
        return
    if reply.status != 200 or "services" not in (reply.members() or {}):
        yield fail(OURSELVES, f"{public}/cds-services answers with {reply.status}", "let RLS_PUBLIC_URL lead to us.")
        return
    yield ok(OURSELVES, f"{public} answers")
    yield from _signed(examination, public)
    yield from _unsigned(public)


def check_our_keys(examination: Examination) -> Iterator[Verdict]:
    """What the EHR will verify our assertions with."""
    if examination.ehr.client_authentication != "private_key_jwt":
        return
    address = f"{examination.settings.app_url}/.well-known/jwks.json"
    ours = examination.keys.for_signing(examination.ehr.signing_algorithm)
    try:
        reply = ask(address)
    except NotReached as reason:
        yield fail(OUR_KEYS, f"{address}: {reason}", "start the service; the EHR has to read our keys there.")
        return
    listed = [key.get("kid") for key in objects(member(reply.members(), "keys"))]
    if ours is None:
        todo = f"{make_keys(examination.settings)} and start the service again."
        yield fail(OUR_KEYS, f"we have no key for {examination.ehr.signing_algorithm}", todo)
    elif ours.kid not in listed:
        yield fail(
            OUR_KEYS, f"{address} does not show the key that signs", "start the service again with this key file."
        )
    else:
        yield ok(OUR_KEYS, f"{len(listed)} published, the one that signs for this EHR among them")


def _signed(examination: Examination, public: str) -> Iterator[Verdict]:
    """``/readyz`` says whether a token came through as we made it: proxies are known to swallow them."""
    if examination.settings.secret_key is None:
        todo = "run the doctor with the service's own RLS_SECRET_KEY."
        yield warn(SIGNED, "not tried, for want of RLS_SECRET_KEY", todo)
        return
    address = f"{public}/readyz"
    now = int(time.time())
    key = OctKey.import_key(derived_key(examination.settings, "doctor"))
    token = jwt.encode({"alg": "HS256"}, {"aud": address, "iat": now, "exp": now + 60}, key)
    try:
        told = ask(address, token=token).members() or {}
    except NotReached as reason:
        yield fail(SIGNED, str(reason), "see to it that the proxy passes /readyz to us.")
        return
    if told.get("signedCall") == "recognised":
        yield ok(SIGNED, "token, address and clock arrive as they should")
    else:
        todo = "let the proxy pass the Authorization header, and give service and doctor one RLS_PUBLIC_URL and secret."
        yield fail(SIGNED, f"the service says: {told.get('signedCall', 'nothing')}"[:60], todo)


def _unsigned(public: str) -> Iterator[Verdict]:
    check = "unsigned call to ourselves"
    try:
        reply = ask(f"{public}{_SERVICE}", method="POST", body={})
    except NotReached as reason:
        yield fail(check, str(reason), "see to it that the proxy passes POST to us.")
        return
    if reply.status == 401:
        yield ok(check, "refused with 401, as it should be")
    else:
        todo = "set RLS_CDS_AUTHENTICATION to required wherever patients' data are."
        yield fail(check, f"answered with {reply.status}: whoever reaches this address can call the CDS service", todo)
