"""Cards that fired, on their way into the database: written within a fifth of a second, many at once.

Nobody is told that a card was counted, so a hook call need not wait for the disk, and a transaction of its own would
cost as much as assessing the chart. What nobody was told may be lost with the process: ``kill -9`` may cost that fifth
of a second. A process that stops by itself writes everything down before it goes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread

from hosting.card_records import CardRecord
from hosting.logs import log

SECONDS_TO_GATHER = 0.2
# Far more than a second's cards. Beyond, whoever adds some writes them down and waits, as slow as the database is.
MOST_PENDING = 5000
_IDLE_SECONDS = 2.0


class PendingCards:
    """Safe for many threads. ``write`` keeps records durably, or gives them up and says so."""

    def __init__(self, write: Callable[[Sequence[CardRecord]], None]) -> None:
        self._write = write
        self._waiting: list[CardRecord] = []
        self._added = Event()
        self._writing, self._changing = Lock(), Lock()
        self._thread: Thread | None = None

    def add(self, records: Sequence[CardRecord]) -> None:
        """Returns at once, unless very many are waiting already."""
        with self._changing:
            self._waiting.extend(records)
            full = len(self._waiting) > MOST_PENDING
            if self._thread is None:
                self._thread = self._started()
        self._added.set()
        if full:
            self.flush()

    def flush(self) -> None:
        """Returns when whatever was added before is written down, or given up."""
        with self._writing:  # the batch under way has to be waited for, too
            with self._changing:
                batch, self._waiting = self._waiting, []
            if not batch:
                return
            try:
                self._write(batch)
            except Exception as error:  # the next cards must not suffer for it
                log.error("unexpected error", error=type(error).__name__)

    def _started(self) -> Thread:
        """Started with the first card and not before: a thread does not outlive a fork."""
        thread = Thread(target=self._run, name="pending-cards", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        while True:
            if self._added.wait(_IDLE_SECONDS):
                time.sleep(SECONDS_TO_GATHER)
                self._added.clear()
                self.flush()
                continue
            with self._changing:
                if not self._waiting:
                    self._thread = None
                    return
