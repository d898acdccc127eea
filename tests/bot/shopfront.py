"""A shop on a simulated Telegram, served by `bot.running` in this process or by `concierge run` in one of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.running import Role, run
from bot.settings import Settings, load_settings
from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.people import User
from tests.simulators.telegram.simulator import TelegramSimulator

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
QUESTION, ANSWER = "What do the hens eat?", "maize"


async def until(holds: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    """Returns as soon as it is so; TimeoutError when that takes too long."""
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Shopfront:
    """Telegram with an owners' room and a story channel, and the settings of a bot there."""

    telegram: TelegramSimulator
    folder: Path
    environment: dict[str, str]
    room: Chat
    channel: Chat
    people: dict[str, User] = field(default_factory=dict)

    def settings(self, **more: str) -> Settings:
        """The settings as the program reads them."""
        path = self.folder / "shopfront.env"
        lines = {**self.environment, **{name.upper(): value for name, value in more.items()}}
        path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
        return load_settings(path)

    def person(self, name: str) -> User:
        """Somebody who has pressed Start."""
        if name not in self.people:
            self.people[name] = self.telegram.person(name)
            self.telegram.press_start(self.people[name])
        return self.people[name]

    def asks(self, name: str, text: str) -> None:
        """A customer writes."""
        person = self.person(name)
        self.telegram.user_says(person, person, text)

    def heard(self, name: str) -> list[str]:
        """What the bot has said to a customer."""
        return [message.text for message in self.telegram.private(self.person(name)).from_bot]

    async def answers(self, name: str, text: str = QUESTION, answer: str = ANSWER) -> None:
        """Lets somebody ask, and waits for the answer."""
        before = sum(answer in words for words in self.heard(name))
        self.asks(name, text)
        await until(lambda: sum(answer in words for words in self.heard(name)) > before)


def shopfront(telegram: TelegramSimulator, folder: Path, shop: Path, database_url: str) -> Shopfront:
    """A shop whose bot is set up as it should be."""
    room, channel = telegram.group(), telegram.channel()
    environment = {
        "SHOP_DIR": str(shop),
        "DATABASE_URL": database_url,
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_BASE_URL": telegram.url,
        "TELEGRAM_OWNER_CHAT_ID": str(room.id),
        "TELEGRAM_STORY_CHAT_IDS": str(channel.id),
        "LOG_FORMAT": "json",
        "PACING": "off",
    }
    return Shopfront(telegram, folder, environment, room, channel)


@asynccontextmanager
async def open_shop(settings: Settings, role: Role = "all") -> AsyncIterator[asyncio.Task[None]]:
    """`run` as a task of this test, until the block ends; it then ends without an error of its own."""
    task = asyncio.create_task(run(settings, role))
    try:
        yield task
        assert not task.done(), task
    finally:
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        if not isinstance(ended, asyncio.CancelledError) and ended is not None:
            raise ended


async def get(port: int, path: str) -> tuple[int, str]:
    """The status and the words at a path of the bot's port; 0 while nobody listens."""
    try:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}{path}") as response:
                return response.status, (await response.text()).strip()
    except aiohttp.ClientError:
        return 0, ""


async def becomes(port: int, path: str, expected: tuple[int, str]) -> None:
    """Waits until a path of the bot's port says that."""
    async with asyncio.timeout(PATIENCE_S):
        while await get(port, path) != expected:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def samples(text: str) -> dict[str, float]:
    """The figures of Prometheus' text, by name and labels as they stand there."""
    rows = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


@asynccontextmanager
async def concierge(
    *arguments: str, folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real command in a process of its own, killed at the end if it is still there."""
    outside = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env=outside | {"PYTHONPATH": str(ROOT)} | dict(environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
