"""/teach on Telegram, as a reply in a customer's topic and in a group without topics, with the real client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from knowledge.shop import read_shop
from tests.simulators.telegram.simulator import TelegramSimulator
from tests.telegram_stage import TelegramStage

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UNKNOWN = "A portrait in oil, perhaps?"


@pytest.fixture
async def group(
    database: Database, clock: Clock, shop_dir: Path, simulator: TelegramSimulator
) -> AsyncIterator[TelegramStage]:
    """A started house before a group without topics."""
    await take_in_shop(database, shop_dir, clock)
    stage = TelegramStage(database, clock, read_shop(shop_dir), simulator, simulator.group(forum=False))
    await stage.start()
    yield stage
    await stage.stop()


async def test_a_reply_in_a_topic_is_learnt_and_answers_the_next_who_asks(stage: TelegramStage) -> None:
    await stage.ana.says(UNKNOWN)
    await stage.wait(seconds=3)
    thread = stage.thread("Ana")
    said = await thread.says("Dear Ana, in winter, from 200 euros.")
    thread.news()
    stage.ana.hears()
    await thread.says("/teach", reply_to=said)
    (shown,) = thread.news()
    assert f"I would answer “{UNKNOWN}” with:\nIn winter, from 200 euros." in shown.text
    await thread.presses("Learn it")
    assert thread.hears()[0].startswith("Learnt as a-portrait-in-oil-perhaps;")
    assert stage.ana.hears() == []
    await stage.concierge.refresh()
    await stage.ben.says(UNKNOWN)
    assert stage.ben.hears()[0].startswith("In winter, from 200 euros.")
    assert stage.simulator.server.refusals == []


async def test_in_a_group_without_topics_a_reply_says_whose_words_are_meant(group: TelegramStage) -> None:
    await group.ana.says(UNKNOWN)
    await group.wait(seconds=3)
    card = group.room.news()[-1]
    said = await group.room.says("In winter, from 200 euros.", reply_to=card)
    group.room.news()
    await group.room.says("/teach", reply_to=said)
    await group.wait(minutes=1)
    (shown,) = group.room.hears()
    assert f"I would answer “{UNKNOWN}” with:" in shown
    await group.room.presses("Learn it")
    await group.wait(minutes=1)
    assert "Learnt as a-portrait-in-oil-perhaps;" in group.room.hears()[-1]


async def test_a_customer_who_replies_with_teach_teaches_nothing(stage: TelegramStage) -> None:
    said = await stage.ana.says("/start")
    stage.ana.hears()
    await stage.ana.says("/teach Are you closed?", reply_to=said)
    assert "I don't know /teach" in stage.ana.hears()[0]
