"""What an EHR answers to reads, and what it says about the launch: SM-17 and SM-18."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.smart_app.browser import Answer, Browser
from tests.smart_app.calls import Call, Reply
from tests.smart_app.charts import FAMILY_NAME, FERRITIN, chart_of_otto, observation, patient
from tests.smart_app.expectations import EHR_AT_FAULT, calm, tells_of_ruth, well_dressed
from tests.smart_app.fhir_answers import outcome, searchset
from tests.smart_app.mock_smart_ehr import MockSmartEhr

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}${7*7}{%raw%}"


def harmless(answer: Answer) -> None:
    well_dressed(answer)
    assert "<script>alert" not in answer.text and "<img src=x" not in answer.text


@pytest.mark.conformance("SM-17")
def test_results_of_another_patient_are_not_shown(browser: Browser, ehr: MockSmartEhr) -> None:
    """As a test server does that echoes what it holds, whatever it is asked."""
    everything = [*ehr.resources, *chart_of_otto()]
    ehr.replies["fhir"] = lambda call: None if "/" in call.path else Reply(200, searchset(*everything))
    answer = browser.chart_of(ehr)
    tells_of_ruth(answer)
    assert not re.search(r"\b133(\.0+)?\b", answer.document.words), "named by reference at most, the values nowhere"
    assert not {"133", "133.0"} & {one["value"] for one in answer.document.all("data")}


@pytest.mark.conformance("SM-17")
def test_a_patient_who_is_another_is_not_shown(browser: Browser, ehr: MockSmartEhr) -> None:
    """The read of the launch's patient answers with somebody else."""
    stranger = chart_of_otto()[0]
    ehr.replies["fhir"] = lambda call: Reply(200, stranger) if call.path.startswith("Patient/") else None
    answer = browser.open_chart(ehr)
    assert answer.status in (200, *EHR_AT_FAULT)
    assert "Ollenhauerson" not in answer.text


@pytest.mark.conformance("SM-17")
def test_a_next_page_elsewhere_is_not_followed_and_named(
    browser: Browser, ehr: MockSmartEhr, stranger: MockSmartEhr
) -> None:
    def leads_away(call: Call) -> Reply | None:
        if call.path != "Observation":
            return None
        usual = ehr.usual_reply(call)
        links = [{"relation": "next", "url": f"{stranger.base}/Observation?page=2"}]
        return Reply(usual.status, usual.body | {"link": links})

    ehr.replies["fhir"] = leads_away
    answer = browser.chart_of(ehr)
    tells_of_ruth(answer)
    assert stranger.calls == []
    assert re.search(r"could not|missing|incomplete|not read|unknown", answer.document.words, re.IGNORECASE)


@pytest.mark.conformance("SM-17")
def test_a_next_page_on_the_same_server_is_followed(browser: Browser, ehr: MockSmartEhr) -> None:
    ferritin = [one for one in ehr.resources if one["id"].startswith("ferritin")]

    def in_pages(call: Call) -> Reply | None:
        if call.path != "Observation" or FERRITIN not in call.parameters.get("code", FERRITIN):
            return None
        if "page" in call.parameters:
            return Reply(200, searchset(ferritin[0]))
        return Reply(200, searchset(ferritin[1], following=f"{ehr.base}/Observation?page=2"))

    ehr.replies["fhir"] = in_pages
    tells_of_ruth(browser.chart_of(ehr))


@pytest.mark.conformance("SM-17")
def test_a_redirect_of_the_fhir_server_is_not_followed(
    browser: Browser, ehr: MockSmartEhr, stranger: MockSmartEhr
) -> None:
    ehr.replies["fhir"] = lambda call: Reply(302, b"", {"Location": f"{stranger.base}/{call.path}"})
    calm(browser.open_chart(ehr), *EHR_AT_FAULT)
    assert stranger.calls == []


@pytest.mark.conformance("SM-17")
@pytest.mark.parametrize("kind", ["Observation", "Condition", "Patient", "MedicationRequest"])
@pytest.mark.parametrize("status", [403, 500])
def test_a_part_that_is_refused_is_named_and_the_rest_is_shown(
    browser: Browser, ehr: MockSmartEhr, kind: str, status: int
) -> None:
    ehr.replies["fhir"] = lambda call: Reply(status, outcome("forbidden")) if call.path.startswith(kind) else None
    answer = browser.open_chart(ehr)
    assert answer.status in (200, 403, *EHR_AT_FAULT)
    well_dressed(answer)
    assert "secret-diagnostics" not in answer.text
    word = {"Observation": "laborator|result", "Condition": "condition|problem|diagnos", "Patient": "patient"}
    assert re.search(word.get(kind, "medic"), answer.document.words, re.IGNORECASE)
    if kind in ("Condition", "MedicationRequest"):
        tells_of_ruth(answer)


@pytest.mark.conformance("SM-17")
@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_a_fhir_server_that_refuses_all_is_told_calmly(browser: Browser, ehr: MockSmartEhr, status: int) -> None:
    ehr.replies["fhir"] = Reply(status, outcome())
    answer = browser.open_chart(ehr)
    calm(answer, *EHR_AT_FAULT, *((200, 403) if status == 403 else ()))


@pytest.mark.conformance("SM-17")
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'{"resourceType": "Bundle"', b"[" * 100_000, b'{"resourceType": "Practitioner"}'],
    ids=lambda body: body[:20].decode(),
)
def test_a_fhir_server_that_talks_nonsense(browser: Browser, ehr: MockSmartEhr, body: bytes) -> None:
    ehr.replies["fhir"] = Reply(200, body)
    answer = browser.open_chart(ehr)
    assert answer.status in (200, *EHR_AT_FAULT)
    well_dressed(answer)
    assert "18.3" not in answer.text


def nested(depth: int) -> Callable[[Call], Reply | None]:
    """Every search for results finds one that holds lists in lists."""
    found = searchset(observation(FERRITIN, 18.3, "ng/mL", id="deep", days=24) | {"interpretation": "DEEP"})
    body = json.dumps(found).encode().replace(b'"DEEP"', b"[" * depth + b"]" * depth)
    return lambda call: Reply(200, body) if call.path == "Observation" else None


@pytest.mark.conformance("SM-17")
def test_a_deep_answer_is_never_a_fault_of_ours(browser: Browser, ehr: MockSmartEhr) -> None:
    """What its decoder still follows may be too deep for whoever reads a part of it later."""
    statuses = set()
    address = browser.chart_of(ehr).address
    for depth in range(900, 1000, 3):
        ehr.replies["fhir"] = nested(depth)
        statuses.add(browser.get(address).status)
    assert 200 in statuses and statuses <= {200, *EHR_AT_FAULT}


@pytest.mark.conformance("SM-18")
@pytest.mark.parametrize("told", [True, None, "false", 0, "no", [], {}])
def test_the_banner_is_shown_unless_it_is_clearly_not_needed(browser: Browser, ehr: MockSmartEhr, told: Any) -> None:
    ehr.told["need_patient_banner"] = told
    shown = _banner(browser.chart_of(ehr))
    ehr.told["need_patient_banner"] = False
    for_print = _banner(browser.chart_of(ehr))
    assert shown and for_print, "print always carries it"
    assert shown != for_print, "on the screen the one is shown and the other is not"


def _banner(answer: Answer) -> list[dict[str, str]]:
    """What each part of the page says of itself that tells name and birth date and little else."""
    told = [one for one in answer.document.elements if FAMILY_NAME in one.words and "1970-06-15" in one.words]
    return [one.attributes for one in told if len(one.words) < 200]


JUNK: dict[str, Any] = {
    "intent": ["unknown-intent", "", 5, {"a": 1}, "<script>alert(1)</script>"],
    "encounter": ["e-1", 5, [], HOSTILE],
    "appContext": [HOSTILE, 5, {"a": [1]}, "x" * 100_000],
    "fhirContext": ["junk", 5, {}, [None], [{"reference": 5}], [{"reference": "ImagingStudy/1"}], [[[]]]],
    "tenant": [5, HOSTILE],
    "authorization_details": ["x", [5]],
    "smart_style_url": ["javascript:alert(1)", "file:///etc/passwd", 5, "//x", "", "http://169.254.169.254/x", HOSTILE],
}


@pytest.mark.conformance("SM-18")
@pytest.mark.parametrize("turn", range(max(len(values) for values in JUNK.values())))
def test_junk_in_the_launch_context_does_no_harm(browser: Browser, ehr: MockSmartEhr, turn: int) -> None:
    """In each turn every word says something else that it should not."""
    ehr.told = {word: values[turn % len(values)] for word, values in JUNK.items()}
    answer = browser.chart_of(ehr)
    tells_of_ruth(answer)
    harmless(answer)


@pytest.mark.conformance("SM-18")
@pytest.mark.parametrize("where", ["", "?x=1", "/../style.json"])
def test_a_style_elsewhere_on_plain_http_is_not_fetched(
    browser: Browser, ehr: MockSmartEhr, stranger: MockSmartEhr, where: str
) -> None:
    """Standards 3.7: only https is fetched; this loopback address is not the EHR's own."""
    ehr.told["smart_style_url"] = f"{stranger.origin}/style.json{where}"
    tells_of_ruth(browser.chart_of(ehr))
    assert stranger.calls == []


@pytest.mark.conformance("SM-18")
@pytest.mark.parametrize(
    "style",
    [
        {"color_background": "red;} body{display:none"},
        {"color_background": "</style><script>alert(1)</script>"},
        {"color_background": "url(https://evil.example/x)", "color_error": "expression(alert(1))"},
        {"color_background": "var(--x)", "dim_font_size": "calc(100000px)", "font_family_body": "x;}@import 'evil'"},
        {"color_background": 5, "color_error": None, "color_success": ["red"]},
        {"--evil": "red", "body{display:none}": "red", "evil; x": "red"},
        {"color_background": "\\75rl(evil)", "color_error": "#fff/**/evil"},
        ["evil"],
        "evil",
        None,
    ],
    ids=str,
)
def test_no_style_of_an_ehr_injects_css(browser: Browser, ehr: MockSmartEhr, style: Any) -> None:
    ehr.told["smart_style_url"] = f"{ehr.origin}/style.json?{abs(hash(str(style)))}"
    ehr.replies["style"] = Reply(200, style)
    answer = browser.chart_of(ehr)
    tells_of_ruth(answer)
    harmless(answer)
    sheets = [browser.get(link["href"]).text for link in answer.document.all("link") if "stylesheet" in link["rel"]]
    sheets += [one.words for one in answer.document.all("style")] + [one["style"] for one in answer.document.elements]
    for sheet in sheets:
        assert not re.search(r"evil|alert|expression|\}\s*body\s*\{\s*display|100000px", sheet)


@pytest.mark.conformance("SM-18")
def test_a_style_is_asked_for_without_secrets_and_may_fail(
    browser: Browser, ehr: MockSmartEhr, stranger: MockSmartEhr
) -> None:
    ehr.told["smart_style_url"] = f"{ehr.origin}/style.json"
    for reply in (
        Reply(500, b""),
        Reply(200, b"<html>"),
        Reply(302, b"", {"Location": f"{stranger.origin}/style.json"}),
        Reply(200, b" " * 30_000_000),
    ):
        ehr.replies["style"] = reply
        tells_of_ruth(browser.chart_of(ehr))
    assert stranger.calls == []
    assert not [call for call in ehr.to("style") if {"authorization", "cookie", "referer"} & set(call.headers)]


@pytest.mark.conformance("SM-18")
def test_hostile_words_of_the_chart_are_words(browser: Browser, ehr: MockSmartEhr) -> None:
    coded = {"coding": [{"system": "http://loinc.org", "code": FERRITIN, "display": HOSTILE}], "text": HOSTILE}
    ehr.resources += [
        observation(FERRITIN, 33.0, HOSTILE, id="hostile-unit", days=50),
        observation(FERRITIN, 33.0, "ng/mL", id="hostile-name", days=60, code=coded, note=[{"text": HOSTILE}]),
        observation(FERRITIN, 33.0, "ng/mL", id="hostile-lab", days=70, performer=[{"display": HOSTILE}]),
        {**observation(FERRITIN, 1, "x", id="hostile-text", days=80), "valueString": HOSTILE, "valueQuantity": None},
        observation(FERRITIN, 33.0, "ng/mL", id="javascript:alert(1)", days=90),
    ]
    ehr.resources[0] = patient(family=f"{FAMILY_NAME}{HOSTILE}", birthDate=HOSTILE, gender=HOSTILE)
    answer = browser.chart_of(ehr)
    harmless(answer)
    assert FAMILY_NAME in answer.text and "49{%" not in answer.text
