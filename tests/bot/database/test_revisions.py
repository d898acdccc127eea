"""The history of the knowledge, on both databases: taken back as it was, and no further than it goes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.curation import import_knowledge, read_knowledge, undo
from bot.database import Database
from bot.database.entries import differences, load_all, store
from bot.database.revisions import Undone, remove, undo_last
from knowledge.entry import Entry, Product
from knowledge.importers import Choice, read_all

ENTRY = Entry("e", ("Q?", "R?"), "A", ("t",), "de", date(2026, 12, 24), "draft", ("images/a.png",))
PRODUCT = Product("p", "P", "d", Decimal("4.5"), "EUR", 0, ("x",), "note", "a.png", "https://x.example.com")


async def put(database: Database, clock: Clock, source: str, *items: Entry | Product) -> None:
    async with database.write() as session:
        await store(session, items, source, clock.now())


async def taken_back(database: Database, clock: Clock) -> Undone | None:
    async with database.write() as session:
        return await undo_last(session, clock.now())


async def known(database: Database) -> tuple[list[Entry], list[Product]]:
    async with database.read() as session:
        return await load_all(session)


async def test_every_field_comes_back_as_it_was(database: Database, clock: Clock) -> None:
    await put(database, clock, "first", ENTRY, PRODUCT)
    await put(database, clock, "second", Entry("e", (), "B"), Product("p", "Q"), Entry("new", ("n",), "n"))
    undone = await taken_back(database, clock)
    assert undone is not None
    assert (undone.source, undone.removed, undone.restored, undone.returned) == ("second", 1, 2, 0)
    assert await known(database) == ([ENTRY], [PRODUCT])


async def test_what_was_taken_out_is_brought_back(database: Database, clock: Clock) -> None:
    await put(database, clock, "first", ENTRY, PRODUCT)
    async with database.write() as session:
        assert await remove(session, "entry", "e", "retired", clock.now()) is not None
        assert await remove(session, "entry", "e", "retired", clock.now()) is None
        assert await remove(session, "entry", "never", "retired", clock.now()) is None
    assert await known(database) == ([], [PRODUCT])
    undone = await taken_back(database, clock)
    assert undone is not None and (undone.source, undone.returned) == ("retired", 1)
    assert await known(database) == ([ENTRY], [PRODUCT])


async def test_nothing_is_taken_back_where_nothing_stands(database: Database, clock: Clock) -> None:
    assert await taken_back(database, clock) is None
    await put(database, clock, "first", ENTRY)
    await taken_back(database, clock)
    assert await taken_back(database, clock) is None
    assert await known(database) == ([], [])


async def test_a_long_import_is_taken_back_whole(database: Database, clock: Clock) -> None:
    await put(database, clock, "long", *(Entry(f"e{n}", ("q",), "a") for n in range(1_234)))
    undone = await taken_back(database, clock)
    assert undone is not None and undone.removed == 1_234
    assert await known(database) == ([], [])


async def test_an_import_that_somebody_overtakes_compares_once_more(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the comparing and the storing another one stores: the history still tells what was there before."""
    compared = differences

    async def overtaken(*arguments: object) -> object:
        found = await compared(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr("bot.curation.differences", compared)
        await import_knowledge(database_url, [PRODUCT], dry_run=False, progress=lambda done: None)
        return found

    monkeypatch.setattr("bot.curation.differences", overtaken)
    cheaper = replace(PRODUCT, price=Decimal(1))
    report = await import_knowledge(database_url, [cheaper], dry_run=False, progress=lambda done: None)
    assert (report.new, report.changed) == (0, 1)
    assert (await read_knowledge(database_url))[1] == [cheaper]
    await undo(database_url)
    assert (await read_knowledge(database_url))[1] == [PRODUCT]


def feed(path: Path, items: int) -> Path:
    """A feed of many products with long descriptions."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write("<rss><channel>")
        stream.writelines(
            f"<item><id>{n}</id><title>Tea</title><description>{'word ' * 600}</description></item>\n"
            for n in range(items)
        )
        stream.write("</channel></rss>")
    return path


def peak(items: Iterable[object]) -> int:
    """The most memory that going through them took, in bytes."""

    def passed() -> Iterator[object]:
        yield from items

    tracemalloc.start()
    for _ in passed():
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_a_long_feed_is_never_held_as_a_whole(tmp_path: Path) -> None:
    path = feed(tmp_path / "feed.xml", 3_000)
    assert path.stat().st_size > 9_000_000
    assert peak(read_all([path], Choice(), lambda said: None, lambda took: None)) < 3_000_000
