"""How many of a patient's results carry a code or a unit that we would not understand: counts and codes, no values.

A code tells what was measured, not at whom; the texts beside it might, and are not shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from clinical import Resource, decode
from doctor.asking import NotReached, ask
from doctor.examination import Examination
from doctor.verdicts import Verdict, ok, warn
from terminology import code_use, named_analyte, unit_of

CODES, UNITS = "codes", "units"
_MOST_TOLD = 12
_MOST_CHARACTERS = 60


def check_census(examination: Examination) -> Iterator[Verdict]:
    """Looks at the newest laboratory results of the patient of the trial."""
    permission = examination.permission
    if permission is None or permission.patient is None or not examination.can_read:
        return
    query = f"Observation?patient={permission.patient}&category=laboratory&_sort=-date&_count=200"
    try:
        page = decode(ask(f"{examination.base}/{query}", token=permission.token).body, Resource)
    except (NotReached, ValueError):
        return  # told by the searches
    results = [
        entry.resource for entry in page.entry if entry.resource and entry.resource.resource_type == "Observation"
    ]
    yield from judge(results, examination.ehr.local_codes)


def judge(results: Iterable[Resource], local_codes: Mapping[str, str]) -> Iterator[Verdict]:
    known, other = 0, 0
    look_like: Counter[str] = Counter()
    units: Counter[str] = Counter()
    for result in results:
        analyte = analyte_of(result, local_codes)
        if analyte is not None:
            known += 1
            if (unit := strange_unit(result, analyte)) is not None:
                units[f"{analyte} in {unit}"] += 1
        elif name := _name_of(result):
            look_like[f"{_codes_of(result)} (named like {name})"] += 1
        else:
            other += 1
    seen = f"{known} results carry codes that we know, {other} are about other tests"
    if look_like:
        todo = "if they are what they are named, map each in [ehr.local_codes]."
        yield warn(CODES, f"{seen}, {look_like.total()} look like ours: {_told(look_like)}", todo)
    else:
        yield ok(CODES, seen)
    if units:
        yield warn(UNITS, f"not understood: {_told(units)}", "these results are not used; ask the laboratory for UCUM.")
    elif known:
        yield ok(UNITS, "every one is understood")


def analyte_of(result: Resource, local_codes: Mapping[str, str]) -> str | None:
    """By the registry's codes first, then by ours, as a chart is read."""
    for coding in result.code.coding if result.code else ():
        local = local_codes.get(f"{coding.system or ''}|{coding.code}")
        use = code_use(coding.system, coding.code) if coding.code else None
        if local or use:
            return local or (use.analyte if use else None)
    return None


def strange_unit(result: Resource, analyte: str) -> str | None:
    """The unit, if there is one that this analyte is not measured in; ``no unit`` where a number has none."""
    quantity = result.value_quantity
    if quantity is None or not quantity.value:
        return None
    written = [unit for unit in (quantity.code, quantity.unit) if unit]
    if any(unit_of(analyte, unit) for unit in written):
        return None
    return written[0][:_MOST_CHARACTERS] if written else "no unit"


def _name_of(result: Resource) -> str | None:
    texts = [coding.display for coding in result.code.coding] + [result.code.text] if result.code else []
    return next((name for text in texts if text and (name := named_analyte(text))), None)


def _codes_of(result: Resource) -> str:
    """``system|code``, or that there is none."""
    codings = result.code.coding if result.code else ()
    named = [f"{coding.system or ''}|{coding.code}"[:_MOST_CHARACTERS] for coding in codings if coding.code]
    return " ".join(named[:2]) or "no code"


def _told(counted: Counter[str]) -> str:
    told = [f"{number} × {what}" for what, number in counted.most_common(_MOST_TOLD)]
    more = len(counted) - _MOST_TOLD
    return ", ".join(told) + (f", and {more} more kinds" if more > 0 else "")
