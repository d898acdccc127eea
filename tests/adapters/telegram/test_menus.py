from __future__ import annotations

import pytest

from bot.adapters.telegram.menus import commands
from tests.adapters.telegram.little_telegram import LittleTelegram, Make, until
from tests.simulators.telegram import faults
from tests.simulators.telegram.simulator import TelegramSimulator

CUSTOMER = [("help", "What I can do"), ("stop", "No more news")]
OWNER = [("story", "Plan a story"), ("waiting", "Who waits")]


async def connected(telegram: LittleTelegram) -> None:
    await telegram.start()
    await until(lambda: telegram.adapter.health()["connected"])


async def test_each_audience_gets_its_list_and_only_what_changed_is_set(
    make: Make, simulator: TelegramSimulator
) -> None:
    room = str(simulator.group().id)
    await connected(await make(room_chat_id=room, menus={"customer": CUSTOMER, "owner": OWNER}))
    scopes = [call.given["scope"] for call in simulator.calls if call.method == "setMyCommands"]
    assert scopes == [{"type": "all_private_chats"}, {"type": "chat", "chat_id": int(room)}]
    await connected(await make(room_chat_id=room, menus={"customer": CUSTOMER, "owner": OWNER}))
    assert simulator.count("setMyCommands") == 2
    await connected(await make(room_chat_id=room, menus={"customer": CUSTOMER, "owner": OWNER[:1]}))
    assert simulator.count("setMyCommands") == 3


async def test_without_a_room_only_customers_get_a_list(make: Make, simulator: TelegramSimulator) -> None:
    await connected(await make(menus={"customer": CUSTOMER, "owner": OWNER}))
    assert simulator.count("setMyCommands") == 1


@pytest.mark.parametrize("method", ["getMyCommands", "setMyCommands"])
async def test_lists_that_are_refused_stop_nothing(make: Make, simulator: TelegramSimulator, method: str) -> None:
    simulator.faults.inject(method, faults.refused(400, "Bad Request: chat not found"))
    telegram = await make(menus={"customer": CUSTOMER})
    await telegram.start()
    simulator.user_says(simulator.person("Ana"), text="Hello")
    await telegram.heard()


def test_a_name_that_telegram_would_refuse_is_left_out_and_one_name_stands_once() -> None:
    menu = [("help", "First"), ("Bad-Name", "x"), ("find", "  "), ("help", "Second"), ("stop", "x" * 300)]
    assert commands(menu) == [
        {"command": "help", "description": "First"},
        {"command": "stop", "description": "x" * 256},
    ]
