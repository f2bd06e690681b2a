"""Being a good web service: settings, the EHR registry, logs, headers, error answers, health, the server.

This is the one door of the room. Front doors (``cds_hooks``, ``smart_app``) offer a callable
``front_door(settings, registry) -> flask.Blueprint`` under the entry-point group ``rls_nutrients.front_doors``;
hosting knows none of them by name.
"""

from __future__ import annotations

from hosting.application import FrontDoor, create_application
from hosting.card_counts import CardCount, FeedbackCount
from hosting.card_records import CardRecord, Fate, FeedbackReport, Outcome
from hosting.database import Database, DatabaseFault, Shown, database_of, open_database
from hosting.derived_keys import derived_key
from hosting.logs import log
from hosting.mistakes import ConfigurationError, RegistryError, SettingsError
from hosting.operation_outcome import IssueCode, outcome_response, write_outcome
from hosting.readiness import Readiness, report_readiness
from hosting.registry import CdsClient, Ehr, EhrRegistry, read_registry
from hosting.request_log import request_id, seconds_since_arrival
from hosting.server import serve
from hosting.settings import Settings, read_settings

__all__ = [
    "CardCount",
    "CardRecord",
    "CdsClient",
    "ConfigurationError",
    "Database",
    "DatabaseFault",
    "Ehr",
    "EhrRegistry",
    "Fate",
    "FeedbackCount",
    "FeedbackReport",
    "FrontDoor",
    "IssueCode",
    "Outcome",
    "Readiness",
    "RegistryError",
    "Settings",
    "SettingsError",
    "Shown",
    "create_application",
    "database_of",
    "derived_key",
    "log",
    "open_database",
    "outcome_response",
    "read_registry",
    "read_settings",
    "report_readiness",
    "request_id",
    "seconds_since_arrival",
    "serve",
    "write_outcome",
]
