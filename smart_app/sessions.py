"""A session per launch: begun at the launch, opened at the callback, found again by its handle and the cookie.

Handle, state and cookie are made here and kept as hashes only; whoever reads the database can open no chart with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Request, Response

from hosting import Ehr, EhrRegistry, LaunchStore, StoredLaunch, StoredSession, hash_of
from smart_app.browser_cookies import BrowserCookies, new_secret
from smart_app.notices import Notice, launch_again, of_another_browser, state_does_not_hold, too_many_launches, within
from smart_app.sealing import Begun, Permission, Seal

# A person may have to log in and to choose a patient meanwhile.
SECONDS_TO_CALL_BACK = 15 * 60
# A clinic's half day; the EHR's own permission mostly ends before.
SESSION_SECONDS = 4 * 3600


@dataclass(frozen=True)
class Resumed:
    """A launch at its callback. ``with_cookie``: it came from the browser that began it."""

    ehr: Ehr
    begun: Begun
    cookie_name: str
    with_cookie: bool


@dataclass(frozen=True)
class Session:
    """One patient's chart, opened in one browser. ``stored`` as the database had it last."""

    handle: str
    ehr: Ehr
    permission: Permission
    stored: StoredSession

    def __repr__(self) -> str:
        return f"Session(ehr={self.ehr.name!r})"


class Sessions:
    """Every method may raise ``DatabaseFault``."""

    def __init__(
        self, store: Callable[[], LaunchStore], registry: EhrRegistry, seal: Seal, cookies: BrowserCookies
    ) -> None:
        self._store = store
        self._registry = registry
        self._seal = seal
        self._cookies = cookies

    def begin(self, ehr: Ehr, begun: Begun, state: str, answer: Response) -> None:
        """Remembers a launch under its state, and gives the browser a cookie to come back with. Raises ``Notice``."""
        row, name, value = hash_of(state), self._cookies.new_name(), new_secret()
        sealed, until = self._seal.close(begun, row), int(time.time()) + SECONDS_TO_CALL_BACK
        if not self._store().begin(StoredLaunch(row, name, hash_of(value), ehr.name, sealed, until)):
            raise too_many_launches()
        self._cookies.put(answer, name, value, SECONDS_TO_CALL_BACK)

    def resume(self, state: str, request: Request) -> Resumed:
        """The launch of this state, for this browser, once. Raises ``Notice`` (400)."""
        waiting = self._store().waiting(state) if state else None
        ehr = self._registry.by_name(waiting.ehr) if waiting else None
        if waiting is None or ehr is None:
            raise self._of(self._store().ehr_of_launch(state), state_does_not_hold("state missing or unknown"))
        with within(ehr):
            with_cookie = self._cookies.holds(request, waiting.cookie_name, waiting.cookie_hash)
            if not with_cookie and not ehr.cookieless:
                raise state_does_not_hold("state of another browser")
            begun = self._seal.open(waiting.sealed, waiting.state_hash, Begun)
            if not self._store().take(waiting) or begun is None:
                raise state_does_not_hold("state used before")
            return Resumed(ehr, begun, waiting.cookie_name, with_cookie)

    def open(self, resumed: Resumed, permission: Permission, answer_at: Callable[[str], Response]) -> Response:
        """Opens the session; ``answer_at`` makes the answer from its handle. The cookie gets a new value."""
        handle, value = new_secret(), new_secret()
        row = hash_of(handle)
        sealed, until = self._seal.close(permission, row), int(time.time()) + SESSION_SECONDS
        stored = StoredSession(row, resumed.cookie_name, hash_of(value), resumed.ehr.name, sealed, until)
        self._store().open_session(stored)
        answer = answer_at(handle)
        self._cookies.put(answer, resumed.cookie_name, value, SESSION_SECONDS)
        return answer

    def find(self, handle: str, request: Request) -> Session:
        """Raises ``Notice``: 401 without such a session or any cookie, 404 where it is another launch's browser."""
        stored = self._store().session(handle)
        ehr = self._registry.by_name(stored.ehr) if stored else None
        if stored is None or ehr is None:
            raise self._of(self._store().ehr_of_session(handle), launch_again("no session of this handle"))
        with within(ehr):
            permission = self._seal.open(stored.sealed, stored.handle_hash, Permission)
            if permission is None:
                raise launch_again("session sealed with another key")
            without = permission.without_cookie and ehr.cookieless
            if not without and not self._cookies.holds(request, stored.cookie_name, stored.cookie_hash):
                raise launch_again("no cookie") if self._cookies.none_at_all(request) else of_another_browser()
            return Session(handle, ehr, permission, stored)

    def again(self, session: Session) -> Session:
        """The session as it is now. Raises ``Notice`` (401) if it has ended."""
        stored = self._store().session(session.handle)
        permission = self._seal.open(stored.sealed, stored.handle_hash, Permission) if stored else None
        if stored is None or permission is None:
            raise launch_again("session ended meanwhile")
        return replace(session, permission=permission, stored=stored)

    def claim_renewal(self, session: Session) -> bool:
        """Whether it is on us to ask for new tokens."""
        return self._store().claim_renewal(session.stored)

    def renew(self, session: Session, permission: Permission) -> Session:
        """Raises ``Notice`` (401) if it has ended meanwhile."""
        stored = self._store().renew(session.stored, self._seal.close(permission, session.stored.handle_hash))
        if stored is None:
            raise launch_again("session ended meanwhile")
        return replace(session, permission=permission, stored=stored)

    def give_up_renewal(self, session: Session) -> None:
        self._store().give_up_renewal(session.stored)

    def end(self, session: Session) -> None:
        """This launch's session only."""
        self._store().end(session.stored)

    def forget_cookie(self, session: Session, answer: Response) -> None:
        self._cookies.remove(answer, session.stored.cookie_name)

    def _of(self, name: str | None, notice: Notice) -> Notice:
        """A launch that is over was some EHR's, which may show the notice in its frame."""
        notice.ehr = self._registry.by_name(name) if name else None
        return notice
