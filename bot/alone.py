"""One process at a time: a lock beside a SQLite file, an advisory lock in PostgreSQL. Both end with their process."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.doors import Database

log = structlog.get_logger()

GLANCE_S = 1.0
"""How often a stand-by looks whether it is its turn, and a holder whether it still holds."""


Duty = Callable[[], Coroutine[Any, Any, None]]
"""What one process does for as long as it may."""


class Taken(Exception):
    """Another process has that file's lock."""


@contextmanager
def only_one(database_file: Path) -> Iterator[None]:
    """Holds the lock of a SQLite file, which lies beside it; raises Taken where another process does.

    The system gives it back however the process ends. The lock file stays: taking it away would let two in.
    """
    lock = database_file.resolve()
    lock = lock.with_name(f"{lock.name}.lock")
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _lock(handle)
        except OSError as error:
            raise Taken(str(database_file)) from error
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@asynccontextmanager
async def turn(database: Database, names: Sequence[str]) -> AsyncIterator[AsyncConnection | None]:
    """Holds names that one process at a time may hold on this PostgreSQL; waits until they are free.

    Gives the connection that holds them; None on SQLite, where nobody else is there.
    """
    if database.is_sqlite:
        yield None
        return
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            await _wait_for(connection, names)
            yield connection
        finally:
            await connection.invalidate()  # gives the names back at once, in whatever state the connection is


async def in_turn(database: Database, names: Sequence[str], duty: Duty) -> None:
    """Does `duty` while no other process does one of those names; until then it stands by.

    Where the connection that holds the names is lost, another process may have them: the duty is cancelled, and begun
    again when it is this one's turn.
    """
    while True:
        try:
            async with turn(database, names) as holder:
                await (_while_held(holder, duty) if holder else duty())
                return
        except Exception as error:  # the driver has several ways of saying that a server is away
            if database.is_sqlite:
                raise
            log.error("A duty was interrupted and begins again", duty=names, error=type(error).__name__)
            await asyncio.sleep(GLANCE_S)


async def _wait_for(connection: AsyncConnection, names: Sequence[str]) -> None:
    """Takes the names in one order, which is everybody's; each as soon as it is free."""
    said = False
    for name in sorted(names):
        while not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _key(name)}):
            if not said:
                log.info("Another process does this; this one stands by", duty=name)
                said = True
            await asyncio.sleep(GLANCE_S)


async def _while_held(connection: AsyncConnection, duty: Duty) -> None:
    task = asyncio.ensure_future(duty())
    try:
        while not task.done():
            await asyncio.wait([task], timeout=GLANCE_S)
            await connection.execute(text("SELECT 1"))
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"concierge {name}".encode()).digest()[:8], "big", signed=True)
