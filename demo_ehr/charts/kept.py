"""The charts of the demo EHR: every story of the fixtures, told as of today, and what was ordered since it started."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from copy import deepcopy
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

from demo_ehr.charts.search import SearchResult, search_among
from demo_ehr.mistakes import CannotDemonstrate
from demo_ehr.told_today import told_today

Resource: TypeAlias = dict[str, Any]
PATIENTS = Path(__file__).resolve().parents[2] / "fixtures" / "patients"


class Charts:
    """Kept in memory; lost, with all orders, when the demo ends. What is given out is a copy or never changed."""

    def __init__(self, today: date, folder: Path = PATIENTS) -> None:
        """Raises ``CannotDemonstrate`` without the fixtures: they come with the source, not with a wheel."""
        self._told = {path.stem: told_today(_bundle(path), today) for path in sorted(folder.glob("*.json"))}
        if not self._told:
            raise CannotDemonstrate(f"the demo needs the fixtures of the source tree: nothing in {folder}")
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        """Back to the fixtures: whatever was ordered is gone."""
        with self._lock:
            self._charts = {_patient_id(bundle): deepcopy(_resources(bundle)) for bundle in self._told.values()}
            self._owners = {_name(it): owner for owner, chart in self._charts.items() for it in chart}

    def patients(self) -> list[Resource]:
        """All Patient resources, in the order of their stories' names."""
        return [resource for chart in self._charts.values() for resource in chart if _is(resource, "Patient")]

    def resources_of(self, patient_id: str) -> list[Resource]:
        """The whole chart, orders of this session included; empty for a patient nobody knows."""
        with self._lock:
            return list(self._charts.get(patient_id, ()))

    def owner_of(self, resource_type: str, id: str) -> str | None:
        """Whose chart a resource is in; None where there is no such resource."""
        return self._owners.get((resource_type, id))

    def read(self, resource_type: str, id: str) -> Resource | None:
        chart = self.resources_of(self.owner_of(resource_type, id) or "")
        return next((it for it in chart if _is(it, resource_type) and it["id"] == id), None)

    def search(self, resource_type: str, parameters: Iterable[tuple[str, str]]) -> SearchResult:
        """Raises ``CannotSearch`` for a value that cannot be understood. Parameters that are unknown are ignored."""
        with self._lock:
            everything = [resource for chart in self._charts.values() for resource in chart]
        return search_among(everything, resource_type, tuple(parameters))

    def add(self, resource: Resource) -> Resource:
        """Keeps an order under a new id; the stored resource. Raises ``KeyError`` where its patient is unknown."""
        owner = subject_of(resource)
        added = {**deepcopy(resource), "id": uuid.uuid4().hex[:16]}
        with self._lock:
            self._charts[owner].append(added)
            self._owners[_name(added)] = owner
        return added


def subject_of(resource: Resource) -> str:
    """The id of the patient whom a resource is about; empty where it does not say."""
    if _is(resource, "Patient"):
        return str(resource.get("id", ""))
    for member in ("subject", "patient", "for"):
        reference = (resource.get(member) or {}).get("reference", "")
        if isinstance(reference, str) and "Patient/" in reference:
            return reference.rpartition("Patient/")[2]
    return ""


def _bundle(path: Path) -> Resource:
    content: Resource = json.loads(path.read_text("utf-8"))
    return content


def _resources(bundle: Resource) -> list[Resource]:
    return [entry["resource"] for entry in bundle["entry"]]


def _patient_id(bundle: Resource) -> str:
    return next(str(resource["id"]) for resource in _resources(bundle) if _is(resource, "Patient"))


def _name(resource: Resource) -> tuple[str, str]:
    return resource["resourceType"], resource["id"]


def _is(resource: Resource, resource_type: str) -> bool:
    return bool(resource.get("resourceType") == resource_type)
