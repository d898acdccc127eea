"""The real house, built from the settings: `concierge run`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from typing import Literal
from urllib.parse import urlsplit

import structlog
from sqlalchemy import text

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.menus import offers
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.alone import in_turn, only_one, turn
from bot.app import Concierge, Places
from bot.backups import back_up_before_migration, sqlite_file
from bot.clock import Clock
from bot.commands import commands_for
from bot.curation import take_in_shop
from bot.database import Database, migrate
from bot.database.entries import newest_revision
from bot.database.migrate import newest
from bot.http import Port, Take
from bot.messages import ChatRef
from bot.recurrence import second_reader
from bot.settings import OWN_GATEWAY, Settings
from bot.stuck import oldest_unhandled_at, unsent
from handlers.texts import best_language, say
from knowledge.meaning import SentenceModel, open_model
from knowledge.shop import Shop, read_shop

log = structlog.get_logger()

Role = Literal["all", "receive", "work", "send"]
Menus = Mapping[str, Sequence[tuple[str, str]]]
Platform = TelegramAdapter | DiscordAdapter

LOOK_S = 2.0
"""How long the database may take to say that it is there."""
NO_ROOM = (
    "There is no owners' room, so tickets wait: add the bot to your group on Telegram, it says what to set; on Discord "
    "set DISCORD_OWNER_CHANNEL_ID"
)
FAREWELL_S = 2.0
"""How long the platforms may take to let go, after the last step has ended."""


async def run(settings: Settings, role: Role = "all", opened: Callable[[int], None] = lambda port: None) -> None:
    """Serves until it is cancelled. `opened` is told the port, once there is one.

    Raises Taken where another process serves the same SQLite file, InputError for the shop's folder or the
    model's, CantListen for the port, and what the database's driver raises where it can't be reached at the start.
    """
    shop = read_shop(settings.shop_dir)
    folder = settings.semantic_model if role in ("all", "work") else None  # the others answer nothing
    model = await asyncio.to_thread(open_model, folder)
    clock = Clock(settings.concierge_now)
    url = settings.database_url.get_secret_value()
    file = sqlite_file(url)
    with only_one(file) if file else nullcontext():
        database = Database(url)
        try:
            async with turn(database, ["prepare"]):
                await prepare(database, shop, clock)
            await House(settings, role, shop, clock, database, model).serve(opened)
        finally:
            await database.close()


async def bring_up(database: Database) -> None:
    """Applies every migration that is missing; an old SQLite file is copied first."""
    await back_up_before_migration(database, sqlite_file(database.url))
    await migrate(database)


async def prepare(database: Database, shop: Shop, clock: Clock) -> None:
    """Makes the database fit for this version; an empty one is given the shop's knowledge."""
    await bring_up(database)
    async with database.read() as session:
        empty = await newest_revision(session) == 0
    if empty:
        report = await take_in_shop(database, shop.directory, clock)
        log.info("The shop's folder was imported, because the database was empty", items=report.new)


def telegram(settings: Settings, now: Callable[[], datetime], menus: Menus | None = None) -> TelegramAdapter | None:
    """Telegram as the settings describe it; None without a token."""
    token, secret = settings.telegram_bot_token, settings.telegram_webhook_secret
    if token is None:
        return None
    in_charge = settings.owners_platform == "telegram"
    return TelegramAdapter(
        token.get_secret_value(),
        now=now,
        api_base_url=settings.telegram_api_base_url,
        room_chat_id=(settings.telegram_owner_chat_id or "") if in_charge else "",
        story_chat_ids=settings.telegram_story_chat_ids,
        story_hours=int(settings.telegram_story_hours),
        keep_stories=settings.telegram_story_keep == "yes",
        webhook_url=settings.telegram_webhook_url or "",
        webhook_secret=secret.get_secret_value() if secret else "",
        menus=menus,
    )


def discord(settings: Settings, now: Callable[[], datetime], shop: Shop | None = None) -> DiscordAdapter | None:
    """Discord as the settings describe it, with the commands in the shop's words; None without a token."""
    token = settings.discord_bot_token
    if token is None:
        return None
    in_charge = settings.owners_platform == "discord"
    owners = (owner.removeprefix("discord:") for owner in settings.owner_ids if owner.startswith("discord:"))
    return DiscordAdapter(
        token.get_secret_value(),
        now=now,
        api_base_url=settings.discord_api_base_url,
        gateway_url=settings.discord_gateway_url if settings.discord_gateway_url != OWN_GATEWAY else "",
        guild_id=settings.discord_guild_id or "",
        room_chat_id=(settings.discord_owner_channel_id or "") if in_charge else "",
        story_chat_ids=settings.discord_story_channel_ids,
        owner_ids=frozenset(owners),
        offers=offers(_saying(shop)) if shop else (),
    )


def served(settings: Settings, now: Callable[[], datetime], shop: Shop | None = None) -> list[Platform]:
    """The platforms that have a token, as the settings describe them."""
    found = (telegram(settings, now, menus(shop) if shop else None), discord(settings, now, shop))
    return [platform for platform in found if platform]


def places(settings: Settings, adapters: Sequence[Platform]) -> Places:
    """The owners' room and the story channels, as the bots that are there know them."""
    rooms = {"telegram": settings.telegram_owner_chat_id, "discord": settings.discord_owner_channel_id}
    stories = {"telegram": settings.telegram_story_chat_ids, "discord": settings.discord_story_channel_ids}
    room, channels = None, list[ChatRef]()
    for adapter in adapters:
        room_id = rooms[adapter.platform]
        if settings.owners_platform == adapter.platform and room_id:
            room = ChatRef(adapter.platform, adapter.bot, room_id)
        channels += [ChatRef(adapter.platform, adapter.bot, chat_id) for chat_id in stories[adapter.platform]]
    return Places(room, tuple(channels), frozenset(settings.owner_ids))


def menus(shop: Shop) -> Menus:
    """The commands that a platform lists for customers and for owners, each with its line of /help."""
    line = _saying(shop)
    return {
        "customer": [(c.name, line(c.help)) for c in commands_for("customer")],
        "owner": [(c.name, line(c.help)) for c in (*commands_for("room"), *commands_for("thread"))],
    }


def _saying(shop: Shop) -> Callable[[str], str]:
    """A sentence of the texts by its name, in the shop's language."""
    language = best_language(*shop.languages)
    known = {"owner": shop.owner_name, "shop": shop.name, "name": ""}
    return lambda name: say(language, name, **known).plain


class House:
    """One process of a shop's bot, with the duties of its role."""

    def __init__(
        self,
        settings: Settings,
        role: Role,
        shop: Shop,
        clock: Clock,
        database: Database,
        model: SentenceModel | None = None,
    ) -> None:
        self._settings = settings
        self._role = role
        self._shop = shop
        self._clock = clock
        self._database = database
        self._adapters = served(settings, clock.now, shop)
        where, paced = places(settings, self._adapters), settings.pacing != "off"
        self._concierge = Concierge(database, clock, self._adapters, shop, where, paced=paced, model=model)
        self._newest = newest()

    async def serve(self, opened: Callable[[int], None]) -> None:
        """Does its duties until it is cancelled: what is under way is finished, then the platforms are let go."""
        await self._concierge.load()
        port = Port(self.ready, self.figures, self._calls())
        if self._settings.http_port is not None:
            await port.open(self._settings.http_host, self._settings.http_port)
            opened(port.number)
        self._say_what_is_served()
        if self._role in ("all", "work"):
            self._ahead = asyncio.create_task(asyncio.to_thread(second_reader.load))
        try:
            await _until_cancelled(self._loops(), self._line())
        finally:
            await port.close()

    def _loops(self) -> list[Awaitable[None]]:
        house, loops = self._concierge, list[Awaitable[None]]()
        if self._role in ("all", "work"):
            loops.append(house.serve(send=False, fetch=False))
        if self._role in ("all", "receive"):
            loops.append(house.serve(work=False, send=False))
        if self._role in ("all", "send"):
            loops.append(in_turn(self._database, self._names("send"), self._send))
        return loops

    async def _line(self) -> None:
        """The line to the platforms: hears what people write where that is our duty, else only speaks."""
        if self._role in ("all", "receive"):
            await in_turn(self._database, self._names("receive"), partial(self._connected, self._concierge.receive))
        else:
            await self._connected(self._attend)

    async def _connected(self, connect: Callable[[], Awaitable[None]]) -> None:
        try:
            await connect()
            await asyncio.Event().wait()
        finally:
            try:
                await asyncio.wait_for(self._concierge.stop(), FAREWELL_S)
            except TimeoutError:
                log.warning("A platform took too long to let go")

    async def _attend(self) -> None:
        for adapter in self._adapters:
            await adapter.attend(self._concierge.core(adapter.platform))

    async def _send(self) -> None:
        await self._concierge.recover()
        await self._concierge.serve(work=False, fetch=False)

    def _names(self, duty: str) -> list[str]:
        return [f"{duty} {adapter.platform} {adapter.bot}" for adapter in self._adapters]

    def _calls(self) -> dict[str, Take]:
        """What a platform calls by itself, by its path."""
        url = self._settings.telegram_webhook_url
        found = (adapter for adapter in self._adapters if isinstance(adapter, TelegramAdapter))
        return {urlsplit(url).path or "/": adapter.webhook for adapter in found} if url else {}

    def _say_what_is_served(self) -> None:
        if self._concierge.places.room is None:
            log.warning(NO_ROOM)
        names = " and ".join(adapter.platform for adapter in self._adapters)
        log.info("The concierge serves", shop=self._shop.name, platforms=names, role=self._role)

    async def ready(self) -> str:
        """Empty when everything is ready, else in a word what is not: database, migration, or a platform's name."""
        try:
            async with asyncio.timeout(LOOK_S), self._database.read() as session:
                stands = await session.scalar(text("SELECT version_num FROM alembic_version"))
        except Exception:  # whatever a driver says of a server that is away, or says nothing
            return "database"
        if stands != self._newest:
            return "migration"
        return next((adapter.platform for adapter in self._adapters if not adapter.health()["connected"]), "")

    async def figures(self) -> bytes:
        """The metrics; what only the database knows is NaN while that is away."""
        waiting, age_s = float("nan"), float("nan")
        try:
            async with asyncio.timeout(LOOK_S), self._database.read() as session:
                waiting, oldest = await unsent(session), await oldest_unhandled_at(session)
            age_s = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
        except Exception as error:
            log.warning("The database did not say what waits", error=type(error).__name__)
        return self._concierge.metrics.exposed(waiting, age_s)


async def _until_cancelled(loops: Sequence[Awaitable[None]], line: Awaitable[None]) -> None:
    """Does everything at once until it is cancelled or something breaks. The loops end before the line, so that what is
    being sent still goes out."""
    ends_last = asyncio.ensure_future(line)
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    try:
        done, _ = await asyncio.wait([*tasks, ends_last], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        ends_last.cancel()
        await asyncio.gather(ends_last, return_exceptions=True)
