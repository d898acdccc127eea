"""Whoever asks to be forgotten leaves counters and nothing else: every column of both databases is read for traces."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import LargeBinary, String, Table, cast, func, select, update

from bot.database import Database, erasing
from bot.database.belongings import NOBODYS, Person, rules
from bot.database.tables import Base, Customer, Erasure, PostReaction
from bot.messages import Media
from tests.stage import Stage

LEADS_TO_A_PERSON = {
    "customer_id", "conversation_id", "inbox_id", "outbox_id", "ticket_id", "copy_of", "person", "platform_id",
}  # fmt: skip
"""Names of columns by which a row is somebody's."""
PLANTED = "zig zag file caption reply note remark tag promise quote parcel".split()
"""The ways in which words come in; each is planted behind “zebra”."""
OWNERS = {("owners", "platform_id"): "an owner's id", ("accounts", "platform_id"): "an owner's id"}


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


async def test_an_erasing_that_is_killed_after_any_step_goes_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "AT_ONCE", 2)
    for number in range(4):
        await stage.ana.says(f"Do you ship to zebraland, {number}?")
    await stage.wait(seconds=4)
    await stage.ana.says("/forgetme")
    step, killed = erasing.go_on, list[int]()

    async def cut(*given: Any) -> erasing.Done:
        done = await step(*given)
        killed.append(1)
        if len(killed) % 2:
            raise RuntimeError("killed before the commit")
        return done

    monkeypatch.setattr(erasing, "go_on", cut)
    with suppress(RuntimeError):
        await stage.ana.presses("Yes, forget me")
    for _ in range(100):
        stage.clock.move_to(stage.clock.now() + timedelta(seconds=3))
        with suppress(RuntimeError):
            await stage.settle()
    assert len(killed) > 10
    async with stage.database.read() as session:
        assert [row.state for row in await session.scalars(select(Erasure))] == ["done"]
    assert await traces(stage.database, "zebra", r"\bana\b") == []


async def test_what_a_room_lists_of_others_stays_usable_without_its_words(stage: Stage) -> None:
    await stage.ana.says("Could you carve a zebrazig in oak?")
    await stage.wait(seconds=3)
    await stage.room.says("/story daily 09:00 Good morning")
    await stage.room.says("/waiting")
    await stage.ana.says("/forgetme")
    await stage.ana.presses("Yes, forget me")
    await finish(stage)
    await stage.room.presses("Confirm")
    assert "Good morning" in " ".join(stage.room.hears())
    await stage.room.edits(stage.room.wrote("/story"), "/story daily 09:00 Good evening")
    await stage.room.says("/stories")
    assert "Good evening" in stage.room.hears()[-1] or "Good morning" in stage.room.hears()[-1]
    assert await traces(stage.database, "zebra") == []


async def test_a_reaction_of_somebody_forgotten_still_counts(stage: Stage) -> None:
    for person in (stage.ana, stage.ben):
        await person.says("/start")
        await person.presses("Follow the stories")
    await stage.room.says("/story now Ten boxes left")
    await stage.room.presses("Confirm")
    await stage.wait(seconds=10)
    for person in (stage.ana, stage.ben):
        await person.reacts(person.last("Ten boxes"), "👍")
    async with stage.database.write() as session:  # as where somebody reacts who is no customer yet
        await session.execute(update(PostReaction).values(customer_id=None))
    await stage.ana.says("/forgetme")
    await stage.ana.presses("Yes, forget me")
    await finish(stage)
    async with stage.database.read() as session:
        likes = {row.person: row.count for row in await session.scalars(select(PostReaction))}
    assert likes == {"": 1, "playground:ben": 1}
    assert await traces(stage.database, r"\bana\b") == []
    await stage.room.says("/story recall 1")
    await stage.wait(minutes=1)
    assert stage.ben.log()[-1].deleted or any(shown.deleted for shown in stage.ben.log())


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
