"""What can be asked of an EHR: one resource, one search, or the next page of one.

Source: FHIR R4 sections RESTful API (read) and Search. Every value is fully percent-encoded; the comma between codes,
being encoded too, is decoded by the server before it splits them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from ehr_reader.failures import AskDifferently, CheckConnection
from ehr_reader.origins import same_origin

Parameters: TypeAlias = tuple[tuple[str, str], ...]
# A code system and a code of it.
Code: TypeAlias = tuple[str, str]


class Inclusion(NamedTuple):
    """What a search brings along (FHIR R4 section Including other resources): the ``path`` of the reference, and the
    type that stands there."""

    path: str
    resource_type: str


class Joinable(NamedTuple):
    """That a search for codes may be joined with others of its kind: how often it finds something, and the codes by
    which its share is told from theirs."""

    often: bool
    codes: frozenset[Code]


@dataclass(frozen=True)
class Query:
    """A read where ``id`` is given, else a search.

    ``include``: resources to be sent along, as ``Inclusion``; left out where the token does not permit them or the EHR
    refuses the search with them. ``within``: parameters that hold for all results anyhow, which
    a token's scope may demand to be said. ``otherwise``: what to search where the EHR demands another parameter
    (OperationOutcome ``required``). ``joinable``: see ``ehr_reader.joined_searches``.
    """

    resource_type: str
    id: str | None = None
    parameters: Parameters = ()
    within: Parameters = ()
    otherwise: Query | None = None
    include: Inclusion | None = None
    joinable: Joinable | None = None

    def address(self, base: str) -> str:
        """Raises ``AskDifferently`` for an id that would leave the resource type."""
        if self.id is None:
            query = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in self._asked())
            return f"{base}/{_encoded(self.resource_type)}?{query}"
        if self.id in ("", ".", ".."):  # clients and servers resolve these before anything else
            raise AskDifferently
        return f"{base}/{_encoded(self.resource_type)}/{_encoded(self.id)}"

    @property
    def template(self) -> str:
        """As people and prefetch templates write it: relative, not encoded. Prefetch knows no ``_include``."""
        if self.id is not None:
            return f"{self.resource_type}/{self.id}"
        return f"{self.resource_type}?" + "&".join(f"{name}={value}" for name, value in self.parameters)

    def with_parameters(self, more: Parameters) -> Query:
        """The same search with some parameters set or replaced."""
        named = dict(more)
        kept = tuple((name, value) for name, value in self.parameters if name not in named)
        return replace(self, parameters=(*kept, *more))

    def without_include(self) -> Query:
        """The same search for the resources themselves."""
        return replace(self, include=None)

    def _asked(self) -> Parameters:
        return (*self.parameters, ("_include", self.include.path)) if self.include else self.parameters


@dataclass(frozen=True)
class NextPage:
    """The ``next`` link of a Bundle that came by another way, such as prefetch."""

    resource_type: str
    url: str

    def address(self, base: str) -> str:
        """Raises ``CheckConnection`` where the link leads to another server, which must never see the token."""
        if not same_origin(self.url, base):
            raise CheckConnection
        return self.url


Question: TypeAlias = Query | NextPage


def _encoded(value: str) -> str:
    return quote(value, safe="")
