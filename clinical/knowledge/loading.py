"""The knowledge of one jurisdiction, in the order in which a reader meets it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from clinical.knowledge.problems import KnowledgeError, Problem
from clinical.knowledge.reading import ITEM_KINDS, MANIFEST, KnowledgeFile, KnowledgeFolder, read_folder
from clinical.knowledge.schema import (
    JURISDICTIONS,
    Advice,
    Band,
    Caution,
    Conflict,
    Derivation,
    Finding,
    Freshness,
    Jurisdiction,
    Limit,
    Nutrient,
    Proposal,
    Rule,
    Source,
    SpanId,
)

PACKAGE_FOLDER = Path(__file__).parent
Item = TypeVar("Item")


class Table(NamedTuple):
    """The decision table of one file. Rows are read in order; files without rules have an empty table."""

    title: str
    nutrient: Nutrient | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that holds in one jurisdiction. Mappings keep reading order and are not to be changed.

    ``nutrient_of`` tells the nutrient of the file in which an item of that id stands: None for files about restless
    legs or context. ``days`` are the spans. ``files`` are the same items, file by file.
    """

    version: str
    jurisdiction: Jurisdiction
    nutrients: tuple[Nutrient, ...]
    limits: Mapping[str, Limit]
    bands_by_analyte: Mapping[str, tuple[Band, ...]]
    bands_by_id: Mapping[str, tuple[Band, ...]]
    findings: Mapping[str, Finding]
    tables: tuple[Table, ...]
    cautions: tuple[Caution, ...]
    proposals: Mapping[str, Proposal]
    advice: tuple[Advice, ...]
    freshness: Mapping[str, Freshness]
    days: Mapping[SpanId, int]
    conflicts: tuple[Conflict, ...]
    derivations: tuple[Derivation, ...]
    sources: Mapping[str, Source]
    nutrient_of: Mapping[str, Nutrient | None]
    files: tuple[KnowledgeFile, ...]
    changes: tuple[str, ...]


def load_knowledge(jurisdiction: str = "international", folder: Path = PACKAGE_FOLDER) -> Knowledge:
    """Reads ``folder`` and keeps what holds in ``jurisdiction`` (international, us or uk).

    Raises `KnowledgeError` naming file, item and word. Load once at start: it is the same until the files change. Our
    own files are read once in a process, however many front doors ask.
    """
    return (
        _ours(_known(jurisdiction)) if folder == PACKAGE_FOLDER else select(read_folder(folder), _known(jurisdiction))
    )


@cache
def _ours(jurisdiction: Jurisdiction) -> Knowledge:
    return select(read_folder(PACKAGE_FOLDER), jurisdiction)


def _known(jurisdiction: str) -> Jurisdiction:
    for name in JURISDICTIONS:
        if name == jurisdiction:
            return name
    choice = ", ".join(JURISDICTIONS)
    raise KnowledgeError([Problem(MANIFEST, "", f"no jurisdiction '{jurisdiction}' (there are {choice})")])


def select(folder: KnowledgeFolder, jurisdiction: Jurisdiction) -> Knowledge:
    """What of ``folder`` holds in ``jurisdiction``."""
    files = tuple(_selected(file, jurisdiction) for file in folder.files)
    contents = [file.content for file in files]
    bands = [band for content in contents for band in content.band]
    return Knowledge(
        version=folder.version,
        jurisdiction=jurisdiction,
        nutrients=tuple(dict.fromkeys(content.nutrient for content in contents if content.nutrient)),
        limits={limit.id: limit for content in contents for limit in content.limit},
        bands_by_analyte=_grouped(bands, lambda band: band.analyte),
        bands_by_id=_grouped(bands, lambda band: band.id),
        findings={finding.id: finding for content in contents for finding in content.finding},
        tables=tuple(Table(content.title, content.nutrient, content.rule) for content in contents),
        cautions=tuple(caution for content in contents for caution in content.caution),
        proposals={proposal.id: proposal for content in contents for proposal in content.proposal},
        advice=tuple(advice for content in contents for advice in content.advice),
        freshness={rule.analyte: rule for content in contents for rule in content.freshness},
        days={span.id: span.days for content in contents for span in content.span},
        conflicts=tuple(conflict for content in contents for conflict in content.conflict),
        derivations=tuple(one for content in contents for one in content.derivation),
        sources={source.id: source for source in folder.sources.source},
        nutrient_of=dict(_nutrients_of_items(files)),
        files=files,
        changes=folder.changes,
    )


def _selected(file: KnowledgeFile, jurisdiction: Jurisdiction) -> KnowledgeFile:
    kept = {
        kind: tuple(item for item in getattr(file.content, kind) if jurisdiction in item.jurisdictions)
        for kind in ITEM_KINDS
    }
    return KnowledgeFile(file.name, file.content.model_copy(update=kept))


def _grouped(items: Iterable[Item], key: Callable[[Item], str]) -> dict[str, tuple[Item, ...]]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return {name: tuple(members) for name, members in groups.items()}


def _nutrients_of_items(files: Iterable[KnowledgeFile]) -> Iterator[tuple[str, Nutrient | None]]:
    for _, content in files:
        for kind in ("limit", "band", "finding", "rule", "caution", "proposal", "advice"):
            for item in getattr(content, kind):
                yield item.id, content.nutrient
