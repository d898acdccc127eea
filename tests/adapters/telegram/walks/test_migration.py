"""The owners' group becomes a supergroup with another id: nothing is lost, and every id is rewritten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from bot.database.tables import Conversation, DeskRow, InboxRow, Lane, OutboxRow
from bot.messages import CARD
from knowledge.shop import read_shop
from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.simulator import TelegramSimulator
from tests.telegram_stage import TelegramStage

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def stage(
    database: Database, clock: Clock, shop_dir: Path, simulator: TelegramSimulator
) -> AsyncIterator[TelegramStage]:
    """A started house before a basic group, in which Ana's and Ben's tickets stand already."""
    await take_in_shop(database, shop_dir, clock)
    room = simulator.group(kind="group", forum=False)
    stage = TelegramStage(database, clock, read_shop(shop_dir), simulator, room)
    await stage.start()
    for person in (stage.ana, stage.ben):
        await person.says("/human")
        person.hears()
    yield stage
    await stage.stop()


def moves(stage: TelegramStage, *, told: bool) -> Chat:
    """The group moves; the bot is told at once, or has to find out, and is told by `news_comes`."""
    queue, old = stage.simulator.updates, stage.group
    queue.hold()
    stage.move_to(stage.simulator.migrate_group(old))
    stage.late, queue.held = queue.held or [], None
    if told:
        news_comes(stage)
    return old


def news_comes(stage: TelegramStage) -> None:
    """What Telegram says of the move comes now."""
    stage.simulator.updates.held, stage.late = stage.late, []
    stage.simulator.updates.release()


async def names_only(stage: TelegramStage, new: Chat, old: Chat) -> None:
    """The old id stands nowhere where something is still to be done."""
    async with stage.database.read() as session:
        chats = set(await session.scalars(select(Conversation.chat_id)))
        chats |= set(await session.scalars(select(DeskRow.chat_id)))
        chats |= set(await session.scalars(select(InboxRow.chat_id)))
        lanes = " ".join(await session.scalars(select(Lane.lane)))
        waiting = list(await session.scalars(select(OutboxRow.chat).where(OutboxRow.state != "sent")))
    assert str(new.id) in chats and str(old.id) not in chats
    assert str(old.id) not in lanes
    assert not [chat for chat in waiting if str(old.id) in chat]


def said(stage: TelegramStage) -> list[str]:
    """What is new in the room, without the customers' cards, which come along to the new one."""
    return [text for text in stage.room.hears() if "/close ends it." not in text]


@pytest.mark.parametrize("told", [True, False], ids=["by the service message", "by the refusal"])
async def test_words_that_wait_for_the_room_follow_it(stage: TelegramStage, told: bool) -> None:
    for number in range(3):
        stage.ana.writes(f"q{number} zither")
        stage.ben.writes(f"p{number} dulcimer")
    await stage.stored()
    while await stage.concierge.work():
        pass
    old = moves(stage, told=told)
    await stage.settle()
    await stage.wait(minutes=3)
    heard = said(stage)
    assert [t for t in heard if t.startswith("Ana:")] == [f"Ana:\nq{number} zither" for number in range(3)]
    assert [t for t in heard if t.startswith("Ben:")] == [f"Ben:\np{number} dulcimer" for number in range(3)]
    assert len(old.from_bot) == 2
    await names_only(stage, stage.group, old)
    news_comes(stage)
    await stage.settle()
    assert {row.state for row in await stage.rows() if not (row.target or "").startswith(CARD)} == {"sent"}


@pytest.mark.parametrize("told", [True, False], ids=["by the service message", "by the refusal"])
async def test_the_talk_goes_on_in_the_new_room_and_survives_a_restart(stage: TelegramStage, told: bool) -> None:
    old = moves(stage, told=told)
    await stage.ana.says("one zither")
    (line,) = [m for m in stage.room.news() if "one zither" in m.text]
    await stage.room.says("A dulcimer", reply_to=line)
    news_comes(stage)
    await stage.wait(minutes=2)
    assert stage.ana.hears() == ["A dulcimer"]
    await stage.restart()
    await stage.ana.says("two zithers")
    (line,) = [m for m in stage.room.news() if "two zithers" in m.text]
    await stage.room.says("/close", reply_to=line)
    assert said(stage) == ["Ana:\nClosed. I answer Ana again."]
    await stage.room.says("/waiting")
    assert "Ben" in said(stage)[0]
    await names_only(stage, stage.group, old)


@on_sqlite
@pytest.mark.usefixtures("in_turns")
@pytest.mark.parametrize("told", [True, False], ids=["by the service message", "by the refusal"])
async def test_a_turn_that_is_held_back_while_the_group_moves_arrives_once(stage: TelegramStage, told: bool) -> None:
    for words in ("one zither", "two zithers", "three zithers"):
        await stage.ana.says(words)
    moves(stage, told=told)
    await stage.wait(minutes=2)
    assert said(stage)[-1] == "Ana:\ntwo zithers\nthree zithers"
    news_comes(stage)
    await stage.wait(minutes=2)
    assert not [text for text in said(stage) if "zithers" in text]


@on_sqlite
async def test_the_owners_words_right_after_the_move_are_the_owners(stage: TelegramStage) -> None:
    moves(stage, told=True)
    stage.room.writes("/story now Fresh eggs")
    await stage.settle()
    await stage.room.presses("Confirm")
    await stage.wait(seconds=5)
    assert stage.channel.hears() == ["Fresh eggs"]


@on_sqlite
async def test_the_owners_words_before_the_news_of_the_move_are_handled_when_that_comes(stage: TelegramStage) -> None:
    """The new group is a stranger's until the move is known: what is said there must not go to a customer."""
    moves(stage, told=False)
    await stage.room.says("Ana wants a zither, and she is a nuisance")
    news_comes(stage)
    await stage.settle()
    await stage.wait(minutes=2)
    assert stage.ana.hears() == [] and stage.ben.hears() == [] and said(stage) == []


@pytest.mark.parametrize("told", [True, False], ids=["by the service message", "by the refusal"])
async def test_a_story_that_is_confirmed_while_the_group_moves_is_posted_once_and_holds_up_nothing(
    stage: TelegramStage, told: bool
) -> None:
    await stage.room.says("/story now Fresh eggs")
    preview = stage.room.log()[-1]
    stage.simulator.user_presses(preview, "Confirm", stage.simulator.owner)
    await stage.stored()
    moves(stage, told=told)
    await stage.settle()
    await stage.wait(minutes=1)
    assert stage.channel.hears() == ["Fresh eggs"]
    assert said(stage) == ["On its way, as story 1."]
    await stage.room.says("/waiting")
    assert len(said(stage)) == 1
    assert "waiting" not in await stage.states()


@on_sqlite
async def test_the_new_supergroup_may_get_topics(stage: TelegramStage) -> None:
    moves(stage, told=True)
    stage.group.is_forum = True
    await stage.room.says("We have topics now")
    await stage.ana.says("one zither")
    assert stage.thread("Ana").hears() == ["one zither"]
    await stage.thread("Ana").says("A dulcimer")
    assert stage.ana.hears() == ["A dulcimer"]
