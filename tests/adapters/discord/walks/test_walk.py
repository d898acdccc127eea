"""The newcomer's walk on Discord: answer, guess, ticket, relay, note, edit, close, story, stop."""

from __future__ import annotations

import pytest

from tests.discord_stage import DiscordStage

UNKNOWN = "A portrait in oil, perhaps?"


@pytest.mark.parametrize("room_kind", ["forum", "text channel"])
async def test_the_whole_walk(stage: DiscordStage) -> None:
    await ana_is_answered(stage)
    await ana_takes_a_guess(stage)
    await ana_asks_the_owner(stage)
    await they_talk(stage)
    await the_ticket_is_closed_twice(stage)
    await a_story_goes_out(stage)
    await ana_stops_the_stories(stage)
    assert set(await stage.states()) == {"sent", "cancelled"}
    assert stage.simulator.server.refusals == []


async def ana_is_answered(stage: DiscordStage) -> None:
    """A sure answer comes at once, with its picture, and the owners' room stays quiet."""
    greeted = await stage.ana.commands("start")
    assert (greeted.answer_type, greeted.thinking) == (5, False)
    assert stage.ana.hears()[0].startswith("Hello Ana, welcome to **Test Farm**!")
    await stage.ana.says("Do you ship to Germany?")
    (answer,) = stage.ana.news()
    assert answer.content == "Yes, we ship to Germany every Tuesday."
    assert [file.mime for file in answer.attachments] == ["image/png"]
    await stage.ana.says("What do the hens eat?")
    (answer,) = stage.ana.news()
    assert answer.content.startswith("Our hens eat **maize**, wheat")
    assert stage.threads() == []


async def ana_takes_a_guess(stage: DiscordStage) -> None:
    """An unsure line waits for the rest of the thought, then names what may be meant."""
    await stage.ana.says("can you send to Poland?")
    assert stage.ana.hears() == []
    await stage.wait(seconds=3)
    (guess,) = stage.ana.news()
    assert guess.content.startswith("Did you mean one of these?")
    pressed = await stage.ana.presses("Do you ship to Germany?")
    assert pressed.answer_type == 6
    (answer,) = stage.ana.news()
    assert answer.content == "Yes, we ship to Germany every Tuesday."


async def ana_asks_the_owner(stage: DiscordStage) -> None:
    """What nobody knows becomes a ticket with a thread of its own."""
    await stage.ana.says(UNKNOWN)
    await stage.wait(seconds=3)
    (promise,) = stage.ana.hears()
    assert "I've asked Hana" in promise
    (card,) = stage.thread("Ana").hears()
    assert UNKNOWN in card and stage.thread("Ana").buttons()[-1] == "Close"


async def they_talk(stage: DiscordStage) -> None:
    """The owner's words and their edits reach the customer, a note does not, and the customer's words come back."""
    thread = stage.thread("Ana")
    thread.hears()
    said = await thread.says("Gladly, in **Mai**!")
    (copy,) = stage.ana.news()
    assert copy.content == "Gladly, in **Mai**!"
    await thread.edits(said, "Gladly, in May!")
    assert (copy.content, stage.ana.hears()) == ("Gladly, in May!", [])
    await thread.says("// she means the farm, I think")
    assert stage.ana.hears() == []
    await stage.ana.says("In the garden?")
    assert thread.hears() == ["In the garden?"]


async def the_ticket_is_closed_twice(stage: DiscordStage) -> None:
    """By the command, and by the button of the next card in the same thread."""
    thread = stage.thread("Ana")
    thread.hears()
    await thread.commands("close")
    assert thread.hears() == ["Closed. I answer Ana again."]
    await stage.ana.commands("human", message="and another thing")
    assert len(stage.ana.hears()) == 1
    (card,) = thread.hears()
    assert "and another thing" in card
    await thread.presses("Close")
    assert thread.hears() == ["Closed. I answer Ana again."]
    assert "closed it without an answer" in stage.ana.hears()[0]
    await stage.ana.says("How do I store eggs?")
    assert stage.ana.hears() == ["Keep them cool and with the tip down."]
    assert thread.hears() == []


async def a_story_goes_out(stage: DiscordStage) -> None:
    """Planned by a form in the general part, previewed, confirmed, and posted to channel and followers."""
    await stage.ana.presses("Follow the stories")
    assert "you'll get Hana's stories" in stage.ana.hears()[0]
    stage.room.hears()
    opened = await stage.room.commands("story")
    assert opened.answer_type == 9 and stage.room.hears() == []
    await stage.room.fills(opened, {"when": "daily 09:00", "text": "Good morning"})
    (preview,) = stage.room.news()
    assert preview.content.startswith("Good morning\n") and "followers (1)" in preview.content
    await stage.room.presses("Confirm")
    assert "Planned as story 1" in stage.room.hears()[-1]
    assert preview.labels == []
    await stage.wait(days=1)
    for place in (stage.channel, stage.ana):
        assert place.hears() == ["Good morning"]


async def ana_stops_the_stories(stage: DiscordStage) -> None:
    """She writes just as a story falls due: hers is cancelled, the channel still gets it."""
    due = await stage.concierge.next_due()
    assert due and due[1] == "a story is due"
    stage.clock.move_to(due[0])
    await stage.ana.commands("stop")
    (done,) = stage.ana.hears()
    assert done.startswith("Done: no more stories")
    assert stage.channel.hears() == ["Good morning"]
    assert (await stage.states()).count("cancelled") == 1
    await stage.wait(days=1)
    assert (stage.channel.hears(), stage.ana.hears()) == (["Good morning"], [])
