"""Structured logs without patient data: JSON lines on standard error, and only fields that are listed here.

The list is the safeguard. A field that is not on it, or whose value does not look as its field should, is not
written; so a careless ``log.info("…", patient=…)`` writes nothing that matters.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

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


class Log:
    """Writes one line per event. No library does it: the few lines that are needed take a third of the time, and no
    other library's set-up can take the list away."""

    def info(self, event: str, **fields: object) -> None:
        _write(event, "info", fields)

    def warning(self, event: str, **fields: object) -> None:
        _write(event, "warning", fields)

    def error(self, event: str, **fields: object) -> None:
        _write(event, "error", fields)


log = Log()


def _write(event: str, level: str, fields: dict[str, object]) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    line = only_listed({**fields, "event": event, "level": level, "timestamp": now})
    put_down(msgspec.json.encode(line).decode())


def put_down(line: str) -> None:
    """Standard error is looked up at each line, so that whoever redirects it later is obeyed."""
    sys.stderr.write(line + "\n")  # one write: lines of several threads must not run into each other
    sys.stderr.flush()


def only_listed(fields: Mapping[str, object]) -> dict[str, object]:
    """Listed fields with fitting values; ``withheld`` counts the others."""
    kept = {name: value for name, value in fields.items() if _fits(name, value)}
    withheld = len(fields) - len(kept)
    return kept | {"withheld": withheld} if withheld else kept


def _fits(name: str, value: object) -> bool:
    pattern = LISTED_FIELDS.get(name)
    return pattern is not None and isinstance(value, str | int | float) and bool(pattern.fullmatch(str(value)))


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
