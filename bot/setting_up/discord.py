"""Discord's part of the set-up: the token, the server, the owners' channel, by what Discord lists."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.adapter import DeliveryError, Reason
from bot.adapters.discord.api import Api
from bot.adapters.discord.inspection import FORUM, INVITED_WITH, NEWS, TEXT, Expected, inspect
from bot.setting_up.talk import CantSetUp, Talk, Unfit

KINDS = {FORUM: "forum", TEXT: "text", NEWS: "announcements"}
INVITATION = (
    "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={rights}"
)
LATER = "-"


@dataclass(frozen=True)
class Place:
    """A server or a channel, as it is listed."""

    number: str
    name: str
    kind: int = -1

    @property
    def line(self) -> str:
        """How it is listed."""
        return f"{'#' if self.kind in KINDS else ''}{self.name}{f' ({KINDS[self.kind]})' if self.kind in KINDS else ''}"


@dataclass(frozen=True)
class Line:
    """A bot at Discord's door: its token and the address."""

    token: str
    base_url: str

    def asked(self, path: str) -> Any:
        """What Discord answers to a GET. Raises DeliveryError."""
        return self.with_api(lambda api: api.call("GET", path))

    def with_api(self, work: Callable[[Api], Any]) -> Any:
        """What a coroutine over the connection gives."""
        return asyncio.run(self._with_api(work))

    async def _with_api(self, work: Callable[[Api], Any]) -> Any:
        api = Api(self.token, self.base_url)
        try:
            await api.login()
            return await work(api)
        finally:
            await api.close()


def ask(talk: Talk, base_url: str, before: dict[str, str]) -> dict[str, str]:
    """Asks for what the bot needs on Discord; returns the settings. Raises CantSetUp."""
    line = _token(talk, base_url, before.get("DISCORD_BOT_TOKEN"))
    try:
        guild = _guild(talk, line, before.get("DISCORD_GUILD_ID"))
        channels = _channels(line, guild)
    except DeliveryError as error:
        raise CantSetUp(_unreached(error)) from error
    room = _room(talk, channels, before.get("DISCORD_OWNER_CHANNEL_ID", ""))
    stories = _stories(talk, channels, before.get("DISCORD_STORY_CHANNEL_IDS", ""))
    for problem in line.with_api(partial(_problems, expected=Expected(guild, room, stories))):
        talk.say(f"To mend: {problem.what} {problem.next}")
    return {
        "DISCORD_BOT_TOKEN": line.token,
        "DISCORD_GUILD_ID": guild,
        "DISCORD_OWNER_CHANNEL_ID": room,
        "DISCORD_STORY_CHANNEL_IDS": ",".join(stories),
    }


def _token(talk: Talk, base_url: str, before: str | None) -> Line:
    def check(answer: str) -> tuple[Line, dict[str, Any]]:
        if not re.fullmatch(r"[^\s\"']+", answer):
            raise Unfit("holds a space or a quotation mark: copy the token without them")
        line = Line(answer, base_url)
        try:
            return line, line.asked("/users/@me")
        except DeliveryError as error:
            if error.reason is Reason.unauthorised:
                raise Unfit("is refused by Discord: make a new one in the portal (Bot, Reset Token)") from error
            raise CantSetUp(_unreached(error)) from error

    question = "The bot's token from Discord's developer portal (it isn't shown while you type or paste it):"
    line, me = talk.answer("discord-token", question, check, before, hidden=True, shown=before and "the one in .env")
    talk.say(f"Discord knows the bot: {me.get('username')}.")
    return line


def _unreached(error: DeliveryError) -> str:
    return (
        f"Discord can't be reached ({error.description or error.reason}), so nothing was written: look at the network, "
        "and start again."
    )


def _guild(talk: Talk, line: Line, before: str | None) -> str:
    guilds = _guilds(line)
    while not guilds:
        application = line.asked("/applications/@me")["id"]
        link = INVITATION.format(application=application, rights=INVITED_WITH)
        if not talk.asks:
            raise CantSetUp(f"The bot is on no server yet, so nothing was written: open {link} and start again.")
        talk.wait_for_enter(f"The bot is on no server yet. Open this link, choose yours, then press Enter:\n  {link}")
        guilds = _guilds(line)
    usual = before if before in [guild.number for guild in guilds] else guilds[0].number if len(guilds) == 1 else None
    if len(guilds) == 1 and not talk.has("discord-server"):
        talk.say(f"It is on the server {guilds[0].name}.")
        return guilds[0].number
    return _one(talk, "discord-server", "On which server is your shop?", guilds, usual).number


def _guilds(line: Line) -> list[Place]:
    return [Place(str(guild["id"]), str(guild["name"])) for guild in line.asked("/users/@me/guilds")]


def _channels(line: Line, guild: str) -> list[Place]:
    """The channels that matter, forums first."""
    told = line.asked(f"/guilds/{guild}/channels")
    found = [Place(str(one["id"]), str(one.get("name") or one["id"]), int(one["type"])) for one in told]
    return sorted((one for one in found if one.kind in KINDS), key=lambda one: (one.kind != FORUM, one.name))


def _room(talk: Talk, channels: Sequence[Place], before: str) -> str:
    rooms = [one for one in channels if one.kind in (FORUM, TEXT)]
    question = (
        "In which private channel do you answer customers? A forum gives each a post, a text channel a thread "
        "(- is for later):"
    )
    usual = before if before in [room.number for room in rooms] else LATER
    chosen = _one(talk, "discord-channel", question, [*rooms, Place(LATER, "later")], usual)
    return "" if chosen.number == LATER else chosen.number


def _stories(talk: Talk, channels: Sequence[Place], before: str) -> tuple[str, ...]:
    news = [one for one in channels if one.kind in (TEXT, NEWS)]

    def check(answer: str) -> tuple[str, ...]:
        return tuple(_chosen(part.strip(), news).number for part in answer.split(",") if part.strip())

    question = "In which channels do your stories appear? Several with commas between:"
    return talk.answer("discord-story-channels", "\n".join([question, *_listed(news)]), check, before)


def _one(talk: Talk, option: str, question: str, places: Sequence[Place], usual: str | None) -> Place:
    shown = next((place.name for place in places if place.number == usual), usual)
    text = "\n".join([question, *_listed(places)])
    return talk.answer(option, text, lambda answer: _chosen(answer, places), usual, shown=shown)


def _listed(places: Sequence[Place]) -> list[str]:
    return [f"  {place}. {one.line}" for place, one in enumerate(places, 1) if one.number != LATER]


def _chosen(answer: str, places: Sequence[Place]) -> Place:
    """By its id, its place in the list, or its name."""
    named = answer.removeprefix("#").casefold()
    for one in places:
        if answer == one.number or named == one.name.casefold():
            return one
    if answer.isdecimal() and 1 <= int(answer) <= len(places):
        return places[int(answer) - 1]
    raise Unfit("is none of the list: write its number there, its name or its id")


async def _problems(api: Api, expected: Expected) -> Any:
    return await inspect(api, expected)
