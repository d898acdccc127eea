"""Stories on Telegram: comments in the channel's discussion group, links that lead into private chats, a live hour."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.database.tables import PostReply, Ticket
from tests.simulators.telegram.chats import Message
from tests.telegram_stage import Person, TelegramStage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

UNKNOWN = "A portrait in oil, perhaps?"


async def posted(stage: TelegramStage, words: str = "Ten boxes left") -> tuple[Person, Message]:
    """A story in the channel; Ben, who never pressed Start, where it is commented on, and the post there."""
    group = stage.simulator.discussion(stage.story_channel)
    stage.simulator.join(group, stage.ben.user)
    await stage.room.says(f"/story now {words}")
    await stage.room.presses("Confirm")
    await stage.wait(seconds=5)
    stage.room.hears()
    return Person(stage, stage.ben.user, group), group.messages[-1]


async def test_a_question_in_the_comments_opens_a_ticket_and_one_button_leads_into_private(
    stage: TelegramStage,
) -> None:
    ben, head = await posted(stage)
    await ben.says(UNKNOWN, reply_to=head)
    await stage.wait(minutes=1)
    (told,) = ben.news()
    (button,) = told.buttons
    assert button.data.startswith("https://t.me/concierge_bot?start=asked-")
    card = stage.thread("Ben").hears()[0]
    assert UNKNOWN in card and "About story 1: “Ten boxes left”" in card
    await ben.says("In oil or in chalk, I mean?", reply_to=head)
    await stage.wait(minutes=1)
    assert ben.news() == [] and "chalk" in "\n".join(stage.thread("Ben").hears())
    stage.simulator.press_start(stage.ben.user, button.data.partition("start=")[2])
    await stage.settle()
    assert "Hana has your question" in stage.ben.hears()[0]
    await stage.thread("Ben").says("Gladly, in May!")
    await stage.wait(minutes=1)
    assert stage.ben.hears() == ["Gladly, in May!"] and ben.news() == []


async def test_a_comment_that_is_changed_changes_the_question_and_brings_no_second_card(stage: TelegramStage) -> None:
    ben, head = await posted(stage)
    asked = await ben.says(UNKNOWN, reply_to=head)
    await stage.wait(minutes=1)
    ben.news()
    before = [shown.text for shown in stage.thread("Ben").news()]
    assert sum("About story 1" in text for text in before) == 1
    await ben.edits(asked, "A portrait in chalk, perhaps?")
    await stage.wait(minutes=1)
    assert ben.news() == []
    shown = [message.text for message in stage.group.visible]
    assert sum("About story 1" in text for text in shown) == 1
    assert any("chalk" in text for text in shown)
    async with stage.database.read() as session:
        (ticket,) = await session.scalars(select(Ticket))
        (reply,) = await session.scalars(select(PostReply))
    assert "chalk" in ticket.question and "chalk" in reply.words


async def test_a_sure_question_in_the_comments_is_answered_there(stage: TelegramStage) -> None:
    ben, head = await posted(stage)
    asked = await ben.says("What do the hens eat?", reply_to=head)
    (answer,) = ben.news()
    assert answer.text.startswith("Our hens eat") and answer.reply_to is asked


async def test_chatter_under_a_story_is_counted_and_told_to_the_owner_later(stage: TelegramStage) -> None:
    ben, head = await posted(stage)
    ana = Person(stage, stage.ana.user, ben.chat)
    first = await ben.says("So cute!", reply_to=head)
    await ana.says("Aren't they? What are they called?", reply_to=first)
    await stage.wait(minutes=5)
    assert ben.news() == [] and [m.text for m in stage.group.visible if "Ben" in m.text] == []
    await stage.room.says("/stories")
    assert "👍 0 · 💬 2" in stage.room.hears()[-1]
    await stage.wait(hours=4)
    (told,) = [words for words in stage.room.hears() if "Under story 1" in words]
    assert "Ben: So cute!" in told and "Ana: Aren't they? What are they called?" in told
    await stage.wait(hours=8)
    assert stage.room.hears() == []


async def test_tell_me_more_under_a_channels_post_leads_into_private_and_answers_there(stage: TelegramStage) -> None:
    known = stage.concierge.house.knowledge
    entry = next(id for id in known.entries if known.stored(id).startswith("Our hens eat"))
    await posted(stage, f"Ten boxes left\nmore: {entry}")
    (button,) = stage.story_channel.visible[-1].buttons
    assert (button.text, button.data) == ("Tell me more", "https://t.me/concierge_bot?start=more-1")
    stage.simulator.press_start(stage.ben.user, "more-1")
    await stage.settle()
    assert stage.ben.hears()[0].startswith("Our hens eat")


async def test_a_live_hour_collects_answers_and_tells_of_all(stage: TelegramStage) -> None:
    group = stage.simulator.discussion(stage.story_channel)
    ben, ana = Person(stage, stage.ben.user, group), Person(stage, stage.ana.user, group)
    await stage.room.says("/live Ask the hens")
    await stage.wait(seconds=5)
    head = group.messages[-1]
    assert "Live now: Ask the hens" in head.text
    stage.room.hears()
    asked = await ben.says("Do they dream?", reply_to=head)
    await ana.says("Who lays the most?", reply_to=head)
    await stage.wait(seconds=30)
    assert asked.reactions[stage.simulator.bot.id] == ["👀"] and ben.news() == []
    (question,) = stage.room.news()
    assert "Ben asks:" in question.text and "Do they dream?" in question.text
    await stage.restart()
    await stage.room.says("Of worms.", reply_to=question)
    await stage.wait(seconds=30)
    (answer,) = ben.news()
    assert answer.text == "Of worms." and answer.reply_to is asked
    await stage.room.presses("Next question")
    await stage.room.says("Frieda does.")
    await stage.wait(seconds=30)
    assert ana.news()[-1].text == "Frieda does."
    stage.simulator.press_start(stage.ana.user, "live_name-2")
    await stage.settle()
    assert "Your name stands" in stage.ana.hears()[0]
    await stage.room.presses("End the live hour")
    await stage.wait(minutes=1)
    closed, round_up = stage.story_channel.visible
    assert "This hour is over" in closed.text
    assert "A guest: Do they dream?\nOf worms." in round_up.text and "Ana: Who lays the most?" in round_up.text
    await ben.says("One more?", reply_to=head)
    assert "2 questions answered" in "\n".join(stage.room.hears())


async def test_a_channel_that_the_settings_name_by_its_public_name_is_known_by_its_number_too(
    stage: TelegramStage,
) -> None:
    stage.story_channel.username = "HensAndEggs"
    stage._settings["story_chat_ids"] = ("@HensAndEggs",)
    await stage.restart()
    ben, head = await posted(stage)
    await ben.says("So cute!", reply_to=head)
    stage.simulator.reacts(stage.story_channel.visible[-1], "👍", stage.ben.user)
    await stage.settle()
    await stage.room.says("/stories")
    assert "👍 1 · 💬 1" in stage.room.hears()[-1]
