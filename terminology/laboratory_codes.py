"""Which LOINC code means which analyte, and which look-alikes do not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from terminology.analyte import analyte
from terminology.systems import LOINC, canonical
from terminology.tables import analyte_tables
from terminology.units import Property

Role = Literal["accepted", "local-validation", "refused"]

PREGNANCY_STATUS_LOINC = "82810-3"
PREGNANCY_STATUS_REPORTED_LOINC = "11449-6"
EDD_LOINC = "11779-6"
HCG_SERUM_LOINC = "21198-7"
HCG_URINE_LOINC = "2106-3"
HCG_LOINC = frozenset({HCG_SERUM_LOINC, HCG_URINE_LOINC})


@dataclass(frozen=True, slots=True)
class CodeUse:
    """What a laboratory code is good for. Source: the ``[[code]]`` tables of analytes/*.toml.

    ``role``: ``accepted``; ``local-validation`` (ambiguous: used only where the EHR registry enables it); ``refused``
    (a look-alike: never used). ``data_quality`` and ``reason`` say why a code that is not accepted is set aside.
    ``property`` is what LOINC promises (``None``: any); interpret by the unit nevertheless, EHRs break that promise.
    ``indexed``: an eGFR per 1.73 m². ``part``: total 25-hydroxyvitamin D, or its D2 or D3 alone.
    """

    analyte: str
    role: Role
    data_quality: str | None
    reason: str | None
    property: Property | None
    part: Literal["total", "D2", "D3"] | None
    indexed: bool
    specimen: str
    point_of_care: bool


def _code_use(id: str, specimen: str, row: dict[str, Any]) -> CodeUse:
    return CodeUse(
        analyte=id,
        role="accepted" if row["role"] in ("primary", "alternate") else row["role"],
        data_quality=row.get("data_quality"),
        reason=row.get("reason"),
        property=row.get("property"),
        part=row.get("part"),
        indexed=row.get("indexed", False),
        specimen=row.get("specimen", specimen),
        point_of_care=row.get("point_of_care", False),
    )


@cache
def _code_uses() -> dict[tuple[str, str], CodeUse]:
    return {
        (LOINC, row["loinc"]): _code_use(id, table["specimen"], row)
        for id, table in analyte_tables().items()
        for row in table["code"]
    }


def code_use(system: str | None, code: str) -> CodeUse | None:
    """What this coding is good for; ``None`` if it is no laboratory code we know (a code without a system is none)."""
    return _code_uses().get((canonical(system), code)) if system else None


def loinc_codes(analyte_id: str, role: Role = "accepted") -> tuple[str, ...]:
    """The analyte's LOINC codes of this role, in the order of its table. Raises ``UnknownAnalyte``."""
    analyte(analyte_id)
    return tuple(code for (_, code), use in _code_uses().items() if use.analyte == analyte_id and use.role == role)
