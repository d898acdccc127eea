"""The playground: the whole house on a fresh temporary database, with a page or a script in place of platforms."""

from __future__ import annotations

import asyncio
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.adapters.playground.script import read_script, replay
from bot.adapters.playground.server import serve
from bot.adapters.playground.world import CHANNEL, ROOM
from bot.alarm import Alarm
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database, migrate
from bot.examples import sample_shop
from bot.messages import ChatRef
from knowledge.shop import Shop, read_shop

PLACES = Places(ChatRef("playground", "playground", ROOM), (ChatRef("playground", "playground", CHANNEL),))
GLANCE_S = 0.2
"""How often the running playground looks for what is due."""
STEPS_AT_MOST = 10_000


class PlaygroundControls:
    """The clock of the playground, moved event by event, so that nothing that falls due on the way is passed over."""

    def __init__(self, concierge: Concierge, zone: ZoneInfo) -> None:
        self._concierge = concierge
        self._zone = zone
        self._one_at_a_time = asyncio.Lock()

    def now(self) -> datetime:
        """The playground's present."""
        return self._concierge.clock.now()

    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return self._zone

    async def settle(self) -> None:
        """Does what there is to do at the present time."""
        async with self._one_at_a_time:
            await self._do_all()

    async def _do_all(self) -> None:
        """What there is to do; what an owner teaches is known at once here, where nobody would wait ten seconds."""
        await self._concierge.settle()
        await self._concierge.refresh()

    async def advance(self, delta: timedelta) -> None:
        """Moves the clock on by `delta`."""
        async with self._one_at_a_time:
            target = self._concierge.clock.now() + delta
            await self._do_all()
            for _ in range(STEPS_AT_MOST):
                due = await self._concierge.next_due()
                if due is None or due[0] > target:
                    break
                self._concierge.clock.move_to(due[0])
                await self._do_all()
            self._concierge.clock.move_to(target)
            await self._do_all()

    async def next_thing(self) -> str | None:
        """Jumps to what is due next, and says what that was."""
        async with self._one_at_a_time:
            await self._do_all()
            due = await self._concierge.next_due()
            if due is None:
                return None
            self._concierge.clock.move_to(due[0])
            await self._do_all()
            return due[1]


@asynccontextmanager
async def playground(shop: Shop, clock: Clock) -> AsyncIterator[tuple[Concierge, PlaygroundAdapter]]:
    """The house of a shop on a fresh database, started; both are gone at the end."""
    with tempfile.TemporaryDirectory(prefix="concierge-", ignore_cleanup_errors=True) as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/playground.db")
        adapter = PlaygroundAdapter(clock.now, shop.owner_name)
        try:
            await migrate(database)
            await take_in_shop(database, shop.directory, clock)
            concierge = Concierge(database, clock, [adapter], shop, PLACES)
            await concierge.start()
            yield concierge, adapter
            await concierge.stop()
        finally:
            await database.close()


@asynccontextmanager
async def ticking(controls: PlaygroundControls) -> AsyncIterator[None]:
    """Lets the house go on by itself, with the running clock."""
    alarm = Alarm(controls.settle, GLANCE_S)
    alarm.start()
    try:
        yield
    finally:
        await alarm.stop()


async def demo(port: int, shop_dir: Path | None, open_browser: bool) -> None:
    """Serves the page until it is cancelled. Raises OSError when the port is taken."""
    shop = read_shop(shop_dir or sample_shop())
    async with playground(shop, Clock()) as (concierge, adapter):
        controls = PlaygroundControls(concierge, shop.zone)
        server = await serve(adapter, controls, shop.name, shop.owner_name, port)
        try:
            async with ticking(controls):
                address = f"http://127.0.0.1:{server.port}"
                print(f"{shop.name} is open at {address} (Ctrl-C closes it).", flush=True)
                if open_browser:
                    webbrowser.open(address)
                await asyncio.Event().wait()
        finally:
            with suppress(Exception):
                await server.stop()


async def demo_script(script_path: Path, shop_dir: Path | None, tell: Callable[[str], None] = print) -> None:
    """Replays a conversation file. Raises Mismatch or ScriptError."""
    script = read_script(script_path)
    shop = read_shop(shop_dir or script.shop or sample_shop())
    clock = Clock(script.now, running=False)
    async with playground(shop, clock) as (concierge, adapter):
        controls = PlaygroundControls(concierge, shop.zone)
        await replay(script_path, adapter, controls, shop.directory, tell)
