"""Takes Bundles apart: every resource with the reference by which others and people find it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from clinical.chart.answering import is_unfinished
from clinical.chart.wire import Reference, Resource


class Located(msgspec.Struct, frozen=True, gc=False):
    """A resource and where it stood. ``holder`` is the resource that contained it, if any."""

    resource: Resource
    position: int
    full_url: str | None = None
    holder: Resource | None = None

    @property
    def reference(self) -> str:
        """``Type/id`` where it has an id; else its address in the Bundle; else its place, so that a person finds it."""
        resource = self.resource
        if self.holder is not None:
            return f"{self.holder.resource_type}/{self.holder.id or '?'}#{resource.id or self.position}"
        if resource.id:
            return f"{resource.resource_type}/{resource.id}"
        return self.full_url or f"{resource.resource_type} without id (no. {self.position})"


class Gathered(msgspec.Struct):
    """All resources by type, in the order they came: most questions are about one type only."""

    of_type: dict[str, list[Located]] = {}
    number: int = 0
    bundles: list[Resource] = []

    def of(self, *types: str) -> list[Located]:
        """Those of the first type, then those of the next."""
        if len(types) == 1:
            return self.of_type.get(types[0], [])
        return [item for type_ in types for item in self.of_type.get(type_, ())]

    @property
    def whole_types(self) -> frozenset[str]:
        """Those that are here, without those of which a Bundle tells that more may be to come."""
        unfinished = (bundle for bundle in self.bundles if is_unfinished(bundle))
        open_types = {entry.resource.resource_type for one in unfinished for entry in one.entry if entry.resource}
        return frozenset(self.of_type.keys() - open_types)

    def keep(self, resource: Resource, full_url: str | None, holder: Resource | None = None) -> None:
        self.number += 1
        same = self.of_type.get(resource.resource_type)
        if same is None:
            same = self.of_type[resource.resource_type] = []
        same.append(Located(resource, self.number, full_url, holder))


def gather(resources: Iterable[Resource]) -> Gathered:
    """All resources, those inside Bundles and contained ones too."""
    found = Gathered()
    for resource in resources:
        _gather(resource, None, found)
    return found


def _gather(resource: Resource, full_url: str | None, found: Gathered) -> None:
    if resource.resource_type == "Bundle":
        found.bundles.append(resource)
        for entry in resource.entry:
            if (inside := entry.resource) is None:
                continue
            if inside.contained or inside.resource_type == "Bundle":
                _gather(inside, entry.full_url, found)
            else:
                found.keep(inside, entry.full_url)
        return
    found.keep(resource, full_url)
    for inner in resource.contained:
        found.keep(inner, None, resource)


def short_reference(reference: str | None) -> str | None:
    """``Type/id`` of a literal reference, whatever server address or version stands around it.

    Source: FHIR R4 references, literal references; a ``urn:uuid:`` and a ``#fragment`` stay as they are.
    """
    if not reference or reference.startswith(("urn:", "#")):
        return reference
    parts = reference.split("?", 1)[0].split("/_history/", 1)[0].rstrip("/").split("/")
    return "/".join(parts[-2:])


class Shelf:
    """Finds a referenced Medication or Specimen among what was handed in."""

    def __init__(self, located: Iterable[Located]) -> None:
        self._by_reference: dict[str, Resource] = {}
        self._contained: dict[tuple[int, str], Resource] = {}
        for item in located:
            self._keep(item)

    def _keep(self, item: Located) -> None:
        if item.holder is not None:
            self._contained[id(item.holder), item.resource.id or ""] = item.resource
        for name in (item.reference, item.full_url):
            if name:
                self._by_reference.setdefault(name, item.resource)

    def find(self, reference: Reference | None, holder: Resource) -> Resource | None:
        target = reference.reference if reference else None
        if not target or not self._by_reference:
            return None
        if target.startswith("#"):
            return self._contained.get((id(holder), target[1:]))
        return self._by_reference.get(target) or self._by_reference.get(short_reference(target) or "")
