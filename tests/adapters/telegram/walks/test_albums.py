"""Albums come as one: whole, in order, with their caption, and nothing of them is lost."""

from __future__ import annotations

import pytest

from tests.simulators.telegram.chats import Message
from tests.telegram_stage import Person, TelegramStage

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def talk(stage: TelegramStage) -> Person:
    """Ana and the owner speak; the owner's view of it."""
    await stage.ana.says("/human about my order")
    stage.ana.hears()
    thread = stage.thread("Ana")
    await thread.says("Hello Ana")
    stage.ana.hears()
    thread.hears()
    return thread


def same_files(copies: list[Message], originals: list[Message]) -> bool:
    """Whether these are the same pictures in the same order."""
    return [m.content[m.media] for m in copies] == [m.content[m.media] for m in originals]


async def test_an_album_is_relayed_as_one_with_its_caption_where_it_was(stage: TelegramStage) -> None:
    thread = await talk(stage)
    sent = await stage.ana.sends_album(text="These arrived broken", caption_on=3, kinds=["photo", "video", "photo"])
    copies = thread.news()
    assert same_files(copies, sent)
    assert [m.text for m in copies] == ["", "", "These arrived broken"]
    assert len({m.media_group_id for m in copies}) == 1
    assert stage.simulator.count("sendMediaGroup") == 1
    assert (await stage.outcomes())[-3:] == ["relayed"] * 3
    reply = await thread.sends_album(10, "Like these?")
    assert same_files(stage.ana.news(), reply)
    assert (await stage.outcomes())[-10:] == ["relayed"] * 10


@on_sqlite
async def test_an_album_waits_for_its_last_part_and_no_longer(stage: TelegramStage) -> None:
    thread = await talk(stage)
    first = stage.simulator.user_sends_album(stage.ana.chat, stage.ana.user, 1, "Look")
    await stage.settle()
    await stage.wait(seconds=1)
    more = stage.simulator.user_sends_album(stage.ana.chat, stage.ana.user, 2, group=first[0].media_group_id)
    stage.ana.writes("And a question")
    await stage.settle()
    await stage.wait(seconds=1.4)
    assert thread.news() == []
    await stage.wait(seconds=0.1)
    *pictures, words = thread.news()
    assert same_files(pictures, [*first, *more])
    assert words.text == "And a question"


@on_sqlite
async def test_a_part_that_comes_late_answers_the_album(stage: TelegramStage) -> None:
    thread = await talk(stage)
    first = await stage.ana.sends_album(2, "Look")
    album = thread.news()
    late = await stage.ana.sends_album(1, group=first[0].media_group_id)
    (copy,) = thread.news()
    assert same_files([copy], late)
    assert copy.reply_to is album[0]
    assert (await stage.outcomes())[-3:] == ["relayed"] * 3


@on_sqlite
async def test_an_album_as_the_very_first_contact_opens_a_ticket_with_all_pictures(stage: TelegramStage) -> None:
    sent = await stage.ana.sends_album(3, "My hens look like this", caption_on=2)
    await stage.wait(seconds=3)
    assert len(stage.ana.hears()) == 1
    card, *pictures = stage.thread("Ana").news()
    assert same_files(pictures, sent)
    assert "My hens look like this" in card.text
    assert await stage.outcomes() == ["handed_over"] * 3
    late = await stage.ana.sends_album(1, group=sent[0].media_group_id)
    (copy,) = stage.thread("Ana").news()
    assert same_files([copy], late)
    assert copy.reply_to is pictures[0]


@on_sqlite
async def test_an_album_without_words_as_the_very_first_contact_reaches_the_owner(stage: TelegramStage) -> None:
    sent = await stage.ana.sends_album(2)
    await stage.wait(seconds=3)
    assert len(stage.ana.hears()) == 1
    assert same_files(stage.thread("Ana").news()[1:], sent)


@on_sqlite
@pytest.mark.parametrize("count", [1, 3])
async def test_a_question_in_a_caption_is_answered(stage: TelegramStage, count: int) -> None:
    if count == 1:
        await stage.ana.says("What do the hens eat?", photo=True)
    else:
        await stage.ana.sends_album(count, "What do the hens eat?", caption_on=3)
    (answer,) = stage.ana.hears()
    assert answer.startswith("Our hens eat maize, wheat and what they find under the trees.")
    assert await stage.outcomes() == ["answered"] * count


@on_sqlite
async def test_an_unfinished_thought_is_completed_by_an_album(stage: TelegramStage) -> None:
    await stage.ana.says("I have a strange thing here")
    await stage.wait(seconds=2)
    await stage.ana.sends_album(2, "What zither is this?")
    await stage.wait(seconds=3)
    assert len(stage.ana.hears()) == 1
    card, *pictures = stage.thread("Ana").news()
    assert len(pictures) == 2
    assert "I have a strange thing here\nWhat zither is this?" in card.text
    assert await stage.outcomes() == ["handed_over"] * 3


@on_sqlite
async def test_an_owner_who_is_quicker_sees_a_held_album_as_one(stage: TelegramStage) -> None:
    thread = await talk(stage)
    await thread.says("/close")
    stage.ana.hears()
    thread.hears()
    sent = await stage.ana.sends_album(2, "A zither, perhaps?")
    await thread.says("What is it, Ana?")
    assert same_files([m for m in thread.news() if m.media], sent)
    assert stage.simulator.count("sendMediaGroup") == 1


async def test_a_restart_between_the_parts_loses_nothing(stage: TelegramStage) -> None:
    thread = await talk(stage)
    first = stage.simulator.user_sends_album(stage.ana.chat, stage.ana.user, 2, "Look")
    await stage.settle()
    await stage.restart()
    more = await stage.ana.sends_album(1, group=first[0].media_group_id)
    assert same_files(thread.news(), [*first, *more])


@on_sqlite
async def test_an_album_story_is_posted_with_all_its_pictures(stage: TelegramStage) -> None:
    sent = await stage.room.sends_album(3, "/story now Three hens", caption_on=2)
    assert same_files([m for m in stage.room.news() if m.media], sent)
    await stage.room.presses("Confirm")
    await stage.wait(seconds=2)
    posted = stage.channel.news()
    assert same_files(posted, sent)
    assert "Three hens" in [m.text for m in posted]


@on_sqlite
async def test_a_quote_of_the_third_picture_is_a_quote_of_the_third_picture(stage: TelegramStage) -> None:
    thread = await talk(stage)
    sent = await stage.ana.sends_album(3, "Look")
    copies = thread.news()
    await stage.ana.says("I mean this one", reply_to=sent[2])
    assert thread.news()[0].reply_to is copies[2]
    await thread.says("That one?", reply_to=copies[2])
    assert stage.ana.news()[0].reply_to is sent[2]
    reply = await thread.sends_album(2, "Or these?")
    shown = stage.ana.news()
    await stage.ana.says("The second", reply_to=shown[1])
    assert thread.news()[0].reply_to is reply[1]


@on_sqlite
async def test_an_owner_who_changes_the_caption_of_a_picture_changes_that_pictures_copy(stage: TelegramStage) -> None:
    thread = await talk(stage)
    sent = await thread.sends_album(3, "Old words", caption_on=3)
    shown = stage.ana.news()
    await thread.edits(sent[2], "New words")
    await stage.wait(seconds=2)
    assert [m.text for m in shown] == ["", "", "New words"]


@on_sqlite
async def test_an_album_that_breaks_is_set_aside_whole_and_said_once(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a broken handler")

    monkeypatch.setattr("handlers.answer.explain", broken)
    await stage.ana.sends_album(3, "What zither is this?")
    await stage.wait(minutes=1)
    assert await stage.outcomes() == ["failed"] * 3
    assert len(stage.ana.hears()) == 1
    assert len([text for text in stage.room.hears() if "What zither is this?" in text]) == 1


@on_sqlite
async def test_an_album_whose_second_caption_is_a_note_stays_in_the_room_whole(stage: TelegramStage) -> None:
    thread = await talk(stage)
    first = stage.simulator.user_sends_album(thread.chat, thread.user, 1, "Like these?", thread=thread.thread)
    stage.simulator.user_sends_album(
        thread.chat, thread.user, 1, "// far too cheap", group=first[0].media_group_id, thread=thread.thread
    )
    await stage.settle()
    await stage.wait(seconds=1.5)
    assert thread.hears() == ["One of these pictures has a note under it, so none of them went to Ana."]
    await thread.edits(first[0], "Would you like these?")
    await stage.wait(minutes=1)
    assert stage.ana.hears() == []


@on_sqlite
async def test_a_caption_that_is_edited_into_a_note_is_taken_back_with_its_picture(stage: TelegramStage) -> None:
    thread = await talk(stage)
    sent = await thread.sends_album(2, "Like these?")
    assert len(stage.ana.news()) == 2
    await thread.edits(sent[0], "// far too cheap")
    await stage.wait(minutes=1)
    left = [m.text for m in stage.ana.chat.in_thread(None) if not m.deleted]
    assert not any("cheap" in text or "Like these?" in text for text in left)
