"""The hand-over: lines that go out together in one message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _merging()


def _merging() -> None:
    known = sa.text("merged_into IS NOT NULL")
    op.add_column("outbox", sa.Column("merged_into", KEY, nullable=True))
    op.create_index("ix_outbox_merged_into", "outbox", ["merged_into"], sqlite_where=known, postgresql_where=known)


def downgrade() -> None:
    op.drop_index("ix_outbox_merged_into", "outbox")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("merged_into")
