"""``/source-attributes.json``: the same for programs, such as a registry that collects these attributes per rule."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from about.attributes import ATTRIBUTES
from about.entries import Entry
from clinical import Knowledge, Source


def as_json(entries: Iterable[Entry], sources: Iterable[Source], knowledge: Knowledge, today: date) -> str:
    """One object; every rule has all thirteen attributes, and nothing in it is null."""
    told = {
        "service": "rls-nutrients",
        "interventionType": "evidence-based",
        "predictive": False,
        "knowledgeVersion": knowledge.version,
        "jurisdiction": knowledge.jurisdiction,
        "asOf": today.isoformat(),
        "attributes": [{"id": name, "title": title} for name, title in ATTRIBUTES.items()],
        "rules": [_rule(entry, knowledge.version, today) for entry in entries],
        "sources": [source.model_dump(mode="json", exclude_none=True) for source in sources],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _rule(entry: Entry, version: str, today: date) -> dict[str, Any]:
    item = entry.item
    return {
        "id": entry.id,
        "anchor": entry.anchor,
        "kind": entry.kind,
        "topic": entry.topic,
        "statement": entry.statement,
        "conditions": list(entry.conditions),
        "sourceAttributes": dict(entry.attributes),
        "sources": list(item.sources),
        "section": item.section,
        "strength": item.strength,
        "verified": item.verified,
        "reviewed": item.reviewed.isoformat(),
        "due": item.due.isoformat(),
        "overdue": entry.overdue(today),
        "knowledgeVersion": version,
    }
