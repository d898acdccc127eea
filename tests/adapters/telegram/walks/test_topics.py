"""Topics that vanish in mid-talk, at every step: one new topic, and the same message once."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.simulators.telegram import faults
from tests.simulators.telegram.chats import Topic
from tests.telegram_stage import Person, TelegramStage, until

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LOST = ["refused", "named", "ignored"]
"""How Telegram answers to a topic that was deleted: in two ways of saying so, or by putting the words elsewhere."""


async def asks(stage: TelegramStage) -> Person:
    """Ana's ticket, and its topic."""
    await stage.ana.says("/human about my order")
    stage.ana.hears()
    thread = stage.thread("Ana")
    thread.hears()
    return thread


def there(stage: TelegramStage) -> list[Topic]:
    """The topics that nobody deleted."""
    return [topic for topic in stage.group.topics.values() if not topic.deleted]


HOW = "/close ends it."
"""Ends a card. A new thread gets one, below the words for which it was opened, while somebody waits there."""


def seen(stage: TelegramStage) -> list[str]:
    """What the bot said anywhere in the owners' room and what is still there, cards aside."""
    return apart_from_cards([message.text for message in stage.group.from_bot])


def apart_from_cards(texts: list[str]) -> list[str]:
    """What is to be read, of which no more than one is a card."""
    assert sum(HOW in text for text in texts) <= 1
    return [text for text in texts if HOW not in text]


@on_sqlite
@pytest.mark.parametrize("lost", LOST)
async def test_words_for_a_deleted_topic_open_one_new_topic_and_come_once(stage: TelegramStage, lost: str) -> None:
    thread = await asks(stage)
    stage.simulator.world.lost_topic = lost  # type: ignore[assignment]
    stage.simulator.delete_topic(stage.group, stage.topic("Ana"))
    for words in ("one zither", "two zithers"):
        stage.ana.writes(words)
    await stage.settle()
    await stage.wait(minutes=2)
    assert [t.name for t in there(stage)] == ["Ana"]
    *lines, card = stage.thread("Ana").hears()
    assert lines == ["one zither", "two zithers"] and HOW in card
    assert seen(stage) == ["one zither", "two zithers"]
    thread = stage.thread("Ana")
    await thread.says("A dulcimer then")
    assert stage.ana.hears() == ["A dulcimer then"]
    assert stage.simulator.budgets.excesses == []


@on_sqlite
async def test_a_closed_topic_is_opened_again_and_the_words_come_once(stage: TelegramStage) -> None:
    thread = await asks(stage)
    stage.simulator.close_topic(stage.group, stage.topic("Ana"))
    await stage.ana.says("one zither")
    await stage.wait(minutes=1)
    assert thread.hears() == ["one zither"]
    assert not stage.topic("Ana").closed
    assert stage.simulator.count("createForumTopic") == 1


@on_sqlite
async def test_a_closed_topic_that_may_not_be_opened_gets_a_new_one(stage: TelegramStage) -> None:
    await asks(stage)
    old = stage.topic("Ana")
    stage.simulator.close_topic(stage.group, old)
    stage.simulator.faults.inject("reopenForumTopic", faults.refused(400, "Bad Request: not enough rights"))
    await stage.ana.says("one zither")
    await stage.wait(minutes=1)
    (new,) = [t for t in there(stage) if t is not old]
    assert apart_from_cards([m.text for m in stage.group.in_thread(new.thread_id)]) == ["one zither"]
    assert [m.text for m in stage.group.in_thread(old.thread_id)][1:] == []


@on_sqlite
@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("step", ["between card and answer", "between answer and question", "before the closing"])
async def test_a_topic_may_be_deleted_at_any_step_of_a_talk(stage: TelegramStage, step: str, lost: str) -> None:
    stage.simulator.world.lost_topic = lost  # type: ignore[assignment]
    thread = await asks(stage)
    if step == "between card and answer":
        stage.simulator.delete_topic(stage.group, stage.topic("Ana"))
        await stage.ana.says("one zither")
        thread = stage.thread("Ana")
    await thread.says("A dulcimer")
    assert stage.ana.hears() == ["A dulcimer"]
    if step == "between answer and question":
        stage.simulator.delete_topic(stage.group, stage.topic("Ana"))
    await stage.ana.says("two zithers")
    await stage.wait(minutes=1)
    assert seen(stage)[-1] == "two zithers"
    if step == "before the closing":
        words = stage.thread("Ana").writes("/close")
        stage.simulator.delete_topic(stage.group, stage.topic("Ana"))
        assert words.deleted
    else:
        stage.thread("Ana").writes("/close")
    await stage.settle()
    await stage.wait(minutes=1)
    assert seen(stage)[-1] == "Closed. I answer Ana again."
    assert len(there(stage)) == 1
    assert await stage.state_of(stage.ana) == "bot"


@on_sqlite
async def test_an_owners_words_in_a_topic_that_is_deleted_at_once_still_arrive(stage: TelegramStage) -> None:
    thread = await asks(stage)
    thread.writes("A dulcimer")
    stage.simulator.delete_topic(stage.group, stage.topic("Ana"))
    await stage.settle()
    assert stage.ana.hears() == ["A dulcimer"]


@on_sqlite
async def test_a_topic_that_is_deleted_while_it_is_being_opened_is_opened_once_more(stage: TelegramStage) -> None:
    stalled = stage.simulator.faults.inject(
        "sendMessage", faults.stalled(), when=lambda c: bool(c.text("message_thread_id"))
    )
    stage.ana.writes("/human about my order")
    await stage.stored()
    opening = asyncio.create_task(stage.settle())
    await until(lambda: bool(stage.simulator.faults.met))
    stage.simulator.delete_topic(stage.group, stage.topic("Ana"))
    stalled.release()
    await opening
    await stage.wait(minutes=2)
    (topic,) = there(stage)
    assert len(stage.group.in_thread(topic.thread_id)) == 1
    assert len(stage.group.from_bot) == 1
    assert stage.simulator.count("createForumTopic") == 2


@on_sqlite
async def test_an_owner_who_is_quicker_than_the_recording_of_the_topic_is_heard(stage: TelegramStage) -> None:
    stalled = stage.simulator.faults.inject(
        "sendMessage", faults.stalled(after=True), when=lambda c: bool(c.text("message_thread_id"))
    )
    stage.ana.writes("/human about my order")
    await stage.stored()
    opening = asyncio.create_task(stage.settle())
    await until(lambda: bool(stage.group.topics and stage.thread("Ana").log()))
    stage.thread("Ana").writes("A dulcimer")
    await stage.stored()
    await stage.concierge.work()  # the settling house may have been quicker
    stalled.release()
    await opening
    await stage.wait(minutes=1)
    assert stage.ana.hears()[-1] == "A dulcimer"


@pytest.mark.parametrize("cut", [faults.cut(), faults.server_error(502)], ids=["cut", "502"])
@on_sqlite
async def test_a_topic_whose_first_message_was_cut_off_is_used_by_the_next_try(
    stage: TelegramStage, cut: faults.Fault
) -> None:
    stage.simulator.faults.inject("sendMessage", cut, when=lambda c: bool(c.text("message_thread_id")))
    await stage.ana.says("/human about my order")
    await stage.wait(minutes=2)
    assert stage.simulator.count("createForumTopic") == 1
    assert len(stage.thread("Ana").log()) == 1


@on_sqlite
async def test_what_an_owner_writes_into_a_topic_whose_first_message_was_cut_off_reaches_the_customer(
    stage: TelegramStage,
) -> None:
    stage.simulator.faults.inject("sendMessage", faults.cut(), when=lambda c: bool(c.text("message_thread_id")))
    await stage.ana.says("/human about my order")
    stage.ana.hears()
    stage.thread("Ana").writes("A dulcimer")
    await stage.stored()
    await stage.concierge.work()
    await stage.wait(minutes=2)
    assert stage.simulator.count("createForumTopic") == 1
    assert stage.ana.hears() == ["A dulcimer"]


@on_sqlite
async def test_fifty_first_messages_at_once_from_one_person_make_one_topic(stage: TelegramStage) -> None:
    lines = [f"/human q{number:03} zither" for number in range(50)]
    for line in lines:
        stage.ana.writes(line)
    await stage.settle()
    shown = "\n".join(stage.thread("Ana").hears())  # in fewer messages, because the pace held them back
    assert len(there(stage)) == 1
    assert re.findall(r"q\d{3} zither", shown) == [line.removeprefix("/human ") for line in lines]
    assert set(await stage.outcomes()) == {"handed_over"}
    assert stage.simulator.budgets.excesses == []


async def test_fifty_first_messages_at_once_from_fifty_persons_make_fifty_topics(stage: TelegramStage) -> None:
    people = [stage.customer(f"Customer {number}") for number in range(50)]
    for person in people:
        person.writes(f"/human I am {person.user.first_name}!")
    await stage.settle()
    assert len(there(stage)) == 50
    for person in people:
        (card,) = stage.thread(person.user.first_name).hears()
        assert f"I am {person.user.first_name}!" in card
        assert len(person.hears()) == 1
    assert stage.simulator.budgets.excesses == []
