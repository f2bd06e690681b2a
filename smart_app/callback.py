"""The callback of a launch: state, code, tokens, identity, patient, scopes; and then a session.

Source: SMART App Launch 2.2 sections Obtain authorization code and Obtain access token. Each step is a reason to stop,
and none of them asks the FHIR server for anything.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from flask import Request

from clinical import Need
from ehr_reader import Deadline, Scopes
from hosting import Ehr, log
from smart_app.answering_server import AnsweringServer
from smart_app.chart_questions import granted_questions
from smart_app.discovery import Discovery
from smart_app.id_tokens import IdentityRefused, IdTokens, IssuerKeys, fhir_user
from smart_app.launch_context import LaunchContext, launch_context
from smart_app.notices import ehr_at_fault, refused_by_ehr, results_not_granted, state_does_not_hold
from smart_app.raw_query import Twice, parameter
from smart_app.sealing import Permission
from smart_app.sending import NotAnswered
from smart_app.sessions import Resumed
from smart_app.token_requests import GrantRefused, TokenRequests, Tokens

SECONDS_FOR_CALLBACK = 10.0
_LONGEST_WORDS = 300


class Callback:
    """One per process."""

    def __init__(
        self, discovery: Discovery, answering_server: AnsweringServer, requests: TokenRequests,
        issuer_keys: IssuerKeys, needed: Iterable[Need], redirect_uri: str,
    ) -> None:  # fmt: skip
        self._discovery = discovery
        self._answering_server = answering_server
        self._requests = requests
        self._issuer_keys = issuer_keys
        self._id_tokens = IdTokens(issuer_keys)
        self._needed = tuple(needed)
        self._redirect_uri = redirect_uri

    def permission(self, resumed: Resumed, request: Request) -> Permission:
        """What the EHR permits in this launch. Raises ``Notice``."""
        deadline = Deadline.in_seconds(SECONDS_FOR_CALLBACK)
        code = self._code(resumed.ehr, request)
        try:
            return self._permission(resumed, request, code, deadline)
        except NotAnswered as failure:
            self._discovery.forget(resumed.ehr)
            sentence = "The EHR's authorization server did not complete the launch."
            raise ehr_at_fault(failure.status, sentence, failure.reason) from None
        except IdentityRefused as refused:
            log.error("id token refused", ehr=resumed.ehr.name, reason=str(refused))
            raise ehr_at_fault(
                502, "The EHR's word on who is using the app could not be verified.", "id token refused"
            ) from None

    def _code(self, ehr: Ehr, request: Request) -> str:
        if request.args.get("error"):
            self._discovery.forget(ehr)
            raise refused_by_ehr(shortened(request.args.get("error_description") or request.args["error"]))
        code = query_parameter(request, "code")
        if not code:
            raise state_does_not_hold("code missing")
        if not _is_text(code):
            raise state_does_not_hold("code not readable")
        return code

    def _permission(self, resumed: Resumed, request: Request, code: str, deadline: Deadline) -> Permission:
        ehr, begun = resumed.ehr, resumed.begun
        found = self._discovery.of(ehr, deadline)
        issuer = found.issuer
        self._answering_server.check(ehr, found, query_parameter(request, "iss"))
        if issuer and "openid" in begun.scope.split():
            self._issuer_keys.fetch_beside(issuer, deadline)
        tokens = self._exchange(ehr, code, begun.verifier, deadline)
        user = self._user(ehr, tokens, issuer, begun.scope, deadline)
        context = launch_context(tokens.told)
        scope = begun.scope if tokens.scope is None else tokens.scope
        self._check(ehr, context, scope)
        return Permission(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_at=None if tokens.expires_in is None else time.time() + tokens.expires_in,
            scope=scope,
            context=context,
            fhir_user=user,
            without_cookie=not resumed.with_cookie,
        )

    def _exchange(self, ehr: Ehr, code: str, verifier: str, deadline: Deadline) -> Tokens:
        try:
            return self._requests.exchange(ehr, code, verifier, self._redirect_uri, deadline)
        except GrantRefused:
            raise ehr_at_fault(
                502, "The EHR did not accept its own code for this launch; it may have taken too long.",
                "code refused",
            ) from None  # fmt: skip

    def _user(self, ehr: Ehr, tokens: Tokens, issuer: str | None, asked: str, deadline: Deadline) -> str | None:
        """An id_token that nobody asked for, of an EHR that names no issuer, is left alone: it proves nothing."""
        if tokens.id_token is None:
            return None
        if issuer is None:
            if "openid" not in asked.split():
                return None
            raise IdentityRefused("the ehr names no issuer")
        claims = self._id_tokens.claims(tokens.id_token, issuer, str(ehr.client_id), deadline)
        return fhir_user(claims, ehr.fhir_base)

    def _check(self, ehr: Ehr, context: LaunchContext, scope: str) -> None:
        if context.patient is None:
            sentence = "The EHR did not say which patient the app was opened for."
            raise ehr_at_fault(502, sentence, "no patient in the token reply")
        asked = granted_questions(self._needed, ehr, context.patient, Scopes(scope, one_patient=True))
        if not any(need.laboratory for need in self._needed if need.key in asked):
            raise results_not_granted()


def query_parameter(request: Request, name: str) -> str:
    """As it was sent, a raw ``+`` included. Raises ``Notice`` (400)."""
    try:
        return parameter(request.query_string, name)
    except Twice:
        raise state_does_not_hold("parameter twice") from None


def _is_text(value: str) -> bool:
    """Bytes that are no UTF-8 stand in it as half letters, and no form can send them on."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def shortened(words: str) -> str:
    """What an EHR wrote for a person, on one line and of bounded length; templates escape it."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return line if len(line) <= _LONGEST_WORDS else line[:_LONGEST_WORDS] + " …"
