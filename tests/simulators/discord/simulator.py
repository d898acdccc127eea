"""Discord on 127.0.0.1, with the truth at hand: what people do is a plain method call, what the bot did is a list.

simulator = DiscordSimulator()
await simulator.start()                       # simulator.api_url, simulator.gateway_url, simulator.token
ana = simulator.person("Ana")
simulator.user_says(simulator.dm(ana), ana, "Eggs?")
simulator.dm(ana).from_bot[-1].content        # what the bot said to her
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.simulators.discord import acting, marking, speech
from tests.simulators.discord.channels import Channel, Tag
from tests.simulators.discord.files import Upload
from tests.simulators.discord.interactions import Interaction
from tests.simulators.discord.messages import Message
from tests.simulators.discord.people import Member, User
from tests.simulators.discord.server import PREFIX, Accepted, Server, Weather
from tests.simulators.discord.snowflakes import Snowflakes
from tests.simulators.discord.state import Guild, World, real_time
from tests.simulators.discord.traffic import Traffic, traffic_from_environment
from tests.simulators.discord.waiting import until


class DiscordSimulator:
    """One bot's Discord, with one guild. `now` is the only time that it reads, but for the rate limits' windows."""

    def __init__(self, now: Callable[[], datetime] = real_time, *, traffic: Path | None = None, record: bool = True):
        new_id = Snowflakes(now)
        self.bot = User(new_id(), "Concierge", is_bot=True)
        hana = User(new_id(), "Hana")
        guild = Guild(new_id(), "Hana's Egg Farm", owner_id=hana.id, role_id=new_id())
        self.world = World(now, self.bot, guild, new_id)
        for user in (self.bot, hana):
            self.world.users[user.id] = user
            guild.members[user.id] = Member(user, now() - timedelta(days=100))
        guild.members[self.bot.id].roles = (guild.role_id,)
        recorder = Traffic(traffic) if traffic else traffic_from_environment()
        self.server = Server(self.world, f"{self.bot.id}.simulated-token-1", recorder if record else Traffic(None))
        self.owner = hana
        self.faults = self.server.faults
        self.buckets = self.server.buckets
        self.gateway = self.server.gateway

    # The server.

    async def start(self) -> None:
        """Listens; after `stop` again at the same address, with everything as it was."""
        await self.server.start()

    async def stop(self) -> None:
        """Is unreachable from now on."""
        await self.server.stop()

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """Is unreachable within the block, while people go on."""
        await self.stop()
        try:
            yield
        finally:
            await self.start()

    @property
    def api_url(self) -> str:
        """The base URL, for DISCORD_API_BASE_URL."""
        return f"{self.cdn_url}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        """The gateway, for DISCORD_GATEWAY_URL."""
        return self.world.gateway_url

    @property
    def cdn_url(self) -> str:
        """Where downloads come from."""
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.server.token

    def revoke_token(self) -> str:
        """Makes the token worthless, closes the gateway with it; returns the new one."""
        number = int(self.server.token.rpartition("-")[2]) + 1
        self.server.token = f"{self.bot.id}.simulated-token-{number}"
        for connection in self.gateway.connections:
            connection.close(4004)
        return self.server.token

    def drop_gateway(self, *, resumable: bool = True, how: str = "cut") -> None:
        """Ends the gateway's connections: `cut` without a word, `reconnect` by op 7, `invalid` by op 9."""
        self.gateway.drop(resumable=resumable, how=how)

    def allow_intents(self, *names: str) -> None:
        """Switches on just these privileged intents: message_content, members, presences."""
        self.world.allowed_intents = set(names)

    @property
    def calls(self) -> list[Accepted]:
        """Every call that was accepted."""
        return self.server.calls

    def count(self, route: str) -> int:
        """How many calls of a route were accepted, such as `POST /channels/{channel}/messages`."""
        return sum(call.route == route for call in self.calls)

    def set_weather(self, weather: Weather) -> None:
        """Called with each event of the server; True cuts the connection there."""
        self.server.weather = weather

    # People and places.

    @property
    def guild(self) -> Guild:
        """The server that the bot is in."""
        return self.world.guild

    def person(
        self, name: str, *, locale: str = "en-US", in_guild: bool = True, is_bot: bool = False, user_id: int = 0
    ) -> User:
        """Somebody with a Discord account; or another bot."""
        user = User(user_id or self.world.new_id(), name, locale=locale, is_bot=is_bot)
        self.world.users[user.id] = user
        if in_guild:
            self.guild.members[user.id] = Member(user, self.world.now())
        return user

    def dm(self, user: User) -> Channel:
        """The direct channel of a person with the bot."""
        return self.world.dm(user)

    def text_channel(self, name: str, *, denied: Iterable[str] = ()) -> Channel:
        """A text channel of the guild. `denied`: the rights that the bot lacks there."""
        channel = self.world.open_channel("text", name, denied=set(denied))
        self.world.news("CHANNEL_CREATE", channel.as_json(), channel)
        return channel

    def forum(self, name: str, *, tags: Iterable[str] = (), flags: int = 0, denied: Iterable[str] = ()) -> Channel:
        """A forum channel of the guild with its tags."""
        known = [Tag(self.world.new_id(), tag) for tag in tags]
        channel = self.world.open_channel("forum", name, tags=known, flags=flags, denied=set(denied))
        self.world.news("CHANNEL_CREATE", channel.as_json(), channel)
        return channel

    def threads(self, parent: Channel) -> list[Channel]:
        """The threads or posts that are there below a channel, the oldest first."""
        return [thread for thread in self.world.threads.values() if thread.parent is parent]

    def thread(self, parent: Channel, name: str) -> Channel:
        """The one thread of that name. Raises AssertionError for none or two."""
        found = [thread for thread in self.threads(parent) if thread.name == name]
        assert len(found) == 1, f"{len(found)} threads {name!r}: {[t.name for t in self.threads(parent)]}"
        return found[0]

    def expel_bot(self) -> None:
        """Somebody takes the bot out of the guild."""
        self.guild.bot_is_in = False
        self.world.news("GUILD_DELETE", {"id": str(self.guild.id)}, None)

    def invite_bot(self) -> None:
        """Somebody takes the bot into the guild again."""
        self.guild.bot_is_in = True
        self.world.news("GUILD_CREATE", self.gateway.guild(), None)

    def deny(self, channel: Channel, *rights: str) -> None:
        """Takes rights from the bot in a channel."""
        channel.denied |= set(rights)
        self.world.news("CHANNEL_UPDATE", channel.as_json(), channel)

    def allow(self, channel: Channel, *rights: str) -> None:
        """Gives rights back to the bot in a channel."""
        channel.denied -= set(rights)
        self.world.news("CHANNEL_UPDATE", channel.as_json(), channel)

    # What people do.

    def user_says(
        self,
        channel: Channel,
        user: User,
        text: str = "",
        *,
        attachments: Iterable[Upload] = (),
        reply_to: Message | None = None,
        sticker: str = "",
        poll: speech.Poll | None = None,
        flags: int = 0,
    ) -> Message:
        """Somebody writes."""
        more: dict[str, Any] = {"attachments": attachments, "reply_to": reply_to, "sticker": sticker}
        return speech.says(self.world, channel, user, text, poll=poll, flags=flags, **more)

    def user_posts(self, forum: Channel, user: User, title: str, text: str, *, tags: Iterable[str] = ()) -> Channel:
        """Somebody opens a forum's post."""
        return speech.posts(self.world, forum, user, title, text, tags)

    def user_opens_thread(self, parent: Channel, user: User, name: str) -> Channel:
        """Somebody opens a thread in a text channel."""
        return speech.opens_thread(self.world, parent, user, name)

    def user_comments(self, message: Message, user: User, name: str) -> Channel:
        """Somebody opens a thread on a message: it bears the message's id."""
        thread = self.world.open_thread(message.channel, name, user, number=message.id)
        message.thread = thread
        return thread

    def user_joins(self, channel: Channel, user: User) -> Message:
        """Discord greets somebody in a channel: a message that nobody wrote."""
        return speech.joins(self.world, channel, user)

    def user_forwards(self, channel: Channel, user: User, message: Message) -> Message:
        """Somebody passes a message on."""
        return speech.forwards(self.world, channel, user, message)

    def user_edits(self, message: Message, text: str) -> Message:
        """Its author writes something else."""
        return speech.edits(self.world, message, text)

    def user_deletes(self, message: Message) -> None:
        """Somebody takes a message away."""
        speech.deletes(self.world, message)

    def unfurls(self, message: Message) -> None:
        """Discord adds a preview to a link: an update that is no edit."""
        speech.unfurls(self.world, message)

    def user_reacts(self, message: Message, emoji: str, user: User) -> None:
        """Somebody reacts to a message."""
        marking.react(self.world, message, emoji, user)

    def user_unreacts(self, message: Message, emoji: str, user: User) -> None:
        """Somebody takes a reaction back."""
        marking.unreact(self.world, message, emoji, user)

    def user_votes(self, message: Message, user: User, answer: str) -> None:
        """Somebody votes in a poll."""
        speech.votes(self.world, message, user, answer)

    def user_closes_dm(self, user: User) -> None:
        """Somebody takes no more direct messages from the bot."""
        user.dm_closed = True

    def user_opens_dm(self, user: User) -> None:
        """Somebody takes direct messages again."""
        user.dm_closed = False

    def user_archives(self, thread: Channel, *, locked: bool = False) -> None:
        """Somebody closes a thread, and locks it if told so."""
        speech.archives(self.world, thread, locked=locked)

    def user_reopens(self, thread: Channel) -> None:
        """Somebody opens a thread again."""
        speech.reopens(self.world, thread)

    def user_deletes_channel(self, channel: Channel) -> None:
        """Somebody deletes a thread, post or channel with all that was said there."""
        speech.deletes_channel(self.world, channel)

    def user_tags(self, post: Channel, *names: str) -> None:
        """Somebody marks a post by hand."""
        speech.tags(self.world, post, names)

    def user_renames(self, channel: Channel, name: str) -> None:
        """Somebody gives a channel or thread another name."""
        speech.renames(self.world, channel, name)

    # What people set off.

    @property
    def interactions(self) -> list[Interaction]:
        """Everything that people set off, in order, with how the bot answered."""
        return self.world.interactions

    def user_presses(self, message: Message, label_or_custom_id: str, user: User) -> Interaction:
        """Somebody presses a button."""
        return acting.presses(self.world, message, label_or_custom_id, user)

    def user_forges(self, message: Message, custom_id: str, user: User) -> Interaction:
        """Somebody sends a press of a button that isn't there."""
        return acting.forges(self.world, message, custom_id, user)

    def user_selects(self, message: Message, custom_id: str, values: list[str], user: User) -> Interaction:
        """Somebody chooses in a menu beneath a message."""
        return acting.selects(self.world, message, custom_id, values, user)

    def user_commands(self, channel: Channel, user: User, name: str, /, **options: Any) -> Interaction:
        """Somebody uses a slash command; an Upload is an attachment option's value."""
        return acting.commands(self.world, channel, user, name, options)

    async def user_autocompletes(
        self, channel: Channel, user: User, name: str, option: str, prefix: str, **others: Any
    ) -> list[dict[str, Any]]:
        """Somebody types into an option; returns the choices that the bot offers, each with name and value."""
        asked = acting.completes(self.world, channel, user, name, option, prefix, others)
        await until(lambda: asked.answered)
        return asked.choices

    def user_submits(
        self, opened: Interaction, values: Mapping[str, Any] = {}, files: Mapping[str, list[Upload]] = {}
    ) -> Interaction:
        """Somebody fills the form that an interaction opened, by the fields' labels or custom_ids."""
        return acting.submits(self.world, opened, values, files)

    def user_uses_menu(self, message: Message, user: User, entry: str) -> Interaction:
        """Somebody uses an entry of a message's menu."""
        return acting.uses_menu(self.world, message, message.channel, user, entry)

    def user_uses_person_menu(self, channel: Channel, target: User, user: User, entry: str) -> Interaction:
        """Somebody uses an entry of a person's menu."""
        return acting.uses_menu(self.world, target, channel, user, entry)

    def commands(self, *, in_guild: bool = False) -> list[dict[str, Any]]:
        """The registered commands: the global ones, or the guild's."""
        return self.world.commands.get(self.guild.id if in_guild else 0, [])
