"""Whatever an EHR does while its chart is read, there is a page in time: the chart with its gaps, or a calm word."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from smart_app import charts
from tests.lenient_clock import lenient_clock
from tests.smart_app.browser import Answer, Browser, inside
from tests.smart_app.charts import OTHER_FAMILY_NAME
from tests.smart_app.expectations import calm, well_dressed
from tests.smart_app.launches import HOME, application, entry
from tests.smart_app.mock_smart_ehr import mock_smart_ehr
from tests.soak.rough_ehr import NAMES, STRANGER, rough_ehrs

SECONDS = 0.8
NOISE = 4.0
pytestmark = pytest.mark.slow
PLACES = tuple(name for name in NAMES if name not in ("refused", "dns-gone"))


@pytest.fixture(scope="module")
def met() -> Iterator[tuple[dict[str, tuple[Answer, float]], int]]:
    """A launch at each EHR in turn; its authorization server is sound, its chart is not."""
    with (
        pytest.MonkeyPatch.context() as patched,
        mock_smart_ehr() as ehr,
        rough_ehrs(ehr.origin) as rough,
        lenient_clock() as now,
    ):
        patched.setattr(charts, "SECONDS_FOR_CHART", SECONDS)
        app = application(*(entry(ehr, name=name, fhir_base=rough.base(name)) for name in PLACES))

        def look(name: str) -> tuple[Answer, float]:
            browser = Browser(HOME, inside(app))
            opened = browser.get(browser.to_callback(ehr, iss=rough.base(name)))
            began = now()
            return browser.follow(opened), now() - began

        with ThreadPoolExecutor(6) as pool:
            yield dict(zip(PLACES, pool.map(look, PLACES), strict=True)), rough.trapped()


@pytest.mark.parametrize("name", PLACES)
def test_a_page_in_time(met: tuple[dict[str, tuple[Answer, float]], int], name: str) -> None:
    answer, seconds = met[0][name]
    assert seconds < SECONDS + 0.5 + NOISE
    strangers = answer.text.replace(f"Patient/{STRANGER}", "")  # named by reference, and by nothing else
    assert OTHER_FAMILY_NAME not in answer.text and STRANGER not in strangers
    assert "words of the ehr" not in answer.text
    if answer.status == 200:
        well_dressed(answer)
        assert "The EHR" in answer.document.words or "What the EHR sent" in answer.document.words
    else:
        calm(answer, 401, 403, 502, 503, 504)


def test_no_other_server_is_asked(met: tuple[dict[str, tuple[Answer, float]], int]) -> None:
    assert met[1] == 0
