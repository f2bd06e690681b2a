"""What of the matters at hand is shown in one hook call, and what is recorded of each.

A matter is silent where the EHR switched its topic off, where the same user was shown the same facts about the same
patient not long ago, or where the service only watches (shadow). Whatever is not shown is counted all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from cds_hooks.keyed_hash import KeyedHash
from cds_hooks.matters import Matter
from cds_hooks.occasion import Occasion
from cds_hooks.topics import INCOMPLETE
from hosting import CardRecord, Database, DatabaseFault, Fate, Settings, derived_key, log, new_uuid

SECONDS_PER_DAY = 86_400
_SECONDS_PER_HOUR = 3600
# Who overrode a card has said no; it comes back later than to somebody who only saw it.
_TIMES_AFTER_OVERRIDE = 3


class Showing:
    """Shows everything and remembers nothing: what ``cards_of`` needs, where no clinician is in sight."""

    def let_through(self, matters: Sequence[Matter]) -> list[Matter]:
        return list(matters)

    def lets_incomplete_through(self) -> bool:
        """Whether a card may say that results could not be read."""
        return True

    def shown(self, matter: Matter, card: str) -> None:
        """The matter is told by the card with this UUID."""

    def listed(self, matter: Matter) -> None:
        """The matter has no card of its own and is named in a line of another one."""

    def incomplete(self, card: str) -> None:
        """The card with this UUID tells what could not be read."""


class Restraint:
    """How much is shown at all: prepared once, asked at each hook call."""

    def __init__(self, settings: Settings, database: Callable[[], Database], now: Callable[[], float] = time.time):
        self._keyed = KeyedHash(derived_key(settings, "memory of cards"))
        self._seconds = settings.repeat_after_days * SECONDS_PER_DAY
        self._database = database
        self._now = now

    def showing(self, occasion: Occasion) -> RecordedShowing:
        """Its cards are recorded by the hour. The access audit knows the second of each call, and by it a
        patient there and a card's topic would belong together at sight; no count and no silence needs it."""
        hour = int(self._now()) // _SECONDS_PER_HOUR * _SECONDS_PER_HOUR
        return RecordedShowing(occasion, self._keyed, hour, self._repeated if self._seconds else None)

    def keep(self, showing: RecordedShowing) -> None:
        """Has the records written. Where that fails, the clinician still gets the cards, and only the counts are short.

        Where the next call has to know what was shown, be it to another worker, this one waits for the disk.
        """
        if not showing.records:
            return
        if not self._seconds:
            self._database().record_cards_soon(showing.records)
            return
        try:
            self._database().record_cards(showing.records)
        except DatabaseFault as fault:
            log.error("cards not recorded", error=str(fault), service=showing.records[0].service)

    def _repeated(self, keys: dict[str, str], now: int) -> set[str]:
        """Of matters and their facts, both as keys, the matters that were shown lately with the same facts."""
        if not keys:
            return set()
        try:
            before = self._database().last_shown(keys, now - _TIMES_AFTER_OVERRIDE * self._seconds)
        except DatabaseFault as fault:
            log.error("cards not looked up", error=str(fault))
            return set()
        return {
            one.matter_key
            for one in before
            if keys[one.matter_key] == one.facts_key
            and now - one.fired_at < self._seconds * (_TIMES_AFTER_OVERRIDE if one.overridden else 1)
        }


class RecordedShowing(Showing):
    """One hook call's showing. ``records`` grows with it. Without ``repeated`` nothing counts as shown before."""

    def __init__(
        self, occasion: Occasion, keyed: KeyedHash, now: int, repeated: Callable[[dict[str, str], int], set[str]] | None
    ) -> None:
        self.records: list[CardRecord] = []
        self._occasion = occasion
        self._keyed = keyed
        self._now = now
        self._repeated = repeated

    def let_through(self, matters: Sequence[Matter]) -> list[Matter]:
        repeated = self._topics_repeated(matters)
        fates = [self._fate(matter.topic, matter.topic in repeated) for matter in matters]
        for matter, fate in zip(matters, fates, strict=True):
            if fate != "shown":
                self._record(new_uuid(), matter.topic, fate, matter)
        return [matter for matter, fate in zip(matters, fates, strict=True) if fate == "shown"]

    def lets_incomplete_through(self) -> bool:
        fate = self._fate(INCOMPLETE, repeated=False)
        if fate != "shown":
            self._record(new_uuid(), INCOMPLETE, fate)
        return fate == "shown"

    def shown(self, matter: Matter, card: str) -> None:
        self._record(card, matter.topic, "shown", matter)

    def listed(self, matter: Matter) -> None:
        self._record(new_uuid(), matter.topic, "listed", matter)

    def incomplete(self, card: str) -> None:
        self._record(card, INCOMPLETE, "shown")

    def _topics_repeated(self, matters: Sequence[Matter]) -> set[str]:
        if self._repeated is None:
            return set()
        keys = {matter.topic: self._keys(matter) for matter in matters}
        repeated = self._repeated(dict(keys.values()), self._now)
        return {topic for topic, (matter_key, _) in keys.items() if matter_key in repeated}

    def _fate(self, topic: str, repeated: bool) -> Fate:
        ehr = self._occasion.ehr
        if ehr and topic in ehr.topics_off:
            return "switched-off"
        if repeated:
            return "repeated"
        return "shadow" if ehr and self._occasion.service in ehr.shadow_services else "shown"

    def _keys(self, matter: Matter) -> tuple[str, str]:
        """Whom and what it is about; and on which facts it rests, so that a new result makes it new."""
        return self._occasion.key(self._keyed, matter.topic), self._keyed.of(facts_of(matter))

    def _record(self, uuid: str, topic: str, fate: Fate, matter: Matter | None = None) -> None:
        matter_key, facts_key = self._keys(matter) if matter else (None, None)
        record = CardRecord(
            uuid=uuid,
            fired_at=self._now,
            ehr=self._occasion.ehr_name,
            service=self._occasion.service,
            topic=topic,
            rules=rules_of(matter) if matter else (topic,),
            fate=fate,
            matter_key=matter_key,
            facts_key=facts_key,
        )
        self.records.append(record)


def rules_of(matter: Matter) -> tuple[str, ...]:
    """The ids of what was found and of what to beware of, each once."""
    return tuple(dict.fromkeys([*(one.id for one in matter.findings), *(one.id for one in matter.cautions)]))


def facts_of(matter: Matter) -> list[str]:
    """Everything that makes the card say what it says: rules, numbers, dates, orders, references, proposals."""
    findings = [part for one in matter.findings for part in (one.id, one.because, *one.facts)]
    told = matter.contents
    cautions = [part for one in matter.cautions for part in (one.id, *(told.get(fact, fact) for fact in one.facts))]
    proposals = [one.id for one in matter.proposals]
    return sorted([*findings, *cautions, *proposals, *(one.proposal for one in matter.withheld)])
