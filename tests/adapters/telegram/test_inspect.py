"""What `doctor` hears of Telegram: each fault by name, with the next step, and never the token."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.adapters.telegram.little_telegram import LittleTelegram, Make, until
from tests.simulators.telegram import faults
from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.simulator import TelegramSimulator


@pytest.fixture
def room(simulator: TelegramSimulator) -> Chat:
    """The owners' forum."""
    return simulator.group()


@pytest.fixture
def channel(simulator: TelegramSimulator) -> Chat:
    """The story channel."""
    return simulator.channel("Hen news")


@pytest.fixture
async def shop(make: Make, room: Chat, channel: Chat) -> LittleTelegram:
    """A bot with both."""
    return await make(room_chat_id=str(room.id), story_chat_ids=(str(channel.id),))


async def found(shop: LittleTelegram) -> list[str]:
    problems = await shop.adapter.inspect()
    for problem in problems:
        assert all(part.endswith((".", "run` sets it.")) for part in (problem.what, problem.why, problem.next))
        assert shop.simulator.token not in str(problem)
    return [problem.what for problem in problems]


async def test_a_healthy_bot_has_no_problems(shop: LittleTelegram) -> None:
    assert await found(shop) == []


async def test_a_bad_token_is_all_that_is_told(shop: LittleTelegram) -> None:
    shop.simulator.revoke_token()
    assert await found(shop) == ["Telegram refuses the bot's token."]


async def test_a_telegram_that_is_not_there_is_told(shop: LittleTelegram) -> None:
    await shop.simulator.stop()
    (what,) = await found(shop)
    assert "can't be reached" in what


CASES: list[tuple[Callable[[TelegramSimulator, Chat, Chat], object], str]] = [
    (lambda s, room, channel: s.kick_bot(room), "owners' room"),
    (lambda s, room, channel: s.change_bot(room, "administrator", frozenset()), "may not manage topics"),
    (lambda s, room, channel: setattr(room, "is_forum", False), "has no topics"),
    (lambda s, room, channel: s.kick_bot(channel), "story channel"),
    (lambda s, room, channel: s.change_bot(channel, "administrator", frozenset()), "may not post"),
    (lambda s, room, channel: setattr(s.world.webhook, "url", "https://them.example/token/x"), "to them.example,"),
]


@pytest.mark.parametrize(("harm", "says"), CASES, ids=[says for _, says in CASES])
async def test_a_fault_is_named(
    shop: LittleTelegram, room: Chat, channel: Chat, harm: Callable[[TelegramSimulator, Chat, Chat], object], says: str
) -> None:
    harm(shop.simulator, room, channel)
    (what,) = await found(shop)
    assert says in what
    assert "token" not in what


async def test_a_bot_that_is_no_admin_hears_too_little_and_may_do_too_little(shop: LittleTelegram, room: Chat) -> None:
    shop.simulator.demote_bot(room)
    deaf, topics = await found(shop)
    assert "privacy mode" in deaf
    assert "topics" in topics


async def test_a_discussion_group_in_which_the_bot_hears_no_comments_is_told(
    shop: LittleTelegram, channel: Chat
) -> None:
    group = shop.simulator.discussion(channel)
    assert await found(shop) == []
    shop.simulator.demote_bot(group)
    assert await found(shop) == ["The bot is no administrator of the discussion group of Hen news."]
    shop.simulator.kick_bot(group)
    assert await found(shop) == ["The bot is not in the discussion group of Hen news."]


async def test_many_waiting_updates_are_told(shop: LittleTelegram) -> None:
    for _ in range(101):
        shop.simulator.user_says(shop.simulator.person("Ana"), text="Hello?")
    assert await found(shop) == ["101 updates wait at Telegram."]


async def test_a_webhook_that_telegram_does_not_know_or_cannot_reach_is_told(
    make: Make, simulator: TelegramSimulator
) -> None:
    shop = await make(webhook_url="http://127.0.0.1:9/hook", webhook_secret="s")
    (what,) = await found(shop)
    assert "does not know the webhook" in what
    await shop.start()
    await until(lambda: shop.adapter.health()["connected"])
    simulator.user_says(simulator.person("Ana"), text="Hello?")
    await until(lambda: bool(simulator.world.webhook.last_error))
    (what,) = await found(shop)
    assert "could not reach the webhook" in what


async def test_a_question_that_fails_is_a_problem_and_no_crash(shop: LittleTelegram) -> None:
    shop.simulator.faults.inject("*", faults.server_error(), skip=1, times=9)
    assert len(await found(shop)) == 2
