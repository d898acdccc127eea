"""Alembic's entry: runs on the connection that `bot.database.migrate` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from bot.database.tables import Base
from bot.database.tables.base import Instant


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Our own column type by its short name in a generated migration."""
    if kind == "type" and isinstance(item, Instant):
        autogen.imports.add("from bot.database.tables.base import Instant")
        return "Instant()"
    return False


def run(connection: Connection) -> None:
    """Migrates within the transaction of `connection`."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
