"""HTML taken apart as a browser would: elements, their attributes, the words a person reads."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

_UNSEEN = ("script", "style", "template", "title")
_WITHOUT_END = ("input", "link", "meta", "br", "hr", "img", "source", "wbr", "col")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    words: str = ""

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")


@dataclass
class Form:
    """``fields``: what it would send, by name."""

    method: str
    action: str
    fields: dict[str, str]


class Document(HTMLParser):
    """``words``: all that is read, in one line; ``elements``: in their order, each with the words inside."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self._said: list[str] = []
        self.feed(text)
        self.close()

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._said).split())

    def all(self, tag: str, **wanted: str) -> list[Element]:
        names = {name.replace("_", "-"): value for name, value in wanted.items()}
        return [
            one
            for one in self.elements
            if one.tag == tag and all(one.attributes.get(name) == value for name, value in names.items())
        ]

    def having(self, attribute: str) -> list[Element]:
        return [one for one in self.elements if attribute in one.attributes]

    @property
    def forms(self) -> list[Form]:
        found: list[Form] = []
        for one in self.elements:
            if one.tag == "form":
                found.append(Form((one["method"] or "get").lower(), one["action"], {}))
            elif one.tag == "input" and found and one["name"]:
                found[-1].fields[one["name"]] = one["value"]
        return found

    @property
    def scripts(self) -> list[Element]:
        return self.all("script")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in _WITHOUT_END:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if any(one.tag == tag for one in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one.words += data
        if not any(one.tag in _UNSEEN for one in self._open):
            self._said.append(data)
