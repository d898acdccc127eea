"""The Telegram simulator breaks on demand, and counts how fast it is called."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter

from bot.clock import Clock
from tests.simulators.telegram import faults
from tests.simulators.telegram.faults import Fault
from tests.simulators.telegram.meeting import meeting, until

# python-telegram-bot warns of its own later version whenever it makes a RetryAfter.
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2:telegram.warnings.PTBDeprecationWarning")

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fault", "error", "arrived"),
    [
        (faults.limited(7), RetryAfter, 0),
        (faults.server_error(500), NetworkError, 0),
        (faults.server_error(502, html=True), NetworkError, 0),
        (faults.server_error(504, after=True), NetworkError, 1),
        (faults.cut(), NetworkError, 0),
        (faults.cut(after=True), NetworkError, 1),
        (faults.conflict(), Conflict, 0),
        (faults.unauthorised(), InvalidToken, 0),
        (faults.refused(400, "Bad Request: TOPIC_CLOSED"), BadRequest, 0),
    ],
    ids=["429", "500", "html", "504 after", "cut", "cut after", "409", "401", "400"],
)
async def test_a_fault_is_met_as_often_as_was_asked(fault: Fault, error: type[Exception], arrived: int) -> None:
    async with meeting() as (simulator, bot):
        chat = simulator.press_start(simulator.person("Ana")).chat
        simulator.faults.inject("sendMessage", fault, times=2, skip=1)
        await bot.send_message(chat.id, "One")
        for _ in range(2):
            with pytest.raises(error):
                await bot.send_message(chat.id, "Two")
        await bot.send_message(chat.id, "Three")
        assert [m.text for m in chat.from_bot] == ["One", *["Two"] * 2 * arrived, "Three"]
        assert simulator.faults.met == ["sendMessage"] * 2


async def test_a_fault_may_be_for_one_chat_only() -> None:
    async with meeting() as (simulator, bot):
        ana, ben = (simulator.press_start(simulator.person(name)).chat for name in ("Ana", "Ben"))
        to_ben = str(ben.id)
        simulator.faults.inject("*", faults.cut(), when=lambda call: call.text("chat_id") == to_ben)
        await bot.send_message(ana.id, "Hello")
        with pytest.raises(NetworkError):
            await bot.send_message(ben.id, "Hello")


async def test_a_stalled_call_goes_on_when_it_is_released() -> None:
    async with meeting() as (simulator, bot):
        chat = simulator.press_start(simulator.person("Ana")).chat
        gate = simulator.faults.inject("sendMessage", faults.stalled())
        sending = asyncio.create_task(bot.send_message(chat.id, "Hello"))
        await until(lambda: simulator.faults.met == ["sendMessage"])
        assert chat.from_bot == []
        gate.release()
        await sending
        assert [m.text for m in chat.from_bot] == ["Hello"]


async def test_updates_whose_answer_was_cut_come_again() -> None:
    async with meeting() as (simulator, bot):
        simulator.press_start(simulator.person("Ana"))
        simulator.faults.inject("getUpdates", faults.cut(after=True))
        with pytest.raises(NetworkError):
            await bot.get_updates()
        assert len(await bot.get_updates()) == 1


async def test_after_an_outage_it_is_at_the_same_address_with_all_that_it_knew() -> None:
    async with meeting() as (simulator, bot):
        chat = simulator.press_start(simulator.person("Ana")).chat
        polling = asyncio.create_task(bot.get_updates(offset=1_000_000_000, timeout=30, read_timeout=35))
        await until(lambda: simulator.server.polls == 1)
        url = simulator.url
        await simulator.stop()
        with pytest.raises(NetworkError):
            await polling
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, "Hello?")
        await simulator.start()
        assert simulator.url == url
        await bot.send_message(chat.id, "Hello")
        assert [m.text for m in chat.from_bot] == ["Hello"]


async def test_the_weather_hears_of_every_step_and_may_cut_there() -> None:
    async with meeting() as (simulator, bot):
        heard: list[str] = []

        def weather(event: str) -> bool:
            heard.append(event)
            return heard.count("accepted") == 1 and event == "accepted"

        simulator.set_weather(weather)
        chat = simulator.press_start(simulator.person("Ana")).chat
        updates = await bot.get_updates()
        await bot.get_updates(offset=updates[-1].update_id + 1)
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, "Cut")
        await bot.send_message(chat.id, "Whole")
        assert heard == ["handed_out", "confirmed", "called", "accepted", "called", "accepted", "answered"]
        assert [call.answered for call in simulator.calls if call.method != "getMe"] == [False, True]


async def test_a_group_takes_20_sends_edits_and_topics_a_minute() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, bot):
        simulator.budgets.on, room = True, simulator.group()
        topic = await bot.create_forum_topic(room.id, "Ana")
        first = await bot.send_message(room.id, "0", message_thread_id=topic.message_thread_id)
        await bot.edit_message_text("zero", room.id, first.message_id)
        for number in range(17):
            await bot.send_message(room.id, str(number))
        with pytest.raises(RetryAfter) as limited:
            await bot.send_message(room.id, "one more")
        assert str(limited.value).endswith("Retry in 60 seconds")
        assert [(e.method, e.budget) for e in simulator.budgets.excesses] == [("sendMessage", f"chat {room.id}")]
        clock.move_to(START + timedelta(seconds=60))
        await bot.send_message(room.id, "one more")


async def test_a_person_gets_one_message_a_second_and_a_bot_says_thirty() -> None:
    clock = Clock(START, running=False)
    async with meeting(clock.now) as (simulator, bot):
        chats = [simulator.press_start(simulator.person(f"P{n}")).chat for n in range(31)]
        simulator.budgets.on = True
        await bot.send_message(chats[0].id, "One")
        with pytest.raises(RetryAfter):
            await bot.send_message(chats[0].id, "Two")
        for chat in chats[1:30]:
            await bot.send_message(chat.id, "One")
        with pytest.raises(RetryAfter):
            await bot.send_message(chats[30].id, "One")
        assert [excess.budget for excess in simulator.budgets.excesses] == [f"chat {chats[0].id}", "bot"]
        clock.move_to(START + timedelta(seconds=1))
        await bot.send_message(chats[0].id, "Two")
        await bot.send_chat_action(chats[0].id, "typing")


async def test_it_may_be_stopped_more_often_than_it_was_started() -> None:
    async with meeting() as (simulator, _bot):
        await simulator.stop()
        await simulator.stop()
