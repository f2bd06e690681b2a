"""How a server process leaves without losing a request: it first lets nobody new in, answers who is there, then ends.

Closing a listening socket resets the connections that wait in its queue, and closing an idle connection may cross with
the request that is just being sent on it. So for a second no new connection is made (Linux: a filter on the socket
drops its packets, and whoever wanted in tries again a second later, elsewhere), and every answer says
``Connection: close``.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread, Timer, main_thread
from typing import Any, NamedTuple

from flask import Flask, Response
from granian.server import MPServer

SECONDS_TO_DRAIN = 1.0
_SECONDS_BETWEEN_CALLS = 0.5
_OPEN_FILES = Path("/proc/self/fd")
_SO_ATTACH_FILTER = 26
# One instruction of classic BPF: return 0, which is to say: keep nothing of the packet.
_DROP = struct.pack("HBBI", 0x06, 0, 0, 0)


class Farewell(NamedTuple):
    """A pipe that nobody writes to: when its sender is closed, or its process has died, every worker sees its end."""

    receiver: Connection
    sender: Connection


def new_farewell() -> Farewell:
    """To be made before the workers are."""
    return Farewell(*Pipe(duplex=False))


class FarewellServer(MPServer):
    """Granian that drains on SIGTERM. A second SIGTERM, and Ctrl-C, stop it as they always did."""

    farewell: Farewell

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        first = not self.farewell.sender.closed
        for worker in self.wrks:  # stopped with the whole process group, one may end before us: it has not failed
            worker.interrupt_by_parent = True
        self.farewell.sender.close()
        if first and args and args[0] == signal.SIGTERM:
            Timer(SECONDS_TO_DRAIN, super().signal_handler_interrupt).start()
        else:
            super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]


def leave_well(app: Flask, farewell: Farewell, port: int) -> None:
    """In a worker: from the farewell on, no new connection on ``port``, and the last answer on each of the others."""
    leaving = False
    farewell.sender.close()  # or this worker would wait for itself

    def wait() -> None:
        nonlocal leaving
        with suppress(EOFError, OSError):
            farewell.receiver.recv_bytes()
        leaving = True
        let_nobody_in(port)
        time.sleep(SECONDS_TO_DRAIN)
        _end_main_thread()

    def close_connection(answer: Response) -> Response:
        if leaving:
            answer.headers["Connection"] = "close"
        return answer

    app.after_request(close_connection)
    Thread(target=wait, name="farewell", daemon=True).start()


def _end_main_thread() -> None:
    """Tells the main thread itself, and again until it has heard: a signal to the process may be taken by another
    thread, and the main one would then sleep on until it is killed."""
    while (main := main_thread().ident) is not None:
        signal.pthread_kill(main, signal.SIGTERM)
        time.sleep(_SECONDS_BETWEEN_CALLS)


def let_nobody_in(port: int) -> int:
    """Drops what arrives for this process's listening sockets on ``port``. How many; 0 where the system cannot."""
    program = ctypes.create_string_buffer(_DROP)
    filters = struct.pack("HL", 1, ctypes.addressof(program))
    closed = 0
    for listening in _listening(port):
        with listening:
            try:
                listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filters)
                closed += 1
            except OSError:  # then it is left to the queue being empty
                continue
    return closed


def _listening(port: int) -> Iterator[socket.socket]:
    """The server keeps its socket to itself; the system knows it all the same."""
    for file in list(_OPEN_FILES.iterdir()) if _OPEN_FILES.exists() else ():
        try:
            found = socket.socket(fileno=os.dup(int(file.name)))
        except OSError:
            continue
        if _listens_on(found, port):
            yield found
        else:
            found.close()


def _listens_on(found: socket.socket, port: int) -> bool:
    if found.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)) and found.getsockname()[1] == port
