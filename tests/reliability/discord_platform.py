"""The simulator of Discord as the storms know a platform: who wrote what, and which calls were taken for which row.

Discord tells nobody what it has handed over: whether everything was heard is asked of the database. A message that is
sent again under its nonce is the same message, so it is taken once. What a person sets off while nobody is connected
is gone, as it is on Discord, and they press again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.database import Database
from bot.database.tables import InboxRow
from tests.reliability.boards import Shown, width_of
from tests.reliability.storm import a_moment, until
from tests.simulators.discord import server
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.files import Upload
from tests.simulators.discord.gateway import Session
from tests.simulators.discord.interactions import Interaction
from tests.simulators.discord.messages import Message
from tests.simulators.discord.people import User
from tests.simulators.discord.simulator import DiscordSimulator
from tests.simulators.discord.state import real_time
from tests.simulators.discord.wire import Call
from tests.simulators.loopback import CHANNEL, ROOM, Accepted, Loopback, Weather

FRONT_DESK = "Front desk"
SENDS, OPENS = "POST /channels/{channel}/messages", "POST /channels/{channel}/threads"
EDITS = "PATCH /channels/{channel}/messages/{message}"
DELETES = "DELETE /channels/{channel}/messages/{message}"


@dataclass
class Press:
    """A button that somebody pressed, as often as it took; `session` was there to hear of it the last time."""

    update_ids: list[str]
    again: Callable[[], Interaction]
    latest: Interaction
    session: Session | None
    there: Callable[[], bool]
    """Whether the button is still to be seen; it disappears when the press was taken."""

    @property
    def is_open(self) -> bool:
        """Whether whoever pressed it still waits for something to happen."""
        return self.there() and not self.latest.answered


class DiscordPlatform(Loopback):
    """Stands where the storms and their verdict expect the loopback platform."""

    def __init__(self, now: Callable[[], datetime] = real_time) -> None:
        self.simulator = DiscordSimulator(now, record=False)
        self.updates: list[dict[str, Any]] = []
        self.presses_made: list[Press] = []
        self.room, self.channel = self.simulator.forum("Owners"), self.simulator.text_channel("stories")
        self.weather: Weather = lambda event: False
        self._people: dict[str, User] = {}
        self._calls: list[Accepted] = []
        self._known: set[tuple[str, str]] = set()
        self._seen = 0
        self.simulator.set_weather(self._told)

    async def start(self) -> None:
        """Listens."""
        await self.simulator.start()
        told = {"token": self.simulator.token, "api_base_url": self.simulator.api_url}
        told |= {"gateway_url": self.simulator.gateway_url, "guild_id": str(self.simulator.guild.id)}
        self.url = json.dumps(told | {"room_chat_id": str(self.room.id), "story_chat_id": str(self.channel.id)})

    async def stop(self) -> None:
        """Lets go of the port."""
        await self.simulator.stop()

    async def meets(self, names: list[str], database: Database) -> None:
        """Each customer writes once while the bot is there: a first-ever direct message can't be found later."""
        await until(lambda: bool(self._front_desks()))
        await until(lambda: self._session)
        for name in names:
            self.writes(name, name, "/help")
        while await self.heard(database) < len(self.updates):
            await a_moment()

    # What people do.

    def writes(self, chat_id: str, name: str, text: str, thread_id: str | None = None) -> Any:
        """Somebody writes; returns the update's id."""
        place, who = self._place(chat_id, thread_id), self.simulator.owner
        if chat_id != ROOM:
            who = self._person(name)
        return self._told_of(self.simulator.user_says(place, who, text))

    def drops(self, text: str, photo: bytes, quotes: Shown | None = None) -> Any:
        """The owner sends a picture to the room's general part; returns the update's id."""
        place, files = self._place(ROOM, None), [Upload("photo.jpg", photo, "image/jpeg")]
        quoted = place.find(int(quotes.message_id)) if quotes else None
        return self._told_of(
            self.simulator.user_says(place, self.simulator.owner, text, attachments=files, reply_to=quoted)
        )

    def _told_of(self, message: Message) -> str:
        self.updates.append({"update_id": f"m:{message.id}"})
        self.weather("handed_out")
        return f"m:{message.id}"

    def presses(self, shown: Accepted | Shown, name: str, data: str) -> Any:
        """Somebody presses a button; returns the update's id."""
        message = self._place(shown.chat_id, shown.thread_id).find(int(shown.message_id))
        assert message

        def there() -> bool:
            return any(data == button.get("custom_id") for button in message.buttons())

        def again() -> Interaction:
            return self.simulator.user_presses(message, data, self._people.get(shown.chat_id, self.simulator.owner))

        pressed = again()
        self.presses_made.append(Press([f"i:{pressed.id}"], again, pressed, self._session, there))
        self.weather("handed_out")
        return f"i:{pressed.id}"

    def presses_again(self) -> None:
        """Whoever pressed a button, and saw nothing happen because the bot had died, presses it again. A bot that died
        a moment ago still looks connected, so another session has to be there."""
        here = self._session
        for press in self.presses_made:
            if here and here is not press.session and press.is_open:
                press.latest, press.session = press.again(), here
                press.update_ids.append(f"i:{press.latest.id}")

    @property
    def _session(self) -> Session | None:
        """The session of the bot that is connected, as far as Discord can tell."""
        return next((s for s in reversed(self.simulator.gateway.sessions) if s.connection), None)

    def _person(self, name: str) -> User:
        if name not in self._people:
            self._people[name] = self.simulator.person(name)
        return self._people[name]

    def _place(self, chat_id: str, thread_id: str | None) -> Channel:
        if chat_id == CHANNEL:
            return self.channel
        if chat_id == ROOM:
            wanted = (t for t in self._all_threads() if str(t.id) == thread_id)
            return next(wanted) if thread_id else self._front_desks()[0]
        return self.simulator.dm(self._person(chat_id))

    def _all_threads(self) -> list[Channel]:
        return self.simulator.threads(self.room)

    def _front_desks(self) -> list[Channel]:
        return [thread for thread in self._all_threads() if thread.name == FRONT_DESK]

    # What the storms and the verdict look at.

    def board(self, name: str) -> list[Shown]:
        """Everything that the bot ever put into a chat (of the room: its general part), as it stands now."""
        return [
            Shown(
                name,
                None,
                str(m.id),
                m.content.replace("\\", "").replace("**", ""),
                width_of(m.attachments[0].data) if m.attachments else 0,
                tuple((b.get("label", ""), b["custom_id"]) for b in m.buttons() if "custom_id" in b),
                m.deleted,
            )
            for m in self._place(name, None).messages
            if m.by_bot and not m.is_system and not m.thinking
        ]

    async def heard(self, database: Database) -> int:
        """How much of what people did is stored; a press counts once, however often it was made."""
        ids = [str(update["update_id"]) for update in self.updates]
        async with database.read() as session:
            messages = await session.scalar(
                select(func.count()).select_from(InboxRow).where(InboxRow.update_id.in_(ids))
            )
        return int(messages or 0)

    def settled(self) -> bool:
        """Whether nobody who pressed a button still waits."""
        return not any(press.is_open for press in self.presses_made)

    def may_be_missing(self) -> set[str]:
        """Updates that were set off while the bot may have been dead."""
        return {update_id for press in self.presses_made for update_id in press.update_ids}

    @property
    def threads(self) -> dict[str, str]:  # type: ignore[override]
        """The titles of the customers' posts by id, oldest first."""
        return {str(thread.id): thread.name for thread in self._all_threads() if thread.name != FRONT_DESK}

    @property
    def calls(self) -> list[Accepted]:  # type: ignore[override]
        """The calls that were taken for a row of the outbox, each message once."""
        taken = self.simulator.calls
        while self._seen < len(taken):
            call = taken[self._seen]
            self._seen += 1
            if known := self._as_known(call):
                self._calls.append(known)
        return self._calls

    def _told(self, event: str, call: Call) -> bool:
        """What happens on the line; what is nobody's row, or was taken before, is as good as answered when taken."""
        if event == "accepted":
            before = len(self._calls)
            event = "accepted" if len(self.calls) > before else "answered"
        return self.weather(event)

    def _as_known(self, taken: server.Accepted) -> Accepted | None:
        call, result = taken.call, taken.result[1] if isinstance(taken.result, tuple) else taken.result
        place = call.ids.get("channel", "")
        if taken.route == SENDS:
            found = ("send", place, str(result["id"]), str(call.form.get("nonce", "")))
        elif taken.route == OPENS:
            found = ("open_thread", str(result["id"]), str(result["id"]), call.reason)
        elif taken.route == EDITS:
            found = ("edit", place, call.ids["message"], f"{call.reason}")
        elif taken.route == DELETES:
            found = ("delete", place, call.ids["message"], f"{call.reason}")
        elif call.path.endswith("/messages/@original") and call.verb == "PATCH":
            found = ("send", str(result["channel_id"]), str(result["id"]), call.reason)
        else:
            return None
        op, place, message_id, nonce = found
        again = (nonce, message_id if op == "send" else place) in self._known and op != "open_thread"
        if not nonce or again:
            return None
        self._known.add((nonce, message_id if op == "send" else place))
        said = call.form.get("message") or call.form
        chat_id, thread_id = self._name(place)
        buttons = [b for row in said.get("components") or () for b in row.get("components", ())]
        return Accepted(
            number=len(self._calls),
            op=op,
            chat_id=chat_id,
            thread_id=thread_id,
            message_id=message_id,
            nonce=nonce,
            text=str(said.get("content") or "").replace("\\", ""),
            buttons=[{"label": b.get("label", ""), "data": b["custom_id"]} for b in buttons if "custom_id" in b],
        )

    def _name(self, channel_id: str) -> tuple[str, str | None]:
        """Where a channel is, in the storm's names: chat and thread."""
        number = int(channel_id)
        if number == self.channel.id:
            return CHANNEL, None
        if any(thread.id == number for thread in self._front_desks()):
            return ROOM, None
        for name, user in self._people.items():
            if self.simulator.dm(user).id == number:
                return name, None
        return ROOM, channel_id
