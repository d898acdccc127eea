"""A copy of an old database, before a newer version changes its shape."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

import structlog
from sqlalchemy.engine import make_url

from bot.database import Database
from bot.database.migrate import current, known, newest

log = structlog.get_logger()


async def back_up_before_migration(database: Database, file: Path | None) -> Path | None:
    """Copies a SQLite `file` that stands at an older migration, beside it and with that migration in its name.

    Returns the copy; None where there was nothing to do. A PostgreSQL server's owner is told to do it.
    """
    stands = await current(database)
    if stands == newest() or stands not in known():
        return None  # of this version, empty, or a newer version's: that one is not migrated
    if file is None:
        log.warning("The database is migrated to a newer version; copies of PostgreSQL are made with pg_dump, by you")
        return None
    copy = _free_name(file, stands)
    copy_sqlite(file, copy)
    log.info("The database as it was is kept before it is migrated", copy=str(copy))
    return copy


def copy_sqlite(file: Path, to: Path) -> None:
    """A whole copy of a database that may be in use; `to` is there when it is complete, readable by its owner."""
    unfinished = to.with_name(f"{to.name}.part")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(unfinished)) as target:
        source.backup(target)
    unfinished.replace(to)


def _free_name(file: Path, stands: str) -> Path:
    names = (file.with_name(f"{file.name}.{stands}{f'.{number}' if number else ''}.backup") for number in count())
    return next(name for name in names if not name.exists())


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL and for one in memory."""
    address = make_url(url)
    named = address.database if address.get_backend_name() == "sqlite" else None
    return Path(named) if named and named != ":memory:" else None
