"""One request to an EHR's authorization server, or for its public descriptions: bounded in time and size.

No redirect is followed: a secret is for the address that was found in the EHR's own configuration, and for no other.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from ehr_reader import Deadline
from hosting import in_time, without_login

LARGEST_BYTES = 512 * 1024
_HEADERS = {"Accept": "application/json", "User-Agent": "rls-nutrients"}


class NotAnswered(Exception):
    """``status`` is what we answer in turn: 504 too slow, 503 not reached, 502 nothing that can be used."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    def members(self) -> dict[str, Any] | None:
        """The body as a JSON object; None if it is anything else.

        Half a letter is no text: Python's own reader lets it in, and it can be stored and shown nowhere.
        """
        try:
            found = msgspec.json.decode(self.body.removeprefix(BOM_UTF8))
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


class Sender:
    """One per process. Safe for many threads; keeps connections open and no cookie."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount("https://", HTTPAdapter(pool_maxsize=32))
        self._session.mount("http://", HTTPAdapter(pool_maxsize=32))

    def get(self, address: str, deadline: Deadline) -> Reply:
        """Raises ``NotAnswered``."""
        return self._send("GET", address, deadline, {}, None)

    def post(self, address: str, headers: Mapping[str, str], form: str, deadline: Deadline) -> Reply:
        """Raises ``NotAnswered``."""
        return self._send("POST", address, deadline, headers, form)

    def _send(
        self, method: str, address: str, deadline: Deadline, headers: Mapping[str, str], form: str | None
    ) -> Reply:
        try:
            return in_time(
                urlsplit(address).netloc,
                deadline.remaining,
                lambda: self._exchange(method, address, deadline, headers, form),
            )
        except TimeoutError:
            raise NotAnswered(504, "no answer in time") from None

    def _exchange(
        self, method: str, address: str, deadline: Deadline, headers: Mapping[str, str], form: str | None
    ) -> Reply:
        # ``from None`` throughout: what requests says may hold addresses and more.
        try:
            with self._session.request(
                method, address, data=form, headers={**_HEADERS, **headers}, auth=without_login,
                timeout=max(deadline.remaining, 0.001), allow_redirects=False, stream=True,
            ) as answer:  # fmt: skip
                return Reply(answer.status_code, CaseInsensitiveDict(answer.headers), _body(answer, deadline))
        except requests.Timeout:
            raise NotAnswered(504, "no answer in time") from None
        except requests.exceptions.SSLError:
            raise NotAnswered(502, "certificate does not hold") from None
        except (requests.ConnectionError, HTTPError, OSError):
            raise NotAnswered(503, "not reached") from None
        except (requests.RequestException, ValueError):
            raise NotAnswered(502, "answer not usable") from None


def _body(answer: requests.Response, deadline: Deadline) -> bytes:
    body = bytearray()
    while piece := answer.raw.read1(decode_content=True):
        body += piece
        if len(body) > LARGEST_BYTES:
            raise NotAnswered(502, "answer too long")
        if not deadline.remaining:
            raise NotAnswered(504, "no answer in time")
    return bytes(body)


def seconds_to_keep(headers: Mapping[str, str], otherwise: float, at_most: float) -> float:
    """How long an answer may be kept, by its Cache-Control (RFC 9111 section 5.2.2)."""
    words = [word.strip().lower() for word in headers.get("Cache-Control", "").split(",")]
    if "no-store" in words or "no-cache" in words:
        return 0.0
    ages = [word.removeprefix("max-age=").strip('"') for word in words if word.startswith("max-age=")]
    fitting = [float(age) for age in ages if age.isascii() and age.isdigit() and len(age) < 12]
    return min(fitting[0], at_most) if fitting else otherwise
