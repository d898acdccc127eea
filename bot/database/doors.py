"""Two doors to the database: `read()` sees, `write()` changes.

SQLite has one writer at a time and an unfair queue for it, so writers queue here, in the order in which they came,
and begin with BEGIN IMMEDIATE. PostgreSQL sorts that out itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.database.driver import connecting

_writing: ContextVar[bool] = ContextVar("writing", default=False)

SQLITE_BUSY_MS = 10_000
SYNCHRONOUS = "FULL"
"""With FULL what SQLite has committed outlives a power cut; with less, only the end of the process."""


def inside_write() -> bool:
    """Whether this task holds the write door; nothing may wait for a network while it does."""
    return _writing.get()


class Database:
    """An open database. `url` as SQLAlchemy reads it, with the driver aiosqlite or asyncpg."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._queue = asyncio.Lock()
        if self.is_sqlite:
            self._writer = _sqlite_engine(url, writes=True)
            self._reader = _sqlite_engine(url, writes=False)
        else:
            self._writer = self._reader = create_async_engine(url, pool_size=10, max_overflow=10)

    @property
    def engine(self) -> AsyncEngine:
        """The engine that may change things; for migrations."""
        return self._writer

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One consistent look; a change through it is refused by the database."""
        async with self._reader.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with AsyncSession(connection, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back by any exception. It can't be nested."""
        if _writing.get():
            raise RuntimeError("A write inside a write: return what is to be written instead.")
        async with self._turn():
            token = _writing.set(True)
            try:
                async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
                    yield session
            finally:
                _writing.reset(token)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if not self.is_sqlite:
            yield
            return
        async with self._queue:
            yield

    async def forget_log(self) -> None:
        """Empties SQLite's log of changes, in which words stand that were deleted since; the file itself overwrites
        them. What is being read just now is waited for by the next try."""
        if not self.is_sqlite:
            return
        async with self._turn(), self._writer.connect() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            cursor = await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            await cursor.close()

    async def close(self) -> None:
        """Lets go of every connection."""
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()


def _sqlite_engine(url: str, *, writes: bool) -> AsyncEngine:
    pool = {"pool_size": 1, "max_overflow": 0} if writes else {"pool_size": 4}
    engine = create_async_engine(url, async_creator=connecting(make_url(url)), **pool)

    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin late, and never before a SELECT
        cursor = connection.cursor()
        for pragma in (f"synchronous = {SYNCHRONOUS}", *_PRAGMAS) + (() if writes else ("query_only = ON",)):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine.sync_engine, "connect", connect)
    event.listen(engine.sync_engine, "begin", begin)
    return engine


_PRAGMAS = (
    "journal_mode = WAL",
    "secure_delete = ON",  # what is deleted is overwritten
    "foreign_keys = ON",
    f"busy_timeout = {SQLITE_BUSY_MS}",
)
