"""The production server: granian, which stops gracefully on SIGTERM and SIGINT."""

from __future__ import annotations

import gc
import socket
import sys
from functools import partial

from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from hosting.admission import CALLS_AT_ONCE, THREADS_BESIDE
from hosting.database import open_database
from hosting.logs import log
from hosting.measures import counted_together
from hosting.mistakes import ConfigurationError, SettingsError
from hosting.registry import read_registry
from hosting.retention import start_daily_retention
from hosting.settings import Settings
from hosting.start_warnings import start_warnings
from hosting.stopping import Farewell, FarewellServer, leave_well, new_farewell
from hosting.wsgi import build

SECONDS_TO_FINISH = 15


def serve(settings: Settings, host: str, port: int, workers: int = 1) -> None:
    """Answers until SIGTERM or SIGINT, then lets running calls finish and returns.

    Raises ConfigurationError before anything is opened if the service cannot work as configured.
    """
    if settings.secret_key is None:
        raise SettingsError("RLS_SECRET_KEY: must be set to a secret of 32 characters or more before serving.")
    with counted_together():
        _serve(settings, host, port, workers)


def _serve(settings: Settings, host: str, port: int, workers: int) -> None:
    build(settings)  # in this process once, so that a mistake is one sentence here and not a traceback per worker
    open_database(settings.database_url).close()  # brought up to date here, before any worker uses it
    _check_free(host, port)
    for warning in start_warnings(settings, read_registry(settings.ehr_registry)):
        print(f"Warning: {warning}", file=sys.stderr, flush=True)
    gc.collect()  # the application built above: each worker builds its own, and would carry this one as well
    log.info("serving", port=port, workers=workers, authentication=settings.cds_authentication)
    farewell = new_farewell()
    server = _server(host, port, workers)
    server.farewell = farewell
    try:
        server.serve(target_loader=partial(_load, settings, port, farewell))
    except SystemExit:
        if not farewell.sender.closed:
            raise
        # Ctrl-C reaches every process of the terminal: a worker that ends before us because of it has not failed.
    log.info("stopped", port=port)


def _load(settings: Settings, port: int, farewell: Farewell, _target: str) -> Flask:
    """Runs in each worker; a named function because a start method other than fork has to pickle it."""
    app = build(settings)
    leave_well(app, farewell, port)
    start_daily_retention(settings)
    return app


def _server(host: str, port: int, workers: int) -> FarewellServer:
    return FarewellServer(
        "hosting.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=CALLS_AT_ONCE + THREADS_BESIDE,
        workers_kill_timeout=SECONDS_TO_FINISH,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
        log_dictconfig=_SERVER_LOG,
        log_access=False,
    )


# Granian's errors take the same way as every other library's: no text of theirs reaches the log. Its warnings are
# left out: each start would bring the one that so many threads are many, which is so for work that does not wait.
_SERVER_LOG = {
    "handlers": {"library": {"class": "hosting.logs.LibraryLog"}},
    "loggers": {"_granian": {"handlers": ["library"], "level": "ERROR", "propagate": False}},
}


def _check_free(host: str, port: int) -> None:
    """A busy port is told in one sentence; granian would tell it by a traceback."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ConfigurationError(f"Cannot listen on {host} port {port}: {error.strerror}.") from None
