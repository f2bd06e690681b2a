"""The only hands that touch an EHR's FHIR server: searches in one parallel round, paging, deadline, careful retry.

The caller says how an answer is decoded, so that it is decoded once and straight into the caller's own types.
"""

from __future__ import annotations

from ehr_reader.asking import Access, Answer, failures_of
from ehr_reader.bearer_token import BearerToken
from ehr_reader.chart_queries import LABORATORY_KEY, LOINC, PrefetchStyle, Wanted, is_whole_laboratory, queries_of
from ehr_reader.deadline import Deadline
from ehr_reader.failures import (
    AskDifferently,
    AskForAccess,
    CheckConnection,
    OutOfTime,
    ReadFailed,
    RenewToken,
    ReportFault,
    TryAgainLater,
)
from ehr_reader.joined_searches import joined
from ehr_reader.origins import same_origin
from ehr_reader.paging import Page
from ehr_reader.queries import Inclusion, NextPage, Query, Question
from ehr_reader.reader import EhrReader
from ehr_reader.scopes import Scopes

__all__ = [
    "LABORATORY_KEY",
    "LOINC",
    "Access",
    "Answer",
    "AskDifferently",
    "AskForAccess",
    "BearerToken",
    "CheckConnection",
    "Deadline",
    "EhrReader",
    "Inclusion",
    "NextPage",
    "OutOfTime",
    "Page",
    "PrefetchStyle",
    "Query",
    "Question",
    "ReadFailed",
    "RenewToken",
    "ReportFault",
    "Scopes",
    "TryAgainLater",
    "Wanted",
    "failures_of",
    "is_whole_laboratory",
    "joined",
    "queries_of",
    "same_origin",
]
