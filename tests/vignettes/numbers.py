"""Every number of the knowledge, and the knowledge with one of them changed. Nothing is written to a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel

from clinical import PACKAGE_FOLDER, Knowledge
from clinical.knowledge.loading import select
from clinical.knowledge.order_schema import Amount
from clinical.knowledge.reading import ITEM_KINDS, KnowledgeFile, KnowledgeFolder, read_folder
from clinical.knowledge.schema import JURISDICTIONS, Derivation, Provenance, Range

# The smallest difference that a report shows; where an analyte is reported more finely or coarsely, its own.
RESOLUTION = {"mmol/L": "0.01", "meq/L": "0.01", "pg/mL": "1", "pmol/L": "1", "g/L": "1", "U/L": "1"}
RESOLUTION_OF = {
    "egfr mL/min/{1.73_m2}": "1", "magnesium mg/dL": "0.01", "vitamin-c mg/dL": "0.01", "vitamin-b6 nmol/L": "1",
    "mma umol/L": "0.01", "mma nmol/L": "1", "pth pmol/L": "0.1",
}  # fmt: skip
A_TENTH, A_HUNDREDTH = Decimal("0.1"), Decimal("0.01")


class Number(NamedTuple):
    """Where a number stands: file, kind and place of its item, and the way to it inside the item."""

    file: int
    kind: str
    place: int
    path: tuple[str | int, ...]
    value: Decimal | int
    item: Provenance
    holder: Any
    nth: int

    @property
    def name(self) -> str:
        named = [self.kind, *filter(None, [getattr(self.item, "analyte", None), getattr(self.item, "id", None)])]
        if self.nth > 1:
            named.append(f"#{self.nth}")
        if self.kind == "conflict":
            named.append("+".join(getattr(self.item, "analytes", ())))
        if len(self.item.jurisdictions) < len(JURISDICTIONS):
            named.append(f"({', '.join(self.item.jurisdictions)})")
        unit = [self.holder.unit] if isinstance(self.holder, Amount | Range) else []
        return " ".join([*named, ".".join(str(word) for word in self.path), *unit, "=", str(self.value)])

    @property
    def step(self) -> Decimal | int:
        """How far it is moved: to the next number that a report, a calendar or an order could show."""
        if isinstance(self.item, Derivation):
            return self.value * A_HUNDREDTH
        if isinstance(self.holder, Amount | Range) and self.kind in ("limit", "band"):
            return self._resolution(f"{getattr(self.item, 'analyte', '')} {self.holder.unit}", self.holder.unit)
        return 1

    def _resolution(self, reported: str, unit: str) -> Decimal:
        if unit.endswith("/d"):
            return self.value * A_HUNDREDTH
        return Decimal(RESOLUTION_OF.get(reported) or RESOLUTION.get(unit) or A_TENTH)


@cache
def folder() -> KnowledgeFolder:
    return read_folder(PACKAGE_FOLDER)


def items() -> Iterator[Provenance]:
    """Every item of every file."""
    for _, content in folder().files:
        for kind in ITEM_KINDS:
            yield from getattr(content, kind)


def numbers() -> Iterator[Number]:
    """All of them, in reading order: none can be left out, whatever is added to the files."""
    for file, (_, content) in enumerate(folder().files):
        for kind in ITEM_KINDS:
            seen: Counter[tuple[Any, ...]] = Counter()
            for place, item in enumerate(getattr(content, kind)):
                same = (getattr(item, "id", None), getattr(item, "analyte", None), item.jurisdictions)
                seen[same] += 1
                for path, value, holder in _inside(item, (), item):
                    yield Number(file, kind, place, path, value, item, holder, seen[same])


def _inside(value: Any, path: tuple[str | int, ...], holder: Any) -> Iterator[tuple[Any, Any, Any]]:
    if isinstance(value, BaseModel):
        for word in type(value).model_fields:
            yield from _inside(getattr(value, word), (*path, word), value)
    elif isinstance(value, dict):
        for word, part in value.items():
            yield from _inside(part, (*path, word), holder)
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield from _inside(part, (*path, place), holder)
    elif isinstance(value, Decimal | int) and not isinstance(value, bool):
        yield path, value, holder


class Changed:
    """The knowledge with ``number`` set to ``value``, for whichever jurisdiction a case needs."""

    def __init__(self, number: Number, value: Decimal | int) -> None:
        whole = folder()
        name, content = whole.files[number.file]
        items = list(getattr(content, number.kind))
        items[number.place] = _with(items[number.place], number.path, value)
        file = KnowledgeFile(name, content.model_copy(update={number.kind: tuple(items)}))
        files = (*whole.files[: number.file], file, *whole.files[number.file + 1 :])
        self._folder = whole._replace(files=files)
        self._selected: dict[str, Knowledge] = {}

    def in_jurisdiction(self, jurisdiction: str) -> Knowledge:
        if jurisdiction not in self._selected:
            known = next(name for name in JURISDICTIONS if name == jurisdiction)
            self._selected[jurisdiction] = select(self._folder, known)
        return self._selected[jurisdiction]


def _with(value: Any, path: tuple[str | int, ...], new: Decimal | int) -> Any:
    if not path:
        return new
    word, *rest = path
    if isinstance(value, BaseModel):
        inner = _with(getattr(value, str(word)), tuple(rest), new)
        return value.model_copy(update={str(word): inner})
    if isinstance(value, dict):
        return {**value, word: _with(value[word], tuple(rest), new)}
    return tuple(_with(part, tuple(rest), new) if place == word else part for place, part in enumerate(value))
