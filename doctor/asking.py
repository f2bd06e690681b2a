"""One question over HTTP and how it was answered. Nothing is followed, nothing is repeated, nothing waits for long."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import requests

SECONDS_TO_WAIT = 6.0
LARGEST_BYTES = 20 * 1024 * 1024
_HEADERS = {"Accept": "application/fhir+json, application/json", "User-Agent": "rls-nutrients doctor"}


class NotReached(Exception):
    """Nobody answered; the text says why, without an address."""


@dataclass(frozen=True)
class Reply:
    """What came back. Neither the body nor the headers are in its repr: they may hold tokens or a patient's data."""

    status: int
    seconds: float
    headers: requests.structures.CaseInsensitiveDict[str] = field(repr=False)
    body: bytes = field(repr=False)

    def members(self) -> dict[str, Any] | None:
        """The JSON object in the body, or None."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    @property
    def is_page(self) -> bool:
        """Whether a web page came where data was asked for."""
        return "html" in self.headers.get("Content-Type", "").lower()


def ask(
    address: str, *, method: str = "GET", form: dict[str, str] | None = None, headers: dict[str, str] | None = None,
    token: str | None = None, body: dict[str, Any] | None = None,
) -> Reply:  # fmt: skip
    """Raises ``NotReached``."""
    sent = _HEADERS | (headers or {})
    began = time.monotonic()
    try:
        with requests.request(
            method, address, data=form, json=body, headers=sent, auth=_Token(token), timeout=SECONDS_TO_WAIT,
            allow_redirects=False, stream=True,
        ) as answer:  # fmt: skip
            content = _read(answer, began)
    except requests.exceptions.SSLError:
        raise NotReached("its certificate does not hold") from None
    except requests.Timeout:
        raise NotReached(f"no answer within {SECONDS_TO_WAIT:g} seconds") from None
    except requests.ConnectionError:
        raise NotReached("no connection") from None
    except requests.RequestException as error:
        raise NotReached(f"{type(error).__name__}") from None
    return Reply(answer.status_code, time.monotonic() - began, answer.headers, content)


def _read(answer: requests.Response, began: float) -> bytes:
    content = bytearray()
    for piece in answer.iter_content(64 * 1024):
        content += piece
        if len(content) > LARGEST_BYTES:
            raise NotReached("the answer is larger than 20 MB")
        if time.monotonic() - began > 2 * SECONDS_TO_WAIT:
            raise NotReached(f"no complete answer within {2 * SECONDS_TO_WAIT:g} seconds")
    return bytes(content)


class _Token(requests.auth.AuthBase):
    """Also without a token: otherwise requests would look for a login in ``~/.netrc``."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request
