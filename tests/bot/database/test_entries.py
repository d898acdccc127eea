"""What the merchant wrote goes in and comes out as it was, with every version there has been, whole or not at all."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.clock import Clock
from bot.curation import import_knowledge, read_knowledge, take_in_shop
from bot.database import Database
from bot.database.blobs import images, read_blob
from bot.database.entries import CHUNK, ImportReport, load_all, newest_revision, store
from bot.database.tables import Change, Revision
from knowledge.entry import Entry, Product

EGGS = Product("eggs", "Eggs", price=Decimal("4.50"), currency="EUR", stock=0, tags=("brown",), owner_note="6 a box")
FEED = Entry("feed", ("What do they eat?",), "Maize.")
RICH = Entry(
    "おたまご",
    ("たまごは新鮮ですか？", "Are they fresh?\nReally?"),
    '**Yes** — 3 < 4 & "so" 👩‍👩‍👧 \u202e\n\n* a\n* b\n',
    ("fresh", "新鮮"),
    "ja",
    date(2026, 12, 24),
    "draft",
    ("images/a b.png",),
)


async def put(database: Database, clock: Clock, *items: Entry | Product) -> ImportReport:
    """One import."""
    async with database.write() as session:
        return await store(session, items, "test", clock.now())


async def everything(database: Database) -> tuple[list[Entry], list[Product]]:
    """What is known now."""
    async with database.read() as session:
        return await load_all(session)


async def changes(database: Database) -> list[Change]:
    """Every change there has been, in order."""
    async with database.read() as session:
        return list(await session.scalars(select(Change).order_by(Change.id)))


async def revision(database: Database) -> int:
    """The number of the newest change."""
    async with database.read() as session:
        return await newest_revision(session)


async def test_what_goes_in_comes_out_as_it_was(database: Database, clock: Clock) -> None:
    plain = Product("hen", "Hen")
    report = await put(database, clock, EGGS, RICH, FEED, plain)
    assert (report.new, report.changed, report.unchanged) == (4, 0, 0)
    assert await everything(database) == ([FEED, RICH], [EGGS, plain])


@pytest.mark.parametrize("price", ["0", "0.0001", "4.50", "1E+3", "100", "12345678901.99", "99999999999.9999", "-1.5"])
async def test_a_price_is_kept_to_the_last_digit(database: Database, clock: Clock, price: str) -> None:
    product = Product("p", "P", price=Decimal(price))
    await put(database, clock, product)
    assert (await everything(database))[1] == [product]
    assert (await put(database, clock, product)).unchanged == 1


@pytest.mark.parametrize("price", ["4.5", "4.50", "4.5000"])
async def test_a_price_written_otherwise_is_no_change(database: Database, clock: Clock, price: str) -> None:
    await put(database, clock, EGGS)
    same = Product(**{**vars(EGGS), "price": Decimal(price)})
    assert (await put(database, clock, same)).unchanged == 1


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
entries = st.builds(
    Entry,
    id=words.filter(bool),
    questions=st.lists(words, min_size=1, max_size=3).map(tuple),
    answer=words,
    tags=st.lists(words, max_size=3).map(tuple),
    language=st.sampled_from(["", "en", "ja"]),
    valid_until=st.none() | st.dates(),
    mode=st.sampled_from(["auto", "draft"]),
    images=st.lists(words, max_size=2).map(tuple),
)
products = st.builds(
    Product,
    id=words.filter(bool),
    title=words,
    description=words,
    price=st.none() | st.decimals(0, 10**9, places=4),
    currency=st.sampled_from(["", "EUR", "JPY"]),
    stock=st.none() | st.integers(0, 2**31 - 1),
    tags=st.lists(words, max_size=3).map(tuple),
    owner_note=words,
    image=words,
    url=words,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(item=entries | products)
def test_anything_goes_in_and_comes_out_as_it_was(item: Entry | Product, database_url: str) -> None:
    async def round_trip() -> None:
        database, clock = Database(database_url), Clock()
        await put(database, clock, item)
        found = await everything(database)
        assert item in found[0] or item in found[1]
        assert (await put(database, clock, item)).unchanged == 1
        await database.close()

    asyncio.run(round_trip())


async def test_a_second_import_of_the_same_makes_no_revision(database: Database, clock: Clock) -> None:
    await put(database, clock, EGGS, RICH, FEED)
    before = await revision(database)
    report = await put(database, clock, EGGS, RICH, FEED)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 3)
    assert await revision(database) == before
    assert len(await changes(database)) == 3


async def test_a_change_keeps_what_was_and_what_is(database: Database, clock: Clock) -> None:
    await put(database, clock, EGGS, FEED)
    dearer = Product(**{**vars(EGGS), "price": Decimal("5.00")})
    report = await put(database, clock, dearer, FEED)
    assert (report.new, report.changed, report.unchanged) == (0, 1, 1)
    change = (await changes(database))[-1]
    assert (change.kind, change.item_id, change.revision_id) == ("product", "eggs", await revision(database))
    assert change.before is not None and change.after is not None
    assert (change.before["price"], change.after["price"]) == ("4.5", "5")
    assert (await changes(database))[0].before is None
    assert (await everything(database))[1] == [dearer]


async def test_nothing_is_removed_by_an_import_that_does_not_name_it(database: Database, clock: Clock) -> None:
    await put(database, clock, EGGS, FEED)
    await put(database, clock, RICH)
    assert await everything(database) == ([FEED, RICH], [EGGS])


async def test_an_entry_and_a_product_may_share_a_name(database: Database, clock: Clock) -> None:
    same = Entry("eggs", ("Eggs?",), "Yes.")
    await put(database, clock, EGGS, same)
    assert await everything(database) == ([same], [EGGS])


async def test_the_last_of_two_with_one_name_counts_and_both_are_in_the_history(
    database: Database, clock: Clock
) -> None:
    second = Entry("feed", ("What do they eat?",), "Wheat.")
    report = await put(database, clock, FEED, second)
    assert (report.new, report.changed) == (1, 1)
    assert (await everything(database))[0] == [second]
    assert [(c.before or {}).get("answer") for c in await changes(database)] == [None, "Maize."]


def breaking(count: int) -> Iterator[Entry]:
    """Entries that come to a row that can't be read."""
    for number in range(count):
        yield Entry(f"e{number}", ("q",), "a")
    raise ValueError("row 1201")


async def test_an_import_that_breaks_in_the_middle_leaves_nothing(database: Database, clock: Clock) -> None:
    await put(database, clock, FEED)
    with pytest.raises(ValueError, match="row 1201"):
        async with database.write() as session:
            await store(session, breaking(2 * CHUNK + 200), "test", clock.now())
    assert await everything(database) == ([FEED], [])
    assert await revision(database) == 1
    assert len(await changes(database)) == 1


async def test_5000_rows_go_in_chunks_and_are_told_as_they_go(database: Database, clock: Clock) -> None:
    told: list[int] = []
    taken: list[int] = []

    def rows() -> Iterator[Entry]:
        for number in range(5000):
            taken.append(number)
            yield Entry(f"e{number:05}", (f"question {number}?",), "answer " * 20)

    def progress(done: int) -> None:
        told.append(done)
        assert len(taken) == done  # nothing is read ahead of what is stored

    async with database.write() as session:
        report = await store(session, rows(), "test", clock.now(), progress)
    assert report.new == 5000
    assert told == list(range(CHUNK, 5001, CHUNK))
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Revision)) == 1
    assert len((await everything(database))[0]) == 5000


async def test_a_large_import_needs_no_more_memory_than_a_small_one(database: Database, clock: Clock) -> None:
    async def peak(count: int, name: str) -> int:
        gc.collect()
        tracemalloc.start()
        async with database.write() as session:
            rows = (Entry(f"{name}{n}", (f"question {n}?",), "answer " * 20) for n in range(count))
            await store(session, rows, "test", clock.now())
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    await peak(CHUNK, "warm")
    small = await peak(2 * CHUNK, "a")
    assert await peak(8 * CHUNK, "b") < 1.5 * small


# Through the doors that the command line uses.


async def import_all(url: str, *items: Entry | Product, dry_run: bool = False) -> ImportReport:
    """As `concierge knowledge import` does."""
    return await import_knowledge(url, items, dry_run=dry_run, progress=lambda done: None)


async def test_a_dry_run_counts_and_leaves_nothing(database_url: str) -> None:
    await import_all(database_url, FEED)
    other = Entry("feed", ("What do they eat?",), "Wheat.")
    report = await import_all(database_url, other, EGGS, dry_run=True)
    assert (report.new, report.changed, report.unchanged) == (1, 1, 0)
    assert await read_knowledge(database_url) == ([FEED], [])
    report = await import_all(database_url, other, EGGS)
    assert (report.new, report.changed) == (1, 1)
    assert await read_knowledge(database_url) == ([other], [EGGS])


async def test_a_shops_folder_is_taken_in_with_its_pictures_and_a_second_time_changes_nothing(
    database: Database, clock: Clock, shop_dir: Path
) -> None:
    report = await take_in_shop(database, shop_dir, clock)
    assert report.new == 5
    assert (await take_in_shop(database, shop_dir, clock)).unchanged == 5
    async with database.read() as session:
        (box,) = await images(session, ["images/box.png"])
        assert await read_blob(session, box.sha256) == (shop_dir / "images" / "box.png").read_bytes()
