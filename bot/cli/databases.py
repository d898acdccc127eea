"""The database of a command: its address, and one sentence where it can't be used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.endings import Ending

if TYPE_CHECKING:
    from bot.settings import Settings


def sqlite_file(settings: Settings) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL and for one in memory."""
    from bot.backups import sqlite_file as file_of

    return file_of(settings.database_url.get_secret_value())


def address(settings: Settings) -> str:
    """DATABASE_URL, once it is clear that a SQLite file can be opened there; otherwise raises Ending.

    A driver that finds that out by itself says it from a thread of its own.
    """
    file = sqlite_file(settings)
    if file is not None:
        if not file.parent.is_dir():
            raise Ending(f"There is no folder {file.parent} for the database: make it, or change DATABASE_URL.")
        if file.is_dir():
            raise Ending(f"{file} is a folder, and DATABASE_URL needs a file: add a name such as concierge.db.")
        if not os.access(file if file.exists() else file.parent, os.R_OK | os.W_OK):
            raise Ending(f"{file} may not be read and written: change its permissions, or DATABASE_URL.")
    return settings.database_url.get_secret_value()


@contextmanager
def database_trouble() -> Iterator[None]:
    """Turns what a database driver raises into one sentence, without the address: it may hold a password."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except Exception as error:
        driver = type(error).__module__.partition(".")[0]
        reaching = isinstance(error, OSError) and error.filename is None
        if not isinstance(error, SQLAlchemyError) and driver != "asyncpg" and not reaching:
            raise
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0].rpartition(">: ")[2]
        said = said or type(error).__name__
        raise Ending(f"The database can't be used ({said}): check DATABASE_URL, then run concierge migrate.") from error
