"""The driver of SQLite, with its thread kept for what may have to wait.

aiosqlite sends every step of a statement (cursor, execute, fetch, close) to a thread and back. That is two switches of
thread for a step that takes microseconds, and was most of what a message cost. A statement reads and changes pages in
memory, and may as well run where it is called; what waits for the disk or for another process (BEGIN IMMEDIATE, COMMIT
and whatever is not known to be quick) still runs in the thread, so that nobody else waits with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy.engine import URL

QUICK = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
"""How a statement begins that waits for nobody: other than by these beginnings a lock or the disk may be asked for."""
ROWS_AT_ONCE = 64


class Connection(aiosqlite.Connection):
    """aiosqlite's connection; used by one task at a time, as the pool gives it out."""

    _given = _done = 0  # steps for the thread; the first is counted here, the second there

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Somebody who was cancelled may have left the thread at work: then everything waits its turn behind that.
        if self._given == self._done and self._running and self._connection and self._is_quick(fn, args):
            return fn(*args, **kwargs)
        self._given += 1
        return await super()._execute(self._counted, fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    def _counted(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return fn(*args, **kwargs)
        finally:
            self._done += 1

    def _is_quick(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        name = getattr(fn, "__name__", "")
        if name in ("execute", "executemany"):
            return bool(args[0].startswith(QUICK))
        if name == "close":
            return isinstance(getattr(fn, "__self__", None), sqlite3.Cursor)
        if name == "rollback":  # the pool asks for one whenever it gets a connection back
            return not self._conn.in_transaction
        return name in ("cursor", "fetchall", "fetchone", "fetchmany")


def connecting(url: URL) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """What opens connections to the database at `url`, for SQLAlchemy's `async_creator`."""
    args, kwargs = url.get_dialect()().create_connect_args(url)
    open_it = partial(sqlite3.connect, *args, **{**kwargs, "check_same_thread": False})

    async def connect() -> aiosqlite.Connection:
        connection = Connection(open_it, ROWS_AT_ONCE)
        connection._thread.daemon = True  # a process that ends must not wait for it
        return await connection

    return connect
