"""The pages as they are on one day. They hang on the knowledge and the day alone, so each day writes them once."""

from __future__ import annotations

from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from flask import render_template

from about import checked
from about.attributes import ATTRIBUTES, DEVELOPER, FUNDING, citation
from about.entries import Entry, entries_of, sources_cited
from about.inputs import inputs_of
from about.json_form import as_json
from clinical import Knowledge, Source


class Written(NamedTuple):
    about: str
    source_attributes: str
    source_attributes_json: str


class Pages:
    """Prepared when somebody first looks: the service starts without waiting for what few will read."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self.on = lru_cache(maxsize=1)(self._write)

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        return entries_of(self._knowledge)

    @cached_property
    def _sources(self) -> list[Source]:
        return sources_cited(self._entries, self._knowledge)

    def _write(self, today: date) -> Written:
        told = self._told(today)
        return Written(
            render_template("about/about.html", **told),
            render_template("about/source_attributes.html", **told),
            as_json(self._entries, self._sources, self._knowledge, today),
        )

    def _told(self, today: date) -> dict[str, Any]:
        return {
            "today": today,
            "knowledge": self._knowledge,
            "entries": self._entries,
            "sources": self._sources,
            "inputs": inputs_of(self._knowledge),
            "rows": checked.counted(self._entries),
            "reviews": checked.reviews(self._entries, today),
            "use_of_data": list(checked.use_of_data(self._entries)),
            "by_topic": checked.by_topic,
            "by_kind": checked.by_kind,
            "marked": checked.marked,
            "citation": citation,
            "marks": checked.MARKS,
            "not_yet_verified": checked.NOT_YET_VERIFIED,
            "attributes": ATTRIBUTES,
            "developer": DEVELOPER,
            "funding": FUNDING,
        }
