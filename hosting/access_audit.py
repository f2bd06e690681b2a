"""The access audit: who looked at which patient, when and what for. Kept in the database, apart from every log.

An access is noted in memory and written within a fifth of a second, many at once, so that no clinician waits for it.
A graceful stop writes what is left; a ``kill -9`` may lose that fifth of a second. While the database is away, accesses
wait in memory, as far as there is room.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from multiprocessing.util import Finalize
from threading import Condition, Lock, Thread
from typing import Literal

from flask import has_request_context
from sqlalchemy import insert, select

from hosting.database import Database, DatabaseFault, DataRefused, database_of
from hosting.logs import log
from hosting.pending_cards import SECONDS_TO_GATHER
from hosting.request_log import request_id
from hosting.settings import Settings
from hosting.storable_text import storable
from hosting.tables import access

SECONDS_BETWEEN_TRIES = 5.0
MOST_WAITING = 50_000
_MOST_AT_ONCE = 500

AccessOutcome = Literal["success", "nothing-readable", "failure"]


@dataclass(frozen=True, kw_only=True)
class AccessRecord:
    """One look at one patient. ``accessed_at`` in seconds since 1970.

    ``who`` is the user as the EHR names them (``Practitioner/1``), None where it did not say; ``purpose`` is the hook
    or the kind of page.
    """

    accessed_at: int
    ehr: str
    who: str | None
    patient: str
    purpose: str
    outcome: AccessOutcome
    request_id: str


def record_access(
    settings: Settings, *, ehr: str, who: str | None, patient: str, purpose: str, outcome: AccessOutcome = "success"
) -> None:
    """Notes an access of the present request; returns at once and never fails.

    ``ehr`` is the registry's name, ``patient`` the id at that EHR, ``purpose`` a word such as ``patient-view``.
    """
    record = AccessRecord(
        accessed_at=int(time.time()),
        ehr=ehr,
        who=who,
        patient=patient,
        purpose=purpose,
        outcome=outcome,
        request_id=request_id() if has_request_context() else "",
    )
    _trail_of(settings).note(record)


def write_accesses(database: Database, records: Sequence[AccessRecord]) -> None:
    """All of them or none. Raises DatabaseFault."""
    rows = [{name: storable(value) for name, value in vars(record).items()} for record in records]
    with database.transaction() as connection:
        connection.execute(insert(access), rows)


def accesses(database: Database, since: int = 0, until: int | None = None) -> Iterator[tuple[int, AccessRecord]]:
    """Each with its number, the oldest first; from the second ``since`` to before ``until``. Raises DatabaseFault."""
    wanted = select(access).where(access.c.accessed_at >= since).order_by(access.c.number)
    if until is not None:
        wanted = wanted.where(access.c.accessed_at < until)
    names = [field.name for field in fields(AccessRecord)]
    with database.transaction() as connection:
        for row in connection.execute(wanted).mappings():
            yield row["number"], AccessRecord(**{name: row[name] for name in names})


class _Trail:
    """One process's accesses that are not written yet, and the thread that writes them."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database
        self._waiting: list[AccessRecord] = []
        self._changed = Condition()
        self._writing = Lock()
        self._thread: Thread | None = None

    def note(self, record: AccessRecord) -> None:
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                log.error("access not recorded", reason="too many are waiting")
                return
            self._waiting.append(record)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="access audit", daemon=True)
                self._thread.start()
            self._changed.notify()

    def write(self) -> bool:
        """Writes what waits. False where the database is away; then it waits on. Where the database refuses one of
        many, they go one by one, and only the refused one is given up: all behind it would wait for ever."""
        at_once = _MOST_AT_ONCE
        with self._writing:
            while batch := self._waiting[:at_once]:
                try:
                    write_accesses(self._database(), batch)
                except DataRefused as refused:
                    if len(batch) > 1:
                        at_once = 1
                        continue
                    log.error("access not recorded", reason="refused by the database", error=str(refused))
                except DatabaseFault as fault:
                    log.error("accesses not recorded yet", error=str(fault), failed=len(self._waiting))
                    return False
                with self._changed:
                    del self._waiting[: len(batch)]
        return True

    def close(self) -> None:
        """The last chance of what waits."""
        if not self.write():
            with self._changed:
                log.error("accesses lost", failed=len(self._waiting))
                self._waiting.clear()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
            time.sleep(SECONDS_TO_GATHER)
            if not self.write():
                time.sleep(SECONDS_BETWEEN_TRIES)


# By process: neither a thread nor a connection is inherited by a fork.
_of_process: dict[tuple[str, int], _Trail] = {}


def _trail_of(settings: Settings) -> _Trail:
    key = (settings.database_url, os.getpid())
    found = _of_process.get(key)
    if found is None:
        found = _of_process.setdefault(key, _Trail(lambda: database_of(settings)))
        # A server's worker leaves by multiprocessing's own way out, where atexit is not asked.
        Finalize(None, found.close, exitpriority=100)
    return found


def close_access_audit() -> None:
    """Writes what this process has noted; called where nobody will note any more."""
    for (_, process), trail in list(_of_process.items()):
        if process == os.getpid():
            trail.close()
