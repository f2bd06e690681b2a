"""Cookies as Chromium keeps them (RFC 6265bis): what breaks a rule of its own is dropped, as a browser drops it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hosting.addresses import is_loopback


@dataclass(frozen=True)
class Cookie:
    """``attributes``: names in lower case; a flag has an empty value."""

    name: str
    value: str
    attributes: dict[str, str]

    @classmethod
    def of(cls, header: str) -> Cookie:
        pair, *rest = [part.strip() for part in header.split(";")]
        name, _, value = pair.partition("=")
        attributes = {}
        for part in rest:
            word, _, told = part.partition("=")
            attributes[word.lower()] = told
        return cls(name, value, attributes)

    @property
    def path(self) -> str:
        return self.attributes.get("path") or "/"

    @property
    def gone(self) -> bool:
        return self.attributes.get("max-age") in ("0", "-1") or "1970" in self.attributes.get("expires", "")

    def acceptable(self, address: str) -> bool:
        parts = urlsplit(address)
        trustworthy = parts.scheme == "https" or is_loopback(parts.hostname or "")
        words = self.attributes
        if "secure" in words and not trustworthy:
            return False
        if self.name.startswith(("__Host-", "__Secure-")) and not ("secure" in words and parts.scheme == "https"):
            return False
        if self.name.startswith("__Host-") and (words.get("path") != "/" or "domain" in words):
            return False
        needs_secure = words.get("samesite", "").lower() == "none" or "partitioned" in words
        return "secure" in words or not needs_secure


@dataclass
class CookieJar:
    """By host, name and path; ports share cookies."""

    kept: dict[tuple[str, str, str], Cookie] = field(default_factory=dict)

    def keep(self, address: str, cookies: list[Cookie]) -> None:
        host = urlsplit(address).hostname or ""
        for cookie in cookies:
            place = (host, cookie.name, cookie.path)
            if cookie.gone:
                self.kept.pop(place, None)
            elif cookie.acceptable(address):
                self.kept[place] = cookie

    def for_address(self, address: str) -> str:
        """The value of the Cookie header."""
        parts = urlsplit(address)
        found = [
            cookie
            for (host, _, path), cookie in self.kept.items()
            if host == parts.hostname and _below(parts.path or "/", path)
        ]
        return "; ".join(f"{one.name}={one.value}" for one in sorted(found, key=lambda one: -len(one.path)))

    def values(self) -> set[str]:
        return {cookie.value for cookie in self.kept.values()}

    def copy(self) -> CookieJar:
        return CookieJar(dict(self.kept))


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder if folder.endswith("/") else folder + "/")
