"""What outlives a request: used JWT ids, feedback, cards and their fate. SQLite, or PostgreSQL for many machines.

Every write is one transaction and on disk when the call returns, so that neither ``kill -9`` nor a power cut loses what
was acknowledged; cards, which are not, may be left to be written a moment later. Waiting is bounded, and a database
that is away today is used again as soon as it is back.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.util import Finalize
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, select, text
from sqlalchemy.exc import DataError, SQLAlchemyError

from hosting.card_counts import (
    CardCount,
    FeedbackCount,
    card_count_of,
    cards_by_fate,
    feedback_by_outcome,
    feedback_count_of,
)
from hosting.card_records import CardRecord, FeedbackReport, card_of, card_row, feedback_of, feedback_row
from hosting.connections import connections
from hosting.database_faults import place_of, reason_of
from hosting.logs import log
from hosting.mistakes import ConfigurationError
from hosting.past_counts import past_card_counts, past_feedback_counts
from hosting.pending_cards import PendingCards
from hosting.schema import migrate
from hosting.settings import Settings
from hosting.tables import card, feedback, seen_jwt, shown
from hosting.upserts import insert_into, insert_new

# JWTs are accepted with a leeway after their expiry; an hour more than that is on the safe side.
_KEPT_AFTER_EXPIRY = 3600
_SECONDS_BETWEEN_CLEANINGS = 600


class DatabaseFault(Exception):
    """The database cannot be used just now. Its text is the kind of fault and holds nothing that was stored; ``reason``
    is a clause for an operator, who set the database up."""

    def __init__(self, kind: str, reason: str = "") -> None:
        super().__init__(kind)
        self.reason = reason


class DataRefused(DatabaseFault):
    """It answers, and will never keep just this: to try again does not help."""


class Shown(NamedTuple):
    """A card as it was shown before; ``fired_at`` in seconds since 1970."""

    matter_key: str
    facts_key: str
    fired_at: int
    overridden: bool


class Database:
    """Safe for many threads; each process has its own. Whatever goes wrong with it is a ``DatabaseFault``.

    Nothing is connected before the first use, which also brings the schema up to date.
    """

    def __init__(self, engine: Engine, place: str = "its host and port") -> None:
        self._engine, self._place = engine, place
        self._lock = Lock()
        self._migrated = self._connected = False
        self._next_cleaning = 0.0
        self._pending = PendingCards(self._write_down)

    def remember_token(self, issuer: str, jti: str, expires_at: int) -> bool:
        """True the first time, False for a replay, be it in another thread, process or machine.

        ``expires_at`` in seconds since 1970. Only a hash of the JWT's id is kept.
        """
        self._clean()
        digest = hashlib.sha256(jti.encode("utf-8", "surrogatepass")).hexdigest()
        row = {"issuer": issuer, "jti_hash": digest, "expires_at": expires_at}
        with self.transaction() as connection:
            return connection.execute(insert_new(connection, seen_jwt), row).rowcount == 1

    def store_feedback(self, reports: Sequence[FeedbackReport]) -> None:
        """All of them or none, on disk before this returns. What was stored before is not stored again."""
        with self.transaction() as connection:
            for report in reports:
                connection.execute(insert_new(connection, feedback), feedback_row(report))

    def feedback(self) -> Iterator[FeedbackReport]:
        """Every report, in the order of arrival."""
        with self.transaction() as connection:
            for row in connection.execute(select(feedback).order_by(feedback.c.number)).mappings():
                yield feedback_of(row)

    def record_cards(self, records: Sequence[CardRecord]) -> None:
        """Keeps each card with its fate; one that is known already stays as it is."""
        rows = [card_row(record) for record in records]
        with self.transaction() as connection:
            connection.execute(insert_new(connection, card), rows)

    def record_cards_soon(self, records: Sequence[CardRecord]) -> None:
        """Keeps them a moment later, so that nobody waits for the disk. Whoever reads here finds them at once."""
        self._pending.add(records)

    def _write_down(self, records: Sequence[CardRecord]) -> None:
        try:
            self.record_cards(records)
        except DatabaseFault as fault:
            log.error("cards not recorded", error=str(fault), cards=len(records))

    def flush(self) -> None:
        """Returns when all cards that this process has left to be written are on disk, or given up."""
        process = os.getpid()
        for database in (self, *(one for (_, its), one in list(_of_process.items()) if its == process)):
            database._pending.flush()

    def cards(self) -> Iterator[CardRecord]:
        """Every card that fired, the oldest first."""
        self.flush()
        with self.transaction() as connection:
            for row in connection.execute(select(card).order_by(card.c.fired_at, card.c.uuid)).mappings():
                yield card_of(row)

    def ehrs_of_cards(self, uuids: Collection[str]) -> dict[str, str]:
        """The EHR that each card was shown by; cards that are not known are left out."""
        self.flush()
        wanted = select(card.c.uuid, card.c.ehr).where(card.c.uuid.in_(uuids))
        with self.transaction() as connection:
            return {row.uuid: row.ehr for row in connection.execute(wanted)}

    def last_shown(self, matter_keys: Collection[str], since: int) -> list[Shown]:
        """When these matters were shown, ``since`` that second, with which facts, and whether that was overridden
        at the same EHR."""
        told = (feedback.c.card == card.c.uuid, feedback.c.ehr == card.c.ehr)
        overridden = select(feedback.c.card).where(*told, feedback.c.outcome == "overridden").exists()
        wanted = select(card.c.matter_key, card.c.facts_key, card.c.fired_at, overridden.label("overridden")).where(
            card.c.matter_key.in_(matter_keys), card.c.fired_at >= since, card.c.fate == "shown"
        )
        with self.transaction() as connection:
            rows = connection.execute(wanted).all()
        return [Shown(matter, facts, fired_at, bool(negative)) for matter, facts, fired_at, negative in rows]

    def was_shown(self, keys: Collection[str]) -> frozenset[str]:
        """Those of ``keys`` that were remembered and are not over yet."""
        wanted = select(shown.c.key).where(shown.c.key.in_(keys), shown.c.until > int(time.time()))
        with self.transaction() as connection:
            return frozenset(connection.scalars(wanted))

    def remember_shown(self, keys: Collection[str], seconds: int) -> None:
        """Remembers ``keys`` for so many seconds from now."""
        self._clean()
        until = int(time.time()) + seconds
        with self.transaction() as connection:
            for key in sorted(keys):  # the same order in every worker, so that no two wait for each other
                statement = insert_into(connection, shown).values(key=key, until=until)
                connection.execute(statement.on_conflict_do_update(index_elements=[shown.c.key], set_={"until": until}))

    def count_cards(self) -> list[CardCount]:
        """How many cards met which fate, those included that retention has removed."""
        self.flush()
        with self.transaction() as connection:
            kept = [card_count_of(row) for row in connection.execute(cards_by_fate()).mappings()]
            return kept + past_card_counts(connection)

    def count_feedback(self, *, reasons: bool = False) -> list[FeedbackCount]:
        """How many cards had which outcome reported; with ``reasons``, a card counts once for each of them."""
        self.flush()
        with self.transaction() as connection:
            rows = connection.execute(feedback_by_outcome(reasons=reasons)).mappings()
            return [feedback_count_of(row) for row in rows] + past_feedback_counts(connection, reasons=reasons)

    def check(self) -> None:
        """Connects, and brings the schema up to date. Raises DatabaseFault if that cannot be done."""
        with self.transaction() as connection:
            connection.execute(text("SELECT 1"))

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def close(self) -> None:
        """Its own cards are written first; those that wait at another database of this process wait on."""
        self._pending.flush()
        if self._connected:
            self._connected = False
            self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """For this room's stores: what is done within is done as a whole or not at all. Raises DatabaseFault."""
        self._connected = True
        try:
            self._migrate()
            with self._engine.begin() as connection:
                yield connection
        except (DataError, UnicodeError) as error:
            raise DataRefused(type(error).__name__) from None
        except (SQLAlchemyError, OSError) as error:
            raise DatabaseFault(type(error).__name__, reason_of(error, self._place)) from None

    def _migrate(self) -> None:
        if not self._migrated:
            with self._lock:
                migrate(self._engine)
                self._migrated = True

    def _clean(self) -> None:
        """Now and then forgets what is over; which process does it does not matter."""
        now = time.time()
        if now < self._next_cleaning:
            return
        self._next_cleaning = now + _SECONDS_BETWEEN_CLEANINGS
        with self.transaction() as connection:
            connection.execute(delete(seen_jwt).where(seen_jwt.c.expires_at < int(now) - _KEPT_AFTER_EXPIRY))
            connection.execute(delete(shown).where(shown.c.until < int(now)))


def open_database(url: str) -> Database:
    """Opens the database and brings it to this version's schema; two workers may do so at once.

    Raises ConfigurationError, which tells of the address at most the host and the port: it may hold a password.
    """
    database = Database(connections(url), place_of(url))
    try:
        database.check()
    except ConfigurationError:
        database.close()
        raise
    except DatabaseFault as fault:
        database.close()
        raise ConfigurationError(f"RLS_DATABASE_URL: the database cannot be opened: {fault.reason}.") from None
    return database


# By process, because a connection that a fork inherited must not be used.
_of_process: dict[tuple[str, int], Database] = {}
_opening = Lock()
_BEFORE_LEAVING = 10


def database_of(settings: Settings) -> Database:
    """This process's database, one for all who ask; connected at the first use. Raises ConfigurationError."""
    key = (settings.database_url, os.getpid())
    return _of_process.get(key) or _opened(key)


def _opened(key: tuple[str, int]) -> Database:
    """Whatever way the process ends by itself, workers of the server included, its cards are written first."""
    with _opening:
        if key not in _of_process:
            _of_process[key] = database = Database(connections(key[0]))
            Finalize(None, database.flush, exitpriority=_BEFORE_LEAVING)
    return _of_process[key]
