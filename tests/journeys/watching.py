"""Watches a browser: nothing may leave the demo, and the console stays empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

INTERNAL = ("data:", "about:", "blob:", "chrome-error:")


@dataclass
class Watch:
    """``origins`` are where requests may go. ``expected`` are statuses that a test provokes: Chromium writes each
    answer of 400 or more to the console, and that one line is then no complaint. ``expected_words``: likewise."""

    origins: frozenset[str]
    expected: set[int] = field(default_factory=set)
    expected_words: set[str] = field(default_factory=set)
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    policies: dict[str, str] = field(default_factory=dict)

    def over(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("page", self._page)

    def nothing_to_complain_of(self) -> None:
        assert self.strangers == [], self.strangers
        assert self.complaints == [], self.complaints
        loose = {address: policy for address, policy in self.policies.items() if not _is_strict(policy)}
        assert loose == {}, loose

    def _page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if not request.url.startswith(INTERNAL) and f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self.strangers.append(request.url)

    def _response(self, response: Response) -> None:
        is_redirect = 300 <= response.status < 400  # nobody sees its body
        if response.headers.get("content-type", "").startswith("text/html") and not is_redirect:
            where = response.url.partition("?")[0]
            self.policies[where] = response.headers.get("content-security-policy", "")

    def _console(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        if message.type in ("error", "warning") and not self._is_expected(message.text):
            self.complaints.append(f"{message.text} ({where})")

    def _is_expected(self, text: str) -> bool:
        expected = {f"status of {status}" for status in self.expected} | self.expected_words
        return any(words in text for words in expected)


def _is_strict(policy: str) -> bool:
    return "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
