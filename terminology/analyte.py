"""The analytes: what a laboratory measures and this product knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from terminology.tables import analyte_tables


class UnknownAnalyte(KeyError):
    """There is no analyte of this id."""


@dataclass(frozen=True, slots=True)
class Analyte:
    """One analyte. Source: analytes/<id>.toml.

    ``canonical_unit`` is the UCUM unit for display, trend and sorting. ``families`` are the UCUM units in which limits
    may be published, one per family; ``terminology.unit_of`` brings a reported unit into its family.
    """

    id: str
    name: str
    nutrient: str | None
    specimen: str
    canonical_unit: str
    families: tuple[str, ...]


@cache
def _analytes() -> dict[str, Analyte]:
    return {
        id: Analyte(
            id=id,
            name=table["name"],
            nutrient=table.get("nutrient"),
            specimen=table["specimen"],
            canonical_unit=table["canonical_unit"],
            families=tuple(table["families"]),
        )
        for id, table in analyte_tables().items()
    }


class _Analytes(Mapping[str, Analyte]):
    """All analytes by id; the files are read at the first look-up, so that importing costs nothing."""

    def __getitem__(self, id: str) -> Analyte:
        return _analytes()[id]

    def __iter__(self) -> Iterator[str]:
        return iter(_analytes())

    def __len__(self) -> int:
        return len(_analytes())


ANALYTES: Mapping[str, Analyte] = _Analytes()


def analyte(id: str) -> Analyte:
    """The analyte of this id. Raises ``UnknownAnalyte``."""
    try:
        return ANALYTES[id]
    except KeyError:
        raise UnknownAnalyte(id) from None
