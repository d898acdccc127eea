"""The newcomer's walk on Telegram: answer, guess, ticket, relay, note, picture, edit, close, story, stop."""

from __future__ import annotations

import pytest

from tests.simulators.telegram.files import picture
from tests.telegram_stage import TelegramStage

UNKNOWN = "A portrait in oil, perhaps?"


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_the_whole_walk(house: TelegramStage, webhook: bool) -> None:
    stage = house
    await stage.start(webhook=webhook)
    await ana_is_answered(stage)
    await ana_takes_a_guess(stage)
    await ana_asks_the_owner(stage)
    await they_talk(stage)
    await pictures_go_both_ways(stage)
    await the_ticket_is_closed_twice(stage)
    await a_story_goes_out(stage)
    await ana_stops_the_stories(stage)
    assert set(await stage.states()) == {"sent", "cancelled"}
    assert stage.simulator.budgets.excesses == []
    assert stage.simulator.server.refusals == []


async def ana_is_answered(stage: TelegramStage) -> None:
    """A sure answer comes at once, with its picture, and the owners' room stays quiet."""
    stage.simulator.press_start(stage.ana.user)
    await stage.settle()
    assert stage.ana.hears()[0].startswith("Hello Ana, welcome to Test Farm!")
    await stage.ana.says("Do you ship to Germany?")
    (answer,) = stage.ana.news()
    assert (answer.text, answer.media) == ("Yes, we ship to Germany every Tuesday.", "photo")
    await stage.ana.says("What do the hens eat?")
    (answer,) = stage.ana.news()
    (bold,) = answer.entities
    assert answer.text[bold["offset"] :][: bold["length"]] == "maize"
    assert stage.room.log() == [] and stage.group.topics == {}


async def ana_takes_a_guess(stage: TelegramStage) -> None:
    """An unsure line waits for the rest of the thought, then names what may be meant."""
    await stage.ana.says("can you send to Poland?")
    assert stage.ana.hears() == []
    await stage.wait(seconds=3)
    (guess,) = stage.ana.news()
    assert guess.text.startswith("Did you mean one of these?")
    await stage.ana.presses("Do you ship to Germany?")
    (answer,) = stage.ana.news()
    assert answer.text == "Yes, we ship to Germany every Tuesday."
    assert all(query.answers for query in stage.simulator.world.queries.values())


async def ana_asks_the_owner(stage: TelegramStage) -> None:
    """What nobody knows becomes a ticket with a topic of its own."""
    await stage.ana.says(UNKNOWN)
    await stage.wait(seconds=3)
    (promise,) = stage.ana.hears()
    assert "I've asked Hana" in promise
    (card,) = stage.thread("Ana").hears()
    assert UNKNOWN in card and stage.thread("Ana").buttons()[-1] == "Close"


async def they_talk(stage: TelegramStage) -> None:
    """The owner's words and their edits reach the customer, a note does not, and the customer's words come back."""
    thread = stage.thread("Ana")
    thread.hears()
    said = await thread.says("Gladly, in Mai!")
    (copy,) = stage.ana.news()
    assert copy.text == "Gladly, in Mai!"
    await thread.edits(said, "Gladly, in May!")
    assert (copy.text, stage.ana.hears()) == ("Gladly, in May!", [])
    await thread.says("// she means the farm, I think")
    await thread.says("/story@another_bot whatever")
    assert stage.ana.hears() == []
    asked = await stage.ana.says("In the garden?")
    (copy,) = thread.news()
    assert copy.text == "In the garden?"
    await stage.ana.edits(asked, "In the orchard?")
    assert copy.text == "In the orchard?\n\n✎ changed; before: In the garden?" and thread.hears() == []


async def pictures_go_both_ways(stage: TelegramStage) -> None:
    """By file id, so that they are the same pictures, with their captions; edited captions follow."""
    thread = stage.thread("Ana")
    thread.hears()
    hers = await stage.ana.says("Like this one?", photo=picture("green"))
    (copy,) = thread.news()
    assert (copy.text, copy.media, copy.file_id) == ("Like this one?", "photo", hers.file_id)
    his = await thread.says("Rather like that one", photo=True)
    (copy,) = stage.ana.news()
    assert (copy.text, copy.file_id) == ("Rather like that one", his.file_id)


async def the_ticket_is_closed_twice(stage: TelegramStage) -> None:
    """By the command, and by the button of the next card in the same topic."""
    thread = stage.thread("Ana")
    thread.hears()
    await thread.says("/close")
    assert thread.hears() == ["Closed. I answer Ana again."]
    await stage.ana.says("/human and another thing")
    assert len(stage.ana.hears()) == 1
    (card,) = thread.hears()
    assert "and another thing" in card
    await thread.presses("Close")
    assert thread.hears() == ["Closed. I answer Ana again."]
    assert "closed it without an answer" in stage.ana.hears()[0]
    await stage.ana.says("How do I store eggs?")
    assert stage.ana.hears() == ["Keep them cool and with the tip down."]
    assert thread.hears() == []


async def a_story_goes_out(stage: TelegramStage) -> None:
    """Planned with its picture in the general part, previewed, confirmed, and posted to channel and followers."""
    await stage.ana.presses("Follow the stories")
    assert "you'll get Hana's stories" in stage.ana.hears()[0]
    told = await stage.room.says("/story daily 09:00 Good morning", photo=picture("yellow"))
    (preview,) = stage.room.news()
    assert preview.text.startswith("Good morning\n") and "followers (1)" in preview.text
    assert preview.file_id == told.file_id
    await stage.room.presses("Confirm")
    assert "Planned as story 1" in stage.room.hears()[-1]
    assert preview.buttons == []
    await stage.wait(days=1)
    for place in (stage.channel, stage.ana):
        (post,) = place.news()
        assert (post.text, post.file_id) == ("Good morning", told.file_id)


async def ana_stops_the_stories(stage: TelegramStage) -> None:
    """She writes just as a story falls due: hers is cancelled, the channel still gets it."""
    due = await stage.concierge.next_due()
    assert due and due[1] == "a story is due"
    stage.clock.move_to(due[0])
    await stage.ana.says("/stop")
    (done,) = stage.ana.hears()
    assert done.startswith("Done: no more stories")
    assert len(stage.channel.news()) == 1
    assert (await stage.states()).count("cancelled") == 1
    await stage.wait(days=1)
    assert (len(stage.channel.news()), stage.ana.news()) == (1, [])


async def test_an_edited_caption_reaches_the_customers_copy(stage: TelegramStage) -> None:
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    said = await thread.says("Rather like that one", photo=True)
    await thread.edits(said, "Rather like this one")
    await stage.wait(minutes=1)
    assert [m.text for m in stage.ana.log() if m.media] == ["Rather like this one"]


async def test_nothing_of_the_room_is_taken_for_a_customers(stage: TelegramStage) -> None:
    await stage.room.says("Shall we have lunch?")
    topic = stage.simulator.open_topic(stage.group, "Chatter")
    await stage.room.says("In the orchard?", thread=topic)
    await stage.room.says("/close", thread=topic)
    await stage.wait(minutes=1)
    assert await stage.outcomes() == ["done", "done", "done", "refused"]
    assert stage.simulator.count("createForumTopic") == 0
