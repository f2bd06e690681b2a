"""The EHR's own look, as ``smart_style_url`` tells it: a few colours, sizes and fonts, each value checked.

Source: SMART App Launch 2.2 section Styling. The address came with a token, so it may lead anywhere: only the EHR's own
origins are asked, without a token, and nothing but plain values of known names is taken, which can end no declaration.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any

from ehr_reader import Deadline
from hosting import Ehr
from smart_app.discovery import Discovery, may_be_asked
from smart_app.origins import origin_of
from smart_app.sending import NotAnswered, Sender

# A new look has a new address, so that what was read once holds. Not without end: a faulty EHR could change it always.
_MOST_KEPT = 64
# What failed is asked for again, but not on each page: a clinician would wait for it each time.
_SECONDS_KEPT_AFTER_FAILURE = 60.0
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_SIZE = re.compile(r"(?:\d{1,2}|\d{0,2}\.\d{1,3})(?:px|pt|rem|em)")
_FAMILY = r"(?:'[A-Za-z0-9 -]{1,40}'|[A-Za-z][A-Za-z0-9-]{0,40}(?: [A-Za-z][A-Za-z0-9-]{0,40}){0,4})"
_FONTS = re.compile(rf"{_FAMILY}(?:, ?{_FAMILY}){{0,7}}")
_NAMES: dict[str, re.Pattern[str]] = {
    "color_background": _COLOUR,
    "color_error": _COLOUR,
    "color_highlight": _COLOUR,
    "color_modal_backdrop": _COLOUR,
    "color_success": _COLOUR,
    "color_text": _COLOUR,
    "dim_border_radius": _SIZE,
    "dim_font_size": _SIZE,
    "dim_spacing_size": _SIZE,
    "font_family_body": _FONTS,
    "font_family_heading": _FONTS,
}


class EhrStyles:
    """One per process; each address is read until it was answered once."""

    def __init__(self, sender: Sender, discovery: Discovery, clock: Callable[[], float] = time.monotonic) -> None:
        self._sender = sender
        self._discovery = discovery
        self._clock = clock
        self._known: dict[tuple[str, str], dict[str, str]] = {}
        self._not_before: dict[tuple[str, str], float] = {}

    def fetch_beside(self, ehr: Ehr, address: str | None, deadline: Deadline) -> Thread | None:
        """Begins to read it while the chart is read. None where there is nothing to wait for."""
        if address is None or self._is_settled(ehr, address) or not self._allowed(ehr, address):
            return None
        thread = Thread(target=self._fetch, args=(ehr, address, deadline), daemon=True)
        thread.start()
        return thread

    def of(self, ehr: Ehr, address: str | None) -> dict[str, str]:
        """What is known of it by now, by SMART's names; nothing is as good as any."""
        return self._known.get((ehr.name, address or ""), {})

    def _is_settled(self, ehr: Ehr, address: str) -> bool:
        place = (ehr.name, address)
        return place in self._known or self._clock() < self._not_before.get(place, 0.0)

    def _allowed(self, ehr: Ehr, address: str) -> bool:
        configuration = self._discovery.known(ehr)
        own = [ehr.fhir_base, *([configuration.authorization_endpoint] if configuration else [])]
        return may_be_asked(address, ehr.fhir_base) and origin_of(address) in map(origin_of, own)

    def _fetch(self, ehr: Ehr, address: str, deadline: Deadline) -> None:
        place, members = (ehr.name, address), self._members(address, deadline)
        for kept in (self._known, self._not_before):
            if len(kept) >= _MOST_KEPT:
                kept.clear()
        if members is None:
            self._not_before[place] = self._clock() + _SECONDS_KEPT_AFTER_FAILURE
        else:
            self._known[place] = checked_style(members)

    def _members(self, address: str, deadline: Deadline) -> dict[str, Any] | None:
        try:
            reply = self._sender.get(address, deadline)
        except NotAnswered:
            return None
        return reply.members() if reply.status == 200 else None


def checked_style(members: Mapping[str, object]) -> dict[str, str]:
    """The properties that SMART knows, where their values are plain."""
    found = {name: members.get(name) for name in _NAMES}
    return {name: value for name, value in found.items() if isinstance(value, str) and _NAMES[name].fullmatch(value)}


def as_stylesheet(style: Mapping[str, str]) -> str:
    """Custom properties ``--ehr-color-background`` and so on; what becomes of them is the page's own to say."""
    declared = "".join(f"--ehr-{name.replace('_', '-')}:{value};" for name, value in sorted(style.items()))
    return f":root{{{declared}}}\n"
