"""``/metrics``: the counts of cards in the text format of Prometheus, the same from every worker and machine.

Source: Prometheus text exposition format 0.0.4. No label tells of a patient or a user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cds_hooks.committee_counts import ALL_RULES, Count, Place, over_all_months

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def as_metrics(counts: Mapping[Place, Count]) -> str:
    """Cards by their fate, and reported outcomes by reason; each by EHR, service and rule."""
    totals = over_all_months(dict(counts))
    cards = [line for place, count in totals.items() for line in _cards(place, count)]
    outcomes = [line for place, count in totals.items() for line in _outcomes(place, count)]
    return "\n".join(
        [
            f"# HELP rls_nutrients_cards_total Cards that fired, by what became of them (rule {ALL_RULES}: each once).",
            "# TYPE rls_nutrients_cards_total counter",
            *cards,
            "# HELP rls_nutrients_card_feedback_total Cards of which EHRs reported an outcome, by reason.",
            "# TYPE rls_nutrients_card_feedback_total counter",
            *outcomes,
            "",
        ]
    )


def _cards(place: Place, count: Count) -> Iterator[str]:
    for fate, number in sorted(count.fates.items()):
        yield f"rls_nutrients_cards_total{_labels(place, fate=fate)} {number}"


def _outcomes(place: Place, count: Count) -> Iterator[str]:
    if count.outcomes["accepted"]:
        labels = _labels(place, outcome="accepted", reason="")
        yield f"rls_nutrients_card_feedback_total{labels} {count.outcomes['accepted']}"
    for reason, number in sorted(count.reasons.items()):
        yield f"rls_nutrients_card_feedback_total{_labels(place, outcome='overridden', reason=reason)} {number}"


def _labels(place: Place, **more: str) -> str:
    told = {"ehr": place.ehr, "service": place.service, "rule": place.rule} | more
    return "{" + ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in told.items()) + "}"
