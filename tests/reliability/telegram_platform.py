"""The simulator of Telegram as the storms know a platform: who wrote what, and which calls were taken for which row.

Chats bear the storm's own names. Opening a topic and writing into it are two calls for one row; the first of them is
left out of `calls`, and never cut by the weather alone (a kill may meet it as any other).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.reliability.boards import Shown, width_of
from tests.simulators.loopback import CHANNEL, ROOM, Accepted, Event, Loopback, Weather
from tests.simulators.telegram import server
from tests.simulators.telegram.chats import Chat
from tests.simulators.telegram.people import User
from tests.simulators.telegram.simulator import BOT_ID, TelegramSimulator
from tests.simulators.telegram.state import real_time

TOKEN = f"{BOT_ID}:AAsimulated-token-1"
ROOM_ID, CHANNEL_ID = -1002000000001, -1002000000002
"""What the simulator calls the first two groups that are made in it."""
OPENS = "createForumTopic"


class TelegramPlatform(Loopback):
    """Stands where the storms and their verdict expect the loopback platform."""

    def __init__(self, now: Callable[[], datetime] = real_time) -> None:
        self.simulator = TelegramSimulator(now, record=False)
        self.room, self.channel = self.simulator.group(), self.simulator.channel()
        assert (self.room.id, self.channel.id, self.simulator.token) == (ROOM_ID, CHANNEL_ID, TOKEN)
        self.weather: Weather = lambda event: False
        self._people: dict[str, User] = {}
        self._calls: list[Accepted] = []
        self._seen = 0
        self.simulator.set_weather(self._told)

    async def start(self) -> None:
        """Listens."""
        await self.simulator.start()
        self.url = self.simulator.url

    async def stop(self) -> None:
        """Lets go of the port."""
        await self.simulator.stop()

    # What people do.

    def writes(self, chat_id: str, name: str, text: str, thread_id: str | None = None) -> int:
        """Somebody writes; returns the update's id."""
        if chat_id == ROOM:
            self.simulator.user_says(self.room, self.simulator.owner, text, thread=thread_id)
        else:
            self._people.setdefault(chat_id, self.simulator.person(name))
            self.simulator.user_says(self._people[chat_id], text=text)
        return self.simulator.updates.last_id

    def presses(self, shown: Accepted | Shown, name: str, data: str) -> int:
        """Somebody presses a button; returns the update's id."""
        message = self._chat(shown.chat_id).by_id[int(shown.message_id)]
        self.simulator.user_presses(message, data, self._people.get(shown.chat_id, self.simulator.owner))
        return self.simulator.updates.last_id

    def drops(self, text: str, photo: bytes, quotes: Shown | None = None) -> int:
        """The owner sends a picture to the room's general part; returns the update's id."""
        quoted = self.room.by_id[int(quotes.message_id)] if quotes else None
        self.simulator.user_says(self.room, self.simulator.owner, text, photo=photo, reply_to=quoted)
        return self.simulator.updates.last_id

    def _chat(self, name: str) -> Chat:
        known = {ROOM: self.room, CHANNEL: self.channel}
        return known.get(name) or self.simulator.private(self._people[name])

    # What the storms and the verdict look at.

    def board(self, name: str) -> list[Shown]:
        """Everything that the bot ever put into a chat (of the room: its general part), as it stands now."""
        files = self.simulator.world.files
        return [
            Shown(
                name,
                None,
                str(m.message_id),
                m.text,
                width_of(files.data(m.file_id)) if m.media == "photo" else 0,
                tuple((button.text, button.data) for button in m.buttons),
                m.deleted,
            )
            for m in self._chat(name).messages
            if m.by_bot and m.thread_id is None and not m.is_service
        ]

    @property
    def updates(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """Everything that people did, in order."""
        queue = self.simulator.updates
        return sorted((p.body for p in [*queue.delivered, *queue.waiting]), key=lambda body: int(body["update_id"]))

    @property
    def confirmed(self) -> int:  # type: ignore[override]
        """How much of it the bot said it has."""
        return len(self.simulator.updates.delivered)

    @property
    def threads(self) -> dict[str, str]:  # type: ignore[override]
        """The titles of the topics by id, oldest first."""
        return {str(topic.thread_id): topic.name for topic in self.room.topics.values()}

    @property
    def calls(self) -> list[Accepted]:  # type: ignore[override]
        """The calls that were taken for a row of the outbox."""
        taken = self.simulator.calls
        for call in taken[self._seen :]:
            if self._is_for_a_row(call):
                self._calls.append(self._as_known(call))
        self._seen = len(taken)
        return self._calls

    def _told(self, event: Event) -> bool:
        """What happens on the line; a call that is nobody's row is as good as answered when it is taken."""
        if event == "accepted" and not self._is_for_a_row(self.simulator.calls[-1]):
            event = "answered"
        return self.weather(event)

    def _is_for_a_row(self, call: server.Accepted) -> bool:
        return "nonce" in call.given and "chat_id" in call.given and call.method != OPENS

    def _as_known(self, call: server.Accepted) -> Accepted:
        given, nonce = call.given, str(call.given["nonce"])
        opens = any(c.method == OPENS and c.given.get("nonce") == nonce for c in self.simulator.calls)
        op = "edit" if call.method.startswith("edit") else "open_thread" if opens else "send"
        op = "delete" if call.method == "deleteMessage" else op
        result = call.result if isinstance(call.result, dict) else {}
        thread = given.get("message_thread_id") or result.get("message_thread_id")
        return Accepted(
            number=len(self._calls),
            op=op,
            chat_id=self._name(int(given["chat_id"])),
            thread_id=str(thread) if thread else None,
            message_id=str(result.get("message_id") or given.get("message_id")),
            nonce=nonce,
            text=str(given.get("text") or given.get("caption") or ""),
            buttons=_buttons(given.get("reply_markup")),
        )

    def _name(self, chat_id: int) -> str:
        known = {ROOM_ID: ROOM, CHANNEL_ID: CHANNEL} | {user.id: name for name, user in self._people.items()}
        return known[chat_id]


def _buttons(markup: Any) -> list[dict[str, str]]:
    """The buttons as the storms press them."""
    rows = (json.loads(markup) if isinstance(markup, str) else markup or {}).get("inline_keyboard", [])
    return [{"label": button["text"], "data": button["callback_data"]} for row in rows for button in row]
