"""Where others read along the bot speaks when it is addressed, and hands over in private."""

from __future__ import annotations

from tests.simulators.telegram.chats import Chat
from tests.telegram_stage import Person, TelegramStage

UNKNOWN = "A portrait in oil, perhaps?"


def among_others(stage: TelegramStage) -> tuple[Chat, Person, Person]:
    """A public group, with Ana and Ben in it."""
    group = stage.simulator.group("Village")
    for person in (stage.ana, stage.ben):
        stage.simulator.join(group, person.user)
    return group, Person(stage, stage.ana.user, group), Person(stage, stage.ben.user, group)


async def test_a_sure_answer_is_a_reply_there_and_says_nothing_private(stage: TelegramStage) -> None:
    group, ana, _ = among_others(stage)
    await ana.says("What do the hens eat?")
    assert group.from_bot == []
    asked = await ana.says("@concierge_bot What do the hens eat?")
    (answer,) = group.from_bot
    assert answer.text == "Our hens eat maize, wheat and what they find under the trees."
    assert answer.reply_to is asked


async def test_a_hand_over_goes_on_in_private_with_whoever_is_known(stage: TelegramStage) -> None:
    group, ana, _ = among_others(stage)
    stage.simulator.press_start(stage.ana.user)
    await stage.settle()
    stage.ana.hears()
    await ana.says(f"@concierge_bot {UNKNOWN}")
    await stage.wait(minutes=1)
    assert [m.text for m in group.from_bot] == ["That goes on between us: I've written to you privately."]
    assert stage.ana.hears()[0].startswith("I don't know that myself, so I've asked Hana.")
    thread = stage.thread("Ana")
    (card,) = thread.hears()
    assert UNKNOWN in card and "Asked where others read along" in card
    await thread.says("Gladly, in May!")
    await stage.wait(minutes=1)
    assert stage.ana.hears() == ["Gladly, in May!"] and len(group.from_bot) == 1
    await stage.ana.says("In the garden?")
    assert thread.hears() == ["In the garden?"]


async def test_whoever_has_no_private_chat_gets_a_link_into_one_and_the_ticket_is_there(stage: TelegramStage) -> None:
    group, _, _ = among_others(stage)
    mallory = stage.customer("Mei")
    stage.simulator.join(group, mallory.user)
    await Person(stage, mallory.user, group).says(f"@concierge_bot {UNKNOWN}")
    await stage.wait(minutes=1)
    (told,) = group.from_bot
    assert "https://t.me/concierge_bot?start=" in told.text and "Hana" in told.text
    thread = stage.thread("Mei")
    assert UNKNOWN in thread.hears()[0]
    await thread.says("Gladly!")
    await stage.wait(minutes=1)
    assert thread.hears()[0].startswith("Mei can't be reached")
    stage.simulator.press_start(mallory.user)
    await stage.settle()
    await stage.wait(minutes=1)
    assert "Mei writes again and can be reached." in thread.hears()
    await thread.says("Gladly, as I said!")
    await stage.wait(minutes=1)
    assert mallory.hears()[-1] == "Gladly, as I said!"
    assert stage.ana.hears() == stage.ben.hears() == []


async def test_only_who_asked_may_press_what_was_meant(stage: TelegramStage) -> None:
    group, ana, ben = among_others(stage)
    await ana.says("@concierge_bot can you send to Poland?")
    await stage.wait(seconds=3)
    (guess,) = group.from_bot
    assert guess.text == "Did you mean one of these?"
    await ben.presses("Do you ship to Germany?")
    await stage.wait(minutes=1)
    assert len(group.from_bot) == 1 and stage.ben.hears() == []
    await ana.presses("Do you ship to Germany?")
    await stage.wait(minutes=1)
    assert [m.text for m in group.from_bot][1:] == ["Yes, we ship to Germany every Tuesday."]


async def test_a_question_asked_in_public_that_changes_changes_its_card_in_private(stage: TelegramStage) -> None:
    group, ana, _ = among_others(stage)
    asked = await ana.says(f"@concierge_bot {UNKNOWN}")
    await stage.wait(minutes=1)
    (card,) = stage.thread("Ana").news()
    await ana.edits(asked, "@concierge_bot A portrait in chalk?")
    await stage.wait(minutes=1)
    assert "A portrait in chalk?\n✎ changed; before:" in card.text
    assert len(group.from_bot) == 1 and stage.ana.hears() == []
    await ana.edits(asked, "@concierge_bot What do the hens eat?")
    await stage.wait(minutes=1)
    (told,) = group.from_bot
    assert told.text == "Our hens eat maize, wheat and what they find under the trees."
    assert stage.thread("Ana").hears()[0].startswith("I answered: ")


async def test_a_wish_for_a_person_in_public_is_met_in_private(stage: TelegramStage) -> None:
    group, ana, _ = among_others(stage)
    await ana.says("/human about my order")
    await stage.wait(minutes=1)
    assert len(group.from_bot) == 1 and "about my order" not in group.from_bot[0].text
    assert "about my order" in stage.thread("Ana").hears()[0]
