"""FHIR resources in, facts out; what could not be read is kept, with the reason."""

from __future__ import annotations

from clinical.chart.answering import Answers, Gap, State, answers_of, own_keys
from clinical.chart.dates import FhirDate, read_date
from clinical.chart.decoding import NotJson, decode
from clinical.chart.documents import Document, read_document
from clinical.chart.drafts import DraftOrder, DraftOrders, OrderResource, read_draft_orders
from clinical.chart.errors import CannotRead, TwoPatients, WrongFhirVersion
from clinical.chart.facts import Chart, DataQuality, Measurement, Medication, Patient
from clinical.chart.reading import read_chart
from clinical.chart.wire import Identifier, Resource

__all__ = [
    "Answers", "CannotRead", "Chart", "DataQuality", "Document", "DraftOrder", "DraftOrders", "FhirDate", "Gap",
    "Identifier", "Measurement", "Medication", "NotJson", "OrderResource", "Patient", "Resource", "State",
    "TwoPatients", "WrongFhirVersion", "answers_of", "decode", "own_keys", "read_chart", "read_date", "read_document",
    "read_draft_orders",
]  # fmt: skip
