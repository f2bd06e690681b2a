"""Trends: the results of one analyte over time, drawn on the server and told again as a table."""

from __future__ import annotations

from smart_app.page.trends.trend import Trend, Trends

__all__ = ["Trend", "Trends"]
