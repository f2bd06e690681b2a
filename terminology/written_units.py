"""Units as people write them. In messages and orders UCUM stays as it is; this is for eyes."""

from __future__ import annotations

import re

# Marks of UCUM: braces hold what is no unit, brackets what is none of the SI's. EHRs send them as the unit's text.
_BODY_SURFACE = re.compile(r"\{1\.73[_ ]?m(?:2|\^2|²)\}")
_INTERNATIONAL_UNIT = re.compile(r"\[[iI]U\]")
_PER_DAY = re.compile(r"/d(?![A-Za-z])")


def written(text: str) -> str:
    """A unit, or a number with its unit: "22 mL/min/{1.73_m2}" reads "22 mL/min/1.73 m²". Every other text is kept."""
    text = _BODY_SURFACE.sub("1.73 m²", text)
    return _PER_DAY.sub("/day", _INTERNATIONAL_UNIT.sub("IU", text))
