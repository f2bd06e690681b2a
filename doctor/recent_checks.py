"""What this EHR's calls were like lately, from the access audit: the one place where a bad prefetch shows."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

from doctor.examination import Examination
from doctor.verdicts import Verdict, fail, ok, warn
from hosting import ConfigurationError, DatabaseFault, accesses, open_database

LATELY = "calls of the last day"
_DAY = 86_400


def check_recent(examination: Examination) -> Iterator[Verdict]:
    """Counts only; nobody's name leaves the database."""
    if not examination.is_registered:
        return
    try:
        outcomes = _outcomes(examination)
    except (ConfigurationError, DatabaseFault) as error:
        yield warn(LATELY, f"not known: {error}", "run the doctor with the service's own RLS_DATABASE_URL.")
        return
    total, unread = outcomes.total(), outcomes["nothing-readable"] + outcomes["failure"]
    if unread:
        todo = "compare the EHR's prefetch with the list below; let it send data, null or leave to ask, and no errors."
        state = fail if unread == total else warn
        yield state(LATELY, f"in {unread} of {total} nothing of the chart could be read", todo)
    else:
        yield ok(LATELY, f"{total}, and the chart could be read each time" if total else "there was none")


def _outcomes(examination: Examination) -> Counter[str]:
    database = open_database(examination.settings.database_url)
    try:
        found = accesses(database, since=int(time.time()) - _DAY)
        return Counter(record.outcome for _, record in found if record.ehr == examination.ehr.name)
    finally:
        database.close()
