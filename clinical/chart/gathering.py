"""Takes Bundles apart: every resource with the reference by which others and people find it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

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


def gather(resources: Iterable[Resource]) -> list[Located]:
    """All resources, those inside Bundles and contained ones too, in the order they came."""
    found: list[Located] = []
    for resource in resources:
        _gather(resource, None, found)
    return found


def _gather(resource: Resource, full_url: str | None, found: list[Located]) -> None:
    if resource.resource_type == "Bundle":
        for entry in resource.entry:
            if entry.resource is not None:
                _gather(entry.resource, entry.full_url, found)
        return
    found.append(Located(resource, len(found) + 1, full_url))
    for inner in resource.contained:
        found.append(Located(inner, len(found) + 1, None, resource))


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

    def __init__(self, located: Iterable[Located], types: frozenset[str]) -> None:
        self._by_reference: dict[str, Resource] = {}
        self._contained: dict[tuple[int, str], Resource] = {}
        for item in located:
            if item.resource.resource_type in types:
                self._keep(item)

    def _keep(self, item: Located) -> None:
        if item.holder is not None:
            self._contained[id(item.holder), item.resource.id or ""] = item.resource
        for name in (item.reference, item.full_url):
            if name:
                self._by_reference.setdefault(name, item.resource)

    def find(self, reference: Reference | None, holder: Resource) -> Resource | None:
        target = reference.reference if reference else None
        if not target:
            return None
        if target.startswith("#"):
            return self._contained.get((id(holder), target[1:]))
        return self._by_reference.get(target) or self._by_reference.get(short_reference(target) or "")


def types_in(located: Iterable[Located]) -> Iterator[str]:
    for item in located:
        yield item.resource.resource_type
