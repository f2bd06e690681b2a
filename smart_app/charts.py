"""The chart page of a session: read anew from the EHR each time, assessed, shown, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from clinical import Knowledge
from ehr_reader import Deadline
from hosting import log
from smart_app.answers import Answers
from smart_app.chart_reading import ChartReading
from smart_app.ehr_style import EhrStyles, as_stylesheet
from smart_app.handout import HandoutLinks, HandoutPage
from smart_app.page import ChartPage, PageLinks, PageOptions
from smart_app.sessions import Session
from smart_app.visit import Visit

# A hanging EHR costs this much at most, and then there is a page that says so.
SECONDS_FOR_CHART = 10.0
# The EHR's look is worth a moment and no more.
_SECONDS_FOR_STYLE = 0.3
_SECONDS_FOR_STYLESHEET = 3.0


class Charts:
    """One per process."""

    def __init__(
        self,
        knowledge: Knowledge,
        reading: ChartReading,
        styles: EhrStyles,
        answers: Answers,
        today: Callable[[], date],
    ) -> None:
        self._page = ChartPage(knowledge)
        self._handout = HandoutPage(knowledge)
        self._reading = reading
        self._styles = styles
        self._answers = answers
        self._today = today

    def page(self, session: Session, query: Mapping[str, str]) -> str:
        """The page as HTML. Raises ``Notice``."""
        context = session.permission.context
        deadline = Deadline.in_seconds(SECONDS_FOR_CHART)
        style = self._styles.fetch_beside(session.ehr, context.style_address, deadline)
        read = self._reading.read(session, deadline)
        if style is not None:
            style.join(_SECONDS_FOR_STYLE)
        visit = Visit(
            handle=session.handle,
            ehr_name=session.ehr.name,
            patient=read.patient,
            chart=read.chart,
            today=self._today(),
            gaps=read.gaps,
            need_patient_banner=context.need_patient_banner,
            view=context.view,
            launch=tuple(_told_of_launch(session)),
            style=self._styles.of(session.ehr, context.style_address),
        )
        log.info("chart shown", ehr=session.ehr.name, data_quality=len(read.chart.data_quality))
        return self._page.render(visit, PageOptions.from_query(query), self._links(visit))

    def handout(self, session: Session, language: str | None) -> str:
        """General education as HTML; nothing of the patient is read for it."""
        chart = self.address(session.handle)
        links = HandoutLinks(f"{chart}/handout", chart, self._answers.static("app.css"))
        return self._handout.render(language, links, self._today())

    def stylesheet(self, session: Session) -> str:
        """The EHR's own look as CSS; empty where it has none. Another worker may have shown the page."""
        address = session.permission.context.style_address
        fetching = self._styles.fetch_beside(session.ehr, address, Deadline.in_seconds(_SECONDS_FOR_STYLESHEET))
        if fetching is not None:
            fetching.join(_SECONDS_FOR_STYLESHEET)
        return as_stylesheet(self._styles.of(session.ehr, address))

    def address(self, handle: str) -> str:
        return f"{self._answers.prefix}/chart/{handle}"

    def _links(self, visit: Visit) -> PageLinks:
        page, prefix = self.address(visit.handle), self._answers.prefix
        return PageLinks(
            page=page,
            close=f"{page}/close",
            handout=f"{page}/handout",
            stylesheet=self._answers.static("app.css"),
            script=self._answers.static("app.js"),
            ehr_style=f"{page}/style.css" if visit.style else None,
            about=f"{prefix}/about",
            source_attributes=f"{prefix}/source-attributes",
        )


def _told_of_launch(session: Session) -> Iterator[tuple[str, str]]:
    """For whoever connects an EHR, and sees nowhere else what it said and granted."""
    context = session.permission.context
    told = {
        "encounter": context.encounter,
        "intent": context.intent,
        "tenant": context.tenant,
        "fhirContext": ", ".join(context.references),
        "scope": session.permission.scope,
    }
    yield from ((name, value) for name, value in told.items() if value)
