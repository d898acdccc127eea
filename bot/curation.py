"""Knowledge into the database and out of it: what `concierge knowledge` and the first start do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.backups import sqlite_file
from bot.clock import Clock
from bot.database import Database, migrate
from bot.database.blobs import keep_image
from bot.database.entries import (
    CHUNK,
    Difference,
    ImportReport,
    as_plain,
    differences,
    load_all,
    new_revision,
    newest_revision,
    put,
    store,
)
from bot.database.migrate import current, newest
from bot.database.questions import in_vain
from bot.database.revisions import Undone, undo_last
from bot.database.tables import TableMapping
from bot.spool import Spool
from knowledge.entry import Entry, Product
from knowledge.files import find_picture
from knowledge.importers import Taken
from knowledge.reading import Base, name_of, read_base

LARGEST_PICTURE = 20_000_000
"""Bytes; a larger one can't be sent as a picture anywhere."""


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Database]:
    """The database at a URL, migrated, closed at the end."""
    database = Database(database_url)
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _as_it_is(database_url: str) -> AsyncIterator[Database]:
    """The database at a URL, not even migrated, closed at the end."""
    database = Database(database_url)
    try:
        yield database
    finally:
        await database.close()


async def import_knowledge(
    database_url: str,
    rows: Iterable[Entry | Product],
    *,
    dry_run: bool,
    progress: Callable[[int], None],
    storing: Callable[[int], None] = lambda done: None,
    source: str = "import",
    taken: Sequence[Taken] = (),
    folders: Sequence[Path] = (),
) -> ImportReport:
    """Stores entries and products, each id once, as one revision, all or none; a dry run only counts.

    Everything is read before the database is opened, so a file that can't be read leaves no trace, not even an empty
    database. `progress` is told of what was read, `storing` of what was stored. `taken`, which reading may fill, is
    how tables were read; it is kept for the next time. Pictures that entries and products name are looked for in
    `folders`, and kept with them.
    """
    with Spool[Entry | Product]() as items, Spool[Difference]() as changed:
        items.add(_counted(rows, progress))
        if dry_run and not _is_there(database_url):
            return _all_new(items)
        async with _as_it_is(database_url) if dry_run else opened(database_url) as database:
            if dry_run and await current(database) is None:
                return _all_new(items)
            async with database.read() as session:
                seen, report = await newest_revision(session), ImportReport()
                for chunk in _chunks(items):
                    changed.add(await differences(session, chunk, report))
            if not dry_run:
                async with database.write() as session:
                    if await newest_revision(session) != seen:  # somebody else was quicker: compare once more
                        report = await store(session, items, source, Clock().now(), storing)
                    elif changed.count:
                        await _put_all(session, changed, source, storing)
                    await _remember(session, taken, Clock().now())
                    await _keep_pictures(session, items, folders, Clock().now())
    return report


async def _keep_pictures(
    session: AsyncSession, items: Iterable[Entry | Product], folders: Sequence[Path], now: datetime
) -> None:
    """The pictures that are there; `knowledge check` names those that aren't."""
    done: set[str] = set()
    for item in items if folders else ():
        for name in {*_named_by(item)} - done:
            done.add(name)
            found = next((file for folder in folders if (file := find_picture(folder, name))), None)
            if found is not None and found.stat().st_size <= LARGEST_PICTURE:
                await keep_image(session, name, found.read_bytes(), now)


def _named_by(item: Entry | Product) -> tuple[str, ...]:
    if isinstance(item, Entry):
        return item.images
    return (item.image,) if item.image and "://" not in item.image else ()


T = TypeVar("T")


def _counted(rows: Iterable[T], progress: Callable[[int], None]) -> Iterator[T]:
    for number, row in enumerate(rows, 1):
        yield row
        progress(number)


def _chunks(things: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(things)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


def _all_new(items: Iterable[Entry | Product]) -> ImportReport:
    report = ImportReport()
    for item in items:
        report.count(name_of(item), None, as_plain(item))
    return report


async def _put_all(
    session: AsyncSession, changed: Iterable[Difference], source: str, storing: Callable[[int], None]
) -> None:
    """The short part during which nobody else may write."""
    revision, done = await new_revision(session, source, Clock().now()), 0
    for chunk in _chunks(changed):
        await put(session, revision, chunk)
        done += len(chunk)
        storing(done)


def _is_there(database_url: str) -> bool:
    """Whether there is a database to ask; a PostgreSQL server is taken to be."""
    file = sqlite_file(database_url)
    return file is None or file.exists()


async def remembered(database_url: str) -> dict[str, Taken]:
    """How tables were read before, by the signature of their header; makes and changes no database."""
    if not _is_there(database_url):
        return {}
    async with _as_it_is(database_url) as database:
        if await current(database) != newest():
            return {}
        async with database.read() as session:
            rows = await session.scalars(select(TableMapping))
            return {row.signature: Taken(Path(), row.format, row.signature, row.columns) for row in rows}


async def asked_in_vain(database_url: str, since: datetime) -> list[str]:
    """What customers asked since then and nobody had written down; makes and changes no database."""
    if not _is_there(database_url):
        return []
    async with _as_it_is(database_url) as database:
        if await current(database) != newest():
            return []
        async with database.read() as session:
            return [asked.question for asked in await in_vain(session, since)]


async def _remember(session: AsyncSession, taken: Sequence[Taken], now: datetime) -> None:
    for one in taken:
        row = TableMapping(signature=one.signature, format=one.format, columns=dict(one.columns), saved_at=now)
        await session.merge(row)


async def undo(database_url: str) -> Undone | None:
    """Takes the last change of the knowledge back; None where there is nothing to take back."""
    if not _is_there(database_url):
        return None
    async with opened(database_url) as database, database.write() as session:
        return await undo_last(session, Clock().now())


async def read_knowledge(database_url: str) -> tuple[list[Entry], list[Product]]:
    """Everything that the database knows."""
    async with opened(database_url) as database, database.read() as session:
        return await load_all(session)


async def take_in_shop(database: Database, directory: Path, clock: Clock) -> ImportReport:
    """The first import of a shop's folder: entries, products and their pictures."""
    base = read_base(directory)
    async with database.write() as session:
        for path in sorted(_pictures(base)):
            if file := find_picture(directory, path):
                await keep_image(session, path, file.read_bytes(), clock.now())
        return await store(session, (*base.entries, *base.products), str(directory.name), clock.now())


def _pictures(base: Base) -> set[str]:
    items: list[Entry | Product] = [*base.entries, *base.products]
    return {name for item in items for name in _named_by(item)}
