"""What was asked and what was granted: SM-11 to SM-13."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.smart_app.browser import Browser
from tests.smart_app.expectations import EHR_AT_FAULT, calm, tells_of_ruth
from tests.smart_app.launches import AppOf
from tests.smart_app.mock_smart_ehr import MockSmartEhr

LABORATORY = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
OTHERS = "patient/Condition.rs patient/MedicationRequest.rs patient/AllergyIntolerance.rs patient/Procedure.rs"


def asked(ehr: MockSmartEhr, kind: str) -> list[str]:
    return [call.target for call in ehr.to("fhir") if call.path.split("/")[0] == kind]


@pytest.mark.conformance("SM-11")
@pytest.mark.parametrize("scope", ["patient/Patient.r", "launch patient/Patient.r", "patient/Patient.rs openid"])
def test_without_leave_to_read_results_none_is_asked(browser: Browser, ehr: MockSmartEhr, scope: str) -> None:
    ehr.told["scope"] = scope
    answer = browser.open_chart(ehr)
    assert answer.status in (200, 403), answer.document.words[:300]
    assert {call.path.split("/")[0] for call in ehr.to("fhir")} <= {"Patient"}
    assert re.search(r"laborator|result", answer.document.words, re.IGNORECASE), "what is missing is named"
    assert re.search(r"access|permi|grant|leave|allow|scope", answer.document.words, re.IGNORECASE), "and why"
    assert "18.3" not in answer.text


@pytest.mark.conformance("SM-11")
@pytest.mark.parametrize(
    "scope", ["", " ", "launch", "openid fhirUser", "nonsense /// patient/", "patient/Observation.c"]
)
def test_with_no_leave_at_all_nothing_is_asked(browser: Browser, ehr: MockSmartEhr, scope: str) -> None:
    ehr.told["scope"] = scope
    answer = browser.open_chart(ehr)
    assert answer.status in (200, 403), answer.document.words[:300]
    assert ehr.to("fhir") == []
    assert re.search(r"access|permi|grant|leave|allow|scope", answer.document.words, re.IGNORECASE)


@pytest.mark.conformance("SM-11")
def test_what_was_refused_is_unknown_and_the_rest_is_shown(browser: Browser, ehr: MockSmartEhr) -> None:
    ehr.told["scope"] = "patient/Patient.r patient/Observation.rs patient/Condition.rs"
    answer = browser.chart_of(ehr)
    tells_of_ruth(answer)
    refused = ("MedicationRequest", "AllergyIntolerance", "Procedure")
    assert [kind for kind in refused if asked(ehr, kind)] == []
    for word in (r"medic", r"allerg", r"procedur"):
        assert re.search(word, answer.document.words, re.IGNORECASE), f"{word} is named as unknown"


@pytest.mark.conformance("SM-12")
@pytest.mark.parametrize(
    "scope",
    [
        "patient/Patient.read patient/Observation.read",
        "patient/*.read",
        "patient/*.rs",
        "patient/*.cruds",
        "patient/*.*",
        "user/*.rs",
        "patient/Patient.r patient/Observation.rs launch/patient __vendor https://vendor.example/x.y",
        "patient/Patient.rs patient/Observation.r patient/Observation.s patient/Observation.rs",
    ],
)
def test_scopes_in_each_dialect_work(browser: Browser, ehr: MockSmartEhr, scope: str) -> None:
    ehr.told["scope"] = scope
    tells_of_ruth(browser.chart_of(ehr))


@pytest.mark.conformance("SM-12")
def test_a_filtered_scope_is_asked_with_its_filter(browser: Browser, ehr: MockSmartEhr) -> None:
    ehr.told["scope"] = f"patient/Patient.r patient/Observation.rs?category={LABORATORY} {OTHERS}"
    tells_of_ruth(browser.chart_of(ehr))
    laboratory = asked(ehr, "Observation")
    assert laboratory
    for target in laboratory:
        told = parse_qsl(urlsplit(target).query)
        assert ("category", LABORATORY) in told, target
        assert not re.search(r"[:/|]", urlsplit(target).query), "a system and its code are encoded"


@pytest.mark.conformance("SM-12")
@pytest.mark.parametrize(
    ("capabilities", "syntax", "expected"),
    [
        (["permission-v2"], "auto", "v2"),
        (["permission-v1", "permission-v2"], "auto", "v2"),
        (["permission-v1"], "auto", "v1"),
        ([], "auto", "v1"),
        (["permission-v2"], "v1", "v1"),
        (["permission-v1"], "v2", "v2"),
    ],
)
def test_scopes_are_asked_in_the_words_of_the_ehr(
    browser: Browser, forgettable: MockSmartEhr, app_of: AppOf, capabilities: list[str], syntax: str, expected: str
) -> None:
    forgettable.configuration["capabilities"] = ["launch-ehr", *capabilities]
    told = browser if syntax == "auto" else app_of(forgettable, scope_syntax=syntax)
    location = told.launched(forgettable)
    scopes = [one for one in dict(parse_qsl(urlsplit(location).query))["scope"].split() if one.startswith("patient/")]
    form = r"patient/[A-Za-z]+\.read" if expected == "v1" else r"patient/[A-Za-z]+\.(r|s|rs)(\?\S+)?"
    assert scopes and all(re.fullmatch(form, scope) for scope in scopes), scopes


@pytest.mark.conformance("SM-13")
@pytest.mark.parametrize(
    "patient", [None, "", 5, ["pt-ruth-4711"], {}, True, "../Patient", "..", "a/b", "a?_id=1", "a b\n"]
)
def test_without_a_patient_nobodys_data_are_read(browser: Browser, ehr: MockSmartEhr, patient: Any) -> None:
    ehr.told["patient"] = patient
    calm(browser.open_chart(ehr), 400, 403, *EHR_AT_FAULT)
    assert ehr.to("fhir") == []


@pytest.mark.conformance("SM-13")
@pytest.mark.parametrize("lifetime", [None, "3600", "soon", 0, -1, 1.5, True, [], 10**400])
def test_any_lifetime_or_none_is_lived_with(browser: Browser, ehr: MockSmartEhr, lifetime: Any) -> None:
    ehr.told["expires_in"] = lifetime
    chart = browser.chart_of(ehr)
    tells_of_ruth(chart)
    tells_of_ruth(browser.get(chart.address))


@pytest.mark.conformance("SM-13")
@pytest.mark.parametrize("token_type", ["bearer", "BEARER", "Bearer"])
def test_a_bearer_token_is_welcome_however_it_is_spelt(browser: Browser, ehr: MockSmartEhr, token_type: str) -> None:
    ehr.told["token_type"] = token_type
    tells_of_ruth(browser.chart_of(ehr))
    assert {call.headers["authorization"].split()[0] for call in ehr.to("fhir")} == {"Bearer"}


@pytest.mark.conformance("SM-13")
@pytest.mark.parametrize("token_type", ["mac", "DPoP", "", 5])
def test_a_token_of_another_type_is_not_used(browser: Browser, ehr: MockSmartEhr, token_type: Any) -> None:
    ehr.told["token_type"] = token_type
    calm(browser.open_chart(ehr), *EHR_AT_FAULT)
    assert ehr.to("fhir") == []
