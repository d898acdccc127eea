"""One process at a time: beside a SQLite file, and in PostgreSQL; nobody's death leaves a lock behind."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import alone
from bot.alone import Taken, in_turn, only_one, turn
from bot.database import Database
from tests.bot.shopfront import ROOT, until

HOLDER = (
    "import sys; from pathlib import Path; from bot.alone import only_one\n"
    "with only_one(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a database may be."""
    return tmp_path / "concierge.db"


def test_a_second_one_is_refused_until_the_first_has_ended(file: Path) -> None:
    with only_one(file):
        with pytest.raises(Taken, match=r"concierge\.db"), only_one(file):
            pass
    with only_one(file):
        pass


def test_another_name_of_the_same_file_is_the_same_file(file: Path, tmp_path: Path) -> None:
    file.touch()
    (tmp_path / "link.db").symlink_to(file)
    with only_one(file), pytest.raises(Taken), only_one(tmp_path / "link.db"):
        pass


def test_two_files_do_not_know_of_each_other(file: Path, tmp_path: Path) -> None:
    with only_one(file), only_one(tmp_path / "other.db"):
        pass


@pytest.fixture
def holder(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLDER, str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_process_that_is_killed_leaves_no_lock(file: Path, holder: subprocess.Popen[bytes]) -> None:
    with pytest.raises(Taken), only_one(file):
        pass
    holder.kill()
    holder.wait()
    with only_one(file):
        pass


class Duty:
    """Work that lasts until it is cancelled; counts how often it was begun, and how many are at it."""

    def __init__(self) -> None:
        self.begun = self.at_it = 0

    async def __call__(self) -> None:
        """Does it."""
        self.begun, self.at_it = self.begun + 1, self.at_it + 1
        try:
            await asyncio.Event().wait()
        finally:
            self.at_it -= 1


async def ended(*tasks: asyncio.Task[None]) -> None:
    """Cancels tasks, and lets them end."""
    for task in tasks:
        task.cancel()
    assert all(isinstance(e, asyncio.CancelledError) for e in await asyncio.gather(*tasks, return_exceptions=True))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_on_sqlite_it_is_always_our_turn(database: Database) -> None:
    first, second = Duty(), Duty()
    tasks = [asyncio.create_task(in_turn(database, ["send"], duty)) for duty in (first, second)]
    await until(lambda: bool(first.at_it and second.at_it))
    await ended(*tasks)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_broken_duty_is_nobodys_turn_to_mend_on_sqlite(database: Database) -> None:
    async def breaks() -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        await in_turn(database, ["send"], breaks)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks often."""
    monkeypatch.setattr(alone, "GLANCE_S", 0.02)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
class TestOnPostgresql:
    async def test_a_second_one_stands_by_and_takes_over(self, database: Database, database_url: str) -> None:
        other, first, second = Database(database_url), Duty(), Duty()
        one = asyncio.create_task(in_turn(database, ["send a"], first))
        await until(lambda: first.at_it == 1)
        two = asyncio.create_task(in_turn(other, ["send a"], second))
        async with turn(other, ["send b"]):
            pass  # another name is free; meanwhile the second has looked
        assert second.begun == 0
        await ended(one)
        await until(lambda: second.at_it == 1)
        await ended(two)
        await other.close()

    async def test_a_lost_connection_ends_the_duty_and_begins_it_again(self, database: Database) -> None:
        duty = Duty()
        task = asyncio.create_task(in_turn(database, ["send"], duty))
        await until(lambda: duty.at_it == 1)
        async with database.write() as session:
            await session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            )
        await until(lambda: duty.begun == 2)
        assert duty.at_it == 1
        await ended(task)

    async def test_what_is_held_for_a_moment_is_free_afterwards(self, database: Database) -> None:
        for _ in range(2):
            async with asyncio.timeout(10), turn(database, ["prepare", "send"]):
                pass
