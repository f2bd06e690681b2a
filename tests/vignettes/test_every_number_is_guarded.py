"""Break every number of the knowledge on purpose, up and down: some story, limit, caution, edge or dose turns red.

What cannot be guarded stands in UNGUARDED with the reason, and is checked to be really unguarded.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from tests.vignettes.guarding import DIRECTIONS, all_cases, guard
from tests.vignettes.numbers import Changed, folder, numbers

NEXT_ROW = "the row of the neighbouring age has the higher limit and takes the case over"
SAID_BY_11_OR_13 = "without a usable TSAT row 11b, 13a or 13b has ended the table before"
CHILD_ENDED = "a child with such a ferritin never comes so far: rows 6a to 6c end the table"
SAME_AGE_ABOVE = "the rows that propose it ask for the same age, and above 18 nothing else changes"
READ_FIRST = "the band below is read first; of a result that spans both the milder one is told, here the same"
NOTHING_PROPOSED = "no finding of this analyte proposes anything but the repeat, so its age for acting decides nothing"
NOT_SHOWN = "nothing older is shown, so nothing older can be acted on"
UNKNOWN_ANYWAY = "asks whether the answer is unknown, which it is or is not for any number"
# Number and direction (* stands for anything): why no chart can tell the difference.
UNGUARDED = {
    "limit egfr egfr-g5 *": "no row asks for it",
    "caution GEN01 *.ended_within_days = 0 up": "no story has a drug that ended yesterday",
    "rule CTX.R2c *.age_below = 5 up": "from 5 years on 8 g/dL is the limit, and below 7 is below 8",
    "rule CTX.R3b *.age_at_least = 15 down": "12 g/dL is the limit at 12 to 14 years too",
    "rule CTX.R3c *.unknown.trimester.0 = 2 *": UNKNOWN_ANYWAY,
    "rule CTX.R3e *.age_at_least = 15 down": NEXT_ROW,
    "rule CTX.R4a *.age_below = 24 up": NEXT_ROW,
    "rule CTX.R4b *.age_below = 5 up": NEXT_ROW,
    "rule CTX.R4c *.age_below = 12 up": NEXT_ROW,
    "rule iron-03b *.age_at_least = 51 down": "up to 50 the lower limits of row 3a are exceeded as well",
    "rule iron-11a *.started_within_days = 84 up": "what began 84 days ago has run 84 days, which the row excludes",
    "rule iron-12a *.for_days = 84 down": "what has run 83 days is given its 12 weeks by row 11a",
    "rule iron-12[abcd] *.within_days = 90 up": SAID_BY_11_OR_13,
    "rule iron-12[abcd] *.paired_days = 7 up": SAID_BY_11_OR_13,
    "rule iron-1[4567] *.within_days = 90 up": SAID_BY_11_OR_13,
    "rule iron-1[4567] *.paired_days = 7 up": SAID_BY_11_OR_13,
    "rule iron-13? *.age_at_least = 18 down": CHILD_ENDED,
    "rule iron-1[4567] *.age_at_least = 18 down": CHILD_ENDED,
    "rule iron-18[bc] *.within_days = 90 up": "row 18a takes every older ferritin",
    "caution FE24 #2 *.unknown.trimester.0 = 1 *": UNKNOWN_ANYWAY,
    "proposal S.FE.PO (*.age_at_least = 18 down": SAME_AGE_ABOVE,
    "proposal S.FE.PO.ALT (*.age_at_least = 18 down": SAME_AGE_ABOVE,
    "advice iron-age-unknown *.unknown.age_at_least = 18 *": UNKNOWN_ANYWAY,
    "advice iron-periodic-limb-movements *.age_below = 18 up": "below 50 is below the adult limit of 75 too",
    "band vitamin-d VITD.EXCESS *.from_ * down": READ_FIRST,
    "band vitamin-d VITD.TOXIC *.from_ * down": READ_FIRST,
    "band vitamin-b12 B12.HIGH *.from_ * down": READ_FIRST,
    "band magnesium MG.HIGH *.from_ * down": READ_FIRST,
    "band magnesium MG.HIGH_SEVERE *.from_ * down": READ_FIRST,
    "band vitamin-b6 B6.HIGH *.from_ * down": READ_FIRST,
    "caution B1205 *.unknown.for_days = 365 up": "a prescription of 365 days has run a year, as the line before says",
    "caution MG09 *.unknown.for_days = 90 up": "a prescription of 90 days has run 90 days, as the line before says",
}
UNGUARDED |= {
    f"freshness {analyte} act_days = *": NOTHING_PROPOSED
    for analyte in (
        "crp", "hemoglobin", "mcv", "egfr", "creatinine", "calcium", "adjusted-calcium", "ionised-calcium", "albumin",
        "phosphate", "potassium", "pth", "alt", "transferrin-saturation", "iron", "tibc", "uibc", "transferrin",
        "homocysteine", "vitamin-b6", "vitamin-e",
    )
}  # fmt: skip
UNGUARDED |= {
    f"freshness {analyte} act_days = * up": NOT_SHOWN
    for analyte in ("vitamin-b12", "active-b12", "mma", "folate", "red-cell-folate", "magnesium", "vitamin-c")
}
FILES = [file.name for file in folder().files]


@pytest.fixture(scope="module", autouse=True)
def _no_collecting() -> Iterator[None]:
    """A thousand knowledges are compiled here; looking through all cases for garbage each time costs a third more."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


# What is ordered has stories and a guard of its own, in test_orders.py.
@pytest.mark.parametrize("file", [file for file in FILES if file != "orders.toml"])
def test_every_number_is_guarded(file: str) -> None:
    mutations = [(f"{one.name} {way}", one, way) for one in numbers() if FILES[one.file] == file for way in DIRECTIONS]
    unguarded = [name for name, number, way in mutations if guard(number, way, thoroughly=not _is_known(name)) is None]
    known = [name for name, _, _ in mutations if _is_known(name)]
    assert [name for name in unguarded if name not in known] == [], "broken on purpose, and no case turned red"
    assert [name for name in known if name not in unguarded] == [], "guarded by now: to be taken out of UNGUARDED"


def test_no_reason_is_left_over() -> None:
    names = [f"{number.name} {way}" for number in numbers() for way in DIRECTIONS]
    assert [pattern for pattern in UNGUARDED if not any(fnmatchcase(name, pattern) for name in names)] == []
    assert len(names) == len(set(names))


def test_unchanged_knowledge_turns_nothing_red() -> None:
    number = next(numbers())
    unchanged = Changed(number, number.value)
    assert [case.id for case in all_cases() if not case.holds(unchanged.in_jurisdiction(case.story.jurisdiction))] == []


def _is_known(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in UNGUARDED)
