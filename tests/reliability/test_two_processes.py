"""Two real processes on one PostgreSQL, of which the one that serves is killed: each story is posted once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.bot.shopfront import Shopfront, becomes, concierge, free_port, get, shopfront, until
from tests.simulators.telegram.chats import Message
from tests.simulators.telegram.simulator import TelegramSimulator

STORIES, WITHIN_S = 6, 90.0


@pytest.fixture
async def front(tmp_path: Path, shop_dir: Path, database_url: str) -> AsyncIterator[Shopfront]:
    """A shop on Telegram, with an empty database."""
    telegram = TelegramSimulator()
    await telegram.start()
    yield shopfront(telegram, tmp_path, shop_dir, database_url)
    await telegram.stop()


def shown(front: Shopfront, label: str, words: str) -> Message | None:
    """The message of the room that has that button and these words."""
    return next((m for m in front.room.from_bot if words in m.text and any(label in b for b in m.buttons)), None)


async def tells(front: Shopfront, number: int) -> None:
    """The owner plans a story that is due at once, and confirms it."""
    simulator, words = front.telegram, f"Story number {number}."
    simulator.user_says(front.room, simulator.owner, f"/story now {words}")
    await until(lambda: shown(front, "Confirm", words) is not None, WITHIN_S)
    preview = shown(front, "Confirm", words)
    assert preview
    simulator.user_presses(preview, "Confirm", simulator.owner)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_two_processes_on_one_postgresql_one_is_killed_and_each_story_is_posted_once(front: Shopfront) -> None:
    ports = [free_port(), free_port()]

    def posted() -> Counter[str]:
        return Counter(message.text for message in front.channel.from_bot)

    def asked() -> list[str]:
        return [m.text for m in front.room.from_bot if "can't tell whether this arrived" in m.text]

    async with AsyncExitStack() as stack:
        processes = []
        for port in ports:
            told = front.environment | {"HTTP_PORT": str(port)}
            bot = concierge("run", folder=front.folder, environment=told)
            processes.append(await stack.enter_async_context(bot))
            await alive(port)
        await becomes(ports[0], "/readyz", (200, "ready"))
        for number in range(STORIES // 2):
            await tells(front, number)
        processes[0].kill()  # it may be about to post the third
        for number in range(STORIES // 2, STORIES):
            await tells(front, number)
        await until(everything(posted, asked), WITHIN_S)
    assert set(posted().values()) == {1}


def everything(posted: Callable[[], Counter[str]], asked: Callable[[], list[str]]) -> Callable[[], bool]:
    """Whether each story is there, or the owner was asked about it."""

    def seen_to() -> bool:
        return all(
            posted()[words] or any(words in told for told in asked())
            for words in (f"Story number {number}." for number in range(STORIES))
        )

    return seen_to


async def alive(port: int) -> None:
    """Waits until a process listens."""
    async with asyncio.timeout(WITHIN_S):
        while (await get(port, "/healthz"))[0] != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
