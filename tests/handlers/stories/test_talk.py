"""A story begins a talk: replies reach the owner with the story, are counted, and buttons under it answer."""

from __future__ import annotations

from sqlalchemy import select

from bot.database.tables import PostReply
from tests.stage import Stage

ASKED = "A portrait in oil, perhaps?"


async def posted(stage: Stage, words: str = "Ten boxes left") -> None:
    """A story that was posted now; Ana follows."""
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await stage.room.says(f"/story now {words}")
    await stage.room.presses("Confirm")
    await stage.wait(seconds=5)
    stage.ana.hears()
    stage.room.hears()


def of_the_hens(stage: Stage) -> str:
    """The entry that tells what the hens eat."""
    known = stage.concierge.house.knowledge
    return next(id for id in known.entries if "hens eat" in known.stored(id))


async def test_a_reply_to_a_story_opens_a_ticket_that_names_the_story(stage: Stage) -> None:
    await posted(stage)
    await stage.ana.replies(stage.ana.last("Ten boxes"), ASKED)
    await stage.wait(seconds=5)
    card = stage.thread("Ana").hears()[0]
    assert ASKED in card and "About story 1: “Ten boxes left”" in card
    assert "I've asked Hana" in stage.ana.hears()[0]


async def test_a_reply_to_a_story_that_the_shop_knows_is_answered_at_once_and_counted(stage: Stage) -> None:
    await posted(stage)
    await stage.ana.replies(stage.ana.last("Ten boxes"), "What do the hens eat?")
    assert stage.ana.hears()[0].startswith("Our hens eat")
    async with stage.database.read() as session:
        (reply,) = await session.scalars(select(PostReply))
    assert reply.asked and reply.words == "What do the hens eat?"


async def test_a_reply_joins_the_talk_that_is_open(stage: Stage) -> None:
    await posted(stage)
    await stage.ana.says("I want to speak to a human")
    thread = stage.thread("Ana")
    thread.hears()
    await stage.ana.replies(stage.ana.last("Ten boxes"), ASKED)
    assert ASKED in (said := "\n".join(thread.hears())) and "Ten boxes left" in said


async def test_the_receipt_and_the_list_say_how_many_react_and_reply(stage: Stage) -> None:
    await posted(stage)
    await stage.ana.reacts(stage.ana.last("Ten boxes"), "👍")
    await stage.ana.replies(stage.ana.last("Ten boxes"), "What do the hens eat?")
    await stage.wait(minutes=2)
    assert "👍 1 · 💬 1" in stage.room.last("💬 1").text.plain
    await stage.room.says("/stories")
    assert "Ten boxes left" in (told := stage.room.hears()[-1]) and "👍 1 · 💬 1" in told


async def test_tell_me_more_answers_from_the_entry_that_the_owner_chose(stage: Stage) -> None:
    await posted(stage, f"Ten boxes left\nmore: {of_the_hens(stage)}")
    copy = stage.ana.last("Ten boxes left")
    assert copy.text.plain == "Ten boxes left"
    await stage.ana.presses("Tell me more")
    assert stage.ana.hears()[-1].startswith("Our hens eat")
    await stage.room.says("/story more 1 none")
    await stage.ana.presses("Tell me more")
    assert stage.ana.hears()[-1].startswith("There is no more to tell")


async def test_a_name_behind_the_last_words_counts_where_it_is_known_and_else_stays_in_the_story(stage: Stage) -> None:
    await posted(stage, f"Ten boxes left, come and see more: {of_the_hens(stage)}")
    assert stage.ana.last("Ten boxes").text.plain == "Ten boxes left, come and see"
    await stage.ana.presses("Tell me more")
    assert stage.ana.hears()[-1].startswith("Our hens eat")
    await stage.room.says("/story now You can't ask for more: really")
    assert stage.room.hears()[0].startswith("You can't ask for more: really")


async def test_new_words_after_posting_may_name_another_answer_and_never_show_that_line(stage: Stage) -> None:
    await posted(stage)
    await stage.room.says(f"/story edit 1 Nine boxes left\nmore: {of_the_hens(stage)}")
    await stage.wait(seconds=5)
    assert stage.ana.last("Nine boxes").text.plain == "Nine boxes left"
    await stage.ana.presses("Tell me more")
    assert stage.ana.hears()[-1].startswith("Our hens eat")


async def test_the_line_alone_may_be_changed_in_the_message_that_told_the_story(stage: Stage) -> None:
    await posted(stage)
    (asked,) = [shown for shown in stage.room.log() if shown.text.plain.startswith("/story now")]
    await stage.room.edits(asked, f"/story now Ten boxes left\nmore: {of_the_hens(stage)}")
    await stage.wait(seconds=5)
    assert stage.ana.last("Ten boxes").text.plain == "Ten boxes left"
    await stage.ana.presses("Tell me more")
    assert stage.ana.hears()[-1].startswith("Our hens eat")


async def test_a_button_that_names_nothing_known_is_said_in_the_preview(stage: Stage) -> None:
    await stage.room.says("/story now Ten boxes left\nmore: unicorns")
    assert "I know no answer or product called “unicorns”" in stage.room.hears()[-1]
    await stage.room.presses("Confirm")
    await stage.wait(seconds=5)
    assert stage.channel.log()[-1].buttons == ()


async def test_a_follower_learns_why_a_story_came_and_can_end_it_there(stage: Stage) -> None:
    await posted(stage)
    await stage.ana.presses("Why did I get this?")
    assert "You follow Hana's stories" in stage.ana.hears()[-1]
    await stage.ana.presses("No more stories")
    await posted_again(stage)
    assert stage.ana.hears()[1:] == []
    assert [button.label for shown in stage.channel.log() for button in shown.buttons] == []


async def posted_again(stage: Stage) -> None:
    """Another story."""
    await stage.room.says("/story now Nine boxes left")
    await stage.room.presses("Confirm")
    await stage.wait(seconds=5)


async def test_an_edit_of_a_story_keeps_its_buttons(stage: Stage) -> None:
    await posted(stage)
    await stage.room.says("/story edit 1 Nine boxes left")
    await stage.wait(seconds=5)
    assert [button.label for button in stage.ana.last("Nine boxes left").buttons] == ["Why did I get this?"]
