"""Copies of which nobody knows whether they arrived, and posts that were slept through: what the owner then hears."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update

from bot.database.tables import OutboxRow
from tests.stage import Stage

TO_ANA = "post:1:1"


async def cut(stage: Stage, words: str = "Ten boxes left") -> None:
    """A story that the channel got, and of whose copy for Ana nobody knows whether it arrived."""
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await stage.room.says(f"/story now {words}")
    await stage.room.presses("Confirm")
    async with stage.database.write() as session:
        await session.execute(update(OutboxRow).where(OutboxRow.key == TO_ANA).values(state="sending"))
    await stage.concierge.recover()
    await stage.settle()
    stage.ana.hears()
    assert "I can't tell whether this arrived" in stage.room.hears()[-1]


async def test_a_copy_that_is_sent_once_more_says_what_its_story_says_by_now(stage: Stage) -> None:
    await cut(stage)
    await stage.room.says("/story edit 1 Nine boxes left")
    assert stage.room.hears()[-1].endswith("Still with the old words: Ana (?).")
    await stage.room.presses("Resend")
    assert stage.ana.hears() == ["Nine boxes left"]


async def test_a_long_copy_that_is_sent_once_more_says_what_its_story_says_by_now(stage: Stage) -> None:
    await cut(stage, "word " * 1000)
    await stage.room.says("/story edit 1 " + "plum " * 1000)
    await stage.room.presses("Resend")
    assert all("word" not in told for told in stage.ana.hears())


async def test_a_copy_of_a_story_that_is_over_says_so_when_it_is_sent_once_more(stage: Stage) -> None:
    await cut(stage)
    await stage.room.says("/story gone 1")
    await stage.room.presses("Resend")
    assert stage.ana.hears() == ["Ten boxes left\n\nThis is over. Thank you to everybody who came along!"]


async def test_a_story_that_was_taken_back_is_not_sent_once_more(stage: Stage) -> None:
    await cut(stage)
    await stage.room.says("/story recall 1")
    await stage.room.presses("Resend")
    assert stage.ana.hears() == []
    assert stage.room.hears()[-1] == "Left as it is: that story was taken back since."
    await stage.room.presses("Discard")
    assert stage.room.hears()[-1] == "That is settled already."


async def test_a_copy_that_the_owner_left_at_that_is_named_by_an_edit_and_by_a_recall(stage: Stage) -> None:
    await cut(stage)
    await stage.room.presses("Discard")
    await stage.room.says("/story edit 1 Nine boxes left")
    assert stage.room.hears()[-1].endswith("Still with the old words: Ana (?).")
    await stage.room.says("/story recall 1")
    assert stage.room.hears()[-1].endswith("Could not be taken back: Ana (?).")


async def test_who_slept_over_several_days_hears_of_each(stage: Stage) -> None:
    await stage.room.says("/story daily 09:00 Good morning")
    await stage.room.presses("Confirm")
    stage.room.hears()
    stage.clock.move_to(datetime(2026, 3, 15, 12, tzinfo=UTC))
    await stage.settle()
    (notice,) = stage.room.hears()
    assert "10.03. 09:00" in notice
    assert notice.endswith("It was due 5 times more until 15.03. 09:00, which I left out too.")
