"""Discord as its people know it: the real client before the simulator on 127.0.0.1."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.menus import offers
from bot.clock import Clock
from bot.messages import ChatRef
from handlers.texts import say
from tests.scenes import Line, until
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.files import Upload
from tests.simulators.discord.messages import Message
from tests.simulators.discord.people import User
from tests.simulators.discord.simulator import DiscordSimulator

ACKNOWLEDGE_S = 1.5
A_TURN_S = 0.002
ESCAPED = re.compile(r"\\([^\w\s])")
OPTIONS = {
    "broadcast": "text",
    "human": "message",
    "stories": "month",
    "close": "reason",
    "snooze": "until",
    "snippet": "name",
    "s": "name",
    "block": "reason",
    "transcript": "format",
    "assign": "owner",
    "note": "text",
    "search": "words",
    "tag": "tag",
    "live": "title",
}
"""The option that takes the words of a command."""
MENU = {"delete": "Delete at the customer's", "note": "Keep as a note"}
"""Commands that are about a message stand in its menu."""


class DiscordSide:
    """Implements `tests.scenes.Side`; the owners' room is a forum."""

    platform = "discord"

    def __init__(self, simulator: DiscordSimulator, clock: Clock, names: dict[str, str], *, owners: bool) -> None:
        self.simulator = simulator
        self.forum, self.stories = simulator.forum("Owners"), simulator.text_channel("stories")
        self.adapter = DiscordAdapter(
            simulator.token,
            now=clock.now,
            api_base_url=simulator.api_url,
            gateway_url=simulator.gateway_url,
            guild_id=str(simulator.guild.id),
            room_chat_id=str(self.forum.id) if owners else "",
            story_chat_ids=(str(self.stories.id),) if owners else (),
            offers=offers(lambda sentence: say("en", sentence, **names).plain),
            wait=_wait,
        )
        bot = self.adapter.bot
        self.room = ChatRef(self.platform, bot, str(self.forum.id))
        self.channel = ChatRef(self.platform, bot, str(self.stories.id))

    def customer(self, name: str) -> tuple[Channel, User]:
        user = self.simulator.person(name)
        return self.simulator.dm(user), user

    def general(self) -> tuple[FrontDesk, User]:
        return FrontDesk(self), self.simulator.owner

    def story_channel(self) -> tuple[Channel, User]:
        return self.stories, self.simulator.owner

    def threads(self, name: str) -> list[tuple[Channel, User]]:
        found = [thread for thread in self.simulator.threads(self.forum) if thread.name == name and not thread.deleted]
        return [(thread, self.simulator.owner) for thread in found]

    def lines(self, chat: Channel | FrontDesk) -> list[Line]:
        channel = _channel(chat)
        who = channel.peer or self.simulator.owner
        return [_line(m) for m in channel.seen_by(who) if not m.is_system and not m.thinking]

    async def says(self, chat: Channel | FrontDesk, who: User, text: str, photo: bytes, quotes: Line | None) -> Message:
        files = [Upload("photo.png", photo, "image/png")] if photo else []
        quoted = quotes.message if quotes else None
        return self.simulator.user_says(_channel(chat), who, text, attachments=files, reply_to=quoted)

    async def edits(self, chat: Any, who: User, line: Line, text: str) -> None:
        self.simulator.user_edits(line.message, text)

    async def deletes(self, chat: Any, who: User, line: Line) -> None:
        self.simulator.user_deletes(line.message)

    async def reacts(self, chat: Any, who: User, line: Line, emoji: str) -> None:
        if emoji:
            self.simulator.user_reacts(line.message, emoji, who)
            return
        for shown in [shown for shown, people in line.message.reactions.items() if who in people]:
            self.simulator.user_unreacts(line.message, shown, who)

    async def presses(self, chat: Any, who: User, line: Line, label: str) -> None:
        there = label in line.buttons
        (self.simulator.user_presses if there else self.simulator.user_forges)(line.message, label, who)

    async def commands(self, chat: Any, who: User, name: str, text: str, about: Line | None) -> None:
        if about:
            self.simulator.user_uses_menu(about.message, who, MENU[name])
            return
        given = _deed(text) if name == "story" else {OPTIONS[name]: text} if text else {}
        self.simulator.user_commands(_channel(chat), who, name, **given)

    async def plans_story(self, chat: Any, who: User, when: str, text: str, photo: bytes) -> None:
        more = {"photo": Upload("photo.png", photo, "image/png")} if photo else {}
        self.simulator.user_commands(_channel(chat), who, "story", when=when, text=text, **more)

    async def loses_thread(self, chat: Channel) -> None:
        self.simulator.user_deletes_channel(chat)

    async def blocks(self, chat: Any, who: User, *, blocked: bool) -> None:
        (self.simulator.user_closes_dm if blocked else self.simulator.user_opens_dm)(who)

    async def stored(self) -> None:
        await until(self._all_stored)

    def _all_stored(self) -> bool:
        adapter = self.adapter
        session = next((s for s in self.simulator.gateway.sessions if s.connection), None)
        heard = session is not None and len(session.sent) <= adapter._line.sequence
        quiet = adapter._catch_up.done and not adapter._arrivals.waiting
        return heard and quiet and not adapter._interactions.under_way

    async def connected(self) -> None:
        await until(lambda: bool(self.adapter.health()["connected"]))
        await self.stored()


def _deed(text: str) -> dict[str, str]:
    """`edit 1 new words` as the options of /story; `series daily 08:00 | A title` as those of a new series."""
    do, _, rest = text.partition(" ")
    first, _, words = rest.partition(" | " if do == "series" else " ")
    return {"do": do, ("when" if do == "series" else "id"): first} | ({"text": words} if words else {})


class FrontDesk:
    """The general part of a forum: the post of that name, whichever it is now."""

    def __init__(self, side: DiscordSide) -> None:
        self._side = side

    def __repr__(self) -> str:
        return "Front desk"

    @property
    def channel(self) -> Channel:
        """The post."""
        return self._side.simulator.thread(self._side.forum, "Front desk")


def _channel(chat: Channel | FrontDesk) -> Channel:
    return chat.channel if isinstance(chat, FrontDesk) else chat


def _line(message: Message) -> Line:
    kinds = tuple("photo" if a.mime.startswith("image/") else a.mime.partition("/")[0] for a in message.attachments)
    by_bot = [emoji for emoji, who in message.reactions.items() if any(w.id == message.channel.bot_id for w in who)]
    return Line(
        message,
        message.id,
        ESCAPED.sub(r"\1", message.content),
        kinds,
        ESCAPED.sub(r"\1", message.reply_to.content) if message.reply_to else None,
        tuple(message.labels),
        message.by_bot,
        tuple(by_bot),
    )


async def _wait(seconds: float) -> None:
    """The adapter's pauses are over soon; only what is stored late would be acknowledged early."""
    if seconds == ACKNOWLEDGE_S:
        await asyncio.Event().wait()
    await asyncio.sleep(A_TURN_S)
