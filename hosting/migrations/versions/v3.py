"""Version 3: who looked at whom, and the counts of cards that retention has removed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    _access()
    _past_count()


def downgrade() -> None:
    op.drop_table("past_count")
    op.drop_table("access")


def _access() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "access",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("accessed_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("ehr", sa.Text, nullable=False),
        sa.Column("who", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("patient", "purpose", "outcome", "request_id")),
    )


def _past_count() -> None:
    key = ("kind", "month", "ehr", "service", "rules", "what", "reason")
    op.create_table(
        "past_count",
        *(sa.Column(name, sa.Text, primary_key=True) for name in key),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
