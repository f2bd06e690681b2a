"""Launches have an end, and a registry with a mistake no beginning: nobody fills the disk or another EHR's places."""

from __future__ import annotations

import pytest

from hosting import RegistryError, launch_store
from tests.smart_app.browser import Browser, inside
from tests.smart_app.expectations import calm, tells_of_ruth
from tests.smart_app.launches import HOME, application, entry
from tests.smart_app.mock_smart_ehr import mock_smart_ehr


def test_launches_that_nobody_finishes_are_limited_for_each_ehr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch_store, "MOST_WAITING", 3)
    with mock_smart_ehr() as flooded, mock_smart_ehr() as other:
        app = application(entry(flooded, name="flooded"), entry(other, name="other"))
        browsers = [Browser(HOME, inside(app)) for _ in range(4)]
        waiting = [browser.to_callback(flooded) for browser in browsers[:3]]
        answer = browsers[3].launch(flooded)
        calm(answer, 429)
        assert int(answer.header("retry-after") or 0) > 0
        assert answer.cookies == []
        tells_of_ruth(browsers[3].open_chart(other))
        tells_of_ruth(browsers[0].follow(browsers[0].get(waiting[0])))
        tells_of_ruth(browsers[3].open_chart(flooded))


def test_a_busy_app_says_so_on_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hosting.admission.CALLS_AT_ONCE", 0)
    with mock_smart_ehr() as ehr:
        answer = Browser(HOME, inside(application(entry(ehr)))).launch(ehr)
        calm(answer, 503)
        assert int(answer.header("retry-after") or 0) > 0


def test_a_misspelt_analyte_stops_the_app() -> None:
    """Once each page of a chart that held this code was a fault of ours."""
    hospital = {"name": "h", "fhir_base": "https://ehr.example.org", "local_codes": {"urn:x|FERR": "ferritinn"}}
    with pytest.raises(RegistryError, match=r'EHR "h", local_codes: .*ferritinn'):
        application(hospital)
