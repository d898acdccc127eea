"""The real house on a simulated Discord, alone and beside a simulated Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.adapters.discord import client
from bot.clock import Clock
from bot.messages import ChatRef
from bot.running import places, served
from bot.settings import Settings, load_settings
from tests.bot.shopfront import ANSWER, QUESTION, becomes, free_port, get, open_shop, samples, shopfront, until
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.people import User
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.telegram.simulator import TelegramSimulator

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@dataclass
class Front:
    """Discord with an owners' forum and a story channel, and the settings of a bot there."""

    discord: DiscordSimulator
    folder: Path
    environment: dict[str, str]
    room: Channel
    people: dict[str, User] = field(default_factory=dict)

    def settings(self, **more: str) -> Settings:
        """The settings as the program reads them."""
        path = self.folder / "discord.env"
        lines = {**self.environment, **{name.upper(): value for name, value in more.items()}}
        path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
        return load_settings(path)

    def person(self, name: str) -> User:
        """Somebody on the server."""
        return self.people.setdefault(name, self.discord.person(name))

    def asks(self, name: str, text: str) -> None:
        """A customer writes in private."""
        person = self.person(name)
        self.discord.user_says(self.discord.dm(person), person, text)

    def heard(self, name: str) -> list[str]:
        """What the bot has said to a customer in private."""
        return [message.content for message in self.discord.dm(self.person(name)).from_bot]

    async def is_heard(self) -> None:
        """Waits until the bot hears what is said: nobody could tell it of a first direct message before that."""
        await until(lambda: any(connection.session for connection in self.discord.gateway.connections))

    async def answers(self, name: str) -> None:
        """Lets somebody ask, and waits for the answer."""
        await self.is_heard()
        before = sum(ANSWER in words for words in self.heard(name))
        self.asks(name, QUESTION)
        await until(lambda: sum(ANSWER in words for words in self.heard(name)) > before)

    async def thread(self, name: str) -> Channel:
        """The owners' thread for a customer, once it is there."""

        def found() -> list[Channel]:
            return [thread for thread in self.discord.threads(self.room) if name in thread.name]

        await until(lambda: bool(found()))
        return found()[0]


@pytest.fixture
async def discord() -> AsyncIterator[DiscordSimulator]:
    """Discord on this machine."""
    discord = DiscordSimulator()
    await discord.start()
    yield discord
    await discord.stop()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSimulator]:
    """Telegram on this machine."""
    telegram = TelegramSimulator()
    await telegram.start()
    yield telegram
    await telegram.stop()


@pytest.fixture
def front(discord: DiscordSimulator, tmp_path: Path, shop_dir: Path, database_url: str) -> Front:
    """A shop on it, with an empty database."""
    room, channel = discord.forum("customers"), discord.text_channel("stories")
    room.private = True
    environment = {
        "SHOP_DIR": str(shop_dir),
        "DATABASE_URL": database_url,
        "DISCORD_BOT_TOKEN": discord.token,
        "DISCORD_API_BASE_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "DISCORD_GUILD_ID": str(discord.guild.id),
        "DISCORD_OWNER_CHANNEL_ID": str(room.id),
        "DISCORD_STORY_CHANNEL_IDS": str(channel.id),
        "LOG_FORMAT": "json",
        "PACING": "off",
    }
    return Front(discord, tmp_path, environment, room)


@pytest.fixture
def port() -> int:
    """A free port."""
    return free_port()


async def test_a_shop_on_discord_answers_and_hands_over(front: Front, port: int) -> None:
    async with open_shop(front.settings(http_port=str(port))):
        await becomes(port, "/readyz", (200, "ready"))
        await front.answers("Ana")
        front.asks("Ana", "/human")
        thread = await front.thread("Ana")
        front.discord.user_says(thread, front.discord.owner, "Hello **Ana**, Hana here")
        await until(lambda: "Hello **Ana**, Hana here" in front.heard("Ana"))
        figures = samples((await get(port, "/metrics"))[1])
    assert figures['concierge_messages_received_total{platform="discord"}'] >= 3
    assert figures['concierge_deliveries_total{kind="reply",platform="discord",state="sent"}'] >= 2


@SQLITE
async def test_the_gateway_is_where_the_api_says_that_it_is(front: Front) -> None:
    del front.environment["DISCORD_GATEWAY_URL"]
    async with open_shop(front.settings()):
        await front.answers("Ana")


@SQLITE
async def test_its_commands_are_offered_in_the_shops_words(front: Front) -> None:
    async with open_shop(front.settings()):
        await until(lambda: bool(front.discord.commands()) and bool(front.discord.commands(in_guild=True)))
    described = {command["name"]: command["description"] for command in front.discord.commands()}
    assert described["human"] == "talk to Hana"
    assert {"story", "waiting", "close"} <= {command["name"] for command in front.discord.commands(in_guild=True)}


@SQLITE
async def test_a_customer_on_telegram_reaches_an_owner_on_discord(
    front: Front, telegram: TelegramSimulator, tmp_path: Path, shop_dir: Path, database_url: str
) -> None:
    other = shopfront(telegram, tmp_path, shop_dir, database_url)
    both = {**other.environment, **front.environment, "OWNERS_ROOM": "discord"}
    front.environment = both
    async with open_shop(front.settings()):
        await other.answers("Ben")
        await front.answers("Ana")
        other.asks("Ben", "/human")
        thread = await front.thread("Ben")
        front.discord.user_says(thread, front.discord.owner, "Hello Ben, Hana here")
        await until(lambda: "Hello Ben, Hana here" in other.heard("Ben"))
    assert other.room.from_bot == []


@SQLITE
async def test_a_customer_on_discord_reaches_an_owner_on_telegram(
    front: Front, telegram: TelegramSimulator, tmp_path: Path, shop_dir: Path, database_url: str
) -> None:
    other = shopfront(telegram, tmp_path, shop_dir, database_url)
    front.environment = {**other.environment, **front.environment, "OWNERS_ROOM": "telegram"}
    async with open_shop(front.settings()):
        await front.is_heard()
        front.asks("Ana", "/human")
        await until(lambda: other.room.topic_named("Ana") is not None)
        topic = other.room.topic_named("Ana")
        telegram.user_says(other.room, telegram.owner, "Hello Ana, Hana here", thread=topic)
        await until(lambda: "Hello Ana, Hana here" in front.heard("Ana"))
    assert front.discord.threads(front.room) == []


@SQLITE
async def test_one_platform_that_refuses_the_token_is_tried_again_while_the_other_serves(
    front: Front,
    telegram: TelegramSimulator,
    tmp_path: Path,
    shop_dir: Path,
    database_url: str,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(client, "REFUSED_PAUSE_S", 0.05)
    other = shopfront(telegram, tmp_path, shop_dir, database_url)
    both = {**other.environment, **front.environment, "OWNERS_ROOM": "telegram", "HTTP_PORT": str(port)}
    known = front.discord.token
    soon = front.discord.revoke_token()
    front.discord.server.token = known  # so that it is worthless yet
    front.environment = both | {"DISCORD_BOT_TOKEN": soon}
    async with open_shop(front.settings()):
        await becomes(port, "/readyz", (503, "discord"))
        await other.answers("Ben")
        front.discord.server.token = soon
        await becomes(port, "/readyz", (200, "ready"))
        await front.answers("Ana")
    assert soon not in "".join(capsys.readouterr())


@SQLITE
async def test_a_discord_that_is_away_at_the_start_is_waited_for(
    front: Front, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LONGEST_PAUSE_S", 0.05)
    await front.discord.stop()
    async with open_shop(front.settings(http_port=str(port))):
        await becomes(port, "/readyz", (503, "discord"))
        await front.discord.start()
        await front.answers("Ana")


@POSTGRESQL
async def test_three_processes_share_the_duties(front: Front) -> None:
    settings = front.settings()
    async with open_shop(settings, "receive"), open_shop(settings, "work"), open_shop(settings, "send"):
        await front.answers("Ana")
        front.asks("Ana", "/human")
        thread = await front.thread("Ana")
        front.discord.user_says(thread, front.discord.owner, "Hello Ana")
        await until(lambda: "Hello Ana" in front.heard("Ana"))


@SQLITE
def test_the_room_is_that_of_the_platform_in_charge_and_stories_go_to_both(front: Front) -> None:
    front.environment |= {
        "TELEGRAM_BOT_TOKEN": "7:token",
        "TELEGRAM_API_BASE_URL": "http://127.0.0.1:9",
        "TELEGRAM_OWNER_CHAT_ID": "-5",
        "TELEGRAM_STORY_CHAT_IDS": "-6",
        "OWNERS_ROOM": "discord",
    }
    settings = front.settings()
    adapters = served(settings, Clock().now)
    found = places(settings, adapters)
    bot = str(front.discord.bot.id)
    assert [adapter.platform for adapter in adapters] == ["telegram", "discord"]
    assert found.room == ChatRef("discord", bot, str(front.room.id))
    assert [channel.platform for channel in found.channels] == ["telegram", "discord"]
    front.environment["OWNERS_ROOM"] = "telegram"
    assert places(front.settings(), adapters).room == ChatRef("telegram", "7", "-5")
