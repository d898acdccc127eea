"""A house on two platforms at once: Telegram's simulator and the playground, with the owners' room on either."""

from __future__ import annotations

from dataclasses import dataclass

from bot.adapter import Adapter
from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.adapters.playground.codec import BOT
from bot.adapters.playground.world import CHANNEL, ROOM, Place, Shown, World
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.database import Database
from bot.demo import PlaygroundControls
from bot.messages import ChatRef, Media
from knowledge.shop import Shop
from tests.simulators.telegram.simulator import TelegramSimulator
from tests.telegram_stage import TelegramStage, until


class TwoPlatforms(TelegramStage):
    """Ana and Ben are on Telegram, Mei in the playground. The room is a group on Telegram unless `room_on_page`."""

    room_on_page = False
    world: World | None = None

    def _build(self) -> None:
        super()._build()
        self.world = self.world or World()
        self.page = PlaygroundAdapter(self.clock.now, self.shop.owner_name, world=self.world)
        telegram: TelegramAdapter = self.adapter
        if self.room_on_page:
            telegram.room_is("")
        group = ChatRef("telegram", telegram.bot, str(self.group.id))
        room = ChatRef("playground", BOT, ROOM) if self.room_on_page else group
        channels = (ChatRef("playground", BOT, CHANNEL), ChatRef("telegram", telegram.bot, str(self.story_channel.id)))
        adapters: list[Adapter] = [telegram, self.page]
        places = Places(room, channels)
        self.concierge = Concierge(self.database, self.clock, adapters, self.shop, places, paced=self.paced)
        self._controls = PlaygroundControls(self.concierge, self.shop.zone)

    @property
    def mei(self) -> OnPage:
        """A customer in the playground."""
        return OnPage(self, Place("mei"))

    @property
    def owner(self) -> OnPage:
        """The owner in the room's general part on the page."""
        return OnPage(self, Place(ROOM))

    @property
    def board(self) -> OnPage:
        """The story channel on the page."""
        return OnPage(self, Place(CHANNEL))

    def desk(self, title: str) -> OnPage:
        """The owner in a customer's thread on the page."""
        assert self.world is not None
        return OnPage(self, Place(ROOM, self.world.thread(title).thread_id))


@dataclass
class OnPage:
    """Somebody's view of a place in the playground."""

    stage: TwoPlatforms
    place: Place

    async def says(self, text: str = "", *files: Media, reply_to: str | None = None) -> None:
        """Writes, and lets the house do what there is to do."""
        page = self.stage.page
        if self.place.chat_id == ROOM:
            await page.owner_says(text, self.place.thread_id, files, reply_to)
        else:
            await page.customer_says(self.place.chat_id, text, files, reply_to)
        await self.stage.settle()

    async def presses(self, label: str) -> None:
        """Presses the latest button of that label."""
        shown, data = next((s, b.data) for s in reversed(self.log()) for b in s.buttons if b.label == label)
        await self.stage.page.press(self.place.chat_id, shown.message_id, data, self.place.thread_id)
        await self.stage.settle()

    def has(self, kind: str, name: str, mime: str, data: bytes) -> Media:
        """A file to be sent."""
        file_id = self.stage.page.world.upload(name, mime, data)
        return Media(kind, file_id, name=name, mime=mime, size=len(data))  # type: ignore[arg-type]

    def log(self) -> list[Shown]:
        """Everything that is to be seen here."""
        return self.stage.page.world.log(self.place)

    def shown(self) -> list[Shown]:
        """What the bot said here."""
        return [shown for shown in self.log() if shown.from_bot]

    def bytes_of(self, shown: Shown) -> list[bytes]:
        """What is in the files of a message."""
        return [self.stage.page.world.uploaded(media.file_id).content for media in shown.media]


class RoomOnPage(TwoPlatforms):
    """The owners' room is in the playground."""

    room_on_page = True


async def opened(
    kind: type[TwoPlatforms], database: Database, clock: Clock, shop: Shop, simulator: TelegramSimulator
) -> TwoPlatforms:
    """A started house of that kind."""
    stage = kind(database, clock, shop, simulator, simulator.group())
    await stage.start()
    await until(lambda: bool(stage.adapter.health()["connected"]))
    return stage
