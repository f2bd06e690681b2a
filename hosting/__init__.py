"""Being a good web service: settings, the EHR registry, logs, headers, error answers, health, the server.

This is the one door of the room. Front doors (``cds_hooks``, ``smart_app``) offer a callable
``front_door(settings, registry) -> flask.Blueprint`` under the entry-point group ``rls_nutrients.front_doors``;
hosting knows none of them by name.
"""

from __future__ import annotations

from hosting.access_audit import (
    AccessOutcome,
    AccessRecord,
    accesses,
    close_access_audit,
    record_access,
    write_accesses,
)
from hosting.addresses import is_loopback, is_protected, is_this_machine
from hosting.application import FrontDoor, create_application
from hosting.audit_events import as_bundle, audit_event
from hosting.card_counts import CardCount, FeedbackCount
from hosting.card_records import CardRecord, Fate, FeedbackReport, Outcome
from hosting.database import Database, DatabaseFault, Shown, database_of, open_database
from hosting.derived_keys import derived_key
from hosting.ids import new_uuid
from hosting.key_files import announce_keys, new_key_file, retire_keys, rotate_keys
from hosting.launch_store import LaunchStore, StoredLaunch, StoredSession, hash_of
from hosting.logs import log
from hosting.measures import count, measured, time_of
from hosting.mistakes import ConfigurationError, RegistryError, SettingsError
from hosting.operation_outcome import IssueCode, outcome_response, write_outcome
from hosting.outgoing import in_time, without_login
from hosting.public_sandbox import is_public_sandbox, is_public_sandbox_key
from hosting.readiness import Readiness, report_readiness
from hosting.registry import CdsClient, Ehr, EhrRegistry, read_registry
from hosting.request_log import request_id, seconds_since_arrival
from hosting.retention import Removed, remove_old, start_daily_retention
from hosting.server import serve
from hosting.settings import Settings, read_settings
from hosting.signing_keys import SigningKey, SigningKeys, algorithm_of, read_key_file, read_signing_keys

__all__ = [
    "AccessOutcome",
    "AccessRecord",
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
    "LaunchStore",
    "Outcome",
    "Readiness",
    "RegistryError",
    "Removed",
    "Settings",
    "SettingsError",
    "Shown",
    "SigningKey",
    "SigningKeys",
    "StoredLaunch",
    "StoredSession",
    "accesses",
    "algorithm_of",
    "announce_keys",
    "as_bundle",
    "audit_event",
    "close_access_audit",
    "count",
    "create_application",
    "database_of",
    "derived_key",
    "hash_of",
    "in_time",
    "is_loopback",
    "is_protected",
    "is_public_sandbox",
    "is_public_sandbox_key",
    "is_this_machine",
    "log",
    "measured",
    "new_key_file",
    "new_uuid",
    "open_database",
    "outcome_response",
    "read_key_file",
    "read_registry",
    "read_settings",
    "read_signing_keys",
    "record_access",
    "remove_old",
    "report_readiness",
    "request_id",
    "retire_keys",
    "rotate_keys",
    "seconds_since_arrival",
    "serve",
    "start_daily_retention",
    "time_of",
    "without_login",
    "write_accesses",
    "write_outcome",
]
