"""A small browser: keeps cookies as Chromium does, sends them where they belong, and remembers every answer.

It speaks to an application in this process, or over HTTP to one that is served. Redirects are followed only inside
the app; what leads to an EHR is handed back to the test, which plays the person there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests
from flask import Flask

from tests.smart_app.cookies import Cookie, CookieJar
from tests.smart_app.markup import Document
from tests.smart_app.mock_smart_ehr import MockSmartEhr


@dataclass(frozen=True)
class Answer:
    """What came back; ``headers`` in their order, names in lower case."""

    address: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @cached_property
    def document(self) -> Document:
        return Document(self.text)

    def header(self, name: str) -> str | None:
        found = [value for word, value in self.headers if word == name.lower()]
        assert len(found) < 2, f"{name} was said twice"
        return found[0] if found else None

    @property
    def location(self) -> str:
        return urljoin(self.address, self.header("location") or "")

    @property
    def cookies(self) -> list[Cookie]:
        return [Cookie.of(value) for name, value in self.headers if name == "set-cookie"]

    def directive(self, name: str) -> list[str]:
        """The sources of one directive of the Content-Security-Policy."""
        for part in (self.header("content-security-policy") or "").split(";"):
            words = part.split()
            if words[:1] == [name]:
                return words[1:]
        return []


Send: TypeAlias = Callable[[str, str, dict[str, str], bytes], Answer]


def inside(app: Flask) -> Send:
    """Sends to an application of this process, which believes to be reached at the address given."""
    client = app.test_client(use_cookies=False)

    def send(method: str, address: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(address)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        base = f"{parts.scheme}://{parts.netloc}"
        with client.open(target, base_url=base, method=method, headers=headers, data=body) as answer:
            told = tuple((name.lower(), value) for name, value in answer.headers)
            return Answer(address, answer.status_code, told, answer.data)

    return send


def over_http(method: str, address: str, headers: dict[str, str], body: bytes) -> Answer:
    """Sends to an application that is served."""
    answer = requests.request(method, address, headers=headers, data=body, allow_redirects=False, timeout=120)
    told = tuple((name.lower(), value) for name, value in answer.raw.headers.items())
    return Answer(address, answer.status_code, told, answer.content)


@dataclass
class Browser:
    """``home`` is the public address of the app."""

    home: str
    send: Send
    jar: CookieJar = field(default_factory=CookieJar)
    seen: list[Answer] = field(default_factory=list)

    def get(self, address: str, **headers: str) -> Answer:
        """One request, no redirect followed."""
        return self._exchange("GET", address, headers, b"")

    def post(self, address: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._exchange("POST", address, kind | headers, urlencode(form or {}).encode())

    def follow(self, answer: Answer) -> Answer:
        """Follows redirects inside the app."""
        for _ in range(5):
            if answer.status not in (301, 302, 303, 307) or not answer.location.startswith(self.home + "/"):
                return answer
            answer = self.get(answer.location)
        raise AssertionError("redirected in circles")

    def launch(self, ehr: MockSmartEhr, launch: str = "launch-secret-1", iss: str | None = None) -> Answer:
        """``launch`` is percent-encoded here; for a raw query use ``get``."""
        return self.get(f"/launch?iss={quote(iss or ehr.base, safe='')}&launch={quote(launch, safe='')}")

    def launched(self, ehr: MockSmartEhr, **words: str) -> str:
        """The address at the EHR to which a launch leads."""
        answer = self.launch(ehr, **words)
        assert answer.status in (302, 303), f"a launch answered {answer.status}: {answer.document.words[:300]}"
        return answer.location

    def to_callback(self, ehr: MockSmartEhr, **words: str) -> str:
        """A launch that was approved: the address of the callback, not visited yet."""
        return ehr.approve(self.launched(ehr, **words))

    def open_chart(self, ehr: MockSmartEhr, **words: str) -> Answer:
        """The whole way: launch, approval, callback, and the page where it ends."""
        return self.follow(self.get(self.to_callback(ehr, **words)))

    def chart_of(self, ehr: MockSmartEhr, **words: str) -> Answer:
        """The same, and it must end on a chart."""
        answer = self.open_chart(ehr, **words)
        said = answer.document.words[:400]
        assert answer.status == 200, f"{urlsplit(answer.address).path} answered {answer.status}: {said}"
        assert urlsplit(answer.address).path.startswith("/chart/"), answer.address
        return answer

    def _exchange(self, method: str, address: str, headers: dict[str, str], body: bytes) -> Answer:
        full = urljoin(self.home + "/", address)
        cookies = self.jar.for_address(full)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.send(method, full, told | ({"Cookie": cookies} if cookies else {}), body)
        self.jar.keep(full, answer.cookies)
        self.seen.append(answer)
        return answer


def shown(answers: Iterable[Answer]) -> bytes:
    """All that a browser got: addresses, headers, bodies."""
    return b"\n".join(
        part
        for one in answers
        for part in (one.address.encode(), *(f"{name}: {value}".encode() for name, value in one.headers), one.body)
    )
