"""What was not used, and why; what is used with reserve; what is somebody else's. Nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clinical import Assessment, DataQuality
from smart_app.page.words import count
from terminology import ANALYTES, analyte


@dataclass(frozen=True)
class NoteShown:
    """One entry of the assessment's data quality."""

    id: str
    analyte: str
    source: str
    reason: str
    blocks: bool


@dataclass(frozen=True)
class Quality:
    not_used: tuple[NoteShown, ...]
    with_reserve: tuple[NoteShown, ...]
    other_patients: tuple[str, ...]

    @property
    def summary(self) -> str:
        """For the heading: "2 not used, 1 used with reserve"."""
        parts = [
            f"{len(self.not_used)} not used" if self.not_used else "",
            f"{len(self.with_reserve)} used with reserve" if self.with_reserve else "",
            f"{count(len(self.other_patients), 'resource')} of another patient" if self.other_patients else "",
        ]
        return ", ".join(part for part in parts if part) or "every result on file was used"


def quality_of(assessment: Assessment) -> Quality:
    notes = [_shown(note) for note in assessment.data_quality]
    return Quality(_only(notes, blocks=True), _only(notes, blocks=False), assessment.other_patients)


def _only(notes: Iterable[NoteShown], *, blocks: bool) -> tuple[NoteShown, ...]:
    return tuple(note for note in notes if note.blocks is blocks)


def _shown(note: DataQuality) -> NoteShown:
    name = analyte(note.analyte).name if note.analyte and note.analyte in ANALYTES else "Chart"
    return NoteShown(note.id, name, note.source or "", note.reason, note.blocks)
