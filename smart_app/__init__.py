"""The SMART-on-FHIR app: a launch from the patient's chart, a session per launch, and the chart page."""

from __future__ import annotations

from smart_app.routes import front_door

__all__ = ["front_door"]
