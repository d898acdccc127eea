"""A story from chat to channel: arranged, previewed, confirmed, posted once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from bot.messages import Media
from knowledge.shop import read_shop
from tests.stage import Stage


async def test_a_story_is_previewed_with_its_next_three_times_and_posted_when_confirmed(stage: Stage) -> None:
    await stage.room.says("/story daily 09:00 Good morning")
    (preview,) = stage.room.hears()
    story, plan = preview.split("\n\n———\n")
    assert story == "Good morning"
    assert "Next: Tue 10.03. 09:00, Wed 11.03. 09:00, Thu 12.03. 09:00" in plan
    assert "the story channel" in plan
    assert stage.room.buttons()[:3] == ["Confirm", "Change", "Cancel"]
    await stage.wait(days=1)
    assert stage.channel.hears() == []
    await stage.room.presses("Confirm")
    assert "Planned as story 1" in stage.room.hears()[-1]
    await stage.wait(days=3)
    assert stage.channel.hears() == ["Good morning"] * 3
    assert [f"{s.at:%d %H:%M}" for s in stage.channel.log()] == ["11 08:00", "12 08:00", "13 08:00"]


async def test_a_photo_story_shows_its_photo_in_preview_and_channel(stage: Stage) -> None:
    photo = Media("photo", file_id=stage.adapter.world.upload("day-1.png", "image/png", b"\x89PNG\r\n\x1a\nd"))
    await stage.room.says("/story now The first crack", [photo])
    assert [m.file_id for m in stage.room.news()[-1].media] == [photo.file_id]
    await stage.room.presses("Confirm")
    (post,) = stage.channel.news()
    assert post.text.plain == "The first crack"
    assert [stage.adapter.world.uploaded(m.file_id).content for m in post.media] == [b"\x89PNG\r\n\x1a\nd"]


async def test_confirming_twice_posts_once(stage: Stage) -> None:
    await stage.room.says("/story now Eggs!")
    preview = stage.room.log()[-1]
    confirm = preview.buttons[0].data
    await stage.room.presses_data(preview.message_id, confirm)
    await stage.room.presses_data(preview.message_id, confirm)
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Eggs!"]
    assert stage.room.hears()[-1] == "That is settled already."


async def test_a_story_without_a_time_asks_and_takes_the_answer(stage: Stage) -> None:
    await stage.room.says("/story The hens found the strawberries")
    assert stage.room.hears()[-1].startswith("When shall I post it?")
    await stage.room.says("whenever you like")
    assert "“whenever you like”" in stage.room.hears()[-1]
    await stage.room.says("tomorrow 18:30")
    assert stage.room.hears()[-1].startswith("The hens found the strawberries\n\n———")
    await stage.room.presses("Confirm")
    await stage.wait(days=2)
    assert stage.channel.hears() == ["The hens found the strawberries"]


async def test_a_story_without_anything_asks_what_and_when(stage: Stage) -> None:
    await stage.room.says("/story")
    assert stage.room.hears()[-1].startswith("What shall I post?")
    await stage.room.says("A story about a boot")
    assert stage.room.hears()[-1].startswith("When shall I post it?")
    await stage.room.says("now")
    await stage.room.presses("Confirm")
    assert stage.channel.hears() == ["A story about a boot"]


async def test_a_time_without_a_story_asks_for_the_story(stage: Stage) -> None:
    await stage.room.says("/story tomorrow 08:00")
    assert stage.room.hears()[-1].startswith("What shall I post?")
    await stage.room.says("Good morning")
    assert "———" in stage.room.hears()[-1]


async def test_a_question_about_a_story_is_forgotten_after_ten_minutes(stage: Stage) -> None:
    await stage.room.says("/story")
    stage.room.hears()
    await stage.wait(minutes=11)
    await stage.room.says("Who feeds the hens?")
    assert stage.room.hears() == []


async def test_change_takes_a_new_time_or_new_words(stage: Stage) -> None:
    await stage.room.says("/story tomorrow 08:00 Good morning")
    await stage.room.presses("Change")
    await stage.room.says("tomorrow 09:30")
    assert "Next: Tue 10.03. 09:30" in stage.room.hears()[-1]
    await stage.room.presses("Change")
    await stage.room.says("Good evening")
    last = stage.room.hears()[-1]
    assert last.startswith("Good evening\n")
    assert "Tue 10.03. 09:30" in last
    await stage.room.presses("Confirm")
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Good evening"]


async def test_cancel_under_the_preview_drops_the_story(stage: Stage) -> None:
    await stage.room.says("/story daily 09:00 Good morning")
    await stage.room.presses("Cancel")
    assert stage.room.hears()[-1] == "Dropped. Nothing will be posted."
    await stage.wait(days=3)
    assert stage.channel.hears() == []


async def test_stories_lists_what_is_planned_and_cancels_by_button_and_by_number(stage: Stage) -> None:
    await stage.room.says("/stories")
    assert stage.room.hears()[-1].startswith("No stories are planned.")
    for words in ("daily 09:00 One", "daily 10:00 Two", "daily 11:00 Three"):
        await stage.room.says(f"/story {words}")
        await stage.room.presses("Confirm")
    await stage.room.says("/stories")
    assert stage.room.buttons() == ["Cancel 1", "Open 1", "Cancel 2", "Open 2", "Cancel 3", "Open 3"]
    await stage.room.presses("Cancel 1")
    await stage.room.says("/story cancel 2")
    assert stage.room.hears()[-1] == "Story 2 is cancelled."
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Three"]


@pytest.mark.parametrize("words", ["cancel", "cancel 99", "cancel x", f"cancel {'9' * 40}"])
async def test_cancelling_what_is_not_there_says_where_to_look(stage: Stage, words: str) -> None:
    await stage.room.says(f"/story {words}")
    assert "/stories shows" in stage.room.hears()[-1]


async def test_the_channel_or_the_followers_can_be_left_out(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    stage.ana.hears()
    await stage.room.says("/story now For friends")
    assert "followers (1)" in stage.room.hears()[-1]
    await stage.room.presses("Leave out the channel")
    assert "the story channel" not in stage.room.log()[-1].text.plain
    await stage.room.presses("Confirm")
    assert stage.channel.hears() == []
    assert stage.ana.hears() == ["For friends"]
    assert stage.ben.hears() == []


async def test_a_story_to_nobody_is_not_planned(stage: Stage) -> None:
    await stage.room.says("/story now For nobody")
    await stage.room.presses("Leave out the channel")
    await stage.room.presses("Leave out followers")
    await stage.room.presses("Confirm")
    assert stage.room.hears()[-1].startswith("It would go to nobody.")


async def test_a_time_that_passed_before_confirm_is_asked_again(stage: Stage) -> None:
    await stage.room.says("/story today 18:00 Good evening")
    await stage.wait(hours=8)
    await stage.room.presses("Confirm")
    assert stage.room.hears()[-1] == "That time is over. Send me a new one."
    await stage.room.says("tomorrow 18:00")
    await stage.room.presses("Confirm")
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Good evening"]


async def test_a_post_that_was_slept_through_is_missed_and_the_owner_is_asked(stage: Stage) -> None:
    await stage.room.says("/story daily 09:00 Good morning")
    await stage.room.presses("Confirm")
    stage.room.hears()
    stage.clock.move_to(datetime(2026, 3, 15, 12, tzinfo=UTC))  # the machine slept for six days
    await stage.settle()
    (notice,) = stage.room.hears()
    assert "10.03. 09:00" in notice
    assert stage.channel.hears() == []
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Good morning"]


async def test_two_schedulers_post_once(stage: Stage) -> None:
    await stage.room.says("/story tomorrow 08:00 Good morning")
    await stage.room.presses("Confirm")
    other = Stage(stage.database, stage.clock, stage.shop)
    stage.clock.move_to(datetime(2026, 3, 10, 7, tzinfo=UTC))
    await asyncio.gather(stage.concierge.due(), other.concierge.due())
    await stage.settle()
    assert stage.channel.hears() == ["Good morning"]


NIGHTS = [
    ("Europe/Berlin", "2026-03-28T12:00+01:00", "02:30", ["29 03:30", "30 02:30"]),
    ("Europe/Berlin", "2026-10-24T12:00+02:00", "02:30", ["25 02:30", "26 02:30"]),
    ("America/New_York", "2026-03-07T12:00-05:00", "02:30", ["08 03:30", "09 02:30"]),
    ("America/New_York", "2026-10-31T12:00-04:00", "01:30", ["01 01:30", "02 01:30"]),
    ("Australia/Lord_Howe", "2026-10-03T12:00+10:30", "02:15", ["04 02:45", "05 02:15"]),
    ("Australia/Lord_Howe", "2026-04-04T12:00+11:00", "01:45", ["05 01:45", "06 01:45"]),
]


@pytest.mark.parametrize(("zone", "now", "at", "expected"), NIGHTS)
async def test_a_daily_story_comes_once_a_day_through_both_clock_changes(
    database: Database, shop_dir: Path, zone: str, now: str, at: str, expected: list[str]
) -> None:
    toml = shop_dir / "shop.toml"
    toml.write_text(toml.read_text().replace("Europe/Berlin", zone))
    clock = Clock(datetime.fromisoformat(now), running=False)
    await take_in_shop(database, shop_dir, clock)
    stage = Stage(database, clock, read_shop(shop_dir))
    await stage.concierge.start()
    await stage.room.says(f"/story daily {at} Good morning")
    await stage.room.presses("Confirm")
    await stage.wait(days=2)
    local = [s.at.astimezone(stage.shop.zone) for s in stage.channel.log()]
    assert [f"{moment:%d %H:%M}" for moment in local] == expected
