"""What users of such bots report again and again, one test for each family that Discord can meet and no other walk
holds: see test_threads for threads that vanish, test_weather for limits and cut sends, test_gateway for outages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.discord_stage import DiscordStage, Person
from tests.simulators.discord.files import Upload
from tests.simulators.discord.waiting import until
from tests.simulators.telegram.files import picture

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
in_both_rooms = pytest.mark.parametrize("room_kind", ["forum", "text channel"])
NASTY = "1 <3 2 _*[] ~~`|| <@1> @everyone # > - \u202eabc שלום \\*"


async def talk(stage: DiscordStage, person: Person | None = None) -> Person:
    """A customer and the owner are speaking; the thread in which they do."""
    person = person or stage.ana
    await person.says("I want to speak to a human about my order")
    thread = stage.thread(person.user.name)
    for each in (person, thread):
        each.hears()
    return thread


@on_sqlite
@in_both_rooms
async def test_two_first_messages_at_once_open_one_thread(stage: DiscordStage) -> None:
    for number in range(5):
        stage.ana.writes(f"I want to speak to a human about matter {number}")
    await stage.settle()
    await stage.wait(minutes=1)
    assert stage.threads() == ["Ana"]
    said = " ".join(stage.thread("Ana").hears())
    assert [said.count(f"matter {number}") for number in range(5)] == [1] * 5


@on_sqlite
async def test_an_event_that_comes_twice_is_handled_once(stage: DiscordStage) -> None:
    asked = await stage.ana.says("How do I store eggs?")
    session = stage.simulator.gateway.sessions[-1]
    (told,) = [f for f in session.sent if f["t"] == "MESSAGE_CREATE" and f["d"]["id"] == str(asked.id)]
    session.dispatch("MESSAGE_CREATE", told["d"])
    await stage.settle()
    assert len(stage.ana.hears()) == 1 and await stage.outcomes() == ["answered"]


@on_sqlite
async def test_one_closed_door_does_not_stop_a_story(stage: DiscordStage) -> None:
    people = [stage.ana, stage.ben, stage.customer("Cleo")]
    for person in people:
        await person.commands("start")
        await person.presses("Follow the stories")
        person.hears()
    stage.simulator.user_closes_dm(stage.ben.user)
    await stage.room.commands("story", when="tomorrow 09:00", text="Good morning")
    await stage.room.presses("Confirm")
    await stage.wait(days=1)
    assert [person.hears() for person in people] == [["Good morning"], [], ["Good morning"]]
    assert stage.channel.hears() == ["Good morning"]


@on_sqlite
async def test_a_story_whose_moment_came_during_a_short_outage_is_posted_once(stage: DiscordStage) -> None:
    await stage.room.commands("story", when="tomorrow 09:00", text="Good morning")
    await stage.room.presses("Confirm")
    due = await stage.concierge.next_due()
    assert due
    async with stage.simulator.outage():
        await stage.concierge.stop()
        stage.clock.move_to(due[0] + timedelta(minutes=2))
    await stage.restart()
    await stage.settle()
    await stage.wait(minutes=5)
    assert stage.channel.hears() == ["Good morning"]


@on_sqlite
async def test_a_picture_as_the_very_first_contact_reaches_the_owner(stage: DiscordStage) -> None:
    await stage.ana.says(attachments=[Upload("green.png", picture("green"), "image/png")])
    await stage.wait(minutes=1)
    shown = [m for m in stage.thread("Ana").log() if m.attachments]
    assert len(shown) == 1 and len(shown[0].attachments) == 1


@on_sqlite
async def test_words_and_names_that_break_markup_arrive_as_they_were_written(stage: DiscordStage) -> None:
    odd = stage.customer("**<3** _[x](y) @everyone")
    await odd.says("I want to speak to a human")
    (name,) = stage.threads()
    thread = stage.thread(name)
    thread.hears(), odd.hears()
    for words in (NASTY, "```never closed", "* one\n* two"):
        await odd.says(words)
        await thread.says(words)
    assert all(m.pings == [] for m in (*thread.log(), *odd.log()) if m.by_bot)
    for place in (thread, odd):
        plain = [words.replace("\\", "").replace("\u200b", "") for words in place.hears()]
        assert len(plain) == 3 and "1 <3 2" in plain[0] and "שלום" in plain[0] and "never closed" in plain[1]


@on_sqlite
async def test_two_thousand_letters_cross_whole_whatever_they_cost(stage: DiscordStage) -> None:
    thread = await talk(stage)
    for letters in ("🥚" * 1999, "word " * 399, "~ < > # " * 240):
        await stage.ana.says(letters)
        await stage.wait(minutes=1)
        told = "".join(thread.hears()).replace("\\", "").replace("\u2060", "")
        assert told.replace(" ", "").replace("\n", "") == letters.replace(" ", "")


@on_sqlite
async def test_a_note_with_a_picture_and_its_edit_never_leave_the_room(stage: DiscordStage) -> None:
    thread = await talk(stage)
    note = await thread.says("// psst", attachments=[Upload("green.png", picture("green"), "image/png")])
    await thread.edits(note, "// psst, psst")
    await stage.wait(minutes=1)
    assert stage.ana.news() == []


@on_sqlite
async def test_each_customer_gets_their_own_answer_whoever_wrote_last(stage: DiscordStage) -> None:
    anas, bens = await talk(stage), await talk(stage, stage.ben)
    for number in range(3):
        stage.ana.writes(f"ana {number}")
        bens.writes(f"for ben {number}")
        stage.ben.writes(f"ben {number}")
        anas.writes(f"for ana {number}")
    await stage.settle()
    await stage.wait(minutes=1)
    for place, words in ((anas, "ana"), (bens, "ben"), (stage.ana, "for ana"), (stage.ben, "for ben")):
        assert place.hears() == [f"{words} {number}" for number in range(3)]


@on_sqlite
async def test_words_deleted_during_an_outage_disturb_nobody(stage: DiscordStage) -> None:
    """No bot can find out that they were taken back; what was written after them arrives."""
    thread = await talk(stage)
    hers, his = await stage.ana.says("Of two zithers"), await thread.says("A dulcimer")
    stage.ana.hears(), thread.hears()
    async with stage.simulator.outage():
        never_seen = stage.ana.writes("Forget this")
        for message in (hers, his, never_seen):
            stage.simulator.user_deletes(message)
        stage.ana.writes("Of three zithers")
        thread.writes("A harp")
        stage.clock.move_to(stage.clock.now() + timedelta(hours=2))
    await stage.connected()
    await stage.settle()
    assert (thread.hears(), stage.ana.hears()) == (["Of three zithers"], ["A harp"])


@on_sqlite
async def test_a_revoked_token_loses_nothing_until_a_start_with_the_new_one(stage: DiscordStage) -> None:
    thread = await talk(stage)
    stage.simulator.revoke_token()
    await until(lambda: not stage.adapter.health()["connected"])
    stage.ana.writes("one zither")
    thread.writes("A dulcimer")
    await stage.restart()
    await stage.settle()
    assert (thread.hears(), stage.ana.hears()) == (["one zither"], ["A dulcimer"])
    assert stage.adapter.health()["problem"] == ""
