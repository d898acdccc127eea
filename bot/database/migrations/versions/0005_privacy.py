"""Who asked to be forgotten, until they are, and the fingerprints of those who were blocked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.database.tables.base import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state <> 'done'")


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", KEY, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("scope", sa.JSON(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_open", "erasures", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "barred",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_barred")),
    )


def downgrade() -> None:
    op.drop_table("barred")
    op.drop_index("ix_erasures_open", "erasures")
    op.drop_table("erasures")
