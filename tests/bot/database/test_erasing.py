"""Whoever asks to be forgotten leaves counters and nothing else: every column of both databases is read for traces."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import LargeBinary, String, Table, cast, func, select

from bot.database import Database
from bot.database.belongings import NOBODYS, Person, rules
from bot.database.tables import Base, Customer, Erasure
from bot.messages import Media
from tests.stage import Stage

LEADS_TO_A_PERSON = {
    "customer_id", "conversation_id", "inbox_id", "outbox_id", "ticket_id", "copy_of", "person", "platform_id",
}  # fmt: skip
"""Names of columns by which a row is somebody's."""
PLANTED = "zig zag file caption reply note remark tag promise quote parcel".split()
"""The ways in which words come in; each is planted behind “zebra”."""
OWNERS = {("owners", "platform_id"): "an owner's id"}


async def everything(database: Database) -> str:
    """All that any row of any table holds, as one text."""
    found = list[str]()
    async with database.read() as session:
        for table in Base.metadata.sorted_tables:
            columns = [c if isinstance(c.type, LargeBinary) else cast(c, String) for c in table.c]
            for row in await session.execute(select(*columns)):
                for value in row:
                    words = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    found.append(f"{table.name}: {words}")
                    if "\\u" in words:
                        found.append(f"{table.name}: {words.encode().decode('unicode_escape', 'replace')}")
    return "\n".join(found)


async def traces(database: Database, *tokens: str) -> list[str]:
    """Where any of these patterns still stands."""
    return [
        line[:300]
        for line in (await everything(database)).splitlines()
        if re.search("|".join(tokens), line, re.IGNORECASE)
    ]


async def finish(stage: Stage) -> None:
    """Lets the erasing come to its end."""
    await stage.wait(minutes=1)
    async with stage.database.read() as session:
        assert [row.state for row in await session.scalars(select(Erasure))] == ["done"]


async def test_nobody_can_find_a_trace_of_who_was_forgotten(stage: Stage) -> None:
    ana, ben = stage.ana, stage.ben
    upload = stage.adapter.world.upload
    await ben.says("Do you ship to Germany?")
    await ana.says("Could you carve a zebrazig in oak?")
    await stage.wait(seconds=3)
    await ana.edits(ana.wrote("zebrazig"), "Could you carve a zebrazag in oak?")
    photo = Media("photo", upload("zebrafile.png", "image/png", b"zebrabytes"), name="zebrafile.png", mime="image/png")
    await ana.says("zebracaption", [photo])
    thread = stage.thread("Ana")
    await thread.says("Gladly, dear zebrareply")
    await thread.says("//a zebranote inside")
    await thread.says("/note likes zebraremark")
    await thread.says("/tag zebratag")
    await thread.says("/promise tomorrow 12:00 zebrapromise")
    await ana.replies(ana.last("zebrareply"), "zebraquote, thanks")
    await thread.says("/transcript with notes")
    await stage.room.says("/search zebrazag")
    await stage.room.says("/waiting")
    await thread.says("/kept")
    await thread.says("/close")
    await ana.says("This is terrible, my zebraparcel arrived broken!")
    await stage.wait(seconds=4)
    await ben.says("This is terrible, my parcel arrived broken!")
    await stage.wait(seconds=4)
    await stage.thread("Ben").says("/search zebraparcel")
    await ana.says("/settings")
    await ana.presses("Yes, stories")
    await ana.says("/mydata")
    before = await everything(stage.database)
    assert [token for token in PLANTED if f"zebra{token}" not in before] == []
    await ana.says("/forgetme")
    await ana.presses("Yes, forget me")
    assert "I have forgotten your name" in ana.hears()[-1]
    await finish(stage)
    assert await traces(stage.database, "zebra", r"\bana\b") == []
    assert "Germany" in await everything(stage.database)
    async with stage.database.read() as session:
        (erasure,) = await session.scalars(select(Erasure))
        assert erasure.counts["heard"] > 5 and erasure.counts["notes"] == 1
        assert await session.scalar(select(func.count()).select_from(Customer)) == 1


def leads(table: Table) -> set[str]:
    """The columns of a table by which its rows are somebody's: by their name, or because they point to such a row."""
    pointing = {
        column.name for column in table.c for key in column.foreign_keys if key.column.table.name not in NOBODYS
    }
    return pointing | {column.name for column in table.c if column.name in LEADS_TO_A_PERSON}


def test_every_table_that_leads_to_a_person_has_a_rule() -> None:
    nobody = Person(0, "telegram", "0", (), datetime(2026, 1, 1, tzinfo=UTC), 0, 0)
    ruled: dict[str, str] = {}
    for table, where in rules(nobody):
        ruled[table.__tablename__] = str(where)
    assert set(ruled) | set(NOBODYS) == set(Base.metadata.tables) and not set(ruled) & set(NOBODYS)
    missing = []
    for name, stored in Base.metadata.tables.items():
        for column in leads(stored):
            if (name, column) in OWNERS or (name, column) == ("erasures", "customer_id"):
                continue
            if name == "customers" or f"{name}.{column}" in ruled.get(name, ""):
                continue
            missing.append(f"{name}.{column}")
    assert missing == []
