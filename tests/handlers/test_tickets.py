"""Handing over and back: nobody is dropped, nothing leaks."""

from __future__ import annotations

import pytest

from bot.messages import Media
from tests.stage import Stage

UNKNOWN = "A portrait in oil, perhaps?"


async def open_ticket(stage: Stage) -> None:
    await stage.ana.says(UNKNOWN)
    await stage.wait(seconds=3)
    stage.ana.hears()


@pytest.mark.parametrize("words", ["/human", "I want to talk to a human", "/human please, about my order"])
async def test_whoever_asks_for_a_person_gets_the_owner_at_once(stage: Stage, words: str) -> None:
    await stage.ana.says(words)
    (text,) = stage.ana.hears()
    assert text.startswith("I've told Hana that you would like to talk.")
    (card,) = stage.thread("Ana").hears()
    assert card.startswith("Ana would like to talk to you:")
    assert words.removeprefix("/human ").split()[-1] in card or words == "/human"


async def test_a_complaint_goes_to_the_owner_at_once_with_what_was_said_before(stage: Stage) -> None:
    await stage.ana.says("so the postman came")
    await stage.ana.says("and all my eggs arrived broken")
    (text,) = stage.ana.hears()
    assert text.startswith("I'm sorry about that.")
    (card,) = stage.thread("Ana").hears()
    assert "so the postman came\nand all my eggs arrived broken" in card
    await stage.wait(minutes=1)
    assert stage.ana.hears() == []
    assert await stage.outcomes() == ["handed_over", "handed_over"]


async def test_outside_the_hours_the_customer_hears_when_the_shop_opens(stage: Stage) -> None:
    await stage.wait(hours=8)  # Monday 21:00 in Berlin
    await stage.ana.says("/human")
    assert "The shop opens again tomorrow at 09:00" in stage.ana.hears()[0]
    await stage.wait(days=1)  # Tuesday night; the next opening is on Monday
    await stage.ben.says("/human")
    assert "The shop opens again on Monday at 09:00" in stage.ben.hears()[0]


async def test_while_a_ticket_waits_words_go_to_the_thread_and_sure_answers_still_come(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    thread.hears()
    await stage.ana.says("It is for my mother.")
    assert thread.hears() == ["It is for my mother."]
    assert stage.ana.hears() == []
    await stage.ana.says("What do the hens eat?")
    assert stage.ana.hears() == ["Our hens eat maize, wheat and what they find under the trees."]
    relayed, told = thread.hears()
    assert relayed == "What do the hens eat?"
    assert told.startswith("I answered: Our hens eat maize")
    assert await stage.outcomes() == ["handed_over", "relayed", "answered"]


async def test_asking_for_the_owner_again_adds_to_the_ticket(stage: Stage) -> None:
    await open_ticket(stage)
    stage.thread("Ana").hears()
    await stage.ana.says("I want to talk to a human")
    assert stage.ana.hears() == [
        "Hana has your question already. The shop is open until 18:00 today; the answer will come here."
    ]
    (more,) = stage.thread("Ana").hears()
    assert "I want to talk to a human" in more


async def test_a_picture_as_the_very_first_contact_reaches_the_owner(stage: Stage) -> None:
    photo = stage.adapter.world.upload("egg.png", "image/png", b"\x89PNG\r\n\x1a\negg")
    await stage.ana.says("", [Media("photo", file_id=photo, name="egg.png", mime="image/png")])
    await stage.wait(seconds=3)
    assert len(stage.ana.hears()) == 1
    card, picture = stage.thread("Ana").news()
    assert card.text.plain.startswith("Ana asks: (no words, see below)") and not card.media
    assert [m.file_id for m in picture.media] == [photo]


async def test_pictures_go_both_ways(stage: Stage) -> None:
    await open_ticket(stage)
    photo = Media("photo", file_id=stage.adapter.world.upload("a.png", "image/png", b"\x89PNG\r\n\x1a\na"))
    await stage.thread("Ana").says("Like this?", [photo])
    (relayed,) = stage.ana.news()
    assert relayed.text.plain == "Like this?"
    assert [m.file_id for m in relayed.media] == [photo.file_id]
    await stage.ana.says("", [photo])
    assert stage.thread("Ana").news()[-1].media[0].file_id == photo.file_id


async def test_a_note_stays_whole_with_its_picture_and_its_edits(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    photo = Media("photo", file_id=stage.adapter.world.upload("a.png", "image/png", b"\x89PNG\r\n\x1a\na"))
    await thread.says("// second line\nis inside too", [photo])
    note = thread.log()[-1]
    await stage.adapter.owner_edits(note.message_id, "now without the slashes", thread.place.thread_id)
    await stage.settle()
    await stage.adapter.owner_deletes(note.message_id, thread.place.thread_id)
    await stage.settle()
    await stage.wait(minutes=1)
    assert stage.ana.hears() == []


async def test_what_the_owner_edits_or_deletes_changes_at_the_customers(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("I come on Monday")
    written = thread.log()[-1]
    await stage.adapter.owner_edits(written.message_id, "I come on Tuesday", thread.place.thread_id)
    await stage.settle()
    (copy,) = stage.ana.news()
    assert copy.text.plain == "I come on Tuesday"
    assert [v.plain for v in copy.versions] == ["I come on Monday"]
    await stage.adapter.owner_deletes(written.message_id, thread.place.thread_id)
    await stage.settle()
    assert stage.ana.log()[-1].deleted


async def test_a_handoff_ends_by_itself_when_the_owner_is_silent_and_both_are_told(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("Gladly, in May!")
    stage.ana.hears(), thread.hears()
    await stage.wait(hours=3, minutes=59)
    assert stage.ana.hears() == []
    await stage.wait(minutes=1)
    (told,) = stage.ana.hears()
    assert told.startswith("Hana is away from the chat for now.")
    (note,) = thread.hears()
    assert note.startswith("Nobody has written here for 4 h")
    await stage.ana.says("What do the hens eat?")
    assert len(stage.ana.hears()) == 1


async def test_a_handoff_that_ends_in_silence_keeps_whoever_waits(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("Gladly, in May!")
    await stage.wait(minutes=1)
    await stage.ana.says("In the garden?")
    stage.ana.hears(), thread.hears()
    await stage.wait(hours=4)
    (told,) = stage.ana.hears()
    assert "your words are with Hana and are not forgotten" in told
    (note,) = thread.hears()
    assert "Ana still waits" in note
    await stage.room.says("/waiting")
    assert "Ana" in stage.room.hears()[-1]
    await stage.ana.says("or in the barn?")
    assert thread.hears() == ["or in the barn?"]


async def test_the_owners_next_words_begin_the_silence_anew(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("Gladly!")
    await stage.wait(hours=3)
    await thread.says("In May.")
    stage.ana.hears()
    await stage.wait(hours=3)
    assert stage.ana.hears() == []


async def test_closing_without_an_answer_is_told_to_the_customer(stage: Stage) -> None:
    await open_ticket(stage)
    await stage.thread("Ana").presses("Close")
    (told,) = stage.ana.hears()
    assert told.startswith("Hana has read your question and closed it")


async def test_closing_twice_says_that_nothing_is_open(stage: Stage) -> None:
    await open_ticket(stage)
    await stage.thread("Ana").says("/close")
    stage.thread("Ana").hears()
    await stage.thread("Ana").says("/close")
    assert stage.thread("Ana").hears() == ["There is nothing open here. I answer Ana myself."]


async def test_a_second_ticket_uses_the_same_thread(stage: Stage) -> None:
    await open_ticket(stage)
    await stage.thread("Ana").says("/close")
    await open_ticket(stage)
    assert [t.title for t in stage.adapter.world.threads()] == ["Ana"]


async def test_waiting_lists_who_waits_longest_first(stage: Stage) -> None:
    await stage.room.says("/waiting")
    assert stage.room.hears() == ["Nobody waits for an answer."]
    await stage.ben.says("/human about ducks")
    await stage.wait(minutes=5)
    await open_ticket(stage)
    await stage.room.says("/waiting")
    lines = stage.room.hears()[-1].splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["• Ben", "• Ana"]
    await stage.thread("Ben").says("Ducks? No.")
    await stage.room.says("/waiting")
    assert "Ben" not in stage.room.hears()[-1]


async def test_a_customer_who_blocked_the_bot_is_reported_once_until_they_return(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    thread.hears()
    stage.adapter.world.blocked.add("ana")
    await thread.says("Gladly!")
    await thread.says("Are you there?")
    (told,) = thread.hears()
    assert told.startswith("Ana can't be reached")
    stage.adapter.world.blocked.discard("ana")
    await stage.ana.says("Sorry, I'm back")
    back, words = thread.hears()
    assert back == "Ana writes again and can be reached."
    assert words == "Sorry, I'm back"


async def test_a_deleted_thread_is_opened_anew_and_nothing_is_lost(stage: Stage) -> None:
    await open_ticket(stage)
    gone = stage.thread("Ana").place.thread_id
    assert gone
    stage.adapter.world.delete_thread(gone)
    await stage.ana.says("Are you there?")
    await stage.wait(seconds=5)
    words, card = stage.thread("Ana").hears()  # the card went with the thread: it stands here anew
    assert words == "Are you there?" and card.startswith("Ana asks: “A portrait in oil, perhaps?”")


async def test_names_and_words_that_look_like_markup_stay_as_they_are(stage: Stage) -> None:
    words = "**<3** _x_ [a](http://b) `c` {owner} # 1"
    await stage.ana.says(words)
    await stage.wait(seconds=3)
    card = stage.thread("Ana").news()[0]
    assert words in card.text.plain


async def test_a_quote_is_a_quote_of_the_same_message_on_the_other_side(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await stage.ana.says("for 3 people")
    copy = thread.log()[-1]
    await stage.adapter.owner_says("three it is", thread.place.thread_id, reply_to=copy.message_id)
    await stage.settle()
    original = next(s for s in stage.ana.log() if s.text.plain == "for 3 people")
    assert stage.ana.log()[-1].quotes == original.message_id
    answer = thread.log()[-1]
    await stage.adapter.customer_says("ana", "thank you!", reply_to=stage.ana.log()[-1].message_id)
    await stage.settle()
    assert thread.log()[-1].quotes == answer.message_id


async def test_an_edit_or_delete_reaches_every_part_of_a_long_message(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("egg " * 1500)
    written = thread.log()[-1]
    assert len(stage.ana.hears()) == 2
    await stage.adapter.owner_edits(written.message_id, "hen " * 1500, thread.place.thread_id)
    await stage.settle()
    left = [s.text.plain for s in stage.ana.log() if not s.deleted and s.from_bot][1:]
    assert " ".join(left).split() == ["hen"] * 1500
    await stage.adapter.owner_deletes(written.message_id, thread.place.thread_id)
    await stage.settle()
    assert all(s.deleted for s in stage.ana.log() if "hen hen" in s.text.plain)


async def test_what_the_customer_had_not_finished_stands_before_the_owners_words(stage: Stage) -> None:
    await open_ticket(stage)
    thread = stage.thread("Ana")
    await thread.says("/close")
    thread.hears()
    await stage.ana.says("and in oil")
    await thread.says("Hello Ana")
    assert [s.text.plain for s in thread.log()[-2:]] == ["Hello Ana", "and in oil"]
    assert await stage.outcomes() == ["handed_over", "done", "relayed", "relayed"]
    await stage.wait(seconds=5)
    assert thread.hears() == ["and in oil"]


async def test_a_thread_without_a_customer_says_so_once(stage: Stage) -> None:
    stranger = stage.adapter.world.open_thread("Packing")
    packing = stage.thread("Packing")
    assert packing.place.thread_id == stranger.thread_id
    await packing.says("Who packs today?")
    await packing.says("I do.")
    assert packing.hears() == ["No customer is behind this thread: what is written here stays here."]
