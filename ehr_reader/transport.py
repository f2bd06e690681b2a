"""One GET, repeated with care: where the EHR was busy or away, as it asks (Retry-After), never past the deadline."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import DecodeError, HTTPError

from ehr_reader.bearer_token import BearerToken
from ehr_reader.deadline import Deadline
from ehr_reader.failures import CheckConnection, OutOfTime, TryAgainLater
from ehr_reader.shares import Allowance

# Of one answer. To decode so much takes less than half a second, by which a call may miss its deadline.
LARGEST_ANSWER_BYTES = 20 * 1024 * 1024
# Seconds before the second and the third try, where the EHR names none.
PAUSES = (0.1, 0.4)
# Kept open between calls, so that not every search needs a TLS handshake of its own.
_IDLE_CONNECTIONS = 256
_CHUNK_BYTES = 64 * 1024
_BUSY = frozenset({429, 502, 503, 504})
_HEADERS = {"Accept": "application/fhir+json", "User-Agent": "rls-nutrients"}


class Received(NamedTuple):
    """What came back; ``status`` is neither busy nor a server's fault."""

    status: int
    body: bytes


class Transport:
    """Safe to use from several threads at once: nothing of one call stays behind for the next."""

    def __init__(self) -> None:
        self._session = requests.Session()
        # A cookie of one patient's answer must not go along with another's question.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_maxsize=_IDLE_CONNECTIONS)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def get(self, address: str, token: BearerToken, deadline: Deadline, allowance: Allowance) -> Received:
        """Raises ``TryAgainLater``, ``OutOfTime`` and ``CheckConnection``."""
        for pause in PAUSES:
            try:
                return self._once(address, token, deadline, allowance)
            except TryAgainLater as busy:
                wait = pause if busy.wait is None else busy.wait
                if not busy.soon or wait >= deadline.remaining:
                    raise
                time.sleep(wait)
        return self._once(address, token, deadline, allowance)

    def close(self) -> None:
        self._session.close()

    def _once(self, address: str, token: BearerToken, deadline: Deadline, allowance: Allowance) -> Received:
        # ``from None`` throughout: the messages of requests hold the address, and that names the patient.
        if not deadline.remaining:
            raise OutOfTime
        try:
            return self._exchange(address, token, deadline, allowance)
        except requests.Timeout:
            raise OutOfTime from None
        except (requests.exceptions.SSLError, DecodeError):
            raise CheckConnection from None
        except (requests.ConnectionError, HTTPError):  # HTTPError: what urllib3 says while the body is read
            raise (TryAgainLater(soon=True) if deadline.remaining else OutOfTime()) from None
        except requests.RequestException:
            raise CheckConnection from None

    def _exchange(self, address: str, token: BearerToken, deadline: Deadline, allowance: Allowance) -> Received:
        with self._session.get(
            address, auth=token, headers=_HEADERS, timeout=deadline.remaining, stream=True, allow_redirects=False
        ) as answer:
            _refuse_busy(answer)
            _refuse_announced(answer)
            return Received(answer.status_code, _body(answer, deadline, allowance))


def _refuse_busy(answer: requests.Response) -> None:
    if answer.status_code in _BUSY:
        raise TryAgainLater(soon=True, wait=seconds_to_wait(answer.headers.get("Retry-After")))
    if answer.status_code >= 500 or answer.status_code == 408:
        raise TryAgainLater


def _refuse_announced(answer: requests.Response) -> None:
    """Not a byte is read of what says itself that it is too long."""
    length = answer.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and len(length) < 19 and int(length) > LARGEST_ANSWER_BYTES:
        raise CheckConnection


def _body(answer: requests.Response, deadline: Deadline, allowance: Allowance) -> bytes:
    """Piece by piece as it arrives: the time-out of a socket starts anew with every byte, the deadline does not."""
    body = bytearray()
    while piece := answer.raw.read1(_CHUNK_BYTES, decode_content=True):
        allowance.take(len(piece))
        body += piece
        if len(body) > LARGEST_ANSWER_BYTES:
            raise CheckConnection
        if not deadline.remaining:
            raise OutOfTime
    return bytes(body)


def seconds_to_wait(retry_after: str | None) -> float | None:
    """``Retry-After`` in seconds, be it written as such or as a date (RFC 9110 section 10.2.3); None if unreadable."""
    if not retry_after:
        return None
    if retry_after.strip().isascii() and retry_after.strip().isdigit():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):  # a year, or a zone, of twenty digits
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
