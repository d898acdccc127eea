"""What is edited, taken back, quoted or reacted to on one side is so on the other."""

from __future__ import annotations

import pytest

from tests.discord_stage import DiscordStage, Person
from tests.simulators.discord.channels import Tag
from tests.simulators.discord.messages import Message

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
in_both_rooms = pytest.mark.parametrize("room_kind", ["forum", "text channel"])


async def talk(stage: DiscordStage) -> tuple[Person, Message, Message]:
    """Ana and the owner are speaking: the thread, her last words, his last words."""
    await stage.ana.says("I want to speak to a human about my order")
    thread = stage.thread("Ana")
    his = await thread.says("What is it?")
    hers = await stage.ana.says("one zither")
    for person in (stage.ana, thread):
        person.hears()
    return thread, hers, his


def copy_of(person: Person, words: str) -> Message:
    """The bot's message with these words that is to be seen there."""
    (found,) = [m for m in person.log() if m.by_bot and words in m.content]
    return found


@on_sqlite
@in_both_rooms
async def test_an_edit_reaches_the_copy_on_the_other_side_also_after_a_restart(stage: DiscordStage) -> None:
    thread, hers, his = await talk(stage)
    shown, told = copy_of(thread, "one zither"), copy_of(stage.ana, "What is it?")
    await stage.restart()
    await stage.ana.edits(hers, "two zithers")
    await thread.edits(his, "What is it, Ana?")
    await stage.wait(minutes=1)
    assert "two zithers" in shown.content and told.content == "What is it, Ana?"
    assert (stage.ana.hears(), thread.hears()) == ([], [])


@on_sqlite
async def test_an_edit_that_a_restart_reads_back_again_is_told_once(stage: DiscordStage) -> None:
    thread, hers, _ = await talk(stage)
    await stage.ana.edits(hers, "two zithers")
    versions = len(copy_of(thread, "two zithers").versions)
    await stage.restart()
    await stage.settle()
    assert len(copy_of(thread, "two zithers").versions) == versions


@on_sqlite
async def test_words_that_an_owner_takes_back_disappear_at_the_customers(stage: DiscordStage) -> None:
    thread, _, his = await talk(stage)
    told = copy_of(stage.ana, "What is it?")
    await thread.deletes(his)
    assert told.deleted
    assert (stage.ana.hears(), thread.hears()) == ([], [])


@on_sqlite
async def test_words_that_a_customer_takes_back_are_told_in_the_thread(stage: DiscordStage) -> None:
    thread, hers, _ = await talk(stage)
    await stage.ana.deletes(hers)
    await stage.wait(minutes=1)
    shown = [m.content for m in thread.log() if m.by_bot and "one zither" in m.content]
    assert shown and stage.ana.hears() == []


@on_sqlite
async def test_reactions_cross_and_are_taken_back_both_ways(stage: DiscordStage) -> None:
    thread, hers, his = await talk(stage)
    shown, told = copy_of(thread, "one zither"), copy_of(stage.ana, "What is it?")
    await stage.ana.reacts(told, "👍")
    assert list(his.reactions) == ["👍"]
    stage.simulator.user_unreacts(told, "👍", stage.ana.user)
    await stage.settle()
    assert not any(his.reactions.values())
    await thread.reacts(shown, "❤️")
    assert list(hers.reactions) == ["❤️"]
    assert (stage.ana.hears(), thread.hears()) == ([], [])


@on_sqlite
async def test_a_quote_stays_a_quote_of_the_right_message(stage: DiscordStage) -> None:
    thread, hers, his = await talk(stage)
    shown = copy_of(thread, "one zither")
    await thread.says("That one", reply_to=shown)
    assert copy_of(stage.ana, "That one").reply_to is hers
    await stage.ana.says("Which one?", reply_to=copy_of(stage.ana, "What is it?"))
    assert copy_of(thread, "Which one?").reply_to is his


@on_sqlite
async def test_a_desk_shows_how_it_stands_by_its_tags_and_keeps_those_of_the_owners(stage: DiscordStage) -> None:
    thread, _, _ = await talk(stage)
    await stage.wait(seconds=1)
    await stage.ana.says("two zithers")
    assert thread.channel.tag_names == ["needs reply"]
    stage.room_channel.tags.append(Tag(stage.simulator.world.new_id(), "wholesale"))
    stage.simulator.user_tags(thread.channel, "wholesale", "needs reply")
    await stage.wait(seconds=1)
    await thread.says("A dulcimer")
    assert thread.channel.tag_names == ["wholesale", "waiting"]
    await thread.commands("close")
    assert thread.channel.tag_names == ["wholesale", "closed"]


@on_sqlite
async def test_a_command_in_a_thread_is_answered_at_its_place(stage: DiscordStage) -> None:
    thread, _, _ = await talk(stage)
    asked = await thread.commands("close")
    (answer,) = thread.news()
    assert asked.original is answer and not asked.thinking
    listed = await stage.room.commands("waiting")
    assert listed.seen and listed.seen[0] in stage.room.log()


@on_sqlite
async def test_an_entry_in_the_menu_of_a_message_is_its_command(stage: DiscordStage) -> None:
    thread, _, his = await talk(stage)
    entries = [c["name"] for c in stage.simulator.commands(in_guild=True) if c["type"] == 3]
    if not entries:
        pytest.skip("no command stands in the menu of a message yet")
    told = copy_of(stage.ana, "What is it?")
    stage.simulator.user_uses_menu(his, thread.user, entries[0])
    await stage.settle()
    assert told.deleted


@on_sqlite
async def test_teach_this_answer_in_the_menu_of_an_owners_message_proposes_it(stage: DiscordStage) -> None:
    thread, _, his = await talk(stage)
    thread.news()
    stage.simulator.user_uses_menu(his, thread.user, "Teach this answer")
    await stage.settle()
    (shown,) = thread.news()
    assert "with:" in shown.content and "What is it?" in shown.content
    assert stage.ana.news() == []
