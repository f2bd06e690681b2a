"""Laboratory Observations that others wrote, where a checkout has them beside it: none is dropped in silence.

They are not ours to ship, so a checkout without them skips this file and says so; our own rewritten traps are in
fixtures/awkward and always run.
"""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from clinical import assess, load_knowledge, read_chart, read_document
from terminology import named_analyte

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "observations"
FILES = sorted(CORPUS.glob("*/*.json"))
KNOWLEDGE = load_knowledge()
# About something else: oxygen saturation, and a heading that holds no result.
NOT_OURS = {
    "NHSDigital+IOPS-FHIR-Simplifier-Backup": {f"hemoglobin-00{n}.R4.json" for n in (1, 2, 3, 8, 9)},
    "hl7-be+lab": {"calcium-002.R4.json"},
}

if not FILES:
    pytest.skip("the corpus of others' Observations does not stand beside this checkout", allow_module_level=True)


def outcome(path: Path) -> str:
    """``used``, ``refused`` or ``silent``."""
    document = read_document(path.read_bytes())
    found = assess(read_chart(document.resources), KNOWLEDGE, date(2026, 11, 22))
    if found.measurements:
        return "used"
    return "refused" if found.data_quality else "silent"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_used_rightly_or_refused_with_a_reason(path: Path) -> None:
    expected = {"silent"} if path.name in NOT_OURS.get(path.parent.name, set()) else {"used", "refused"}
    assert outcome(path) in expected


def test_the_counts_are_known() -> None:
    assert Counter(outcome(path) for path in FILES) == {"used": 80, "refused": 60, "silent": 6}
    assert named_analyte("Oxygen saturation in Arterial blood") is None
