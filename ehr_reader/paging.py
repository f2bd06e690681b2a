"""A search over several pages: always by the server's own ``next`` link, never by an offset of ours.

Source: FHIR R4 section Paging. Where paging stops early (another server, an endless or circling chain), the last page
keeps its ``next`` link, by which the caller sees that something is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar
from urllib.parse import urljoin

from ehr_reader.origins import same_origin

MOST_PAGES = 100


class PageLink(Protocol):
    """Bundle.link."""

    @property
    def relation(self) -> str | None: ...
    @property
    def url(self) -> str | None: ...


class PageIssue(Protocol):
    """OperationOutcome.issue."""

    @property
    def severity(self) -> str | None: ...
    @property
    def code(self) -> str | None: ...


class PageCoding(Protocol):
    """One code of a CodeableConcept."""

    @property
    def system(self) -> str | None: ...
    @property
    def code(self) -> str | None: ...


class PageConcept(Protocol):
    """CodeableConcept."""

    @property
    def coding(self) -> Sequence[PageCoding]: ...


class PageResource(Protocol):
    """Any resource: a result, and what it measures."""

    @property
    def code(self) -> PageConcept | None: ...


class PageEntry(Protocol):
    """Bundle.entry."""

    @property
    def resource(self) -> PageResource | None: ...


class Page(Protocol):
    """What is looked at of an answer here; the rest is the caller's. A ``msgspec.Struct``, to be shared out."""

    @property
    def resource_type(self) -> str: ...
    @property
    def entry(self) -> Sequence[PageEntry]: ...
    @property
    def link(self) -> Sequence[PageLink]: ...
    @property
    def issue(self) -> Sequence[PageIssue]: ...


P = TypeVar("P", bound=Page)


def pages(get: Callable[[str], P], first: str, base: str) -> Iterator[P]:
    """Yields page after page; raises what ``get`` raises."""
    address, seen = first, {first}
    while True:
        page = get(address)
        yield page
        following = next_address(page, address)
        if following is None or following in seen or len(seen) >= MOST_PAGES or not same_origin(following, base):
            return
        address = following
        seen.add(address)


def next_address(page: Page, address: str) -> str | None:
    """Where the page says that the next one is; relative links are resolved against the page's own ``address``."""
    url = next((link.url for link in page.link if link.relation == "next"), None)
    try:
        return urljoin(address, url) if url else None
    except ValueError:
        return None
