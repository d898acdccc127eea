"""Threads that vanish or fall asleep in mid-talk, at every step: one new thread, and the same message once."""

from __future__ import annotations

import pytest

from tests.discord_stage import DiscordStage, Person
from tests.simulators.discord import faults

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
in_both_rooms = pytest.mark.parametrize("room_kind", ["forum", "text channel"])


async def asks(stage: DiscordStage) -> Person:
    """Ana's ticket, and its thread."""
    await stage.ana.says("I want to speak to a human about my order")
    stage.ana.hears()
    thread = stage.thread("Ana")
    thread.hears()
    return thread


HOW = "/close ends it."
"""Ends a card. A new thread gets one, below the words for which it was opened, while somebody waits there."""


def apart_from_cards(texts: list[str]) -> list[str]:
    """What is to be read, of which no more than one is a card."""
    assert sum(HOW in text for text in texts) <= 1
    return [text for text in texts if HOW not in text]


def vanishes(stage: DiscordStage) -> None:
    """Somebody deletes Ana's thread."""
    stage.simulator.user_deletes_channel(stage.thread("Ana").channel)


@on_sqlite
@in_both_rooms
async def test_words_for_a_deleted_thread_open_one_new_thread_and_come_once(stage: DiscordStage) -> None:
    await asks(stage)
    vanishes(stage)
    for words in ("one zither", "two zithers"):
        stage.ana.writes(words)
    await stage.settle()
    await stage.wait(minutes=2)
    assert stage.threads() == ["Ana"]
    *lines, card = stage.thread("Ana").hears()
    assert lines == ["one zither", "two zithers"] and HOW in card
    await stage.thread("Ana").says("A dulcimer then")
    assert stage.ana.hears() == ["A dulcimer then"]


@on_sqlite
@in_both_rooms
@pytest.mark.parametrize("step", ["between card and answer", "between answer and question", "before the closing"])
async def test_a_thread_may_be_deleted_at_any_step_of_a_talk(stage: DiscordStage, step: str) -> None:
    thread = await asks(stage)
    if step == "between card and answer":
        vanishes(stage)
        await stage.ana.says("one zither")
        thread = stage.thread("Ana")
        assert apart_from_cards(thread.hears()) == ["one zither"]
    await thread.says("A dulcimer")
    assert stage.ana.hears() == ["A dulcimer"]
    if step == "between answer and question":
        vanishes(stage)
    await stage.ana.says("two zithers")
    await stage.wait(minutes=1)
    assert apart_from_cards(stage.thread("Ana").hears()) == ["two zithers"]
    if step == "before the closing":
        stage.thread("Ana").writes("/close")
        vanishes(stage)
        await stage.settle()
        assert await stage.state_of(stage.ana) == "bot"
        assert stage.threads() == ["Ana"]
        assert stage.thread("Ana").hears() == ["Closed. I answer Ana again."]
    assert stage.threads() == ["Ana"]
    assert not set(await stage.states()) & {"waiting", "uncertain", "dead"}


@on_sqlite
@in_both_rooms
@pytest.mark.parametrize("locked", [False, True], ids=["archived", "locked"])
async def test_an_archived_thread_is_opened_again_and_the_words_come_once(stage: DiscordStage, locked: bool) -> None:
    thread = await asks(stage)
    stage.simulator.user_archives(thread.channel, locked=locked)
    await stage.ana.says("one zither")
    await stage.wait(minutes=1)
    assert thread.hears() == ["one zither"]
    assert (thread.channel.archived, stage.threads()) == (False, ["Ana"])


@on_sqlite
@in_both_rooms
async def test_a_locked_thread_that_may_not_be_opened_gets_a_new_one(stage: DiscordStage) -> None:
    thread = await asks(stage)
    stage.simulator.user_archives(thread.channel, locked=True)
    stage.simulator.faults.inject(
        f"PATCH /channels/{thread.channel.id}", faults.refused(403, 50013, "Missing Permissions"), times=9
    )
    await stage.ana.says("one zither")
    await stage.wait(minutes=1)
    (new,) = [t for t in stage.simulator.threads(stage.room_channel) if t.name == "Ana" and t is not thread.channel]
    assert apart_from_cards([m.content for m in new.from_bot]) == ["one zither"]
    assert thread.hears() == []


@on_sqlite
@in_both_rooms
@pytest.mark.parametrize("fault", [faults.server_error(500, after=True), faults.cut(after=True)], ids=["500", "cut"])
async def test_a_thread_whose_opening_was_cut_is_found_again(stage: DiscordStage, fault: faults.Fault) -> None:
    stage.simulator.faults.inject(f"POST /channels/{stage.room_channel.id}/threads", fault)
    await stage.ana.says("I want to speak to a human about my order")
    await stage.wait(minutes=1)
    assert stage.simulator.faults.met
    assert stage.threads() == ["Ana"]
    (card,) = stage.thread("Ana").hears()
    assert "about my order" in card


@on_sqlite
async def test_two_customers_of_one_name_get_a_thread_each_though_an_opening_was_cut(stage: DiscordStage) -> None:
    other = stage.customer("Ana")
    stage.simulator.faults.inject(f"POST /channels/{stage.room_channel.id}/threads", faults.cut(after=True), times=2)
    stage.ana.writes("I want to speak to a human")
    other.writes("I want to speak to a human")
    await stage.settle()
    await stage.wait(minutes=1)
    assert stage.threads() == ["Ana", "Ana"]
    for person, words in ((stage.ana, "one zither"), (other, "two zithers")):
        await person.says(words)
    said = [[m.content for m in t.from_bot][1:] for t in stage.simulator.threads(stage.room_channel)[1:]]
    assert sorted(said) == [["one zither"], ["two zithers"]]


@on_sqlite
async def test_a_deleted_front_desk_is_made_anew_and_pinned(stage: DiscordStage) -> None:
    first = stage.room.channel
    assert first.pinned and first.from_bot[0].content.startswith("This is the front desk")
    stage.simulator.user_deletes_channel(first)
    await stage.restart()
    assert stage.room.channel is not first and stage.room.channel.pinned
    assert stage.threads() == []


@on_sqlite
async def test_a_notice_for_a_deleted_front_desk_lands_in_a_new_one(stage: DiscordStage) -> None:
    first = stage.room.channel
    await plan_a_story(stage)
    stage.simulator.user_deletes_channel(first)
    stage.simulator.faults.inject(f"POST /channels/{stage.story_channel.id}/messages", faults.cut(after=True))
    await stage.wait(days=1)
    assert stage.room.channel is not first and stage.room.channel.pinned
    words, notice = stage.room.hears()
    assert words.startswith("This is the front desk") and "Good morning" in notice


async def plan_a_story(stage: DiscordStage) -> None:
    """A story for tomorrow morning."""
    await stage.room.commands("story", when="daily 09:00", text="Good morning")
    await stage.room.presses("Confirm")


@on_sqlite
async def test_the_front_desk_is_found_again_after_a_restart_asleep_or_not(stage: DiscordStage) -> None:
    desk = stage.room.channel
    await stage.restart()
    stage.simulator.user_archives(desk)
    await stage.restart()
    assert stage.room.channel is desk and desk.pinned and not desk.archived


@on_sqlite
async def test_a_forums_tags_show_how_a_desk_stands(stage: DiscordStage) -> None:
    thread = await asks(stage)
    assert thread.channel.tag_names == ["needs reply"]
    assert [tag.name for tag in stage.room_channel.tags] == ["needs reply", "waiting", "closed"]
