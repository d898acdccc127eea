"""Stories: numbered series with a queue, what becomes of a post after it was posted, and reactions to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.database.tables.base import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SERIES = (
    ("title", sa.String(), "", False),
    ("episodes", sa.Integer(), "0", False),
    ("started_on", sa.Date(), None, True),
    ("on_missed", sa.String(), "skip", False),
    ("apology", sa.String(), "", False),
    ("question", sa.String(), "", False),
    ("until_at", Instant(), None, True),
    ("gone_at", Instant(), None, True),
)
POSTS = (
    ("story_id", KEY, None, True),
    ("kind", sa.String(), "story", False),
    ("title", sa.String(), "", False),
    ("number", sa.Integer(), None, True),
    ("copies", sa.Integer(), "0", False),
    ("ask_at", Instant(), None, True),
    ("asked_at", Instant(), None, True),
    ("report", sa.JSON(), None, True),
)


def upgrade() -> None:
    op.add_column("stories", sa.Column("asked_in", KEY, nullable=True))
    op.create_index(op.f("ix_stories_asked_in"), "stories", ["asked_in"])
    for table, columns in (("series", SERIES), ("posts", POSTS)):
        with op.batch_alter_table(table) as batch:
            for name, kind, default, nullable in columns:
                batch.add_column(sa.Column(name, kind, nullable=nullable, server_default=default))
    with op.batch_alter_table("posts") as batch:
        batch.create_foreign_key(op.f("fk_posts_story_id"), "stories", ["story_id"], ["id"])
    for table, columns in (("series", SERIES), ("posts", POSTS)):
        with op.batch_alter_table(table) as batch:  # what is there has its value now; new rows bring their own
            for name, _, default, _ in columns:
                if default is not None:
                    batch.alter_column(name, server_default=None)
    _queue()
    _reactions()


def _queue() -> None:
    op.create_table(
        "episodes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("series_id", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("post_id", KEY, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_episodes_series_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_episodes_story_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_episodes_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episodes")),
    )
    op.create_index(op.f("ix_episodes_series_id"), "episodes", ["series_id"])


def _reactions() -> None:
    op.create_table(
        "post_reactions",
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("emoji", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_post_reactions_post_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_post_reactions_customer_id")),
        sa.PrimaryKeyConstraint("post_id", "copy", "person", "emoji", name=op.f("pk_post_reactions")),
    )
    op.create_index(op.f("ix_post_reactions_customer_id"), "post_reactions", ["customer_id"])


def downgrade() -> None:
    op.drop_table("post_reactions")
    op.drop_table("episodes")
    with op.batch_alter_table("posts") as batch:
        batch.drop_constraint(op.f("fk_posts_story_id"), type_="foreignkey")
    for table, columns in (("series", SERIES), ("posts", POSTS)):
        with op.batch_alter_table(table) as batch:
            for name, *_ in columns:
                batch.drop_column(name)
    op.drop_index(op.f("ix_stories_asked_in"), "stories")
    with op.batch_alter_table("stories") as batch:
        batch.drop_column("asked_in")
