"""The app as a stranger's frame, as in most hospitals: its site is not the EHR's, and cookies of others are blocked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.journeys.charts import ADA, EDWIN, expect_ferritin, framed
from tests.journeys.chromium import ARGUMENTS, NO_THIRD_PARTY_COOKIES
from tests.journeys.conftest import MILLISECONDS_TO_ANSWER, Contexts, RunningDemo
from tests.journeys.watching import Watch


@pytest.fixture(scope="module")
def strict_browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    arguments = [*ARGUMENTS, NO_THIRD_PARTY_COOKIES]
    browser = playwright.chromium.launch(executable_path=chromium_path, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def strict(strict_browser: Browser, watch: Watch) -> Iterator[BrowserContext]:
    """A context in which only partitioned cookies work in a stranger's frame."""
    context = strict_browser.new_context()
    context.set_default_timeout(MILLISECONDS_TO_ANSWER)
    watch.over(context)
    yield context
    context.close()
    watch.nothing_to_complain_of()


def read_and_switch(page: Page) -> None:
    """The launch works, and so does the next click: the session's cookie came back."""
    app = framed(page)
    expect_ferritin(app)
    app.get_by_role("link", name="SI", exact=True).click()
    expect(app.locator("nav a[aria-current]")).to_have_text("SI")
    expect(app.locator("tr[data-analyte='ferritin']")).to_contain_text("22 ug/L")


def test_in_a_frame_of_the_same_site(page: Page) -> None:
    page.goto(f"/patients/{ADA}/app")
    read_and_switch(page)


def test_in_a_frame_of_another_site(page: Page, demo: RunningDemo) -> None:
    page.goto(f"{demo.ehr_elsewhere}/patients/{ADA}/app")
    read_and_switch(page)


def test_with_third_party_cookies_blocked(strict: BrowserContext, demo: RunningDemo) -> None:
    page = strict.new_page()
    page.goto(f"{demo.ehr_elsewhere}/patients/{ADA}/app")
    read_and_switch(page)
    # The proof that they are blocked: one that is not partitioned does not stay.
    frame = next(frame for frame in page.frames if frame.url.startswith(demo.smart_app))
    frame.evaluate("document.cookie = 'plain=1; SameSite=None; Secure'")
    frame.evaluate("document.cookie = 'apart=1; SameSite=None; Secure; Partitioned'")
    assert frame.evaluate("document.cookie") == "apart=1"


def test_two_frames_of_two_patients(contexts: Contexts, demo: RunningDemo) -> None:
    context = contexts()
    ada, edwin = context.new_page(), context.new_page()
    ada.goto(f"{demo.ehr_elsewhere}/patients/{ADA}/app")
    expect_ferritin(framed(ada))
    edwin.goto(f"{demo.ehr_elsewhere}/patients/{EDWIN}/app")
    expect(framed(edwin).locator("tr[data-analyte='ferritin']")).to_be_visible()
    framed(ada).get_by_role("link", name="SI", exact=True).click()
    expect_ferritin(framed(ada))


def test_copy_to_note_where_the_clipboard_is_refused(page: Page, demo: RunningDemo, watch: Watch) -> None:
    """A frame without leave to use the clipboard: the note is shown and selected instead."""
    watch.expected_words.add("Permissions policy violation")  # Chromium's own remark
    page.goto(f"{demo.ehr_elsewhere}/patients/{ADA}/app")
    app = framed(page)
    app.get_by_role("button", name="Copy to note").click()
    note = app.locator("textarea")
    expect(note).to_be_visible()
    text = note.input_value()
    assert "Ferritin 22 ng/mL" in text
    assert note.evaluate("it => it.value.substring(it.selectionStart, it.selectionEnd)") == text


def test_a_frame_of_a_stranger_is_refused(contexts: Contexts, watch: Watch, demo: RunningDemo) -> None:
    """The CDS service's address is no EHR's: what it frames stays empty."""
    page = contexts(bypass_csp=True).new_page()
    page.goto(f"{demo.ehr}/patients/{ADA}/launch")
    expect_ferritin(page)
    address = page.url
    page.goto(f"{demo.cds_service}/about")
    watch.expected_words.add("frame-ancestors")
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.evaluate(
            """address => { const frame = document.createElement('iframe'); frame.src = address;
            document.body.append(frame) }""",
            address,
        )
