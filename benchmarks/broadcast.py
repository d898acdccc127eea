"""How fast one message reaches many subscribers, and that nobody is lost or gets it twice.

    python benchmarks/broadcast.py --subscribers 5000

The simulator of Telegram, which counts calls and refuses with 429 as Telegram does, stands before the house, which is a
process of its own. An owner says /broadcast and presses Send. On the way 3 % turn out to have blocked the bot, one call
in 500 is refused with 429 and a second to wait, and the house is killed twice (kill -9) and started again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import func, insert, select

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.app import Concierge, Places
from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database, migrate
from bot.database.inserts import plain
from bot.database.tables import Broadcast, BroadcastRecipient, Conversation, Customer
from bot.examples import sample_shop
from bot.messages import ChatRef
from bot.pacing import Budget
from knowledge.shop import read_shop
from tests.simulators.telegram import budgets, faults, membership
from tests.simulators.telegram.simulator import BOT_ID, TelegramSimulator

WORDS = "Fresh eggs on Friday"
PER_SECOND = 30
LOOK_S = 0.1
FIRST_ID = 5_000_000
PATIENCE = 6.0
"""So many times the platform's own time is waited for."""


def budgets_times(pace: float) -> type[TelegramAdapter]:
    """Telegram's adapter, for a Telegram that takes more or fewer calls a second."""

    class Scaled(TelegramAdapter):
        def budgets(self, chat_id: str) -> Sequence[Budget]:
            bot, *others = super().budgets(chat_id)
            return (Budget(bot.name, max(1, round(bot.count * pace)), bot.per_s), *others)

    return Scaled


async def serve(options: argparse.Namespace) -> None:
    """The house, until it is killed or told to end."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    clock, database = Clock(), Database(options.database)
    adapter = budgets_times(options.pace)(
        options.token, api_base_url=options.url, room_chat_id=options.room, now=clock.now
    )
    places = Places(ChatRef("telegram", adapter.bot, options.room))
    concierge = Concierge(database, clock, [adapter], read_shop(Path(options.shop)), places)
    try:
        await concierge.start()
        await concierge.serve()
    except asyncio.CancelledError:
        pass
    finally:
        await concierge.stop()
        await database.close()


@dataclass
class Run:
    """One broadcast before the simulator."""

    options: argparse.Namespace
    folder: Path
    simulator: TelegramSimulator = field(default_factory=lambda: TelegramSimulator(record=False))
    process: asyncio.subprocess.Process | None = None
    peak_mb: float = 0.0
    down_s: float = 0.0

    async def prepare(self) -> None:
        """A database with its subscribers, and Telegram with the same people."""
        self.database = Database(f"sqlite+aiosqlite:///{self.folder}/broadcast.db")
        await migrate(self.database)
        await take_in_shop(self.database, self._shop(), Clock())
        self.group = self.simulator.group()
        chance, many = random.Random(self.options.seed), self.options.subscribers
        self.blocked = set(chance.sample(range(many), many * 3 // 100))
        now = Clock().now()
        people = [{"platform": "telegram", "platform_id": str(FIRST_ID + n), "name": f"Customer {n}", "username": "",
                   "language": "", "created_at": now, "follows_stories": True, "reachable": True, "complains": False,
                   "wants": {"stories": True}, "quiet": [0, 0]} for n in range(many)]  # fmt: skip
        async with self.database.write() as session:
            for first in range(0, many, 1000):
                await session.execute(insert(plain(Customer)), people[first : first + 1000])
            ids = list(await session.scalars(select(Customer.id).order_by(Customer.id)))
            talks = [{"kind": "customer", "platform": "telegram", "bot": str(BOT_ID), "chat_id": str(FIRST_ID + n),
                      "person_id": "", "customer_id": id, "state": "bot", "wake_attempts": 0, "until_word": False}
                     for n, id in enumerate(ids)]  # fmt: skip
            for first in range(0, many, 1000):
                await session.execute(insert(plain(Conversation)), talks[first : first + 1000])
        for number in range(many):
            chat = self.simulator.private(self.simulator.person(f"Customer {number}", user_id=FIRST_ID + number))
            chat.started = True
            if number in self.blocked:
                membership.set_blocked(self.simulator.world, chat, blocked=True)
        self.simulator.updates.waiting.clear()
        budgets.BOT = (round(PER_SECOND * self.options.pace), 1.0)
        self.simulator.budgets.on = True
        for number in range(1, many // 500 + 1):
            at = number * 500 - chance.randrange(400)
            self.simulator.faults.inject("sendMessage", faults.limited(1), skip=at)

    def _shop(self) -> Path:
        return sample_shop()

    async def start(self) -> None:
        """A new process of the house."""
        command = [sys.executable, __file__, "--bot", "--database", self.database.url, "--url", self.simulator.url]
        command += ["--token", self.simulator.token, "--room", str(self.group.id), "--shop", str(self._shop())]
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, "--pace", str(self.options.pace), stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """Ends it as a power cut would, and starts another."""
        assert self.process is not None
        self._weigh()
        self.process.kill()
        await self.process.wait()
        loop, sent = asyncio.get_running_loop(), len(self.copies())
        since = loop.time()
        await self.start()
        await self._until(lambda: len(self.copies()) > sent)
        self.down_s += loop.time() - since

    def _weigh(self) -> None:
        """The most memory that the process has had."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        self.peak_mb = max(self.peak_mb, int(peak.split()[1]) / 1024)

    def copies(self) -> list[int]:
        """The chats in which Telegram took a copy."""
        taken = (call for call in self.simulator.calls if call.method == "sendMessage")
        found = [int(call.given["chat_id"]) for call in taken]
        return [chat for chat in found if chat >= FIRST_ID]

    async def states(self) -> Counter[str]:
        """What the house says became of its subscribers."""
        async with self.database.read() as session:
            r = BroadcastRecipient
            rows = await session.execute(select(r.state, func.count()).group_by(r.state))
            return Counter({str(row[0]): int(row[1]) for row in rows})

    async def is_over(self) -> bool:
        """Whether the house is done with it."""
        async with self.database.read() as session:
            return await session.scalar(select(Broadcast.state)) == "done"

    async def go(self) -> dict[str, Any]:
        """The whole, and its figures."""
        loop, many = asyncio.get_running_loop(), self.options.subscribers
        await self.simulator.start()
        await self.start()
        self.simulator.user_says(self.group, self.simulator.owner, f"/broadcast {WORDS}")
        dry_s = await self._until(lambda: any("Yes, to" in b.text for m in self.group.from_bot for b in m.buttons))
        message = next(m for m in self.group.from_bot if any("Yes, to" in b.text for b in m.buttons))
        send = next(button for button in message.buttons if "Yes, to" in button.text)
        self.simulator.user_presses(message, send.text, self.simulator.owner)
        await self._until(lambda: bool(self.copies()))
        begun, kills = (
            loop.time(),
            [many * part // (self.options.kills + 1) for part in range(1, self.options.kills + 1)],
        )
        deadline = begun + PATIENCE * many / (PER_SECOND * self.options.pace) + 60
        last, seen = begun, 1
        while not await self.is_over():
            if (now := len(self.copies())) > seen:
                last, seen = loop.time(), now
            if kills and seen >= kills[0]:
                kills.pop(0)
                await self.kill()
            if loop.time() > deadline:
                break
            await asyncio.sleep(LOOK_S)
        self._weigh()
        return await self._figures(last - begun, dry_s)

    async def _until(self, met: Any) -> float:
        loop = asyncio.get_running_loop()
        since = loop.time()
        async with asyncio.timeout(60):
            while not met():  # noqa: ASYNC110
                await asyncio.sleep(LOOK_S / 5)
        return loop.time() - since

    async def _figures(self, took_s: float, dry_s: float) -> dict[str, Any]:
        got, states, many = Counter(self.copies()), await self.states(), self.options.subscribers
        missing = {n for n in range(many) if FIRST_ID + n not in got} - self.blocked
        limit_s = (len(got) + len(self.blocked)) / (PER_SECOND * self.options.pace)
        waited_s = float(self.simulator.faults.met.count("sendMessage"))
        edits = sum(call.method == "editMessageText" for call in self.simulator.calls)
        lost = max(0, len(missing) - states["uncertain"])
        return {
            "subscribers": many, "got": len(got), "blocked": len(self.blocked), "uncertain": states["uncertain"],
            "lost": lost, "doubled": sum(times > 1 for times in got.values()), "states": dict(states),
            "over by the house": await self.is_over(), "429 injected": int(waited_s),
            "429 for calling too fast": len(self.simulator.budgets.excesses), "edits of the line": edits,
            "until the dry run, s": round(dry_s, 1), "took, s": round(took_s, 1), "limit, s": round(limit_s, 1),
            "without a process, s": round(self.down_s, 1),
            "ratio, all in": round(took_s / limit_s, 3),
            "ratio, without kills and injected waits": round((took_s - self.down_s - waited_s) / limit_s, 3),
            "most memory, MB": round(self.peak_mb), "load": os.getloadavg()[0],
        }  # fmt: skip

    async def end(self) -> None:
        """Lets go of everything."""
        if self.process and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()
        await self.simulator.stop()
        await self.database.close()


async def measured(options: argparse.Namespace) -> dict[str, Any]:
    """The figures of one run."""
    with tempfile.TemporaryDirectory(prefix="broadcast-") as folder:
        run = Run(options, Path(folder))
        await run.prepare()
        try:
            return await run.go()
        finally:
            await run.end()


def main() -> int:
    """Prints the figures as JSON; 1 where somebody was lost or got it twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subscribers", type=int, default=100_000)
    parser.add_argument("--pace", type=float, default=1.0, help="times Telegram's 30 calls a second")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    for name in ("--database", "--url", "--token", "--room", "--shop"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--bot", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bot:
        asyncio.run(serve(options))
        return 0
    figures = asyncio.run(measured(options))
    print(json.dumps(figures, indent=1))
    return int(bool(figures["lost"] or figures["doubled"] or not figures["over by the house"]))


if __name__ == "__main__":
    raise SystemExit(main())
