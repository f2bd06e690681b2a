"""One assessment, arranged by analyte: which results may be shown as values, which only be mentioned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from clinical import Assessment, DataQuality, Measurement, Seen
from terminology import ANALYTES

# Within a nutrient the test that decides comes first.
_ORDER = (
    "ferritin", "transferrin-saturation", "iron", "tibc", "uibc", "transferrin", "vitamin-d", "vitamin-b12",
    "active-b12", "mma", "homocysteine", "folate", "red-cell-folate", "magnesium", "vitamin-b6", "vitamin-c",
    "vitamin-e", "hemoglobin", "mcv", "crp", "egfr", "creatinine", "adjusted-calcium", "ionised-calcium", "calcium",
    "albumin", "phosphate", "potassium", "pth", "alt",
)  # fmt: skip


class Reading:
    """A result that is set aside for its age alone is still a result: it is shown, and told as stale."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self.today: date = assessment.assessed_on
        self._notes: dict[tuple[str | None, str | None], list[DataQuality]] = {}
        self._notes_of: dict[str, list[DataQuality]] = {}
        for note in assessment.data_quality:
            self._notes.setdefault((note.analyte, note.source), []).append(note)
            self._notes_of.setdefault(note.analyte or "", []).append(note)
        self._seen: dict[str, list[Seen]] = {}
        for seen in assessment.measurements:
            self._seen.setdefault(seen.measurement.analyte, []).append(seen)

    @property
    def analytes(self) -> list[str]:
        """Measured or only mentioned, in the order of nutrients and, within one, of importance."""
        named = set(ANALYTES) & {*self._seen, *self._notes_of}
        return sorted(named, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))

    def notes_about(self, name: str) -> list[DataQuality]:
        return self._notes_of.get(name, [])

    def notes_of(self, it: Measurement) -> list[DataQuality]:
        """What was noted of this very result."""
        return self._notes.get((it.analyte, it.source or ", ".join(it.derived_from)), [])

    def is_stale(self, seen: Seen) -> bool:
        """Set aside for its age and for nothing else."""
        return not seen.usable and {note.id for note in self.notes_of(seen.measurement) if note.blocks} == {"DQ.STALE"}

    def readable(self, name: str) -> list[Seen]:
        """The results that may be shown as values, newest first; on one day the total before its parts."""
        found = [seen for seen in self._seen.get(name, ()) if seen.usable or self.is_stale(seen)]
        return sorted(found, key=_newest_first)

    def set_aside(self, name: str) -> list[Seen]:
        """Results that were read and may not be shown as values."""
        return [seen for seen in self._seen.get(name, ()) if not seen.usable and not self.is_stale(seen)]

    def latest(self, name: str) -> Seen | None:
        return next(iter(self.readable(name)), None)

    def behind(self, facts: Iterable[str], name: str | None = None) -> list[Seen]:
        """The results that stand behind these references, of one analyte or of any."""
        wanted = set(facts)
        lists = self._seen.values() if name is None else (self._seen.get(name, []),)
        return [seen for several in lists for seen in several if wanted & set(seen.measurement.facts)]


def is_part(seen: Seen) -> bool:
    """25-OH-D2 or -D3 that does not stand for the total."""
    return seen.measurement.part in ("D2", "D3") and not seen.bands


def _newest_first(seen: Seen) -> tuple[int, bool, float]:
    day = seen.measurement.effective
    return (-day.day.toordinal(), is_part(seen), -day.moment) if day else (0, is_part(seen), 0.0)
