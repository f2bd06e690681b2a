"""Who answers where: the first port is the demo EHR's, then the SMART app's, then the CDS service's."""

from __future__ import annotations

import socket
from typing import NamedTuple

LOOPBACK = "127.0.0.1"
# To a browser another site than 127.0.0.1: a frame of one in the other is a cross-site one.
LOOPBACK_ELSEWHERE = "localhost"


class Ports(NamedTuple):
    demo_ehr: int
    smart_app: int
    cds_service: int


def ports_from(first: int) -> Ports:
    return Ports(first, first + 1, first + 2)


def address(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def address_elsewhere(port: int) -> str:
    """The same server under another site's name."""
    return f"http://{LOOPBACK_ELSEWHERE}:{port}"


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
