"""Version 2: launches that are under way, and the session that each of them became."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    _launch()
    _launch_session()


def downgrade() -> None:
    op.drop_table("launch_session")
    op.drop_table("launch")


def _launch() -> None:
    op.create_table(
        "launch",
        sa.Column("state_hash", sa.Text, primary_key=True),
        *_of_a_browser(),
    )


def _launch_session() -> None:
    op.create_table(
        "launch_session",
        sa.Column("handle_hash", sa.Text, primary_key=True),
        *_of_a_browser(),
        sa.Column("renewals", sa.BigInteger, nullable=False),
        sa.Column("renewing_until", sa.BigInteger, nullable=False),
    )


def _of_a_browser() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        *(sa.Column(name, sa.Text, nullable=False) for name in ("cookie_name", "cookie_hash", "ehr", "sealed")),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    ]
