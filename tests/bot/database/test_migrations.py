"""From nothing to the present shape, on both databases, whole or not at all."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bot.curation import opened
from bot.database import Database, migrate
from bot.database.migrate import NewerDatabase, current, newest
from bot.database.tables import Base, Lane
from tests.postgresql import PostgresqlServer

BROKEN = f"""
from alembic import op
import sqlalchemy as sa

revision, down_revision, branch_labels, depends_on = "broken", "{newest()}", None, None


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO half (id) VALUES (1)")
    op.execute("INSERT INTO nowhere (id) VALUES (1)")
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a database with nothing in it is."""
    name = f"empty_{uuid4().hex}"
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/{name}.db"
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    server.run(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    """A database with nothing in it."""
    database = Database(empty_url)
    yield database
    await database.close()


async def ask(database: Database, question: Any) -> Any:
    """What a synchronous question to the connection says."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(question)


def tables(connection: Connection) -> set[str]:
    """The names of all tables."""
    return set(inspect(connection).get_table_names())


async def test_an_empty_database_is_brought_to_the_present_shape(empty: Database) -> None:
    assert await current(empty) is None
    await migrate(empty)
    assert await current(empty) == newest() != ""
    assert await ask(empty, tables) == set(Base.metadata.tables) | {"alembic_version"}
    async with empty.write() as session:
        session.add(Lane(lane="a", last_place=1))


async def test_migrations_and_models_agree(empty: Database) -> None:
    await migrate(empty)

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))

    assert await ask(empty, differences) == []


async def test_migrations_and_models_agree_on_indexes_that_hold_for_some_rows_only(empty: Database) -> None:
    """Which a comparison passes over: one open ticket a conversation, the live rows of the outbox, parts of albums."""
    await migrate(empty)

    def conditions(connection: Connection) -> dict[str, str]:
        found = {}
        for table in ("tickets", "outbox", "inbox"):
            for index in inspect(connection).get_indexes(table):
                for name in ("sqlite_where", "postgresql_where"):
                    if (where := index.get("dialect_options", {}).get(name)) is not None:
                        found[str(index["name"])] = str(where).lower()
        return found

    found = await ask(empty, conditions)
    assert set(found) == {
        "uq_tickets_open",
        "ix_outbox_live",
        "ix_inbox_album",
        "ix_inbox_thought_id",
        "ix_outbox_merged_into",
        "ix_outbox_broadcast",
    }
    assert "thought_id is not null" in found["ix_inbox_thought_id"]
    assert "album is not null" in found["ix_inbox_album"]
    assert "closed_at is null" in found["uq_tickets_open"]
    assert all(state in found["ix_outbox_live"] for state in ("waiting", "claimed", "sending"))


async def test_migrating_twice_changes_nothing(empty: Database) -> None:
    await migrate(empty)
    async with empty.write() as session:
        session.add(Lane(lane="kept", last_place=7))
    await migrate(empty)
    async with empty.read() as session:
        assert (await session.get_one(Lane, "kept")).last_place == 7


async def test_a_database_of_a_newer_version_says_so_in_one_sentence_and_stays_as_it_is(empty: Database) -> None:
    await migrate(empty)
    async with empty.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabase) as caught:
        await migrate(empty)
    sentence = str(caught.value)
    assert "newer version" in sentence and "9999" in sentence and newest() in sentence
    assert "\n" not in sentence
    assert await current(empty) == "9999"


async def test_opening_a_newer_database_says_the_same(empty: Database) -> None:
    await migrate(empty)
    async with empty.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabase):
        async with opened(empty.url):
            pass


async def test_a_migration_that_breaks_halfway_leaves_the_database_as_it_was(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(empty)
    stood = newest()
    module = sys.modules[migrate.__module__]
    assert module.__file__
    ours = Path(module.__file__).parent / "migrations"
    theirs = tmp_path / "migrations"
    shutil.copytree(ours, theirs, ignore=shutil.ignore_patterns("__pycache__"))
    (theirs / "versions" / "9999_broken.py").write_text(BROKEN, encoding="utf-8")
    config = module._config()
    config.set_main_option("script_location", str(theirs))
    monkeypatch.setattr(module, "_config", lambda: config)
    with pytest.raises(Exception, match="nowhere"):
        await migrate(empty)
    assert await current(empty) == stood
    assert "half" not in await ask(empty, tables)
