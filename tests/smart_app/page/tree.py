"""A page as a browser takes it apart; refuses tags that are not closed where they should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "link", "br", "input"}
INLINE = {"a", "strong", "em", "span", "bdi", "svg", "use", "data", "time"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    inner: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is read, in one line."""
        return " ".join("".join(self._words()).split())

    def _words(self) -> Iterator[str]:
        for one in self.inner:
            if isinstance(one, str):
                yield one
            else:
                space = "" if one.tag in INLINE else " "
                yield from (space, *one._words(), space)

    def elements(self) -> Iterator[Element]:
        for one in self.inner:
            if isinstance(one, Element):
                yield one
                yield from one.elements()

    def all(self, tag: str = "", **wanted: str) -> list[Element]:
        """Elements inside with this tag and these attributes (``data_analyte="ferritin"``; ``""`` is any value)."""
        names = {name.strip("_").replace("_", "-"): value for name, value in wanted.items()}
        return [
            one
            for one in self.elements()
            if (not tag or one.tag == tag)
            and all(name in one.attributes and value in ("", one.attributes[name]) for name, value in names.items())
        ]

    def one(self, tag: str = "", **wanted: str) -> Element:
        found = self.all(tag, **wanted)
        assert found, f"no <{tag}> with {wanted}"
        return found[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in EMPTY:
            inner = self.open[-1].inner[-1]
            assert isinstance(inner, Element)
            self.open.append(inner)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inner.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inner.append(data)


def read(html: str) -> Element:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is not closed"
    return reader.open[0]
