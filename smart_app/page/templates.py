"""The templates of the SMART app: escaped always, and strict about what is missing."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from smart_app.page.safe_text import harmless, whole_days


def environment() -> Environment:
    """For ``chart.html`` and what else extends ``layout.html``."""
    made = Environment(
        loader=PackageLoader("smart_app"),
        autoescape=True,
        finalize=harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["whole_days"] = whole_days
    return made
