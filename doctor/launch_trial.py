"""A launch as the SMART app would make it, up to the token: what the EHR grants, tells and signs.

Only an EHR that asks nobody (because a launch value was given, and its user is signed in there) lets a program through;
elsewhere a page for a person comes, and the trial ends there. Source: SMART App Launch 2.2; RFC 6749; RFC 7636.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

from clinical import Need
from doctor.asking import NotReached, Reply, ask
from doctor.examination import Examination, Permission
from doctor.forms import member, texts
from doctor.id_token_checks import check_id_token
from doctor.token_checks import check_context, check_lifetime, check_scopes
from doctor.token_endpoint import ask_token, callback_of
from doctor.verdicts import Verdict, fail, ok, warn
from hosting import ConfigurationError

LAUNCH = "trial launch"
TOKEN = "token"
_BY_HAND = "launch the app by hand; give --token-file and --patient here."
_READ = {"v2": ("r", "rs"), "v1": ("read", "read")}


def scopes_to_ask(examination: Examination, needed: Iterable[Need], *, launch: str = "launch") -> str:
    """The same words as a launch of the SMART app asks for."""
    listed = texts(member(examination.smart, "capabilities"))
    words = [launch] + (["openid", "fhirUser"] if "sso-openid-connect" in listed else [])
    staying = (("permission-online", "online_access"), ("permission-offline", "offline_access"))
    words += next(([scope] for capability, scope in staying if capability in listed), [])
    return " ".join([*words, *scopes_of_resources(examination, needed)])


def scopes_of_resources(examination: Examination, needed: Iterable[Need]) -> list[str]:
    listed = texts(member(examination.smart, "capabilities"))
    syntax = examination.ehr.scope_syntax
    one, many = _READ["v2" if syntax == "v2" or (syntax == "auto" and "permission-v2" in listed) else "v1"]
    kinds = dict.fromkeys(need.resource_type for need in needed)
    return [f"patient/{kind}.{one if kind == 'Patient' else many}" for kind in kinds]


def try_launch(examination: Examination, needed: tuple[Need, ...]) -> Iterator[Verdict]:
    """Leaves a permission in ``examination`` where the launch comes so far."""
    if examination.launch is None or examination.endpoint("authorization_endpoint") is None:
        return
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    asked = scopes_to_ask(examination, needed)
    try:
        code = _code(examination, asked, state, verifier)
        reply = _token_reply(examination, {"grant_type": "authorization_code", "code": code, "code_verifier": verifier})
    except _Ended as end:
        yield end.verdict
        return
    except NotReached as reason:
        yield fail(LAUNCH, str(reason), "have the EHR's operator see to its authorization server.")
        return
    except ConfigurationError as error:
        yield fail(LAUNCH, str(error), "run `rls-nutrients registry check`.")
        return
    yield ok(LAUNCH, "the EHR gave a code, and a token for it")
    yield from judge_reply(examination, reply, asked)


class _Ended(Exception):
    """The launch came no further."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.seen)
        self.verdict = verdict


def _code(examination: Examination, asked: str, state: str, verifier: str) -> str:
    address = examination.endpoint("authorization_endpoint") or ""
    query = urlencode(
        {
            "response_type": "code",
            "client_id": examination.ehr.client_id or "",
            "redirect_uri": callback_of(examination),
            "launch": examination.launch or "",
            "scope": asked,
            "state": state,
            "aud": examination.ehr.fhir_base,
            "code_challenge": urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    )
    reply = ask(f"{address}{'&' if urlsplit(address).query else '?'}{query}")
    if reply.status not in (302, 303):
        raise _Ended(_no_code(reply))
    sent_back = dict(parse_qsl(reply.headers.get("Location", "").partition("#")[0].partition("?")[2]))
    if sent_back.get("state") != state:
        raise _Ended(
            warn(LAUNCH, "the EHR asks a person to sign in", "launch the app by hand; give --token-file here.")
        )
    if "code" not in sent_back:
        seen = f"the EHR refuses: {_word(sent_back.get('error'))}"
        raise _Ended(fail(LAUNCH, seen, "compare client_id, redirect address and scopes with the registration."))
    return sent_back["code"]


def _no_code(reply: Reply) -> Verdict:
    if reply.status == 200:
        return warn(LAUNCH, "the EHR shows a page for a person", _BY_HAND)
    todo = "compare client_id and the redirect address with our registration at the EHR."
    return fail(LAUNCH, f"the authorize address answers with {reply.status}", todo)


def _token_reply(examination: Examination, form: dict[str, str]) -> dict[str, object]:
    """The members of a good answer of the token endpoint."""
    reply = ask_token(examination, form)
    members = reply.members() or {}
    if reply.status != 200 or not isinstance(members.get("access_token"), str):
        seen = f"the token endpoint answers with {reply.status} {_word(members.get('error'))}".rstrip()
        raise _Ended(fail(TOKEN, seen, "compare client_authentication, secret or JWKS address with the registration."))
    return members


def judge_reply(examination: Examination, reply: dict[str, object], asked: str) -> Iterator[Verdict]:
    patient, refresh, scope = reply.get("patient"), reply.get("refresh_token"), reply.get("scope")
    examination.permission = Permission(
        str(reply["access_token"]),
        patient if isinstance(patient, str) and patient else None,
        scope if isinstance(scope, str) else asked,  # where it is not told, it is as asked: RFC 6749 section 5.1
        refresh if isinstance(refresh, str) else None,
    )
    yield from check_context(examination)
    yield from check_scopes(examination, asked)
    yield from check_id_token(examination, reply.get("id_token"), asked)
    yield from check_lifetime(examination)


def _word(value: object) -> str:
    """An OAuth error code; anything else might be a text about a person."""
    return value if isinstance(value, str) and value.replace("_", "").isalpha() and len(value) < 40 else ""
