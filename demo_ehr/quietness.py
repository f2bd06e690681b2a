"""Switches the silence of repeats on and off: the CDS service starts anew with another ``RLS_REPEAT_AFTER_DAYS``."""

from __future__ import annotations

from threading import Lock

from demo_ehr.service import Service


class RestartedQuietness:
    def __init__(self, cds_service: Service) -> None:
        self._service = cds_service
        self._days = 0
        self._lock = Lock()

    @property
    def days(self) -> int:
        return self._days

    @property
    def is_switching(self) -> bool:
        """The service is down for a moment, and that is no fault."""
        return self._lock.locked()

    def set(self, days: int) -> None:
        """Returns when the service answers again. Raises ``CannotDemonstrate`` where it does not."""
        with self._lock:
            if days == self._days:
                return
            self._service.stop()
            self._service.start(RLS_REPEAT_AFTER_DAYS=str(days))
            self._service.wait_until_it_answers()
            self._days = days
