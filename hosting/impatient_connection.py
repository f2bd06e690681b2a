"""A PostgreSQL connection that is given up when its server says nothing for too long.

``statement_timeout`` is the server's own word, and not kept by one that is frozen, whose disk hangs, or whose commit
waits for a standby that is gone. Without a bound of ours a thread would wait with it for ever, and soon every thread.
Needs the driver, hence imported where PostgreSQL is used only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import RV, PQGen

# Longer than the server's own bound of a statement, so that a living server says itself what is wrong.
SECONDS_OF_SILENCE = 3.0
# Of a connection taken out of the pool, asked whether it lives: a new one, for which two seconds are allowed, follows,
# and both together shall not take longer than the silence above.
SECONDS_TO_ANSWER = 1.0


class ImpatientConnection(Connection[Any]):
    """Closed once it has been silent: what comes later would be the answer to something else."""

    _patience: float | None = None

    def answers(self, ping: Callable[[Any], bool]) -> bool:
        """Whether ``ping`` gets its answer soon. Raises OperationalError where it does not."""
        self._patience = SECONDS_TO_ANSWER
        try:
            return ping(self)
        finally:
            self._patience = None

    def wait(self, gen: PQGen[RV], *args: Any, **kwargs: Any) -> RV:
        return super().wait(self._bounded(gen), *args, **kwargs)

    def _bounded(self, gen: PQGen[RV]) -> PQGen[RV]:
        """The driver sends a falsy ``ready`` each time that nothing came for its interval, a tenth of a second."""
        until = time.monotonic() + (self._patience or SECONDS_OF_SILENCE)
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
