"""The closed list of questions a rule may ask, and ``assess``."""

from __future__ import annotations

from clinical.knowledge.schema import Indicator, Severity
from clinical.reasoning.assessing import assess
from clinical.reasoning.assessment import (
    INDICATORS,
    SEVERITIES,
    Advice,
    Assessment,
    Caution,
    Context,
    Finding,
    Proposal,
    Seen,
    Withheld,
)
from clinical.reasoning.ordering import OrderReview, OrdersReviewed, order_instructions, orders_matter, review_orders
from clinical.reasoning.preparing import prepare
from clinical.reasoning.sentences import told

__all__ = [
    "INDICATORS",
    "SEVERITIES",
    "Advice",
    "Assessment",
    "Caution",
    "Context",
    "Finding",
    "Indicator",
    "OrderReview",
    "OrdersReviewed",
    "Proposal",
    "Seen",
    "Severity",
    "Withheld",
    "assess",
    "order_instructions",
    "orders_matter",
    "prepare",
    "review_orders",
    "told",
]
