"""What people read: no mark of UCUM's, and not a digit changed."""

from __future__ import annotations

import pytest

from terminology import written


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("mL/min/{1.73_m2}", "mL/min/1.73 m²"),
        ("22 mL/min/{1.73_m2}", "22 mL/min/1.73 m²"),
        (">90 ml/min/{1.73m2}", ">90 ml/min/1.73 m²"),
        ("4000 [IU]/d", "4000 IU/day"),
        ("12 [iU]/L", "12 IU/L"),
        ("65 mg/d", "65 mg/day"),
    ],
)
def test_units_are_written_as_people_write_them(sent, read):
    assert written(sent) == read
    assert written(read) == read


@pytest.mark.parametrize(
    "text", ["22 ng/mL", "1.58 mg/dL", "9 to <13 ng/mL", "38 µg/L", "mL/min/1.73m2", "", "2 {tablet}"]
)
def test_every_other_text_is_kept(text):
    assert written(text) == text
