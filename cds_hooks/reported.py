"""Which result a card speaks about."""

from __future__ import annotations

from collections.abc import Collection

from clinical import Assessment, Finding, Measurement


def result_behind(finding: Finding, assessment: Assessment) -> Measurement | None:
    """The measurement of the finding's own analyte that it rests on."""
    behind = frozenset(finding.facts)
    for seen in assessment.measurements:
        if seen.measurement.analyte == finding.analyte and not behind.isdisjoint(seen.measurement.facts):
            return seen.measurement
    return None


def newest_of(analytes: Collection[str], assessment: Assessment, *, usable_only: bool = True) -> Measurement | None:
    """The newest result of any of these analytes; with ``usable_only`` off also one that is too old to be used."""
    fitting = [
        seen.measurement
        for seen in assessment.measurements
        if seen.measurement.analyte in analytes and (seen.usable or not usable_only)
    ]
    return max((one for one in fitting if one.effective), key=_order, default=None)


def _order(measurement: Measurement) -> tuple[float, str]:
    return measurement.effective.order if measurement.effective else (0.0, "")
