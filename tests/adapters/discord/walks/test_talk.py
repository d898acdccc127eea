"""Stories on Discord: replies, threads on a post, private answers to buttons, closed private chats."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.database.tables import PostReply, Ticket
from tests.discord_stage import DiscordStage, Person
from tests.simulators.discord.messages import Message

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

UNKNOWN = "A portrait in oil, perhaps?"


async def posted(stage: DiscordStage, words: str = "Ten boxes left") -> tuple[Person, Message]:
    """A story in the channel; Ana where it stands, and the post."""
    await stage.room.commands("story", when="now", text=words)
    await stage.room.presses("Confirm")
    await stage.wait(seconds=5)
    stage.room.hears()
    channel = stage.channel.channel
    return Person(stage, stage.ana.user, channel), channel.from_bot[-1]


async def test_a_question_in_reply_to_a_post_goes_on_by_direct_message_alone(stage: DiscordStage) -> None:
    ana, post = await posted(stage)
    await ana.says(UNKNOWN, reply_to=post)
    await stage.wait(seconds=30)
    assert len(stage.channel.channel.from_bot) == 1
    assert "asked Hana" in stage.ana.hears()[0]
    card = stage.thread("Ana").hears()[0]
    assert UNKNOWN in card and "About story 1: “Ten boxes left”" in card.replace("\\", "")


async def test_a_comment_that_is_changed_changes_the_question_and_brings_no_second_card(stage: DiscordStage) -> None:
    ana, post = await posted(stage)
    asked = await ana.says(UNKNOWN, reply_to=post)
    await stage.wait(seconds=30)
    assert sum("About story 1" in line for line in stage.thread("Ana").hears()) == 1
    stage.ana.hears()
    await ana.edits(asked, "A portrait in chalk, perhaps?")
    await stage.wait(minutes=1)
    assert len(stage.channel.channel.from_bot) == 1 and stage.ana.hears() == []
    shown = [message.content for message in stage.thread("Ana").channel.from_bot]
    assert sum("About story 1" in line for line in shown) == 1
    assert any("chalk" in line for line in shown)
    async with stage.database.read() as session:
        (ticket,) = await session.scalars(select(Ticket))
        (reply,) = await session.scalars(select(PostReply))
    assert "chalk" in ticket.question and "chalk" in reply.words


async def test_where_direct_messages_are_shut_one_sentence_is_said_under_the_post(stage: DiscordStage) -> None:
    ana, post = await posted(stage)
    stage.simulator.user_closes_dm(stage.ana.user)
    asked = await ana.says(UNKNOWN, reply_to=post)
    await stage.wait(seconds=30)
    _, told = stage.channel.channel.from_bot
    assert told.reply_to is asked and "write to me" in told.content


async def test_a_thread_on_a_post_is_counted_and_its_questions_are_answered(stage: DiscordStage) -> None:
    _, post = await posted(stage)
    thread = stage.simulator.user_comments(post, stage.ana.user, "Ten boxes left")
    ana, ben = Person(stage, stage.ana.user, thread), Person(stage, stage.ben.user, thread)
    first = await ana.says("So cute!")
    await ben.says("Aren't they? What are they called?", reply_to=first)
    await stage.wait(minutes=5)
    assert thread.from_bot == []
    await ben.says("What do the hens eat?")
    (answer,) = thread.from_bot
    assert answer.content.startswith("Our hens eat")
    await stage.room.commands("stories")
    assert "👍 0 · 💬 3" in stage.room.hears()[-1]
    await stage.wait(hours=4)
    (told,) = [words for words in stage.room.hears() if "Under story 1" in words]
    assert "Ana: So cute" in told and "Ben: Aren't they" in told.replace("\\", "")


async def test_tell_me_more_is_answered_for_one_persons_eyes(stage: DiscordStage) -> None:
    known = stage.concierge.house.knowledge
    entry = next(id for id in known.entries if known.stored(id).startswith("Our hens eat"))
    await stage.room.commands("story", when="now", text="Ten boxes left", more=entry)
    await stage.room.presses("Confirm")
    await stage.wait(seconds=5)
    ana = Person(stage, stage.ana.user, stage.channel.channel)
    pressed = await ana.presses("Tell me more")
    assert any(m.content.startswith("Our hens eat") and m.ephemeral for m in pressed.seen)
