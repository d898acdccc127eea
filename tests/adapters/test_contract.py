"""The same promises, asked of every platform, and of every pair of a customers' and an owners' platform.

Where a platform can't do something it says so in its `Capabilities`, and the test then asks what people see instead.
"""

from __future__ import annotations

import pytest

from tests.scenes import Line, Scene, Seat
from tests.simulators.telegram.files import picture

UNKNOWN = "A portrait in oil, perhaps?"
ODD = "<3 *five* _under_ [a](b) `c` ~~d~~ ||e|| @everyone & \\ 1. x"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def ask_hana(scene: Scene, customer: Seat | None = None, words: str = UNKNOWN) -> Seat:
    """A customer asks what nobody knows; gives the owner's view of their thread, with the card heard."""
    customer = customer or scene.ana
    await customer.says(words)
    await scene.wait(seconds=3)
    (promise,) = customer.hears()
    assert "I've asked Hana" in promise
    thread = scene.thread("Ana" if customer is scene.ana else "Ben")
    (card,) = thread.news()
    assert words in card.text and "Close" in card.buttons
    return thread


async def in_talk(scene: Scene, customer: Seat | None = None) -> Seat:
    """A customer and the owner speak with each other; gives the thread."""
    thread = await ask_hana(scene, customer)
    await thread.says("Gladly, in May!")
    assert (customer or scene.ana).hears() == ["Gladly, in May!"]
    return thread


async def test_a_sure_answer_comes_at_once_and_the_owners_room_stays_quiet(scene: Scene) -> None:
    await scene.ana.says("Do you ship to Germany?")
    (answer,) = scene.ana.news()
    assert answer.text.startswith("Yes, we ship to Germany every Tuesday.")
    assert answer.media == ("photo",) and answer.buttons == ("Ask Hana",)
    assert scene.owners.threads("Ana") == [] and scene.room.news() == []
    assert await scene.outcomes() == ["answered"]


async def test_an_unsure_line_waits_for_the_rest_of_the_thought_and_is_answered_by_a_button(scene: Scene) -> None:
    await scene.ana.says("can you send to Poland?")
    assert scene.ana.hears() == []
    await scene.wait(seconds=3)
    (guess,) = scene.ana.news()
    assert guess.text.startswith("Did you mean one of these?")
    await scene.ana.presses("Do you ship to Germany?")
    (answer,) = scene.ana.hears()
    assert answer == "Yes, we ship to Germany every Tuesday."


async def test_an_unknown_question_goes_to_the_owner_and_her_words_come_back(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.ana.says("In the garden?")
    assert thread.hears() == ["In the garden?"]
    assert scene.ana.hears() == []
    assert await scene.conversations() == ["handoff"]


async def test_what_a_customer_adds_while_they_wait_goes_into_the_thread_and_sure_answers_still_come(
    scene: Scene,
) -> None:
    thread = await ask_hana(scene)
    await scene.ana.says("It may be a small one, of the three brown hens")
    assert thread.hears() == ["It may be a small one, of the three brown hens"]
    await scene.ana.says("How do I store eggs?")
    assert scene.ana.hears() == ["Keep them cool and with the tip down."]
    assert len(thread.hears()) == 2


async def test_a_note_never_leaves_the_room_whatever_comes_with_it(scene: Scene) -> None:
    thread = await in_talk(scene)
    note = await thread.says("// she means the farm, I think")
    await thread.says("// like this", photo=picture("green"))
    await thread.edits(note, "// she means the henhouse")
    await scene.wait(minutes=1)
    assert scene.ana.news() == []
    assert not any("henhouse" in line.text or line.media for line in scene.ana.log())


async def test_after_close_the_bot_answers_again(scene: Scene) -> None:
    thread = await in_talk(scene)
    await thread.commands("close")
    assert thread.hears() == ["Closed. I answer Ana again."]
    await scene.ana.says("How do I store eggs?")
    assert scene.ana.hears() == ["Keep them cool and with the tip down."]
    assert thread.hears() == [] and await scene.conversations() == ["bot"]


async def test_the_owners_correction_changes_the_customers_copy(scene: Scene) -> None:
    thread = await in_talk(scene)
    said = await thread.says("On Fryday")
    (copy,) = scene.ana.news()
    await thread.edits(said, "On Friday")
    now = scene.ana.now(copy)
    assert now and now.text == "On Friday"
    assert scene.ana.news() == []


async def test_a_customers_correction_changes_the_copy_in_the_thread_and_both_versions_are_seen(scene: Scene) -> None:
    thread = await in_talk(scene)
    asked = await scene.ana.says("In the garden?")
    (copy,) = thread.news()
    await scene.ana.edits(asked, "In the orchard?")
    now = thread.now(copy)
    assert now and now.text.startswith("In the orchard?") and "In the garden?" in now.text
    assert thread.news() == []


async def test_what_the_owner_takes_back_disappears_at_the_customers(scene: Scene) -> None:
    thread = await in_talk(scene)
    said = await thread.says("That was for Ben, sorry")
    (copy,) = scene.ana.news()
    if scene.owners.adapter.capabilities.tells_deletes:
        await thread.deletes(said)
    else:
        await thread.commands("delete", about=said)
    assert scene.ana.now(copy) is None
    assert scene.ana.news() == []


async def test_what_a_customer_takes_back_is_told_in_the_thread_where_the_platform_tells(scene: Scene) -> None:
    thread = await in_talk(scene)
    asked = await scene.ana.says("My number is 0170 1234")
    (copy,) = thread.news()
    await scene.ana.deletes(asked)
    now = thread.now(copy)
    if scene.customers.adapter.capabilities.tells_deletes:
        told = [now.text if now else "", *thread.hears()]
        assert any("took" in text and "0170 1234" in text for text in told)
    else:
        assert now == copy and thread.news() == []


async def test_a_quote_stays_a_quote_of_the_same_words_both_ways(scene: Scene) -> None:
    thread = await in_talk(scene)
    first = await thread.says("The first one")
    await thread.says("The second one")
    mine, _ = scene.ana.news()
    await scene.ana.says("This one, please", quotes=mine)
    (back,) = thread.news()
    assert (back.text, back.quotes) == ("This one, please", first.text)
    await thread.says("Noted", quotes=back)
    (noted,) = scene.ana.news()
    assert (noted.text, noted.quotes) == ("Noted", "This one, please")


async def test_pictures_go_both_ways_with_their_captions(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.ana.says("Like this one?", photo=picture("green"))
    (copy,) = thread.news()
    assert (copy.text, copy.media) == ("Like this one?", ("photo",))
    await thread.says("Rather like that", photo=picture("brown"))
    (copy,) = scene.ana.news()
    assert (copy.text, copy.media) == ("Rather like that", ("photo",))


async def test_a_picture_as_the_very_first_contact_reaches_the_owner(scene: Scene) -> None:
    await scene.ana.says(photo=picture("green"))
    await scene.wait(seconds=3)
    (promise,) = scene.ana.hears()
    assert "I've asked Hana" in promise
    assert [line.media for line in scene.thread("Ana").news()] == [(), ("photo",)]


async def test_a_picture_with_a_question_is_answered_by_its_caption(scene: Scene) -> None:
    await scene.ana.says("How do I store eggs?", photo=picture("green"))
    (answer,) = scene.ana.hears()
    assert answer.startswith("Keep them cool and with the tip down.")


async def test_five_thousand_letters_arrive_whole_and_in_order(scene: Scene) -> None:
    thread = await in_talk(scene)
    words = " ".join(f"word{number:04}" for number in range(500))
    for part in range(0, 500, 150):  # no platform takes them all at once
        await thread.says(" ".join(words.split()[part : part + 150]))
    assert " ".join(scene.ana.hears()).split() == words.split()


async def test_odd_signs_and_names_arrive_as_they_were_written(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.ana.says("I <3 eggs & hens _really_ \\o/ 🐣🏳️‍🌈 שלום")
    (heard,) = thread.hears()
    for word in ("<3", "&", "really", "🐣🏳️‍🌈", "שלום"):
        assert word in heard


async def test_two_customers_are_never_mixed(scene: Scene) -> None:
    anas, bens = await in_talk(scene), await in_talk(scene, scene.ben)
    for number in range(5):
        await scene.ana.writes(f"Ana's words {number}")
        await scene.ben.writes(f"Ben's words {number}")
    await scene.settle()
    assert anas.hears() == [f"Ana's words {number}" for number in range(5)]
    assert bens.hears() == [f"Ben's words {number}" for number in range(5)]
    await anas.says("To Ana")
    await bens.says("To Ben")
    assert (scene.ana.hears(), scene.ben.hears()) == (["To Ana"], ["To Ben"])


async def test_a_deleted_thread_yields_one_new_one_and_the_words_arrive_once(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.owners.loses_thread(thread.chat)
    await scene.ana.says("Are you there?")
    await scene.wait(minutes=1)
    assert [text for text in scene.thread("Ana").hears() if "Are you there?" in text] == ["Are you there?"]
    await scene.thread("Ana").says("Yes!")
    assert scene.ana.hears() == ["Yes!"]


async def test_a_customer_who_wants_nothing_more_is_reported_once_until_they_return(scene: Scene) -> None:
    if scene.customers.platform == "playground":
        pytest.skip("nobody can block the bot in the playground")
    thread = await in_talk(scene)
    await scene.customers.blocks(scene.ana.chat, scene.ana.who, blocked=True)
    await thread.says("Are you well?")
    await thread.says("Hello?")
    (told,) = thread.hears()
    assert "Ana" in told
    await scene.customers.blocks(scene.ana.chat, scene.ana.who, blocked=False)
    await scene.ana.says("Here I am again")
    assert thread.hears()[-1] == "Here I am again"
    await thread.says("Welcome back")
    assert scene.ana.hears() == ["Welcome back"]


async def test_a_story_is_previewed_confirmed_and_posted_once(scene: Scene) -> None:
    await scene.room.plans_story("daily 09:00", "Good morning", picture("yellow"))
    (preview,) = scene.room.news()
    assert preview.text.startswith("Good morning") and preview.media == ("photo",)
    await scene.room.presses("Confirm")
    assert "Planned as story 1" in scene.room.hears()[-1]
    await scene.wait(days=1)
    assert [(post.text, post.media) for post in scene.channel.news()] == [("Good morning", ("photo",))]


async def test_stories_reach_those_who_follow_until_they_stop(scene: Scene) -> None:
    await scene.ana.commands("start")
    await scene.ana.presses("Follow the stories")
    await scene.room.plans_story("daily 09:00", "Good morning")
    await scene.room.presses("Confirm")
    scene.ana.news()
    await scene.wait(days=1)
    assert scene.ana.hears() == ["Good morning"]
    assert scene.ben.hears() == []
    await scene.ana.commands("stop")
    assert scene.ana.hears()[0].startswith("Done: no more stories")
    await scene.wait(days=1)
    assert scene.ana.hears() == [] and scene.channel.hears() == ["Good morning"] * 2


async def test_an_owners_command_from_a_customer_is_unknown_and_changes_nothing(scene: Scene) -> None:
    await scene.ana.says("/stories")
    (told,) = scene.ana.hears()
    assert "/help" in told
    await scene.ana.says("/close")
    assert len(scene.ana.hears()) == 1
    assert scene.room.news() == [] and scene.owners.threads("Ana") == []


async def test_a_forged_button_does_nothing_but_say_so(scene: Scene) -> None:
    await scene.ana.says("can you send to Poland?")
    await scene.wait(seconds=3)
    (guess,) = scene.ana.news()
    before = await scene.conversations()
    await scene.ana.forges(guess, "close:0000000000")
    assert len(scene.ana.hears()) == 1
    assert await scene.conversations() == before
    assert scene.room.news() == [] and scene.owners.threads("Ana") == []


async def test_who_waits_is_listed_in_the_rooms_general_part(scene: Scene) -> None:
    await ask_hana(scene)
    await scene.room.commands("waiting")
    (listed,) = scene.room.hears()
    assert "Ana" in listed and UNKNOWN in listed


async def test_reactions_cross_where_both_sides_have_them(scene: Scene) -> None:
    if scene.customers.platform == "playground":
        pytest.skip("nobody reacts in the playground")
    thread = await in_talk(scene)
    await scene.ana.says("So it is settled")
    (copy,) = thread.news()
    await thread.reacts(copy, "👍")
    seen = scene.ana.log()[-1]
    assert seen.text == "So it is settled"
    assert seen.bot_reactions == ("👍",)
    await thread.reacts(copy, "")
    assert scene.ana.log()[-1].bot_reactions == ()
    assert scene.ana.news() == [] and thread.news() == []


def card(thread: Seat) -> Line:
    """The one card of a thread, as it stands now."""
    (found,) = [line for line in thread.log() if line.by_bot and "/close ends it." in line.text]
    return found


async def test_the_card_is_one_and_is_edited_in_place_until_the_words_have_arrived(scene: Scene) -> None:
    thread = await ask_hana(scene)
    before = card(thread)
    assert "waits since 13:00" in before.text and "delivered" not in before.text
    await thread.says("Gladly, in May!")
    await scene.wait(seconds=10)
    assert "answered at 13:00 · last words to Ana delivered" in card(thread).text
    await thread.commands("close")
    await scene.wait(seconds=10)
    now = card(thread)
    assert "closed at 13:00" in now.text and now.buttons == () and now.key == before.key


async def test_one_tap_sends_a_draft_answer_once_as_the_owners_words(scene: Scene) -> None:
    thread = await ask_hana(scene)
    shown = card(thread)
    drafts = [label for label in shown.buttons if label.startswith("Answer: ")]
    assert 1 <= len(drafts) <= 3
    for _ in range(2):  # a double tap, before the card is edited
        await scene.owners.presses(thread.chat, thread.who, shown, drafts[0])
    await scene.settle()
    (answer,) = scene.ana.hears()
    assert answer.endswith("— Hana")
    await scene.wait(seconds=10)
    assert not [label for label in card(thread).buttons if label.startswith("Answer: ")]
    assert "last words to Ana delivered" in card(thread).text


@pytest.mark.usefixtures("in_turns")
async def test_lines_that_follow_within_seconds_stand_together_and_each_is_still_found(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.ana.says("In the garden")
    assert thread.hears() == ["In the garden"]  # at once
    await scene.wait(seconds=1)
    second = await scene.ana.says("with the three brown hens")
    await scene.wait(seconds=1)
    await scene.ana.says("and the dog?")
    assert thread.news() == []
    await scene.wait(seconds=2)
    (turn,) = thread.news()
    assert turn.text == "with the three brown hens\nand the dog?"
    await scene.ana.edits(second, "with the two brown hens")
    now = thread.now(turn)
    assert now and now.text.startswith("with the two brown hens") and now.text.endswith("\nand the dog?")
    await thread.says("All of them!", quotes=now)
    (answer,) = scene.ana.news()
    assert answer.text == "All of them!" and "and the dog?" in (answer.quotes or "")


@pytest.mark.usefixtures("in_turns")
async def test_a_picture_ends_a_turn_and_all_of_a_burst_stands_in_its_order(scene: Scene) -> None:
    thread = await in_talk(scene)
    for words in ("One", "two", "three"):
        await scene.ana.says(words)
    await scene.ana.says("Like this", photo=picture("green"))
    await scene.ana.says("Lovely?")
    await scene.wait(seconds=2)
    lines = thread.news()
    assert [line.text for line in lines] == ["One", "two\nthree", "Like this", "Lovely?"]
    assert [line.media for line in lines] == [(), (), ("photo",), ()]


@pytest.mark.usefixtures("in_turns")
async def test_a_line_that_is_held_back_is_changed_before_it_is_seen_and_survives_a_close(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.ana.says("One")
    second = await scene.ana.says("tow")
    await scene.ana.says("three")
    await scene.ana.edits(second, "two")
    assert thread.hears() == ["One"]
    await thread.commands("close")
    await scene.wait(seconds=10)
    heard = [line for line in thread.hears() if "three" in line]
    assert len(heard) == 1 and heard[0].startswith("two") and heard[0].endswith("three")


@pytest.mark.usefixtures("in_turns")
async def test_a_thread_that_is_deleted_during_a_turn_yields_one_new_one_with_the_rest_of_it(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.ana.says("One")
    await scene.ana.says("two")
    await scene.owners.loses_thread(thread.chat)
    await scene.ana.says("three")
    await scene.wait(seconds=10)
    heard = [line for line in scene.thread("Ana").hears() if "/close ends it." not in line]
    assert heard == ["two\nthree"]


async def test_nothing_is_left_behind_and_nothing_failed(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.ana.says(ODD)
    await thread.says(ODD.replace("<3", "3"))
    await thread.commands("close")
    await scene.wait(minutes=5)
    assert await scene.states() <= {"sent", "cancelled"}
    assert "failed" not in await scene.outcomes()


async def test_a_promise_is_noticed_reminded_of_and_its_silence_is_told_to_the_customer_once(scene: Scene) -> None:
    thread = await ask_hana(scene)
    await thread.says("I'll ask the cook by 15:00")
    assert scene.ana.hears() == ["I'll ask the cook by 15:00"]
    await thread.presses("Yes, remind me")
    thread.news()
    await scene.wait(hours=2, minutes=16)
    assert any("that is now" in line for line in thread.hears())
    (told,) = scene.ana.hears()
    assert told.startswith("Hana wanted to come back to you today at 15:00, and hasn't yet.")
    await thread.commands("close")
    assert "promised something" in thread.hears()[-1]
    await thread.presses("It is kept: close")
    assert await scene.conversations() == ["bot"]


async def test_a_question_that_nobody_answers_comes_back_to_the_owners_in_one_line(scene: Scene) -> None:
    await ask_hana(scene)
    await scene.wait(minutes=31)
    (line,) = scene.room.news()
    assert "Ana" in line.text and "has waited for an answer for 30 min." in line.text
    await scene.thread("Ana").says("Here I am")
    now = scene.room.now(line)
    assert now and now.text.startswith("Nobody waits for an answer any more.")
    assert scene.room.news() == []


async def test_a_customer_is_asked_a_day_later_whether_it_helped_and_gives_stars_and_a_word(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.ana.presses("Ask me later whether it helped")
    scene.ana.news()
    await thread.commands("close")
    await scene.wait(days=1)
    (asked,) = scene.ana.news()
    assert UNKNOWN in asked.text and asked.buttons[:2] == ("Yes, it did", "Not yet")
    await scene.ana.presses("Yes, it did")
    await scene.ana.presses("4 ★")
    await scene.ana.says("Quick and kind, and lovely eggs")
    assert "passed that on" in scene.ana.hears()[-1]
    heard = thread.hears()
    assert any("★★★★☆" in line for line in heard) and heard[-1] == "Quick and kind, and lovely eggs"


async def test_what_did_not_help_is_open_again_with_its_words(scene: Scene) -> None:
    thread = await in_talk(scene)
    await scene.ana.presses("Ask me later whether it helped")
    await thread.commands("close")
    thread.news()
    await scene.wait(days=1)
    await scene.ana.presses("Not yet")
    assert any("isn't solved yet" in line and UNKNOWN in line for line in thread.hears())
    assert await scene.conversations() == ["waiting"]


COLD = "As already stated, that is not our problem."


async def complain(scene: Scene) -> Seat:
    """Ana is unhappy; gives the owner's view of her thread."""
    await scene.ana.says("my eggs arrived broken")
    (told,) = scene.ana.hears()
    assert told.startswith("I'm sorry about that.")
    await scene.wait(seconds=5)
    thread = scene.thread("Ana")
    thread.news()
    return thread


async def test_the_same_question_twice_goes_to_the_owner_with_what_was_answered(scene: Scene) -> None:
    await scene.ana.says("How do I store eggs?")
    scene.ana.hears()
    await scene.ana.says("how do i store eggs??")
    (told,) = scene.ana.hears()
    assert "You asked this a moment ago" in told and "I've asked Hana too" in told
    await scene.wait(seconds=5)
    shown = "\n".join(line.text for line in scene.thread("Ana").log())
    assert "how do i store eggs??" in shown and "Keep them cool and with the tip down." in shown


async def test_an_answer_that_was_no_help_goes_to_the_owner(scene: Scene) -> None:
    await scene.ana.says("How do I store eggs?")
    scene.ana.hears()
    await scene.ana.says("that didn't help")
    (told,) = scene.ana.hears()
    assert told.startswith("I'm sorry that this was no help.")
    await scene.wait(seconds=5)
    shown = "\n".join(line.text for line in scene.thread("Ana").log())
    assert "How do I store eggs?" in shown and "Keep them cool and with the tip down." in shown
    await scene.thread("Ana").says("In a cellar, Ana.")
    assert scene.ana.hears() == ["In a cellar, Ana."]


async def test_words_that_may_read_as_dismissive_wait_for_send_anyway(scene: Scene) -> None:
    thread = await complain(scene)
    await thread.says(COLD)
    asked = next(line for line in thread.news() if "Not sent yet" in line.text)
    assert asked.buttons == ("Send anyway", "Change")
    await thread.says("A new box is on its way.")
    assert scene.ana.hears() == []
    await thread.presses("Send anyway")
    assert scene.ana.hears() == [COLD, "A new box is on its way."]
    now = thread.now(asked)
    assert now and now.buttons == () and "Sent as it was." in now.text


async def test_words_that_are_changed_instead_never_reach_the_customer(scene: Scene) -> None:
    thread = await complain(scene)
    await thread.says(COLD)
    await thread.presses("Change")
    held = await thread.says("Nobody else has complained.")
    await thread.edits(held, "I'm so sorry, Ana.")
    assert scene.ana.hears() == ["I'm so sorry, Ana."]
    held = await thread.says("whatever")
    if scene.owners.adapter.capabilities.tells_deletes:
        await thread.deletes(held)
    else:
        await thread.commands("delete", about=held)
    await thread.says("A new box is on its way.")
    assert scene.ana.hears() == ["A new box is on its way."]
    assert not [line for line in scene.ana.log() if line.text in (COLD, "Nobody else has complained.", "whatever")]


async def test_the_same_complaint_of_two_customers_raises_one_alert_that_is_kept_up_to_date(scene: Scene) -> None:
    await complain(scene)
    await scene.ben.says("half of the eggs were cracked")
    await scene.wait(seconds=5)
    (alert,) = [line for line in scene.room.news() if "complain of the same" in line.text]
    assert "2 customers" in alert.text and "my eggs arrived broken" in alert.text
    assert "Ben" in alert.text and "“half of the eggs were cracked”" in alert.text


async def test_settings_are_buttons_and_the_word_stop_ends_what_was_agreed_to(scene: Scene) -> None:
    await scene.ana.commands("settings")
    (shown,) = scene.ana.news()
    assert "stories: no" in shown.text
    await scene.ana.presses("Yes, stories")
    now = scene.ana.now(shown)
    assert now and "stories: yes" in now.text and "No stories" in now.buttons
    await scene.ana.says("stop")
    assert scene.ana.hears()[0].startswith("Done: no more stories")
    await scene.room.plans_story("daily 09:00", "Good morning")
    await scene.room.presses("Confirm")
    await scene.wait(days=1)
    assert scene.ana.hears() == []
