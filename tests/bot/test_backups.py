"""The copy of an old database: whole, beside it, made once for each migration, and only where there is one."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import backups
from bot.backups import back_up_before_migration, copy_sqlite, sqlite_file
from bot.database import Database
from bot.database.migrate import newest


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    """A database of this version."""
    return Path(shutil.copy(sqlite_template, tmp_path / "concierge.db"))


async def backed_up(file: Path) -> Path | None:
    """What the copying before a migration gives."""
    database = Database(f"sqlite+aiosqlite:///{file}")
    try:
        return await back_up_before_migration(database, file)
    finally:
        await database.close()


def read(file: Path) -> list[tuple[str]]:
    """At which migration a file stands, once it is known to be whole."""
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return database.execute("SELECT version_num FROM alembic_version").fetchall()


async def test_a_database_of_this_version_is_not_copied(file: Path) -> None:
    before = sorted(file.parent.iterdir())
    assert await backed_up(file) is None
    assert [path for path in file.parent.iterdir() if path not in before and "-" not in path.name] == []


async def test_an_empty_one_is_not_copied(tmp_path: Path) -> None:
    assert await backed_up(tmp_path / "new.db") is None


async def test_an_old_one_is_copied_with_its_version_in_the_name(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stands = newest()
    monkeypatch.setattr(backups, "newest", lambda: "a later one")
    first, second = await backed_up(file), await backed_up(file)
    assert first and second
    assert [first.name, second.name] == [f"concierge.db.{stands}.backup", f"concierge.db.{stands}.1.backup"]
    assert read(first) == read(second) == [(stands,)]
    assert first.stat().st_mode & 0o077 == 0


async def test_one_of_a_newer_version_is_left_alone(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'from the future'")
        database.commit()
    assert await backed_up(file) is None


async def test_a_copy_holds_what_was_committed_a_moment_ago(file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("UPDATE alembic_version SET version_num = 'just now'")
        database.commit()
        copy_sqlite(file, tmp_path / "copy.db")
    assert read(tmp_path / "copy.db") == [("just now",)]
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite+aiosqlite:///a/b.db", Path("a/b.db")),
        ("sqlite+aiosqlite:////a/b.db", Path("/a/b.db")),
        ("sqlite+aiosqlite:///:memory:", None),
        ("postgresql+asyncpg://host/name", None),
    ],
)
def test_the_file_of_a_database_is_found_in_its_url(url: str, expected: Path | None) -> None:
    assert sqlite_file(url) == expected
