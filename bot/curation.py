"""Knowledge into the database and out of it: what `concierge knowledge` and the first start do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.clock import Clock
from bot.database import Database, migrate
from bot.database.blobs import keep_image
from bot.database.entries import ImportReport, load_all, store
from knowledge.entry import Entry, Product
from knowledge.files import find_picture
from knowledge.reading import Base, read_base


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Database]:
    """The database at a URL, migrated, closed at the end."""
    database = Database(database_url)
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


class _DryRun(Exception):
    """Ends a transaction without a trace."""


async def import_knowledge(
    database_url: str,
    rows: Iterable[Entry | Product],
    *,
    dry_run: bool,
    progress: Callable[[int], None],
) -> ImportReport:
    """Stores entries and products as one revision, all or none; a dry run only counts."""
    report = ImportReport()
    async with opened(database_url) as database:
        try:
            async with database.write() as session:
                report = await store(session, rows, "import", Clock().now(), progress)
                if dry_run:
                    raise _DryRun
        except _DryRun:
            pass
    return report


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
    named = {image for entry in base.entries for image in entry.images}
    return named | {product.image for product in base.products if product.image and "://" not in product.image}
