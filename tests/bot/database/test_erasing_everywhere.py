"""Words that come in by every way there is, planted one by one: none of them is left in a row, or in a file beside."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.adapter import Call, DeliveryError, Reason
from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.database.blobs import keep_for
from bot.database.tables import BroadcastRecipient, Consent, Customer, Erasure, LiveQuestion, OutboxRow, Rating
from bot.messages import Media, Receipt
from bot.retention import forget_old
from tests.bot.database.test_erasing import everything, finish, traces
from tests.stage import Stage

PLANTED = (
    *("alike", "reply", "payload", "rating", "live", "held", "dead", "photo", "file", "greeting"),
    *("note", "tag", "remark", "search", "topic"),
)
"""Each is planted behind “zebra”, by the way in which such words come in."""


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> dict[str, BaseException]:
    """What becomes of a call whose text contains a word."""
    found: dict[str, BaseException] = {}
    send = PlaygroundAdapter.send

    async def sends(self: PlaygroundAdapter, call: Call) -> Receipt:
        for word, error in found.items():
            if word in call.message.text.plain and call.chat.chat_id == "ana":
                raise error
        return await send(self, call)

    monkeypatch.setattr(PlaygroundAdapter, "send", sends)
    return found


async def asks(stage: Stage, words: str) -> None:
    """Ana asks what nobody has written down."""
    await stage.ana.says(words)
    await stage.wait(seconds=4)


async def talk(stage: Stage) -> None:
    """A question that others ask too, an answer, a promise, remarks, and stars with a word on them."""
    await stage.ben.says("Could you carve a zebraalike in oak for me?")
    await stage.wait(seconds=4)
    await asks(stage, "Could you carve a zebraalike in oak for me?")
    await stage.ana.presses("Ask me later whether it helped")
    ana = stage.thread("Ana")
    await stage.room.says("/snippet add hi Dear {customer}, zebrasnippet is ours.")
    await ana.says("/s hi")
    await ana.says("I'll look for the zebrapayload tomorrow at 12:00")
    await ana.says("//zebranote of ours")
    await ana.says("/note zebraremark of ours")
    await ana.says("/tag zebratag")
    await ana.says("Of zebrareply, gladly")
    await ana.replies(ana.wrote("zebrareply"), "/teach")
    await ana.says("/transcript with notes")
    await stage.room.says("/search zebrasearch")
    await ana.says("/close")
    await stage.wait(days=1)
    await stage.ana.presses("Yes, it did")
    await stage.ana.presses("4 ★")
    await stage.ana.says("A zebrarating of yours")
    world = stage.adapter.world
    photo = Media("photo", file_id=world.upload("zebrafile.png", "image/png", b"zebraphoto"), name="zebrafile.png")
    await stage.ana.says("zebragreeting", [photo])
    await stage.wait(seconds=4)
    async with stage.database.write() as session:  # as where the owners' platform is another
        ana_id = await session.scalar(select(Customer.id).filter_by(name="Ana"))
        await keep_for(session, ana_id, "zebrafile.png", b"zebraphoto", stage.clock.now(), "image/png")


async def hear_stories(stage: Stage, broken: dict[str, BaseException]) -> None:
    """A story with a comment, a live hour with her name, a broadcast with a report; one copy cut, one message dead."""
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await stage.room.says("/story now Ten boxes left")
    broken["Ten boxes"] = ConnectionResetError("cut")
    await stage.room.presses("Confirm")
    await stage.wait(seconds=30)
    broken.clear()
    await stage.room.says("/live Ask the hens")
    await stage.ana.replies(stage.ana.last("Live now"), "Do hens dream of zebralive ponds?")
    await stage.ana.presses("You may say my name")
    await stage.room.replies(stage.room.last("zebralive"), "Of worms.")
    await stage.room.says("/live stop")
    await stage.room.says("/broadcast Fresh eggs on Friday")
    await stage.room.presses("Yes, to 1")
    await stage.wait(minutes=2)
    await stage.room.presses("Report (CSV)")
    broken["zebradead"] = DeliveryError(Reason.rejected, "No.")
    await stage.thread("Ana").says("Look at zebradead")
    await stage.wait(minutes=1)
    broken.clear()
    await stage.ana.says("This is terrible, my zebratopic arrived broken!")
    await stage.wait(seconds=4)
    await stage.thread("Ana").says("As already stated, zebraheld is not our problem.")


async def forgotten(stage: Stage) -> None:
    """Ana is forgotten, and it comes to its end."""
    await stage.ana.says("/mydata")
    await stage.ana.says("/forgetme")
    await stage.ana.presses("Yes, forget me")
    await finish(stage)


async def test_no_way_in_leaves_a_trace_of_who_was_forgotten(stage: Stage, broken: dict[str, BaseException]) -> None:
    await talk(stage)
    await hear_stories(stage, broken)
    async with stage.database.read() as session:
        for table in (Rating, LiveQuestion, BroadcastRecipient, Consent):
            assert await session.scalar(select(func.count()).select_from(table)), table.__tablename__
        states = set(await session.scalars(select(OutboxRow.state)))
    assert {"uncertain", "dead", "sent"} <= states
    before = await everything(stage.database)
    missing = [token for token in PLANTED if f"zebra{token}" not in before]
    assert missing == []
    await forgotten(stage)
    left = await traces(stage.database, "zebra(?!alike|snippet)", r"\bana\b")
    assert left == []
    alike = await traces(stage.database, "zebraalike")
    assert alike and all("oak for me?" in line for line in alike)  # what Ben asked is Ben's


async def test_a_forgotten_person_leaves_counters_alone(stage: Stage, broken: dict[str, BaseException]) -> None:
    await talk(stage)
    await forgotten(stage)
    async with stage.database.read() as session:
        (erasure,) = await session.scalars(select(Erasure))
        assert set(erasure.counts) <= {"heard", "said", "files", "questions", "notes", "open", "left"}
        assert all(isinstance(count, int) for count in erasure.counts.values())
        assert await session.scalar(select(func.count()).select_from(Consent)) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_file_of_the_database_and_all_beside_it_hold_no_byte_of_theirs_after_the_daily_run(
    stage: Stage,
) -> None:
    await asks(stage, "Could you carve a zebrazig in oak?")
    folder = Path(str(stage.database.engine.url.database)).parent
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"zebrazig" in held
    await forgotten(stage)
    await forget_old(stage.database, stage.clock.now().replace(year=2020), stage.clock.now())
    left = [path.name for path in folder.rglob("*") if path.is_file() and b"zebrazig" in path.read_bytes()]
    assert left == []
