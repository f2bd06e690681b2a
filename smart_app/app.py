"""The SMART app put together: what a launch, a callback and a chart need, made once and used for every request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from threading import Thread

from flask import Request, Response

from clinical import load_knowledge, needs, prepare
from hosting import Ehr, EhrRegistry, LaunchStore, Settings, count, database_of, derived_key, log
from smart_app.answering_server import AnsweringServer
from smart_app.answers import Answers
from smart_app.browser_cookies import BrowserCookies
from smart_app.callback import Callback, query_parameter
from smart_app.chart_reading import ChartReading
from smart_app.charts import Charts
from smart_app.client_authentication import ClientAuthentication
from smart_app.current_keys import CurrentKeys
from smart_app.discovery import Discovery
from smart_app.ehr_style import EhrStyles
from smart_app.id_tokens import IssuerKeys
from smart_app.launching import Launcher
from smart_app.notices import Notice, within
from smart_app.renewal import Renewal
from smart_app.sealing import Seal
from smart_app.sending import Sender
from smart_app.sessions import Session, Sessions
from smart_app.token_requests import TokenRequests
from terminology import ANALYTES


class SmartApp:
    """Raises ``KnowledgeError`` and ``ConfigurationError`` where it cannot work as it is set up."""

    def __init__(self, settings: Settings, registry: EhrRegistry, today: Callable[[], date]) -> None:
        registry.check_local_codes(ANALYTES)
        knowledge = load_knowledge(settings.jurisdiction)
        prepare(knowledge)
        needed, redirect_uri = needs(knowledge), f"{settings.public_url}/callback"
        self.answers = Answers(settings)
        self.keys = CurrentKeys(settings)
        sender = Sender()
        discovery = Discovery(sender)
        self._requests = TokenRequests(sender, discovery, ClientAuthentication(registry, self.keys))
        seal = Seal(derived_key(settings, "launches"))
        self.sessions = Sessions(
            lambda: LaunchStore(database_of(settings)), registry, seal, BrowserCookies(settings)
        )  # fmt: skip
        self._launcher = Launcher(registry, discovery, needed, redirect_uri)
        self._callback = Callback(
            discovery, AnsweringServer(registry, discovery), self._requests, IssuerKeys(sender), needed, redirect_uri
        )
        renewal = Renewal(self.sessions, self._requests)
        reading = ChartReading(settings, needed, renewal)
        self.charts = Charts(knowledge, reading, EhrStyles(sender, discovery), self.answers, today)

    def launch(self, request: Request, *, standalone: bool) -> Response:
        """On to the EHR. Raises ``Notice``."""
        query = request.query_string
        ehr, iss = self._launcher.ehr_of(query)
        with _counted(ehr):
            launching = self._launcher.launching(ehr, iss, query, standalone=standalone)
            answer = self.answers.form(launching) if launching.by_form else self.answers.redirect(launching.address)
            self.sessions.begin(ehr, launching.begun, launching.state, answer)
        log.info("launch begun", ehr=ehr.name)
        return answer

    def call_back(self, request: Request) -> Response:
        """On to the chart. Raises ``Notice``."""
        resumed = self.sessions.resume(query_parameter(request, "state"), request)
        with _counted(resumed.ehr):
            permission = self._callback.permission(resumed, request)
        log.info("session opened", ehr=resumed.ehr.name)
        count("launches", resumed.ehr.name, "opened")
        return self.sessions.open(
            resumed, permission, lambda handle: self.answers.redirect(self.charts.address(handle))
        )  # fmt: skip

    def chart(self, session: Session, request: Request) -> Response:
        """The page. Raises ``Notice``."""
        with within(session.ehr):
            return self.answers.page(self.charts.page(session, request.args), session.ehr)

    def end(self, session: Session) -> None:
        """Ends this launch's session, and tells the EHR that its tokens are not needed any more, if it listens."""
        self.sessions.end(session)
        Thread(target=self._requests.revoke, args=(session.ehr, session.permission), daemon=True).start()
        log.info("session closed", ehr=session.ehr.name)


@contextmanager
def _counted(ehr: Ehr) -> Iterator[None]:
    """Whatever is told in a launch is told as this EHR's, and counted."""
    try:
        with within(ehr):
            yield
    except Notice as notice:
        count("launches", ehr.name, "ehr-at-fault" if notice.status >= 500 else "refused")
        raise
