"""A blocked customer's words are kept and don't ring; nothing of them is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Media
from tests.handlers.desk import talks, waits
from tests.stage import Stage


async def test_a_blocked_customer_is_told_once_and_disturbs_nobody(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/block writes at night")
    (told,) = thread.hears()
    assert told.startswith("Ana is blocked:") and "writes at night" in told
    assert stage.ana.hears() == []
    await stage.ana.says("Hello?")
    assert stage.ana.hears() == ["Hana takes no messages from you here just now. What you write is kept."]
    await stage.ana.says("What do the hens eat?")
    await stage.ana.says("I want to talk to a human")
    await stage.wait(minutes=1)
    assert stage.ana.hears() == [] and thread.hears() == [] and stage.room.hears() == []
    await stage.ana.says("/human")
    assert stage.ana.hears() == ["Hana takes no messages from you here just now. What you write is kept."]
    assert thread.hears() == []


async def test_what_was_written_meanwhile_is_shown_when_the_block_is_lifted(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/block")
    photo = Media("photo", file_id=stage.adapter.world.upload("a.png", "image/png", b"\x89PNG\r\n\x1a\na"))
    await stage.ana.says("Hello?")
    await stage.ana.says("This one", [photo])
    thread.hears()
    await thread.says("/unblock")
    shown = thread.news()
    assert [line.text.plain for line in shown] == [
        "Ana is heard again.",
        "Meanwhile Ana wrote this (2):",
        "Hello?",
        "This one",
    ]
    assert len(shown[-1].media) == 1
    await stage.room.says("/waiting")
    assert "Ana" in stage.room.hears()[-1]
    stage.ana.hears()
    await stage.ana.says("What do the hens eat?")
    assert len(stage.ana.hears()) == 1
    await thread.says("Here I am")
    assert stage.ana.hears() == ["Here I am"]


async def test_of_many_messages_the_last_are_shown_and_the_others_are_in_the_transcript(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/block")
    for number in range(23):
        await stage.ana.writes(f"Line {number}")
    await stage.settle()
    thread.hears()
    await thread.says("/unblock")
    await stage.wait(minutes=3)
    told = thread.hears()
    assert told[1].startswith("Meanwhile Ana wrote 23 messages. The last 20 of them follow")
    assert "Line 22" in told[-1] and not any("Line 2\n" in f"{line}\n" for line in told)


@pytest.mark.parametrize(
    ("words", "why"), [("2h", ""), ("until 15:00 shouting", "shouting"), ("for 2h: shouting", "shouting")]
)
async def test_a_timed_block_lifts_itself(stage: Stage, words: str, why: str) -> None:
    thread = await talks(stage)
    await thread.says(f"/block {words}")
    (told,) = thread.hears()
    assert told.startswith("Ana is blocked until today 15:00") and (f"Because: {why} " in told) is bool(why)
    await stage.ana.says("Sorry")
    (told,) = stage.ana.hears()
    assert told == "Hana takes no messages from you here until today 15:00. What you write is kept."
    await stage.wait(hours=2)
    assert thread.hears() == [
        "The block of Ana has had its time: Ana is heard again.",
        "Meanwhile Ana wrote this (1):",
        "Sorry",
    ]
    await stage.ana.says("What do the hens eat?")
    assert len(stage.ana.hears()) == 1


async def test_a_block_whose_time_is_over_holds_nobody_up(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/block 2h")
    thread.hears()
    stage.clock.move_to(stage.clock.now() + timedelta(hours=3))
    await stage.ana.says("What do the hens eat?")
    assert len(stage.ana.hears()) == 1


async def test_who_is_blocked_is_listed_with_reason_and_time(stage: Stage) -> None:
    await stage.room.says("/blocked")
    assert stage.room.hears() == ["Nobody is blocked."]
    anas, bens = await talks(stage), await talks(stage, stage.ben)
    await anas.says("/block until tomorrow 9:00 shouting")
    await bens.says("/block")
    await stage.room.says("/blocked")
    (listed,) = stage.room.hears()
    assert "• Ana, since 09.03. 13:00, until Tue 10 Mar, 09:00, by Hana: shouting" in listed
    assert "• Ben, since 09.03. 13:00, by Hana: no reason given" in listed


async def test_a_second_block_changes_the_first(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/block 2h once")
    await thread.says("/block twice")
    await stage.wait(hours=3)
    await stage.room.says("/blocked")
    (listed,) = stage.room.hears()
    assert listed.count("Ana") == 1 and "twice" in listed


async def test_blocking_ends_what_is_open_and_holds_back_what_was_being_said(stage: Stage) -> None:
    await stage.ana.says("Good evening, a question about paint")
    thread = await waits(stage, stage.ben)
    await stage.ben.says("Also")
    await thread.says("/block")
    await stage.wait(minutes=1)
    assert "I've asked" not in " ".join(stage.ben.hears())
    await stage.room.says("/waiting")
    assert "Ben" not in stage.room.hears()[-1]


async def test_a_blocked_customer_may_still_stop_stories_and_gets_none(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    thread = await talks(stage)
    await thread.says("/block")
    await stage.room.says("/story now Good morning")
    await stage.room.presses("Confirm")
    await stage.wait(minutes=1)
    stage.ana.hears()
    assert not any("Good morning" in shown.text.plain for shown in stage.ana.log())
    await stage.ana.says("/stop")
    assert stage.ana.hears()[0].startswith("Done: no more stories")


async def test_an_owner_who_writes_to_a_blocked_customer_hears_once_that_no_answer_can_come(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/block")
    thread.hears()
    await thread.says("One last thing")
    assert stage.ana.hears() == ["One last thing"]
    assert thread.hears() == ["Ana is blocked, so an answer would not reach you. /unblock lets Ana answer."]
    await thread.says("And another")
    assert thread.hears() == []


async def test_who_is_not_blocked_is_not_unblocked(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("/unblock")
    assert thread.hears() == ["Ana is not blocked."]


async def test_a_customer_blocks_nobody(stage: Stage) -> None:
    await waits(stage)
    for command in ("block", "unblock", "blocked", "note", "notes", "tag", "untag", "customer", "transcript", "search"):
        await stage.ana.says(f"/{command} ana")
        (told,) = stage.ana.hears()
        assert told.startswith(f"I don't know /{command}.")
    await stage.room.says("/blocked")
    assert stage.room.hears()[-1] == "Nobody is blocked."
