"""SMART launches under way and the sessions that they became, for every worker and machine on one database.

Handle, state and cookie are secrets of one browser: only their hashes are kept here. What belongs to them arrives
sealed, and how it is opened is not known in this room. Of what is over, nothing sealed is kept longer than until the
next look: retention's, every ten minutes, or that of launches, once a minute. For a day it is remembered which EHR it
was, because only that EHR may show the page that says so in its frame. Times are whole seconds since 1970.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict, dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Select, Table, delete, insert, select, update

from hosting.database import Database
from hosting.tables import launch, launch_session

# Longer than any token endpoint is waited for: who renews for longer has died meanwhile.
SECONDS_TO_RENEW = 15
SECONDS_REMEMBERED = 86_400
# Of one EHR, in the quarter of an hour that a launch may wait. Anybody may begin one, and nobody may fill the disk.
MOST_WAITING = 5_000
_OVER = ""
_SECONDS_BETWEEN_SWEEPS = 60


@dataclass(frozen=True)
class StoredLaunch:
    """A launch that waits for its callback, known by ``state_hash``."""

    state_hash: str
    cookie_name: str
    cookie_hash: str
    ehr: str
    sealed: str
    expires_at: int


@dataclass(frozen=True)
class StoredSession:
    """``renewals``: how often its tokens were replaced. ``renewing_until``: while somebody replaces them, else 0."""

    handle_hash: str
    cookie_name: str
    cookie_hash: str
    ehr: str
    sealed: str
    expires_at: int
    renewals: int = 0
    renewing_until: int = 0


def hash_of(secret: str) -> str:
    """SHA-256, hexadecimal: enough for secrets of 128 random bits and more, which nobody can try out."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class LaunchStore:
    """Every method may raise ``DatabaseFault``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, begun: StoredLaunch) -> bool:
        """Keeps a launch. False where too many of its EHR wait."""
        self._forget_expired_now_and_then()
        waiting = select(launch.c.state_hash).where(
            launch.c.ehr == begun.ehr, launch.c.sealed != _OVER, launch.c.expires_at > _now()
        )
        with self._database.transaction() as connection:
            if len(connection.execute(waiting.limit(MOST_WAITING)).all()) >= MOST_WAITING:
                return False
            connection.execute(insert(launch).values(**asdict(begun)))
        return True

    def waiting(self, state: str) -> StoredLaunch | None:
        """The launch of this state, unless it is over or was taken."""
        wanted = select(launch).where(
            launch.c.state_hash == hash_of(state), launch.c.sealed != _OVER, launch.c.expires_at > _now()
        )
        with self._database.transaction() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        return StoredLaunch(**row) if row else None

    def take(self, waiting: StoredLaunch) -> bool:
        """True for the one who takes the launch; a state is good for one callback, whoever else brings it."""
        of_it = (launch.c.state_hash == waiting.state_hash, launch.c.sealed != _OVER)
        with self._database.transaction() as connection:
            return connection.execute(update(launch).where(*of_it).values(sealed=_OVER)).rowcount == 1

    def ehr_of_launch(self, state: str) -> str | None:
        """The EHR's name in the registry, of a launch that is over too."""
        return self._scalar(select(launch.c.ehr).where(launch.c.state_hash == hash_of(state)))

    def ehr_of_session(self, handle: str) -> str | None:
        """The same of a session."""
        return self._scalar(select(launch_session.c.ehr).where(launch_session.c.handle_hash == hash_of(handle)))

    def open_session(self, session: StoredSession) -> None:
        with self._database.transaction() as connection:
            connection.execute(insert(launch_session).values(**asdict(session)))

    def session(self, handle: str) -> StoredSession | None:
        """The session of this handle, unless it has ended."""
        wanted = select(launch_session).where(
            launch_session.c.handle_hash == hash_of(handle),
            launch_session.c.sealed != _OVER,
            launch_session.c.expires_at > _now(),
        )
        with self._database.transaction() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        return StoredSession(**row) if row else None

    def end(self, session: StoredSession) -> None:
        """Nothing but its EHR is left of it."""
        of_it = launch_session.c.handle_hash == session.handle_hash
        with self._database.transaction() as connection:
            connection.execute(update(launch_session).where(of_it).values(sealed=_OVER, cookie_hash=_OVER))

    def claim_renewal(self, session: StoredSession) -> bool:
        """True for the one who may replace this session's tokens; everybody else waits for what comes of it."""
        now = _now()
        claim = (
            update(launch_session)
            .where(
                launch_session.c.handle_hash == session.handle_hash,
                launch_session.c.renewals == session.renewals,
                launch_session.c.renewing_until < now,
                launch_session.c.sealed != _OVER,
            )
            .values(renewing_until=now + SECONDS_TO_RENEW)
        )
        with self._database.transaction() as connection:
            return connection.execute(claim).rowcount == 1

    def renew(self, session: StoredSession, sealed: str) -> StoredSession | None:
        """Puts new tokens in the place of ``session``'s; None where the session has ended meanwhile."""
        renewed = replace(session, sealed=sealed, renewals=session.renewals + 1, renewing_until=0)
        return renewed if self._write(session, renewed) else None

    def give_up_renewal(self, session: StoredSession) -> None:
        """The tokens stay as they are, and whoever waits need not wait longer."""
        self._write(session, replace(session, renewing_until=0))

    def forget_expired(self) -> int:
        """How many launches and sessions were removed; of those that are over, all that was sealed goes at once."""
        now = _now()
        with self._database.transaction() as connection:
            for table in _BOTH:
                over = (table.c.expires_at <= now, table.c.sealed != _OVER)
                connection.execute(update(table).where(*over).values(sealed=_OVER, cookie_hash=_OVER))
            return sum(
                connection.execute(delete(table).where(table.c.expires_at <= now - SECONDS_REMEMBERED)).rowcount
                for table in _BOTH
            )

    def _forget_expired_now_and_then(self) -> None:
        """Not at each launch: it looks through a whole day's, and nobody else can write meanwhile."""
        now = _now()
        if now >= _next_sweep.get(self._database, 0):
            _next_sweep[self._database] = now + _SECONDS_BETWEEN_SWEEPS
            self.forget_expired()

    def _scalar(self, wanted: Select[Any]) -> str | None:
        with self._database.transaction() as connection:
            return connection.execute(wanted).scalar()

    def _write(self, before: StoredSession, after: StoredSession) -> bool:
        write = (
            update(launch_session)
            .where(
                launch_session.c.handle_hash == before.handle_hash,
                launch_session.c.renewals == before.renewals,
                launch_session.c.sealed != _OVER,
            )
            .values(sealed=after.sealed, renewals=after.renewals, renewing_until=after.renewing_until)
        )
        with self._database.transaction() as connection:
            return connection.execute(write).rowcount == 1


_next_sweep: WeakKeyDictionary[Database, int] = WeakKeyDictionary()
_BOTH: tuple[Table, ...] = (launch, launch_session)


def _now() -> int:
    return int(time.time())
