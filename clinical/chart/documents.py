"""What a person or a script hands in: a Bundle, a CDS Hooks request, an array of resources, one resource, or NDJSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from clinical.chart.answering import answers_of
from clinical.chart.decoding import NotJson, decode
from clinical.chart.errors import CannotRead
from clinical.chart.wire import Resource, Wire
from clinical.knowledge.needs import Need


class HookContext(Wire, frozen=True):
    patient_id: str | None = None


class HookRequest(Wire, frozen=True):
    """The two members of a CDS Hooks request that hold the chart. Source: CDS Hooks 2.0, Calling a CDS Service."""

    hook: str | None = None
    context: HookContext | None = None
    prefetch: dict[str, Resource | None] = msgspec.field(default_factory=dict)


class Document(msgspec.Struct, frozen=True):
    """The resources handed in; ``patient_id`` where the document names its patient; ``answered``: the resource types
    that a hook's prefetch answered in full, be it with nothing, and None where the document tells no more of that than
    what it holds."""

    resources: tuple[Resource, ...]
    patient_id: str | None = None
    answered: frozenset[str] | None = None


def read_document(data: bytes, needed: Sequence[Need] = ()) -> Document:
    """``needed``: what a hook call's prefetch keys stand for; without it a hook call is read for what it holds.

    Raises ``CannotRead`` with one sentence when there is nothing here that could be a chart.
    """
    body = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not body:
        raise CannotRead("the input is empty; hand in a FHIR R4 Bundle, a CDS Hooks request, an array or NDJSON")
    if body.startswith(b"["):
        return _of_resources(_decoded(body, tuple[Resource, ...]))
    try:
        return _of_object(body, needed)
    except NotJson as error:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith(b"{") for line in lines):
            return _of_resources(tuple(_ndjson(lines)))
        raise CannotRead(str(error)) from None


def _of_object(body: bytes, needed: Sequence[Need]) -> Document:
    resource = decode(body, Resource)
    if resource.resource_type:
        return _of_resources((resource,))
    request = decode(body, HookRequest)
    if request.hook is None and not request.prefetch:
        raise CannotRead("the input is JSON, but neither a FHIR resource (no resourceType) nor a CDS Hooks request")
    patient_id = request.context.patient_id if request.context else None
    return Document(
        resources=tuple(value for value in request.prefetch.values() if value is not None),
        patient_id=patient_id,
        answered=answers_of(request.prefetch, needed, patient_id).types if needed else None,
    )


def _of_resources(resources: tuple[Resource, ...]) -> Document:
    if not any(resource.resource_type for resource in resources):
        raise CannotRead("the input holds no FHIR resource (nothing in it has a resourceType)")
    return Document(resources)


def _ndjson(lines: list[bytes]) -> Iterator[Resource]:
    for number, line in enumerate(lines, 1):
        try:
            yield decode(line, Resource)
        except NotJson as error:
            raise CannotRead(f"line {number}: {error}") from None


def _decoded(body: bytes, type_: type[tuple[Resource, ...]]) -> tuple[Resource, ...]:
    try:
        return decode(body, type_)
    except NotJson as error:
        raise CannotRead(str(error)) from None
