"""INSERT … ON CONFLICT, which both databases have and SQLAlchemy spells once for each."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase


def insert_into(session: AsyncSession, table: type[DeclarativeBase]) -> Any:
    """The insert statement of the session's database, with `on_conflict_do_nothing` and `…_do_update`."""
    dialect = dialect_of(session)
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def dialect_of(session: AsyncSession) -> str:
    """What the session's database is called: sqlite or postgresql."""
    return session.get_bind().dialect.name


def insert_for(dialect: str, table: type[DeclarativeBase]) -> Any:
    """The same for a statement that is built once and kept; it knows the table alone, no objects."""
    return sqlite.insert(plain(table)) if dialect == "sqlite" else postgresql.insert(plain(table))


def plain(table: type[DeclarativeBase]) -> Table:
    """The table of a class."""
    return cast("Table", table.__table__)
