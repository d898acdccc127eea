"""The database: doors, tables, migrations, and the queries that handlers may use."""

from __future__ import annotations

from bot.database.doors import Database, inside_write
from bot.database.migrate import migrate

__all__ = ["Database", "inside_write", "migrate"]
