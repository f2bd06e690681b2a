"""What is expected of any page, whatever it says."""

from __future__ import annotations

import re

from tests.smart_app.browser import Answer
from tests.smart_app.charts import FAMILY_NAME, OTHER_FAMILY_NAME

EHR_AT_FAULT = (502, 503, 504)
_PATIENT_DATA = re.compile(rf"{FAMILY_NAME}|{OTHER_FAMILY_NAME}|\b18\.3\b|\b133\b", re.IGNORECASE)


def well_dressed(answer: Answer) -> None:
    """The headers of contract and standards 3.1 on every page of the app, and nothing that a script could live in."""
    assert (answer.header("content-type") or "").startswith("text/html"), answer.header("content-type")
    assert "no-store" in (answer.header("cache-control") or "")
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("x-frame-options") is None
    assert answer.directive("frame-ancestors"), "no frame-ancestors"
    assert "*" not in answer.directive("frame-ancestors")
    for directive in ("default-src", "script-src", "style-src"):
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & set(answer.directive(directive)), directive
    no_foreign_script(answer)


def no_foreign_script(answer: Answer) -> None:
    document = answer.document
    for script in document.scripts:
        assert script["src"].startswith("/") and not script.words.strip(), script
    attributes = [name for one in document.elements for name in one.attributes]
    assert not [name for name in attributes if name.startswith("on") or name == "srcdoc"]
    addresses = [one[name] for one in document.elements for name in ("href", "src", "action", "formaction")]
    assert not [one for one in addresses if re.match(r"\s*(javascript|data|vbscript):", one, re.IGNORECASE)]


def calm(answer: Answer, *statuses: int) -> None:
    """An answer that is no chart: one of these statuses, a page with a heading, no word of a machine, no patient."""
    assert answer.status in statuses, f"{answer.status} is none of {statuses}: {answer.document.words[:300]}"
    well_dressed(answer)
    assert answer.document.all("h1"), "a page has a heading"
    assert not re.search(r"Traceback|Exception|File \"|werkzeug|\bNone\b", answer.document.words)
    assert not _PATIENT_DATA.search(answer.document.words), "patient data on a page that is no chart"


def tells_of_ruth(answer: Answer) -> None:
    """Her chart, with her ferritin, and nobody else's."""
    assert answer.status == 200, f"{answer.status}: {answer.document.words[:300]}"
    assert FAMILY_NAME in answer.text
    assert [one["value"] for one in answer.document.all("data")].count("18.3") >= 1
    assert OTHER_FAMILY_NAME not in answer.text


def tells_of_otto(answer: Answer) -> None:
    assert answer.status == 200, f"{answer.status}: {answer.document.words[:300]}"
    assert OTHER_FAMILY_NAME in answer.text
    assert [one for one in answer.document.all("data") if float(one["value"]) == 133.0]
    assert FAMILY_NAME not in answer.text and "18.3" not in answer.text
