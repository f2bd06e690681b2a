"""Structured logs without patient data: JSON lines on standard error, and only fields that are listed here.

The list is the safeguard. A field that is not on it, or whose value does not look as its field should, is not
written; so a careless ``log.info("…", patient=…)`` writes nothing that matters.
"""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger

_WORDS = re.compile(r"[a-z][a-z ]{0,79}")
_NAME = re.compile(r"[A-Za-z0-9._+-]{1,80}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"[0-9T:.-]+Z")
_ROUTE = re.compile(r"/[A-Za-z0-9<>:/._-]{0,200}|unmatched")
_PLACE = re.compile(r"[A-Za-z0-9_.<>]+:[0-9]+")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_FLAG = re.compile(r"True|False")

LISTED_FIELDS: dict[str, re.Pattern[str]] = {
    "event": _WORDS,
    "level": _NAME,
    "timestamp": _TIME,
    "request_id": _UUID,
    "method": _NAME,
    "route": _ROUTE,
    "status": _NUMBER,
    "milliseconds": _NUMBER,
    "error": _NAME,
    "where": _PLACE,
    "library": _NAME,
    "ehr": _NAME,
    "service": _NAME,
    "hook": _NAME,
    "hook_instance": _UUID,
    "rule": _NAME,
    "reason": _WORDS,
    "cards": _NUMBER,
    "resources": _NUMBER,
    "data_quality": _NUMBER,
    "missing_keys": _NUMBER,
    "searches": _NUMBER,
    "failed": _NUMBER,
    "reports": _NUMBER,
    "unknown_cards": _NUMBER,
    "removed_cards": _NUMBER,
    "removed_feedback": _NUMBER,
    "removed_comments": _NUMBER,
    "removed_accesses": _NUMBER,
    "removed_launches": _NUMBER,
    "removed_tokens": _NUMBER,
    "knowledge_version": _NAME,
    "authentication": _NAME,
    "jurisdiction": _NAME,
    "workers": _NUMBER,
    "port": _NUMBER,
    "prefetch_only": _FLAG,
}


class _StandardError:
    """Looks up ``sys.stderr`` at each line, so that whoever redirects it later is obeyed."""

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")  # one write: lines of several threads must not run into each other
        sys.stderr.flush()

    debug = info = warning = error = critical = msg


def _as_json(_logger: Any, method: str, kept: EventDict) -> str:
    """structlog processor, the last one: the line itself, with its level and the time in UTC."""
    kept["level"] = method
    kept["timestamp"] = f"{datetime.now(UTC).replace(tzinfo=None).isoformat()}Z"
    return msgspec.json.encode(kept).decode()


def only_listed(_logger: Any, _method: str, fields: EventDict) -> EventDict:
    """structlog processor: keeps listed fields with fitting values; ``withheld`` counts the others."""
    kept = {
        name: value
        for name, value in fields.items()
        if name in _FITS and isinstance(value, (str, int, float)) and _FITS[name](str(value))
    }
    if len(kept) < len(fields):
        kept["withheld"] = len(fields) - len(kept)
    return kept


_FITS = {name: pattern.fullmatch for name, pattern in LISTED_FIELDS.items()}


# Bound to its own processors instead of structlog's global configuration: no import order and no other library's
# set-up can take the list away.
log: FilteringBoundLogger = structlog.wrap_logger(
    _StandardError(),
    processors=[only_listed, _as_json],
    wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
).bind()  # bound once: an unbound logger makes itself anew for every line


class LibraryLog(logging.Handler):
    """Takes what libraries log by ``logging``: which library and how serious, never the message.

    urllib3 warns with the whole address of a failed request, and that address names the patient.
    """

    def emit(self, record: logging.LogRecord) -> None:
        write = log.error if record.levelno >= logging.ERROR else log.warning
        write("library message", library=record.name, where=f"{record.module}:{record.lineno}")


def quieten_libraries() -> None:
    """Sends all library logging of WARNING and above through LibraryLog. Call once per process."""
    logging.basicConfig(level=logging.WARNING, handlers=[LibraryLog()], force=True)
    logging.captureWarnings(True)


def place_of(error: BaseException) -> str:
    """``module:line`` where an error arose. Its message stays unsaid: it may quote what an EHR sent."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', 'unknown')}:{trace.tb_lineno}" if trace else "unknown:0"
