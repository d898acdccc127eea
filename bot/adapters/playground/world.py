"""What is true in the little world: who said what where, kept in memory alone and shown to whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from bot.messages import Button, Media, Text

ROOM, CHANNEL = "room", "channel"
MAX_UPLOADED_BYTES = 200 * 1024 * 1024
"""Of all uploads together: the world lives in memory."""


@dataclass(frozen=True)
class Person:
    """Somebody who lives here; a customer's id is also the id of their chat."""

    id: str
    name: str


CUSTOMERS = (Person("ana", "Ana"), Person("ben", "Ben"), Person("mei", "Mei"))


class Place(NamedTuple):
    """Where a log is kept: a chat, or one thread of the owners' room."""

    chat_id: str
    thread_id: str | None = None


@dataclass(frozen=True)
class Thread:
    """A customer's thread in the owners' room; `gone` once somebody deleted it."""

    thread_id: str
    title: str
    gone: bool = False


@dataclass(frozen=True)
class Shown:
    """One message as it stands now. `versions` are its earlier texts, oldest first; `quotes` is a message id."""

    message_id: str
    author: str
    from_bot: bool
    at: datetime
    kind: str = "text"
    text: Text = field(default_factory=Text)
    buttons: tuple[Button, ...] = ()
    media: tuple[Media, ...] = ()
    quotes: str | None = None
    reactions: tuple[str, ...] = ()
    versions: tuple[Text, ...] = ()
    deleted: bool = False
    explanation: Mapping[str, Any] | None = None

    @property
    def number(self) -> int:
        """Its rank in the whole world: a later message has a higher one."""
        return int(self.message_id)


@dataclass(frozen=True)
class Upload:
    """The bytes behind a file id."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Change:
    """One message that is new or different, or (without one) a change in the room's threads."""

    place: Place
    shown: Shown | None = None


Watcher = Callable[[Change], None]


class World:
    """The people, the places and their logs. A place or message that doesn't exist raises KeyError."""

    def __init__(self, customers: tuple[Person, ...] = CUSTOMERS) -> None:
        self.customers = customers
        self.blocked: set[str] = set()
        """Customers who want nothing more from the bot."""
        self._threads: dict[str, Thread] = {}
        self._uploads: dict[str, Upload] = {}
        self._logs: dict[Place, dict[str, Shown]] = {Place(c.id): {} for c in customers}
        self._logs |= {Place(ROOM): {}, Place(CHANNEL): {}}
        self._last_number = 0
        self._tended: dict[str, int] = {}
        self._watchers: list[Watcher] = []

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """Calls `watcher` with every change from now on; returns what ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def customer(self, name: str) -> Person:
        """The customer of that name or id."""
        found = next((c for c in self.customers if name in (c.name, c.id)), None)
        if found is None:
            raise KeyError(name)
        return found

    def log(self, place: Place) -> list[Shown]:
        """All messages of a place, deleted ones too, in the order in which they came."""
        return list(self._logs[place].values())

    def places(self) -> list[Place]:
        """Every place that can be written to."""
        return list(self._logs)

    def message(self, place: Place, message_id: str) -> Shown:
        """One message as it stands now."""
        return self._logs[place][message_id]

    def next_id(self) -> str:
        """A message id that nobody has yet."""
        self._last_number += 1
        return str(self._last_number)

    def show(self, place: Place, shown: Shown) -> Shown:
        """Puts a new message at the end of a place's log, or the changed one where it stood."""
        self._logs[place][shown.message_id] = shown
        self._tell(Change(place, shown))
        return shown

    def edit(
        self,
        place: Place,
        message_id: str,
        text: Text,
        buttons: tuple[Button, ...] = (),
        media: tuple[Media, ...] = (),
    ) -> Shown:
        """A new text and new buttons, and new media where there are any; the earlier text is kept where it was
        another."""
        old = self.message(place, message_id)
        versions = old.versions if old.text == text else (*old.versions, old.text)
        return self.show(place, replace(old, text=text, buttons=buttons, media=media or old.media, versions=versions))

    def delete(self, place: Place, message_id: str) -> Shown:
        """Marks as deleted; the log keeps what it said."""
        return self.show(place, replace(self.message(place, message_id), deleted=True, buttons=()))

    def react(self, place: Place, message_id: str, reactions: tuple[str, ...]) -> Shown:
        """Replaces the reactions: they are a state, not events."""
        return self.show(place, replace(self.message(place, message_id), reactions=reactions))

    def explain(self, place: Place, message_id: str, explanation: Mapping[str, Any]) -> Shown:
        """Attaches why a message was answered as it was."""
        return self.show(place, replace(self.message(place, message_id), explanation=explanation))

    def open_thread(self, title: str) -> Thread:
        """A new, empty thread in the owners' room."""
        thread = Thread(f"t{len(self._threads) + 1}", title)
        self._threads[thread.thread_id] = thread
        self._logs[Place(ROOM, thread.thread_id)] = {}
        self._tell(Change(Place(ROOM, thread.thread_id)))
        return thread

    def delete_thread(self, thread_id: str) -> None:
        """Removes a thread with all that was in it, as an owner may do behind the bot's back."""
        self._threads[thread_id] = replace(self._threads[thread_id], gone=True)
        self._logs.pop(Place(ROOM, thread_id), None)
        self._tell(Change(Place(ROOM, thread_id)))

    def threads(self) -> list[Thread]:
        """The threads that are there, oldest first."""
        return [thread for thread in self._threads.values() if not thread.gone]

    def thread(self, title: str) -> Thread:
        """The newest thread with that title."""
        found = next((t for t in reversed(self.threads()) if t.title == title), None)
        if found is None:
            raise KeyError(title)
        return found

    def tend(self, thread_id: str) -> None:
        """Notes that the owner did something for this customer, so that nobody waits at this moment."""
        self._tended[thread_id] = self._last_number
        self._tell(Change(Place(ROOM, thread_id)))

    def waiting(self, thread: Thread) -> bool:
        """Whether the customer wrote after the owner's last deed, and the thread was told of it."""
        customer = next((c for c in self.customers if c.name == thread.title), None)
        since = self._tended.get(thread.thread_id, 0)
        told = [m.number for m in self.log(Place(ROOM, thread.thread_id)) if m.from_bot]
        said = [m.number for m in self.log(Place(customer.id)) if not m.from_bot] if customer else told
        return any(since < number <= told[-1] for number in said) if told else False

    def upload(self, name: str, mime: str, content: bytes) -> str:
        """Keeps a file; returns its id. Raises ValueError when the world's memory is full."""
        if sum(len(u.content) for u in self._uploads.values()) + len(content) > MAX_UPLOADED_BYTES:
            raise ValueError("the playground's memory for photos is full; start it afresh")
        file_id = f"f{len(self._uploads) + 1}"
        self._uploads[file_id] = Upload(name, mime, content)
        return file_id

    def knows(self, file_id: str) -> bool:
        """Whether there is a file of that id."""
        return file_id in self._uploads

    def uploaded(self, file_id: str) -> Upload:
        """The file of that id."""
        return self._uploads[file_id]

    def _tell(self, change: Change) -> None:
        for watcher in tuple(self._watchers):
            watcher(change)
