"""A PostgreSQL connection that is given up when its server says nothing for too long.

``statement_timeout`` is the server's own word, and not kept by one that is frozen, whose disk hangs, or whose commit
waits for a standby that is gone. Without a bound of ours a thread would wait with it for ever, and soon every thread.
Needs the driver, hence imported where PostgreSQL is used only.
"""

from __future__ import annotations

import time
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import RV, PQGen

# Longer than the server's own bound of a statement, so that a living server says itself what is wrong.
SECONDS_OF_SILENCE = 3.0


class ImpatientConnection(Connection[Any]):
    """Closed once it has been silent: what comes later would be the answer to something else."""

    def wait(self, gen: PQGen[RV], *args: Any, **kwargs: Any) -> RV:
        return super().wait(self._bounded(gen), *args, **kwargs)

    def _bounded(self, gen: PQGen[RV]) -> PQGen[RV]:
        """The driver sends a falsy ``ready`` each time that nothing came for its interval, a tenth of a second."""
        until = time.monotonic() + SECONDS_OF_SILENCE
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > until:
                    self.close()
                    raise OperationalError("the server is silent")
                wanted = gen.send(ready)
        except StopIteration as ended:
            result: RV = ended.value
            return result
