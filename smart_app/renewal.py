"""New tokens for a session whose access token is over: asked for once, however many pages wait for them.

Source: SMART App Launch 2.2 section Refresh access token. A refresh token that is rotated is good for one use; two
workers that use it at the same moment would end the session. So one claims the renewal in the database, and the others
wait for what comes of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from ehr_reader import Deadline
from hosting import log
from smart_app.launch_context import resource_id
from smart_app.notices import Notice, ehr_at_fault, launch_again
from smart_app.sealing import Permission
from smart_app.sending import NotAnswered
from smart_app.sessions import Session, Sessions
from smart_app.token_requests import GrantRefused, TokenRequests, Tokens

_SECONDS_BETWEEN_LOOKS = 0.05
# A token that has so little left would be over before the last search is.
_SECONDS_TOO_SHORT = 5


class Renewal:
    """One per process."""

    def __init__(self, sessions: Sessions, requests: TokenRequests, clock: Callable[[], float] = time.time) -> None:
        self._sessions = sessions
        self._requests = requests
        self._clock = clock

    def before_use(self, session: Session, deadline: Deadline) -> Session:
        """Renews what is known to be over; without a refresh token the EHR is left to decide."""
        ends = session.permission.expires_at
        is_over = ends is not None and ends - _SECONDS_TOO_SHORT <= self._clock()
        return self.renewed(session, deadline) if is_over and session.permission.refresh_token else session

    def renewed(self, session: Session, deadline: Deadline) -> Session:
        """The session with tokens newer than those in hand. Raises ``Notice``: 401 where it has ended, 502 and more
        where the EHR is at fault."""
        if session.permission.refresh_token is None:
            raise self._over(session, "token over and no refresh token")
        if self._sessions.claim_renewal(session):
            return self._renew(session, session.permission.refresh_token, deadline)
        return self._wait(session, deadline)

    def _renew(self, session: Session, refresh_token: str, deadline: Deadline) -> Session:
        try:
            tokens = self._requests.refresh(session.ehr, refresh_token, deadline)
        except GrantRefused:
            raise self._over(session, "refresh refused") from None
        except NotAnswered as failure:
            self._sessions.give_up_renewal(session)
            raise _at_fault(failure) from None
        if resource_id(tokens.told.get("patient", session.permission.context.patient), "Patient") != (
            session.permission.context.patient
        ):
            log.error("refresh names another patient", ehr=session.ehr.name)
            raise self._over(session, "refresh names another patient")
        log.info("tokens renewed", ehr=session.ehr.name)
        return self._sessions.renew(session, renewed_permission(session.permission, tokens, self._clock()))

    def _wait(self, session: Session, deadline: Deadline) -> Session:
        while deadline.remaining:
            now = self._sessions.again(session)
            if now.stored.renewals > session.stored.renewals:
                return now
            if now.stored.renewing_until < self._clock():  # whoever asked has given up
                break
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        raise _at_fault(NotAnswered(503, "renewal did not succeed"))

    def _over(self, session: Session, reason: str) -> Notice:
        self._sessions.end(session)
        return launch_again(reason)


def renewed_permission(held: Permission, tokens: Tokens, now: float) -> Permission:
    """What is not said anew stays: some EHRs leave the refresh token out, and it is then good for another time."""
    return msgspec.structs.replace(
        held,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token or held.refresh_token,
        scope=held.scope if tokens.scope is None else tokens.scope,
        expires_at=None if tokens.expires_in is None else now + tokens.expires_in,
    )


def _at_fault(failure: NotAnswered) -> Notice:
    return ehr_at_fault(failure.status, "The EHR did not prolong the permission to read this chart.", failure.reason)
