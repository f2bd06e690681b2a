"""How long what is kept is kept: what is older than the settings say is removed, by command and every day.

What was sealed of launches and sessions that are over goes within minutes, however quiet the service is.

Cards go together with the feedback on them, and stay counted. It does not matter how many processes do this at the same
time: each counts what it has itself removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import NamedTuple, NoReturn, TypeVar

from sqlalchemy import Table, delete, func, select, update

from hosting.database import Database, DatabaseFault, database_of
from hosting.launch_store import LaunchStore
from hosting.logs import log, place_of
from hosting.past_counts import add_counts, counts_of_removed
from hosting.settings import Settings
from hosting.tables import access, card, feedback, seen_jwt, shown

T = TypeVar("T")

SECONDS_PER_DAY = 86_400
# A worker that starts removes at once only what others left: let it answer its first calls in peace.
_SECONDS_BEFORE_FIRST = 300.0
_SECONDS_BETWEEN_LOOKS_AT_LAUNCHES = 600
# Small enough for one transaction to be short.
_AT_ONCE = 1000


class Removed(NamedTuple):
    """How many of each are gone."""

    cards: int
    feedback: int
    comments: int
    accesses: int
    launches: int
    tokens: int


def remove_old(database: Database, settings: Settings, now: float | None = None) -> Removed:
    """Removes what is due at ``now``, seconds since 1970. Raises DatabaseFault; what was removed until then is."""
    second = int(time.time() if now is None else now)
    cards, told = _cards(database, second - settings.retain_cards_days * SECONDS_PER_DAY)
    return Removed(
        cards=cards,
        feedback=told,
        comments=_comments(database, second - settings.retain_comments_days * SECONDS_PER_DAY),
        accesses=_rows(database, access, "accessed_at", second - settings.retain_access_days * SECONDS_PER_DAY),
        launches=LaunchStore(database).forget_expired(),
        tokens=_rows(database, seen_jwt, "expires_at", second - 3600) + _rows(database, shown, "until", second),
    )


def start_daily_retention(settings: Settings, *, first: float = _SECONDS_BEFORE_FIRST) -> Thread:
    """Runs ``remove_old`` in a thread of this process, ``first`` seconds from now and then every day; launches and
    sessions that are over are forgotten every ten minutes."""
    thread = Thread(target=keep_house, args=(settings, first), name="retention", daemon=True)
    thread.start()
    return thread


def keep_house(settings: Settings, first: float) -> NoReturn:
    """What that thread does."""
    time.sleep(first)
    while True:
        _once(settings)
        for _ in range(SECONDS_PER_DAY // _SECONDS_BETWEEN_LOOKS_AT_LAUNCHES):
            time.sleep(_SECONDS_BETWEEN_LOOKS_AT_LAUNCHES)
            _tried(lambda: LaunchStore(database_of(settings)).forget_expired())


def _once(settings: Settings) -> None:
    removed = _tried(lambda: remove_old(database_of(settings), settings))
    if removed is not None:
        log.info("retention done", **{f"removed_{name}": number for name, number in removed._asdict().items()})


def _tried(remove: Callable[[], T]) -> T | None:
    """None where it went wrong."""
    try:
        return remove()
    except DatabaseFault as fault:
        log.error("retention not done", error=str(fault))
    except Exception as error:  # it is tried again; a thread's death would be seen by nobody
        log.error("retention not done", error=type(error).__name__, where=place_of(error))
    return None


def _cards(database: Database, before: int) -> tuple[int, int]:
    """Cards that fired before, and the feedback on them; then feedback on cards that nobody knows."""
    cards = told = 0
    while True:
        old = select(card.c.uuid).where(card.c.fired_at < before).order_by(card.c.fired_at).limit(_AT_ONCE)
        with database.transaction() as connection:
            gone = connection.execute(delete(card).where(card.c.uuid.in_(old)).returning(card)).all()
            uuids = [one.uuid for one in gone]
            heard = connection.execute(delete(feedback).where(feedback.c.card.in_(uuids)).returning(feedback)).all()
            add_counts(connection, counts_of_removed(gone, heard))
        cards, told = cards + len(gone), told + len(heard)
        if not gone:
            return cards, told + _feedback_alone(database, before)


def _feedback_alone(database: Database, before: int) -> int:
    """All reports on a card go together, once the newest is old: those that stayed would count the card again."""
    told = 0
    while True:
        unknown = ~select(card.c.uuid).where(card.c.uuid == feedback.c.card).exists()
        newest = func.max(feedback.c.received_at)
        named = select(feedback.c.card).where(unknown).group_by(feedback.c.card).having(newest < before).limit(_AT_ONCE)
        with database.transaction() as connection:
            cards = list(connection.scalars(named))
            heard = connection.execute(delete(feedback).where(feedback.c.card.in_(cards)).returning(feedback)).all()
            add_counts(connection, counts_of_removed([], heard))
        told += len(heard)
        if not heard:
            return told


def _comments(database: Database, before: int) -> int:
    old = update(feedback).where(feedback.c.received_at < before, feedback.c.comment.is_not(None))
    with database.transaction() as connection:
        return connection.execute(old.values(comment=None)).rowcount


def _rows(database: Database, table: Table, column: str, before: int) -> int:
    [key, *more] = table.primary_key.columns
    if more:  # a key of several columns: few rows, removed at once
        with database.transaction() as connection:
            return connection.execute(delete(table).where(table.c[column] < before)).rowcount
    removed = 0
    while True:
        old = select(key).where(table.c[column] < before).limit(_AT_ONCE)
        with database.transaction() as connection:
            gone = connection.execute(delete(table).where(key.in_(old))).rowcount
        removed += gone
        if not gone:
            return removed
