"""The chart page: what is low, how sure, what to beware of, what to consider. One visit in, one HTML page out."""

from __future__ import annotations

from smart_app.page.chart_page import ChartPage
from smart_app.page.options import PageLinks, PageOptions
from smart_app.page.templates import environment

__all__ = ["ChartPage", "PageLinks", "PageOptions", "environment"]
