"""How the page is asked for: which units, whether restless legs are evaluated; and where its controls lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

UnitSystem = Literal["conventional", "si"]


@dataclass(frozen=True)
class PageOptions:
    """What the reader chose. It stands in the query of the page's address and holds nothing about the patient."""

    units: UnitSystem = "conventional"
    evaluate: bool = False
    note: bool = False

    @classmethod
    def from_query(cls, args: Mapping[str, str]) -> PageOptions:
        """Whatever is not a known value counts as its default: an old bookmark still opens the page."""
        return cls(
            units="si" if args.get("units") == "si" else "conventional",
            evaluate=args.get("evaluate") == "1",
            note=args.get("note") == "1",
        )

    def query(self) -> dict[str, str]:
        """The reverse of ``from_query``, without what is at its default."""
        told = {"units": "si" if self.units == "si" else "", "evaluate": "1" if self.evaluate else ""}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class PageLinks:
    """Addresses that the page refers to; ``page`` has no query of its own. ``source_attributes`` stands beside
    ``about``. ``ehr_style``: a stylesheet with the EHR's own colours, where it sent any."""

    page: str
    close: str
    handout: str
    stylesheet: str
    script: str
    ehr_style: str | None
    about: str
    source_attributes: str = "/source-attributes"

    def with_options(self, options: PageOptions) -> str:
        query = options.query()
        return f"{self.page}?{urlencode(query)}" if query else self.page
