"""A page as a browser or a screen reader takes it apart; refuses tags that are not closed where they should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "link", "br"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    inner: list[Element] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, *tags: str) -> list[Element]:
        """Every element inside with one of these tags, in the order of the page."""
        return [found for one in self.inner for found in ([one] if one.tag in tags else []) + one.all(*tags)]


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(html)
        self.close()
        assert self._open == [self.root], f"{self._open[-1].tag} is never closed"

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        self._open[-1].inner.append(element)
        if tag not in EMPTY:
            self._open.append(element)

    def handle_endtag(self, tag):
        assert self._open.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        for element in self._open:
            element.words.append(data)

    def all(self, *tags: str) -> list[Element]:
        return self.root.all(*tags)

    @property
    def ids(self) -> list[str]:
        found = [element.attributes["id"] for element in self._everything(self.root) if "id" in element.attributes]
        return [name for name in found if name]

    def _everything(self, element: Element) -> list[Element]:
        return [found for one in element.inner for found in [one, *self._everything(one)]]
