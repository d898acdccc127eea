"""Telegram on 127.0.0.1, with the truth at hand: what people do is a plain method call, what the bot did is a list.

simulator = TelegramSimulator()
await simulator.start()                       # simulator.url, simulator.token
ana = simulator.person("Ana")
simulator.press_start(ana)                    # an update is queued at once
simulator.private(ana).from_bot[-1].text      # what the bot said to her
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.simulators.telegram import membership, speech, topics
from tests.simulators.telegram.budgets import Budgets
from tests.simulators.telegram.chats import Chat, ChatType, Message, Topic
from tests.simulators.telegram.people import Member, Status, User
from tests.simulators.telegram.server import Accepted, Server, Weather
from tests.simulators.telegram.state import Query, World, real_time
from tests.simulators.telegram.traffic import Traffic, traffic_from_environment
from tests.simulators.telegram.updates import Pending

BOT_ID = 7_000_000_001
OWNER_ID = 42


class TelegramSimulator:
    """One bot's Telegram. `now` is the only time that it reads, but for the long poll's own wait."""

    def __init__(self, now: Callable[[], datetime] = real_time, *, traffic: Path | None = None, record: bool = True):
        self.bot = User(BOT_ID, "Concierge", username="concierge_bot", is_bot=True)
        self.world = World(now, self.bot)
        self.world.users[self.bot.id] = self.bot
        recorder = Traffic(traffic) if traffic else traffic_from_environment()
        self.budgets = Budgets(self.world.seconds)
        self.server = Server(self.world, f"{BOT_ID}:AAsimulated-token-1", recorder, self.budgets)
        if not record:
            self.server.traffic = Traffic(None)
        self.faults = self.server.faults
        self.updates = self.world.queue
        self.owner = self.person("Hana", username="hana", user_id=OWNER_ID)

    # The server.

    async def start(self) -> None:
        """Listens; after `stop` again at the same address, with everything as it was."""
        await self.server.start()

    async def stop(self) -> None:
        """Is unreachable from now on."""
        await self.server.stop()

    @property
    def url(self) -> str:
        """The base URL, for TELEGRAM_API_BASE_URL."""
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.server.token

    def revoke_token(self) -> str:
        """Makes the token worthless; returns the new one."""
        number = int(self.server.token.rpartition("-")[2]) + 1
        self.server.token = f"{BOT_ID}:AAsimulated-token-{number}"
        return self.server.token

    @property
    def calls(self) -> list[Accepted]:
        """Every call that was accepted, but for getUpdates."""
        return self.server.calls

    def count(self, method: str) -> int:
        """How many calls of a method were accepted."""
        return sum(call.method == method for call in self.calls)

    def set_weather(self, weather: Weather) -> None:
        """Called with each event of the server; True cuts the connection there."""
        self.server.weather = weather

    # Places.

    def person(
        self, name: str, *, last_name: str = "", username: str = "", language: str = "", user_id: int = 0
    ) -> User:
        """Somebody with a Telegram account."""
        user = User(user_id or 1000 + self.world.serial(), name, last_name, username, language)
        self.world.users[user.id] = user
        return user

    def private(self, user: User) -> Chat:
        """The private chat of a person with the bot."""
        if user.id not in self.world.chats:
            self.world.chats[user.id] = Chat(user.id, "private", peer=user)
        return self.world.chats[user.id]

    def group(
        self,
        title: str = "Owners",
        *,
        forum: bool = True,
        kind: ChatType = "supergroup",
        owner: User | None = None,
        bot_is: Status = "administrator",
        rights: frozenset[str] | None = None,
        username: str = "",
    ) -> Chat:
        """A group in which the bot is already. A basic group is `kind="group", forum=False`."""
        serial = self.world.serial()
        number = -(4_000_000 + serial) if kind == "group" else -(1_002_000_000_000 + serial)
        chat = Chat(number, kind, title, username, is_forum=forum and kind == "supergroup")
        owner = owner or self.owner
        chat.members[owner.id] = Member(owner, "creator")
        chat.members[self.bot.id] = membership.bot_member(self.world, chat, bot_is, rights)
        self.world.chats[chat.id] = chat
        return chat

    def channel(self, title: str = "Stories", *, bot_is: Status = "administrator", username: str = "") -> Chat:
        """A channel; the bot may post there as an administrator."""
        return self.group(title, forum=False, kind="channel", bot_is=bot_is, username=username)

    def discussion(self, channel: Chat, title: str = "Comments") -> Chat:
        """The group in which people comment on a channel's posts; the bot is an administrator there."""
        channel.discussion = self.group(title, forum=False)
        return channel.discussion

    def join(self, chat: Chat, user: User, status: Status = "member") -> None:
        """A person comes into a group, quietly."""
        chat.members[user.id] = Member(user, status)

    def chat(self, chat_id: int | str) -> Chat:
        """The chat of that id, whatever became of it."""
        return self.world.chats[int(chat_id)]

    # What people do. Each queues the updates that the bot gets for it.

    def press_start(self, user: User, payload: str = "") -> Message:
        """The Start button: also lets a bot that was blocked write again."""
        chat = self.private(user)
        chat.started = True
        membership.set_blocked(self.world, chat, blocked=False)
        return self.user_says(chat, user, f"/start {payload}".strip())

    def user_says(
        self,
        chat: Chat | User,
        user: User | None = None,
        text: str = "",
        *,
        photo: bytes | bool = False,
        attach: str = "",
        data: bytes = b"",
        name: str = "",
        reply_to: Message | None = None,
        thread: int | str | Topic | None = None,
        anonymous: bool = False,
        veiled: bool = False,
        **more: Any,
    ) -> Message:
        """Somebody writes. `attach` is a kind such as "voice" or "location"; `anonymous`: as the group itself."""
        place = self.private(chat) if isinstance(chat, User) else chat
        place.started = True
        content = speech.content(self.world, text, photo, attach, data, name)
        content |= {"has_media_spoiler": True} if veiled else {}
        if anonymous:
            more["sender_chat"] = place
        sender = User(1087968824, "Group", username="GroupAnonymousBot", is_bot=True) if anonymous else user
        sender = sender or place.peer or self.owner
        message = self.world.post(place, sender, content, thread_id=_thread_id(thread), reply_to=reply_to, **more)
        speech.tell_of(self.world, message)
        return message

    def user_sends_album(
        self,
        chat: Chat,
        user: User,
        count: int = 2,
        text: str = "",
        *,
        caption_on: int = 1,
        kinds: Sequence[str] = (),
        group: str = "",
        **more: Any,
    ) -> list[Message]:
        """An album of photos, or of `kinds`, with its caption on one of the parts; each is an update of its own. With
        the `group` of an album that was sent before, these are late parts of it."""
        group = group or str(14_000_000_000 + self.world.serial())
        sent = []
        for number, kind in enumerate(kinds or ("photo",) * count, start=1):
            given: dict[str, Any] = {"photo": True} if kind == "photo" else {"attach": kind}
            caption = text if number == caption_on else ""
            sent.append(self.user_says(chat, user, caption, media_group_id=group, **given, **more))
        return sent

    def user_edits(self, message: Message, text: str) -> None:
        """Somebody changes a text or caption."""
        message.versions.append(message.content)
        message.content = speech.reworded(message, text)
        message.edit_date = self.world.date()
        speech.tell_of(self.world, message, "edited_message")

    def user_deletes(self, message: Message) -> None:
        """Somebody takes a message away. Telegram never tells the bot."""
        message.deleted = True

    def user_presses(self, message: Message, data: str, user: User | None = None) -> Query:
        """Somebody presses a button, by its label or its data; data that is under no button is a forged press."""
        who = user or message.chat.peer or self.owner
        data = next((button.data for button in message.buttons if button.text == data), data)
        query = Query(str(90_000_000_000 + self.world.serial()), who, message, data, self.world.seconds())
        self.world.queries[query.id] = query
        told: dict[str, Any] = {"id": query.id, "from": who.as_json(), "chat_instance": f"-{abs(message.chat.id)}7"}
        shown = message.as_json()
        if message.deleted:
            shown = {"chat": message.chat.as_json(), "message_id": message.message_id, "date": 0}
        self.world.tell("callback_query", told | {"message": shown, "data": data})
        return query

    def reacts(self, message: Message, emoji: str, user: User | None = None) -> None:
        """Somebody reacts, or with "" no longer does. In groups only an administrator bot hears of it."""
        chat, who = message.chat, user or message.chat.peer or self.owner
        old = message.reactions.get(who.id, [])
        message.reactions[who.id] = [emoji] if emoji else []
        place = {"chat": chat.as_json(), "message_id": message.message_id, "date": self.world.date()}
        if chat.type == "channel":
            self.world.tell("message_reaction_count", place | {"reactions": speech.counted(message)})
        elif chat.type == "private" or chat.members[self.bot.id].is_admin:
            change = {"old_reaction": speech.kinds(old), "new_reaction": speech.kinds(message.reactions[who.id])}
            self.world.tell("message_reaction", place | {"user": who.as_json()} | change)

    def block(self, user: User) -> None:
        """A customer stops the bot."""
        membership.set_blocked(self.world, self.private(user), blocked=True)

    def unblock(self, user: User) -> None:
        """A customer lets the bot write again."""
        membership.set_blocked(self.world, self.private(user), blocked=False)

    # What owners do to their room.

    def open_topic(self, chat: Chat, name: str) -> Topic:
        """An owner opens a topic by hand."""
        topic = topics.open_topic(self.world, chat, self.owner, name)
        speech.tell_of(self.world, chat.messages[-1])
        return topic

    def delete_topic(self, chat: Chat, thread: int | str | Topic) -> None:
        """A topic is deleted with all that was said in it. Telegram never tells the bot."""
        topics.remove_topic(chat, chat.topics[_thread_id(thread) or 0])

    def close_topic(self, chat: Chat, thread: int | str | Topic, *, closed: bool = True) -> None:
        """A topic is closed by hand, or opened again."""
        topic = chat.topics[_thread_id(thread) or 0]
        topic.closed = closed
        told = "forum_topic_closed" if closed else "forum_topic_reopened"
        speech.tell_of(self.world, self.world.post(chat, self.owner, {told: {}}, thread_id=topic.thread_id))

    def migrate_group(self, chat: Chat) -> Chat:
        """A basic group becomes a supergroup with another id."""
        return membership.migrate(self.world, chat, -(1_003_000_000_000 + self.world.serial()), self.owner)

    def change_bot(self, chat: Chat, status: Status, rights: frozenset[str] | None = None) -> None:
        """The bot becomes something else in a group or channel: added, promoted, demoted, kicked …"""
        membership.change_bot(self.world, chat, self.owner, membership.bot_member(self.world, chat, status, rights))

    def demote_bot(self, chat: Chat) -> None:
        """The bot is an ordinary member from now on."""
        self.change_bot(chat, "member")

    def kick_bot(self, chat: Chat) -> None:
        """The bot is thrown out."""
        self.change_bot(chat, "kicked")

    # Updates as they should not come.

    def repeat(self, pending: Pending | None = None) -> None:
        """Hands an update out once more: the given one, or the newest that there was."""
        known = [*self.updates.delivered, *self.updates.waiting]
        self.updates.repeat(pending or max(known, key=lambda p: p.update_id))

    def malformed(self, body: dict[str, Any] | None = None) -> Pending:
        """An update that no client can read as what it says it is."""
        return self.updates.add_raw({"message": {"message_id": "no number"}} if body is None else body)


def _thread_id(thread: int | str | Topic | None) -> int | None:
    return thread.thread_id if isinstance(thread, Topic) else None if thread is None else int(thread)
