"""Only owners use owner commands, whoever forges what; and a bot that is added to a group says how to go on."""

from __future__ import annotations

import pytest

from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.people import Status
from tests.telegram_stage import Person, TelegramStage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OWNERS_COMMANDS = ["/story now Fresh eggs", "/stories", "/waiting", "/close", "/teach", "/insights"]


def unknown(command: str) -> str:
    """What a stranger hears of an owner's command."""
    return f"I don't know {command.split()[0]}. Just write your question"


def elsewhere(stage: TelegramStage, *known: Chat) -> list[str]:
    """What the bot said in any other chat."""
    return [m.text for chat in stage.simulator.world.chats.values() if chat not in known for m in chat.from_bot]


@pytest.mark.parametrize("command", OWNERS_COMMANDS)
async def test_an_owners_command_from_a_customer_is_unknown_and_nothing_happens(
    stage: TelegramStage, command: str
) -> None:
    await stage.ana.says(command)
    (answer,) = stage.ana.hears()
    assert answer.startswith(unknown(command))
    await stage.wait(minutes=1)
    assert elsewhere(stage, stage.ana.chat) == []


async def test_an_owners_command_in_another_group_is_unknown_and_nothing_happens(stage: TelegramStage) -> None:
    other = stage.simulator.group("Not the room")
    mallory = stage.customer("Mallory")
    stage.simulator.join(other, mallory.user)
    await Person(stage, mallory.user, other).says("/story now Fresh eggs")
    await Person(stage, stage.simulator.owner, other).says("/waiting")
    await stage.wait(minutes=1)
    for answer, command in zip([m.text for m in other.from_bot], ["/story", "/waiting"], strict=True):
        assert answer.startswith(unknown(command))
    assert elsewhere(stage, other) == []


async def test_words_among_people_in_another_group_are_none_of_ours(stage: TelegramStage) -> None:
    other = stage.simulator.group("Not the room")
    await Person(stage, stage.simulator.owner, other).says("Do you ship to Germany?")
    await stage.wait(minutes=1)
    assert elsewhere(stage) == []
    await Person(stage, stage.simulator.owner, other).says("@concierge_bot Do you ship to Germany?")
    assert len(other.from_bot) == 1


async def test_a_button_counts_only_in_its_own_chat_and_for_its_own_side(stage: TelegramStage) -> None:
    await stage.ben.says("/human")
    await stage.room.says("/story now Fresh eggs")
    await stage.ana.says("Do you ship to Germany?")
    stage.ana.hears(), stage.ben.hears(), stage.room.hears()
    shown = stage.ana.log()[-1]
    forged = [
        *(button.data for button in stage.thread("Ben").log()[-1].buttons),
        *(button.data for button in stage.room.log()[-1].buttons),
        *("close:1", "story_confirm:1", "", "no colon", "suggest:x" * 7),
    ]
    for data in forged:
        stage.simulator.user_presses(shown, data, stage.ana.user)
    await stage.settle()
    await stage.wait(minutes=2)
    heard = stage.ana.hears()
    assert len(heard) == len(forged) and {text[:36] for text in heard} == {"That button belongs to something tha"}
    assert stage.channel.hears() == [] and stage.ben.hears() == []
    assert await stage.state_of(stage.ben) == "waiting"


async def test_a_customers_button_that_an_owner_forges_in_a_thread_does_nothing(stage: TelegramStage) -> None:
    await stage.ana.says("Do you ship to Germany?")
    await stage.ben.says("/human")
    stage.ana.hears(), stage.ben.hears()
    ask = stage.ana.log()[-1].buttons[0]
    stage.simulator.user_presses(stage.thread("Ben").log()[-1], ask.data, stage.simulator.owner)
    await stage.settle()
    await stage.wait(minutes=1)
    assert (stage.ana.hears(), stage.ben.hears()) == ([], [])
    assert len(stage.group.topics) == 1


async def test_a_deep_link_is_a_start_and_nothing_else(stage: TelegramStage) -> None:
    stage.simulator.press_start(stage.ana.user, "story_confirm-1")
    await stage.settle()
    assert stage.ana.hears()[0].startswith("Hello Ana, welcome")


async def test_an_anonymous_admin_is_an_owner(stage: TelegramStage) -> None:
    await stage.ana.says("/human")
    stage.ana.hears()
    stage.thread("Ana").hears()
    await stage.thread("Ana").says("A dulcimer", anonymous=True)
    assert stage.ana.hears() == ["A dulcimer"]
    await stage.room.says("/story", anonymous=True)
    await stage.room.says("Fresh eggs", anonymous=True)
    await stage.room.says("now", anonymous=True)
    await stage.room.presses("Confirm")
    await stage.wait(seconds=2)
    assert stage.channel.hears() == ["Fresh eggs"]


async def test_a_bot_that_is_added_to_a_group_names_its_id_and_the_line_for_env_once(stage: TelegramStage) -> None:
    new = stage.simulator.group("Our next room", bot_is="left")
    standings: list[Status] = ["member", "administrator", "kicked", "member"]
    for status in standings:
        stage.simulator.change_bot(new, status)
        await stage.settle()
    (said,) = new.from_bot
    assert f"TELEGRAM_OWNER_CHAT_ID={new.id}" in said.text.splitlines()
    assert elsewhere(stage, new) == []


async def test_the_configured_room_needs_no_introduction(stage: TelegramStage) -> None:
    stage.simulator.change_bot(stage.group, "left")
    stage.simulator.change_bot(stage.group, "administrator")
    await stage.settle()
    assert elsewhere(stage) == []


async def test_another_bots_command_in_the_room_is_left_to_it(stage: TelegramStage) -> None:
    await stage.room.says("/story@another_bot now Fresh eggs")
    await stage.wait(minutes=1)
    assert elsewhere(stage) == []
    await stage.room.says("/stories@Concierge_Bot")
    assert len(stage.room.hears()) == 1
