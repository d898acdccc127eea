"""SQLite's driver: quick steps run where they are called, and what may have to wait holds up nobody."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from bot.database.driver import Connection, connecting

WITHIN_S = 20.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


@pytest.fixture
def stranger(file: Path) -> Iterator[sqlite3.Connection]:
    """Another process, as far as SQLite can tell."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("CREATE TABLE words (word TEXT, thread INTEGER)")
    yield other
    other.close()


async def _open(file: Path) -> Any:
    connection = await connecting(make_url(f"sqlite+aiosqlite:///{file}"))()
    assert isinstance(connection, Connection)
    connection._conn.isolation_level = None
    connection._conn.create_function("thread", 0, threading.get_ident)
    return connection


async def _run(connection: Any, statement: str) -> Any:
    cursor = await connection.cursor()
    await cursor.execute(statement)
    rows = list(await cursor.fetchall())
    await cursor.close()
    return rows


async def test_a_statement_runs_where_it_is_called(file: Path, stranger: sqlite3.Connection) -> None:
    connection = await _open(file)
    await _run(connection, "INSERT INTO words VALUES ('egg', thread())")
    assert await _run(connection, "SELECT word, thread = thread() FROM words") == [("egg", 1)]
    assert await _run(connection, "SELECT thread()") == [(threading.get_ident(),)]
    await connection.close()


async def test_what_is_not_known_to_be_quick_runs_in_the_thread(file: Path, stranger: sqlite3.Connection) -> None:
    connection = await _open(file)
    await _run(connection, "REPLACE INTO words VALUES ('egg', thread())")
    assert await _run(connection, "SELECT thread = thread() FROM words") == [(0,)]
    await connection.close()


async def test_a_lock_of_another_process_is_waited_for_in_the_thread(file: Path, stranger: sqlite3.Connection) -> None:
    connection = await _open(file)
    stranger.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(_run(connection, "BEGIN IMMEDIATE"))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not waiting.done()  # and we are not held up either
    stranger.execute("COMMIT")
    await asyncio.wait_for(waiting, WITHIN_S)
    await _run(connection, "INSERT INTO words VALUES ('egg', 0)")
    await connection.commit()
    assert stranger.execute("SELECT word FROM words").fetchall() == [("egg",)]
    await connection.close()


async def test_a_wait_that_is_cancelled_keeps_no_lock(file: Path, stranger: sqlite3.Connection) -> None:
    connection = await _open(file)
    stranger.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(_run(connection, "BEGIN IMMEDIATE"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    undone = asyncio.create_task(connection.rollback())  # what the pool does with a connection that it gets back
    await asyncio.sleep(0)
    stranger.execute("COMMIT")
    await asyncio.wait_for(undone, WITHIN_S)
    stranger.execute("BEGIN IMMEDIATE")
    stranger.execute("COMMIT")
    await connection.close()


async def test_a_rollback_takes_back_what_was_done(file: Path, stranger: sqlite3.Connection) -> None:
    connection = await _open(file)
    await _run(connection, "BEGIN IMMEDIATE")
    await _run(connection, "INSERT INTO words VALUES ('egg', 0)")
    await connection.rollback()
    await connection.rollback()  # of nothing
    assert stranger.execute("SELECT word FROM words").fetchall() == []
    await connection.close()


async def test_a_closed_connection_says_so(file: Path) -> None:
    connection = await _open(file)
    await connection.close()
    with pytest.raises(ValueError, match="no active connection"):
        await connection.cursor()
