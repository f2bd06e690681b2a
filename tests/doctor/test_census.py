"""The census counts codes and units that would not be understood, and tells no value and no text."""

from __future__ import annotations

import json
from typing import Any

from clinical import Resource, decode
from doctor.census import judge
from doctor.verdicts import Verdict


def result(code: dict[str, Any] | None = None, text: str | None = None, **quantity: Any) -> Resource:
    told = {"resourceType": "Observation", "code": {"coding": [code] if code else [], "text": text}}
    return decode(json.dumps(told | ({"valueQuantity": quantity} if quantity else {})).encode(), Resource)


FERRITIN = {"system": "http://loinc.org", "code": "2276-4"}
LOCAL = {"system": "urn:oid:1.2.3", "code": "FERR", "display": "Ferritin"}


def judged(*results: Resource, **local: str) -> dict[str, Verdict]:
    return {verdict.check: verdict for verdict in judge(results, local)}


def test_what_is_known_is_counted() -> None:
    told = judged(result(FERRITIN, value=22, unit="ng/mL"), result({"system": "http://loinc.org", "code": "4548-4"}))
    assert told["codes"].seen == "1 results carry codes that we know, 1 are about other tests"
    assert told["units"].state == "ok"


def test_a_local_code_named_like_ours_is_told_by_its_code() -> None:
    told = judged(result(LOCAL), result(LOCAL), result(text="Ferritin of Jane Doe"))["codes"]
    assert told.state == "warn"
    assert "2 × urn:oid:1.2.3|FERR (named like ferritin)" in told.seen
    assert "1 × no code (named like ferritin)" in told.seen
    assert "Jane" not in told.seen


def test_a_mapped_local_code_is_known() -> None:
    assert judged(result(LOCAL, value=22, unit="ng/mL"), **{"urn:oid:1.2.3|FERR": "ferritin"})["codes"].state == "ok"


def test_strange_units_are_counted_without_values() -> None:
    told = judged(result(FERRITIN, value=4711, unit="furlong"), result(FERRITIN, value=4711))["units"]
    assert told.state == "warn"
    assert "1 × ferritin in furlong" in told.seen
    assert "1 × ferritin in no unit" in told.seen
    assert "4711" not in told.seen
