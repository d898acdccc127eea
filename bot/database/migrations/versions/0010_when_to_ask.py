"""When the owner of a series is asked for what is missing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("series", sa.Column("ask_minute", sa.Integer(), nullable=True))
    op.create_index("ix_buttons_created_at", "buttons", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_buttons_created_at", "buttons")
    op.drop_column("series", "ask_minute")
