"""Why an EHR could not be read, named by what the caller should do.

    ReadFailed
    ├── TryAgainLater     busy, at fault or not to be reached (408, 429, 5xx, no connection)
    │   └── OutOfTime     the deadline came first
    ├── RenewToken        the token does not hold, or no longer (401)
    ├── AskForAccess      the token holds, but not for this (403)
    ├── AskDifferently    the EHR does not take the question in this form (other 4xx)
    ├── CheckConnection   what answers there is not the FHIR server that we know, or leads away from it
    └── ReportFault       a mistake of our own; ``__cause__`` holds it

None of them holds an address, a token or a word of what the EHR said: any of these may tell of a patient. ``reason`` is
for logs.
"""

from __future__ import annotations


class ReadFailed(Exception):
    """An EHR could not be read."""

    reason = "the ehr could not be read"


class TryAgainLater(ReadFailed):
    """``soon``: repeating the same makes sense at once. ``wait``: seconds that the EHR asks to wait (Retry-After)."""

    reason = "the ehr could not answer"

    def __init__(self, *, soon: bool = False, wait: float | None = None) -> None:
        super().__init__()
        self.soon = soon
        self.wait = wait


class OutOfTime(TryAgainLater):
    """The deadline came before the answer."""

    reason = "the ehr was too slow"


class RenewToken(ReadFailed):
    """HTTP 401."""

    reason = "the ehr refused the token"


class AskForAccess(ReadFailed):
    """HTTP 403."""

    reason = "the ehr denied access"


class AskDifferently(ReadFailed):
    """``required``: the EHR misses a search parameter, such as Epic's "Must have either code or category"."""

    reason = "the ehr refused the search"

    def __init__(self, *, required: bool = False) -> None:
        super().__init__()
        self.required = required


class CheckConnection(ReadFailed):
    """Redirects, web pages, certificates that do not hold, answers beyond any size."""

    reason = "the answer was not from a fhir server"


class ReportFault(ReadFailed):
    """Anything that should not happen."""

    reason = "unexpected error"
