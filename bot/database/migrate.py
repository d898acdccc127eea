"""Brings a database to the present shape."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.database.doors import Database


class NewerDatabase(SQLAlchemyError):
    """The database was migrated by a later version of this program, which knows things that this one does not."""

    def __init__(self, stands: str) -> None:
        super().__init__(
            f"it was made by a newer version of this program, at migration {stands}, and this one knows those up to "
            f"{newest()}: update the program, or go back to a backup from before"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """The name of the newest migration that this program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def known() -> frozenset[str]:
    """The names of all migrations that this program knows."""
    return frozenset(one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


async def current(database: Database) -> str | None:
    """The name of the migration at which the database stands; None for an empty one."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())


async def migrate(database: Database) -> None:
    """Applies every migration that is missing, all or none. Raises NewerDatabase for one that is ahead of us."""

    def upgrade(connection: Connection) -> None:
        config = _config()
        stands = MigrationContext.configure(connection).get_current_revision()
        if stands and stands not in known():
            raise NewerDatabase(stands)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    async with database.engine.begin() as connection:
        await connection.run_sync(upgrade)
