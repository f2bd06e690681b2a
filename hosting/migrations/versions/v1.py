"""Version 1: used JWT ids, cards and their fate, what was said of orders, feedback."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    _seen_jwt()
    _card()
    _shown()
    _feedback()


def downgrade() -> None:
    for table in ("feedback", "shown", "card", "seen_jwt"):
        op.drop_table(table)


def _seen_jwt() -> None:
    op.create_table(
        "seen_jwt",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("jti_hash", sa.Text, primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    )


def _card() -> None:
    op.create_table(
        "card",
        sa.Column("uuid", sa.Text, primary_key=True),
        sa.Column("fired_at", sa.BigInteger, nullable=False, index=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("month", "ehr", "service", "topic", "rules", "fate")),
        sa.Column("matter_key", sa.Text),
        sa.Column("facts_key", sa.Text),
        sa.Index("ix_card_matter", "matter_key", "fired_at"),
    )


def _shown() -> None:
    op.create_table(
        "shown",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False, index=True),
    )


def _feedback() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "feedback",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("digest", "ehr", "service")),
        sa.Column("card", sa.Text, nullable=False, index=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("outcome", "accepted")),
        *(sa.Column(name, sa.Text) for name in ("reason_code", "reason_system", "reason_display", "comment")),
        sa.Column("outcome_timestamp", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("month", sa.Text, nullable=False),
        sa.UniqueConstraint("digest", name="uq_feedback_digest"),
    )
