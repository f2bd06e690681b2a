"""The sheet that a clinician prints for a patient: general education, the same for everybody, in several languages.

Nothing of the patient stands on it: no name, no result, no dose.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from clinical import Handout, Knowledge, Source, load_handouts

TEMPLATES = Path(__file__).parent / "templates"


class HandoutLinks(NamedTuple):
    """Where the sheet itself is, the chart page it was opened from, and the stylesheet."""

    handout: str
    chart: str
    stylesheet: str


class HandoutPage:
    """Raises ``KnowledgeError`` where a sheet cannot be read."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._handouts = load_handouts()
        self._sources = knowledge.sources
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        self._template = environment.get_template("handout.html")

    @property
    def languages(self) -> tuple[str, ...]:
        """What there is, as BCP 47 tags; the first is what an unknown language falls back to."""
        return tuple(self._handouts)

    def render(self, language: str | None, links: HandoutLinks, today: date) -> str:
        """The sheet in ``language``; in the first one where there is none in it."""
        handout = self._handouts.get(language or "") or self._handouts[self.languages[0]]
        return self._template.render(
            handout=handout,
            others=[other for other in self._handouts.values() if other is not handout],
            sources=list(self._sources_of(handout)),
            links=links,
            today=today,
        )

    def _sources_of(self, handout: Handout) -> Iterator[Source]:
        """Each once, in the order in which the sheet relies on them."""
        names = dict.fromkeys(name for section in handout.section for name in section.sources)
        return (self._sources[name] for name in names)
