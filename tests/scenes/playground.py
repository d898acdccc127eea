"""The playground as its people know it."""

from __future__ import annotations

from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.adapters.playground.world import CHANNEL, ROOM, Person, Place, Shown
from bot.clock import Clock
from bot.demo import PLACES
from bot.messages import Media
from tests.scenes import Line


class PlaygroundSide:
    """Implements `tests.scenes.Side`."""

    platform = "playground"

    def __init__(self, clock: Clock, owner_name: str) -> None:
        self.adapter = PlaygroundAdapter(clock.now, owner_name)
        self.world = self.adapter.world
        assert PLACES.room is not None
        self.room, (self.channel,) = PLACES.room, PLACES.channels

    def customer(self, name: str) -> tuple[Place, Person]:
        who = self.world.customer(name)
        return Place(who.id), who

    def general(self) -> tuple[Place, Person]:
        return Place(ROOM), self.adapter.owner

    def story_channel(self) -> tuple[Place, Person]:
        return Place(CHANNEL), self.adapter.owner

    def threads(self, name: str) -> list[tuple[Place, Person]]:
        found = [thread.thread_id for thread in self.world.threads() if thread.title == name and not thread.gone]
        return [(Place(ROOM, thread), self.adapter.owner) for thread in found]

    def lines(self, place: Place) -> list[Line]:
        return [self._line(place, shown) for shown in self.world.log(place) if not shown.deleted]

    def _line(self, place: Place, shown: Shown) -> Line:
        quoted = self.world.message(place, shown.quotes).text.plain if shown.quotes else None
        return Line(
            shown,
            shown.message_id,
            shown.text.plain,
            tuple(media.kind for media in shown.media),
            quoted,
            tuple(button.label for button in shown.buttons),
            shown.from_bot,
            shown.reactions,
        )

    async def says(self, place: Place, who: Person, text: str, photo: bytes, quotes: Line | None) -> None:
        media = [Media("photo", file_id=self.world.upload("photo.png", "image/png", photo))] if photo else []
        quoted = quotes.key if quotes else None
        if place.chat_id == ROOM:
            await self.adapter.owner_says(text, place.thread_id, media, quoted)
        else:
            await self.adapter.customer_says(place.chat_id, text, media, quoted)

    async def edits(self, place: Place, who: Person, line: Line, text: str) -> None:
        if place.chat_id == ROOM:
            await self.adapter.owner_edits(line.key, text, place.thread_id)
        else:
            await self.adapter.customer_edits(place.chat_id, line.key, text)

    async def deletes(self, place: Place, who: Person, line: Line) -> None:
        if place.chat_id == ROOM:
            await self.adapter.owner_deletes(line.key, place.thread_id)
        else:
            await self.adapter.customer_deletes(place.chat_id, line.key)

    async def reacts(self, place: Place, who: Person, line: Line, emoji: str) -> None:
        """Nobody reacts in the playground."""

    async def presses(self, place: Place, who: Person, line: Line, label: str) -> None:
        data = next((button.data for button in line.message.buttons if button.label == label), label)
        await self.adapter.press(place.chat_id, line.key, data, place.thread_id, who.id)

    async def commands(self, place: Place, who: Person, name: str, text: str, about: Line | None) -> None:
        await self.says(place, who, f"/{name} {text}".strip().replace(" | ", " "), b"", about)

    async def plans_story(self, place: Place, who: Person, when: str, text: str, photo: bytes) -> None:
        await self.says(place, who, f"/story {when} {text}", photo, None)

    async def loses_thread(self, place: Place) -> None:
        assert place.thread_id is not None
        self.world.delete_thread(place.thread_id)

    async def blocks(self, place: Place, who: Person, *, blocked: bool) -> None:
        """Nobody can block the bot in the playground."""

    async def stored(self) -> None:
        """What is said here is stored when it is said."""

    async def connected(self) -> None:
        """There is no way to it."""
