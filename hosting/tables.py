"""The tables of the database, as they are after the newest migration. None holds a name or a result, and a token only
encrypted. A patient's id stands in ``access`` alone.

Times are whole seconds since 1970 (UTC), so that SQLite and PostgreSQL compare them alike. Hashes are SHA-256, or HMAC
with the service's own key where what is hashed could be guessed; both as hexadecimal.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

# Equal to the newest revision under hosting/migrations/versions; a test holds the two together.
SCHEMA_VERSION = "3"

metadata = MetaData()
# SQLite numbers rows by itself only where the key is called INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")

# JWT ids that were used once; kept until the JWT has long expired.
seen_jwt = Table(
    "seen_jwt",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("jti_hash", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

# Every card that was ready to be shown, and its fate: the counts that a CDS committee asks for.
card = Table(
    "card",
    metadata,
    Column("uuid", Text, primary_key=True),
    Column("fired_at", BigInteger, nullable=False, index=True),
    Column("month", Text, nullable=False),
    Column("ehr", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("fate", Text, nullable=False),
    Column("matter_key", Text),
    Column("facts_key", Text),
    Index("ix_card_matter", "matter_key", "fired_at"),
)

# Keyed hashes of what was said of an order, with the second after which it may be said again.
shown = Table(
    "shown",
    metadata,
    Column("key", Text, primary_key=True),
    Column("until", BigInteger, nullable=False, index=True),
)

# What clinicians did with cards. ``comment`` is free text and may name a patient: exported, never logged.
feedback = Table(
    "feedback",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("digest", Text, nullable=False),
    Column("ehr", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("card", Text, nullable=False, index=True),
    Column("outcome", Text, nullable=False),
    Column("accepted", Text, nullable=False),
    Column("reason_code", Text),
    Column("reason_system", Text),
    Column("reason_display", Text),
    Column("comment", Text),
    Column("outcome_timestamp", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False, index=True),
    Column("month", Text, nullable=False),
    UniqueConstraint("digest", name="uq_feedback_digest"),
)

# SMART launches before their callback. ``sealed`` is encrypted; the browser is known by the hash of its cookie.
launch = Table(
    "launch",
    metadata,
    Column("state_hash", Text, primary_key=True),
    Column("cookie_name", Text, nullable=False),
    Column("cookie_hash", Text, nullable=False),
    Column("ehr", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

# One session per launch. ``sealed`` holds the tokens, encrypted; ``renewals`` counts how often they were replaced, and
# whoever replaces them just now has set ``renewing_until``.
launch_session = Table(
    "launch_session",
    metadata,
    Column("handle_hash", Text, primary_key=True),
    Column("cookie_name", Text, nullable=False),
    Column("cookie_hash", Text, nullable=False),
    Column("ehr", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("renewals", BigInteger, nullable=False),
    Column("renewing_until", BigInteger, nullable=False),
)

# Who looked at which patient, when and what for: the access audit. For the privacy office, never for a log.
access = Table(
    "access",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("accessed_at", BigInteger, nullable=False, index=True),
    Column("ehr", Text, nullable=False),
    Column("who", Text),
    Column("patient", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("request_id", Text, nullable=False),
)

# What retention has removed, still counted: without it every removal would look like a fall of what only grows.
past_count = Table(
    "past_count",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("kind", "month", "ehr", "service", "rules", "what", "reason")),
    Column("number", BigInteger, nullable=False),
)
