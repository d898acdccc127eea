"""After posting: edits, recall, what is over, and what is done with a plan by its number."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from bot.database.tables import OutboxRow
from bot.messages import Media
from tests.stage import Stage


async def posted(stage: Stage, words: str = "Ten boxes left") -> None:
    """A story that Ana got, and the channel."""
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await stage.room.says(f"/story now {words}")
    await stage.room.presses("Confirm")
    stage.ana.hears()
    stage.room.hears()


def there(stage: Stage) -> list[str]:
    """What the channel shows now."""
    return [shown.text.plain for shown in stage.channel.log() if not shown.deleted]


async def test_the_receipt_has_the_number_the_next_time_and_two_buttons(stage: Stage) -> None:
    await stage.room.says("/story daily 09:00 Good morning")
    await stage.room.presses("Confirm")
    assert "Planned as story 1" in stage.room.hears()[-1]
    assert "Next: Tue 10.03. 09:00" in stage.room.log()[-1].text.plain
    assert stage.room.buttons() == ["Edit", "Undo"]
    await stage.room.presses("Undo")
    assert stage.room.hears()[-1] == "Undone: nothing more of story 1 will be posted."
    await stage.wait(days=2)
    assert stage.channel.hears() == []


async def test_edit_under_the_receipt_takes_new_words_before_it_is_posted(stage: Stage) -> None:
    await stage.room.says("/story daily 09:00 Good morning")
    await stage.room.presses("Confirm")
    await stage.room.presses("Edit")
    await stage.room.says("Good evening")
    assert stage.room.hears()[-1].startswith("Good evening\n\n———\nChanged.")
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Good evening"]


async def test_edit_takes_a_new_time_and_the_old_one_is_posted_no_more(stage: Stage) -> None:
    await stage.room.says("/story tomorrow 09:00 Good morning")
    await stage.room.presses("Confirm")
    await stage.room.says("/story edit 1 tomorrow 11:30")
    assert "Next: Tue 10.03. 11:30" in stage.room.hears()[-1]
    await stage.wait(days=2)
    assert [f"{s.at.astimezone(stage.shop.zone):%d %H:%M}" for s in stage.channel.log()] == ["10 11:30"]


async def test_an_edit_after_posting_changes_every_copy(stage: Stage) -> None:
    await posted(stage)
    await stage.room.says("/story edit 1 Nine boxes left")
    assert "Changed, in 2 copies too." in stage.room.hears()[-1]
    assert there(stage) == ["Nine boxes left"]
    assert stage.ana.log()[-1].text.plain == "Nine boxes left"


async def test_the_owner_edits_the_message_itself_and_the_copies_follow(stage: Stage) -> None:
    await posted(stage)
    await stage.room.edits(stage.room.wrote("/story now"), "/story now Eight boxes left")
    assert there(stage) == ["Eight boxes left"]
    assert stage.ana.log()[-1].text.plain == "Eight boxes left"


async def test_an_edited_draft_is_previewed_anew(stage: Stage) -> None:
    await stage.room.says("/story tomorrow 08:00 God morning")
    await stage.room.edits(stage.room.wrote("/story"), "/story tomorrow 08:00 Good morning")
    assert stage.room.hears()[-1].startswith("Good morning\n\n———")
    await stage.room.presses("Confirm")
    await stage.wait(days=1)
    assert there(stage) == ["Good morning"]


async def test_a_recall_deletes_every_copy(stage: Stage) -> None:
    await posted(stage)
    await stage.room.says("/story recall 1")
    assert "I'm taking it back: 2 copies." in stage.room.hears()[-1]
    assert there(stage) == []
    assert stage.ana.log()[-1].deleted
    await stage.room.says("/story recall 1")
    assert "nothing to take back" in stage.room.hears()[-1]


async def test_a_recall_names_those_whose_platform_lets_it_go_no_more(stage: Stage) -> None:
    await posted(stage)
    stage.adapter.world.blocked.add("ana")
    await stage.room.says("/story recall 1")
    told = stage.room.log()[-1].text.plain
    assert "I'm taking it back: one copy." in told
    assert "Could not be taken back: Ana (blocked)." in told
    assert there(stage) == []


async def test_an_edit_names_those_whom_it_did_not_reach(stage: Stage) -> None:
    await posted(stage)
    stage.adapter.world.blocked.add("ana")
    await stage.room.says("/story edit 1 None left")
    assert "Still with the old words: Ana (blocked)." in stage.room.log()[-1].text.plain
    assert there(stage) == ["None left"]


async def test_what_is_gone_says_so_in_every_copy_and_is_posted_no_more(stage: Stage) -> None:
    await stage.room.says("/story daily 09:00 Eggs at half price")
    await stage.room.presses("Confirm")
    await stage.wait(days=2)
    await stage.room.says("/story gone 1")
    assert "2 copies say so now" in stage.room.hears()[-1]
    await stage.wait(days=3)
    assert len(there(stage)) == 2
    assert all(text.startswith("Eggs at half price\n\nThis is over.") for text in there(stage))


async def test_a_story_with_an_end_says_by_itself_that_it_is_over(stage: Stage) -> None:
    await posted(stage, "Half price until six")
    await stage.room.says("/story until 1 today 18:00")
    assert "Story 1 is over on Mon 09.03. 18:00" in stage.room.hears()[-1]
    await stage.wait(hours=4)
    assert there(stage) == ["Half price until six"]
    await stage.wait(hours=2)
    assert there(stage)[0].startswith("Half price until six\n\nThis is over.")
    assert stage.room.hears()[-1].startswith("Story 1 is over: 2 copies say so now")


async def test_a_paused_story_waits_and_goes_on_at_its_next_time(stage: Stage) -> None:
    await stage.room.says("/story daily 09:00 Good morning")
    await stage.room.presses("Confirm")
    await stage.room.says("/story pause 1")
    await stage.wait(days=3)
    assert there(stage) == []
    await stage.room.says("/stories")
    assert "paused" in stage.room.hears()[-1]
    await stage.room.says("/story resume 1")
    assert "Next: Fri 13.03. 09:00" in stage.room.hears()[-1]
    await stage.wait(days=1)
    assert there(stage) == ["Good morning"]


async def test_now_brings_the_next_one_forward(stage: Stage) -> None:
    await stage.room.says("/story tomorrow 09:00 Good morning")
    await stage.room.presses("Confirm")
    await stage.room.says("/story now 1")
    assert there(stage) == ["Good morning"]
    await stage.wait(days=2)
    assert there(stage) == ["Good morning"]


async def test_now_and_a_number_that_is_no_storys_is_a_story(stage: Stage) -> None:
    await stage.room.says("/story now 7")
    await stage.room.presses("Confirm")
    assert there(stage) == ["7"]


async def test_what_was_posted_today_is_not_posted_again_today(stage: Stage) -> None:
    await posted(stage)
    await stage.room.says("/story now 1")
    assert "posted today already" in stage.room.hears()[-1]
    await stage.wait(days=1)
    await stage.room.says("/story now 1")
    assert len(there(stage)) == 2


async def test_a_command_without_a_number_offers_those_that_it_may_mean(stage: Stage) -> None:
    await posted(stage)
    await stage.room.says("/story recall")
    assert stage.room.hears()[-1].startswith("Which one?")
    await stage.room.presses("Recall 1")
    assert there(stage) == []


async def test_a_story_is_opened_from_the_list(stage: Stage) -> None:
    await stage.room.says("/story daily 09:00 Good morning")
    await stage.room.presses("Confirm")
    await stage.room.says("/stories")
    await stage.room.presses("Open 1")
    assert stage.room.hears()[-1].startswith("Good morning\n\n———\nevery day at 09:00")
    assert stage.room.buttons() == ["Edit 1", "Pause 1", "Post 1 now", "Cancel 1", "Recall 1", "1 is gone"]


@pytest.mark.parametrize(("button", "words"), [("Post now", ["Good morning"]), ("Skip", [])])
async def test_the_owner_says_what_becomes_of_a_missed_post(stage: Stage, button: str, words: list[str]) -> None:
    await stage.room.says("/story tomorrow 09:00 Good morning")
    await stage.room.presses("Confirm")
    stage.clock.move_to(datetime(2026, 3, 15, 12, tzinfo=UTC))
    await stage.settle()
    assert there(stage) == []
    notice = stage.room.last("Shall I post it now?")
    (data,) = [b.data for b in notice.buttons if b.label == button]
    await stage.room.presses_data(notice.message_id, data)
    await stage.room.presses_data(notice.message_id, data)
    assert there(stage) == words
    assert stage.room.hears()[-1] == "That is settled already."


async def test_an_album_is_previewed_as_it_will_be_posted(stage: Stage) -> None:
    world = stage.adapter.world
    album = [Media("photo", file_id=world.upload(f"{n}.png", "image/png", b"\x89PNG" + bytes([n]))) for n in range(3)]
    await stage.room.says("/story now Three of them", album)
    assert len(stage.room.news()[-1].media) == 3
    await stage.room.presses("Confirm")
    (post,) = stage.channel.news()
    assert len(post.media) == 3
    await stage.room.says("/story edit 1 Two more", [Media("photo", file_id=world.upload("9.png", "image/png", b"9"))])
    assert "The pictures of what is posted already stay as they are" in stage.room.hears()[-1]
    shown = stage.channel.log()[-1]
    assert shown.text.plain == "Two more" and len(shown.media) == 3
    await stage.room.says("/story recall 1")
    assert there(stage) == []


async def test_a_change_that_a_stopped_process_left_is_made_again_and_a_post_is_not(stage: Stage) -> None:
    await posted(stage)
    await stage.room.says("/story edit 1 Nine boxes left")
    async with stage.database.write() as session:
        rows = (await session.scalars(select(OutboxRow).where(OutboxRow.kind == "post").order_by(OutboxRow.id))).all()
        assert [row.op for row in rows] == ["send", "send", "edit", "edit"]
        for row in (rows[1], rows[2]):
            row.state = "sending"  # as `kill -9` leaves them between claim and receipt
    await stage.concierge.recover()
    await stage.settle()
    async with stage.database.read() as session:
        again = select(OutboxRow).where(OutboxRow.kind == "post").order_by(OutboxRow.id)
        states = [row.state for row in await session.scalars(again)]
    assert states == ["sent", "uncertain", "sent", "sent"]
    assert "I can't tell whether this arrived" in stage.room.hears()[-1]


async def test_a_copy_of_which_nobody_knows_is_named_by_the_recall(stage: Stage) -> None:
    await posted(stage)
    async with stage.database.write() as session:
        await session.execute(update(OutboxRow).where(OutboxRow.key == "post:1:1").values(state="uncertain"))
    await stage.room.says("/story recall 1")
    assert stage.room.hears()[-1].endswith("Could not be taken back: Ana (?).")
    assert there(stage) == []


async def test_a_story_that_takes_two_messages_is_shown_by_itself_with_a_word_of_how_it_looks(stage: Stage) -> None:
    await stage.room.says("/story now " + "word " * 1000)
    looks = stage.room.hears()
    assert "———" not in "".join(looks)
    assert "On Playground: a message of words, then a message of words." in looks[-1]
    await stage.room.presses("Confirm")
    await stage.room.says("/story edit 1 Shorter")
    assert there(stage) == ["Shorter"]
    await stage.room.says("/story recall 1")
    assert there(stage) == []


async def test_a_customers_edit_or_command_reaches_no_story(stage: Stage) -> None:
    await posted(stage)
    await stage.ben.says("/story edit 1 Mine now")
    await stage.ben.says("/queue 1")
    assert all("/help" in told for told in stage.ben.hears())
    assert there(stage) == ["Ten boxes left"]


async def test_edits_of_a_plan_that_is_over_and_unknown_words_are_told_kindly(stage: Stage) -> None:
    await posted(stage)
    await stage.room.says("/story pause 1")
    assert "not planned just now" in stage.room.hears()[-1]
    await stage.room.says("/story edit 99 Words")
    assert "There is no planned story 99." in stage.room.hears()[-1]
    await stage.room.says("/story until 1 sometime")
    assert "Until when?" in stage.room.hears()[-1]
    await stage.room.says("/story missed 1 skip")
    assert "no numbered series" in stage.room.hears()[-1]
    await stage.room.says("/story edit 1 tomorrow 09:00")
    assert "Next: Tue 10.03. 09:00" in stage.room.hears()[-1]
    await stage.wait(days=1)
    assert there(stage) == ["Ten boxes left"] * 2
