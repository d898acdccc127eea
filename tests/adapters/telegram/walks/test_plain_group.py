"""An owners' group without topics: messages under the customer's name, and replies that find their way back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from knowledge.shop import read_shop
from tests.simulators.telegram import faults
from tests.simulators.telegram.chats import ChatType, Message
from tests.simulators.telegram.simulator import TelegramSimulator
from tests.telegram_stage import TelegramStage, until

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(params=["group", "supergroup"])
async def stage(
    request: pytest.FixtureRequest, database: Database, clock: Clock, shop_dir: Path, simulator: TelegramSimulator
) -> AsyncIterator[TelegramStage]:
    """A started house before a group without topics."""
    kind: ChatType = request.param
    await take_in_shop(database, shop_dir, clock)
    stage = TelegramStage(database, clock, read_shop(shop_dir), simulator, simulator.group(forum=False, kind=kind))
    await stage.start()
    yield stage
    assert simulator.budgets.excesses == []
    await stage.stop()


async def asks(stage: TelegramStage, person: str = "ana") -> Message:
    """Somebody's card in the group."""
    await getattr(stage, person).says(f"/human I am {person}")
    getattr(stage, person).hears()
    return stage.room.news()[-1]


async def test_replies_to_a_labelled_message_go_to_its_customer_alone(stage: TelegramStage) -> None:
    anas, bens = await asks(stage), await asks(stage, "ben")
    assert (anas.text.split("\n")[0], bens.text.split("\n")[0]) == ("Ana:", "Ben:")
    assert anas.entities[0] == {"type": "bold", "offset": 0, "length": 4}
    await stage.room.says("For Ben", reply_to=bens)
    await stage.room.says("For Ana", reply_to=anas)
    assert (stage.ana.hears(), stage.ben.hears()) == (["For Ana"], ["For Ben"])
    await stage.ana.says("one zither", photo=True)
    await stage.wait(minutes=1)
    more = stage.room.news()[-1]
    assert (more.text, more.media) == ("Ana:\none zither", "photo")
    said = await stage.room.says("A dulcimer", reply_to=more, photo=True)
    (copy,) = stage.ana.news()
    assert (copy.text, copy.file_id) == ("A dulcimer", said.file_id)
    assert stage.ben.hears() == []


async def test_notes_and_words_that_answer_nothing_stay_in_the_group(stage: TelegramStage) -> None:
    card = await asks(stage)
    await stage.room.says("// not before May", reply_to=card)
    own = await stage.room.says("Who feeds the hens?")
    await stage.room.says("I do", reply_to=own)
    assert (stage.ana.hears(), stage.room.hears()) == ([], [])


async def test_a_ticket_is_closed_by_a_reply_or_by_its_button(stage: TelegramStage) -> None:
    card = await asks(stage)
    await stage.room.says("/close", reply_to=card)
    assert stage.room.hears() == ["Ana:\nClosed. I answer Ana again."]
    assert await stage.state_of(stage.ana) == "bot"
    await asks(stage)
    stage.ana.hears()
    await stage.room.presses("Close")
    assert stage.room.hears() == ["Ana:\nClosed. I answer Ana again."]
    assert "closed it without an answer" in stage.ana.hears()[0]


async def test_an_edited_reply_reaches_the_customers_copy(stage: TelegramStage) -> None:
    card = await asks(stage)
    said = await stage.room.says("Gladly, in Mai!", reply_to=card)
    await stage.room.edits(said, "Gladly, in May!")
    assert stage.ana.hears() == ["Gladly, in May!"]


async def test_room_commands_work_beside_the_talk(stage: TelegramStage) -> None:
    card = await asks(stage)
    await stage.room.says("/waiting", reply_to=card)
    assert "Ana" in stage.room.hears()[0]
    await stage.room.says("/story now Fresh eggs")
    await stage.room.presses("Confirm")
    await stage.wait(seconds=2)
    assert stage.channel.hears() == ["Fresh eggs"]


@pytest.mark.parametrize("stage", ["supergroup"], indirect=True)
async def test_a_group_that_learns_topics_gets_them_from_then_on(stage: TelegramStage) -> None:
    await asks(stage)
    stage.group.is_forum = True
    await stage.room.says("We have topics now")
    await stage.ana.says("one zither")
    assert stage.thread("Ana").hears() == ["one zither"]


async def test_a_reply_that_is_quicker_than_the_receipt_of_the_card_still_reaches_the_customer(
    stage: TelegramStage,
) -> None:
    stalled = stage.simulator.faults.inject(
        "sendMessage", faults.stalled(after=True), when=lambda c: str(c.text("chat_id")) == str(stage.group.id)
    )
    stage.ana.writes("/human I am ana")
    house = asyncio.create_task(stage.settle())
    await until(lambda: any("I am ana" in message.text for message in stage.room.log()))
    card = stage.room.log()[-1]
    stage.room.writes("For Ana", reply_to=card)
    await stage.stored()
    await stage.concierge.work()
    stalled.release()
    await house
    await stage.wait(seconds=2)
    assert stage.ana.hears()[-1] == "For Ana"
    assert await stage.outcomes() == ["handed_over", "relayed"]
