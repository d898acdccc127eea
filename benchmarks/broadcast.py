"""How fast one message reaches many subscribers, and that nobody is lost or gets it twice.

    python benchmarks/broadcast.py --subscribers 5000

The simulator of Telegram, which counts calls and refuses with 429 as Telegram does, stands before the house, which is a
process of its own. An owner says /broadcast and presses Send. On the way 3 % turn out to have blocked the bot, once in
a thousand calls Telegram refuses everything for a second (429), a customer asks something every two seconds, and the
house is killed twice (kill -9) and started again. `--pace 4` is a Telegram that takes four times as many calls a second
and a house that knows it: as many people in a quarter of the time, while a start after a kill takes as long as ever.

The limit is what nobody could be quicker than: 30 calls a second (times the pace), and the seconds in which Telegram
refused everything. Who got how many copies is counted by the simulator, person by person, and held against what the
house says became of each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import insert, select

from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database, migrate
from bot.database.inserts import plain
from bot.database.tables import Broadcast, BroadcastRecipient, Conversation, Customer
from bot.examples import sample_shop
from tests.simulators.telegram import budgets, faults, membership
from tests.simulators.telegram.simulator import BOT_ID, TelegramSimulator
from tests.simulators.telegram.wire import Call

HOUSE = Path(__file__).with_name("broadcast_house.py")
WORDS, QUESTION = "Fresh eggs on Friday", "What do the hens eat?"
PER_SECOND = 30
LOOK_S = 0.1
FIRST_ID, FIRST_ASKER = 5_000_000, 4_000_000
PATIENCE = 6.0
"""So many times the platform's own time is waited for."""
FLOOD_S = 1
ASKED_EVERY_S, ASKERS = 2.0, 40


@dataclass
class Floods:
    """Now and then Telegram refuses everything for a second."""

    at: list[int]
    now: Callable[[], float]
    calls: int = 0
    until: float = 0.0
    met: int = 0
    refused: int = 0

    def __call__(self, call: Call) -> bool:
        """Whether this call is refused."""
        self.calls += 1
        if self.at and self.calls >= self.at[0]:
            self.at.pop(0)
            self.until, self.met = self.now() + FLOOD_S, self.met + 1
        self.refused += self.now() < self.until
        return self.now() < self.until


@dataclass
class Truth:
    """What the simulator knows: who got how many copies, and how long a customer who asks waits for the answer."""

    simulator: TelegramSimulator
    got: Counter[int] = field(default_factory=Counter)
    asked: dict[int, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    edits: int = 0
    counted: int = 0
    last_at: float = 0.0
    read: int = 0

    def look(self) -> int:
        """Reads what came since the last look; returns how many have their copy."""
        for call in self.simulator.calls[self.read :]:
            self.read += 1
            self.counted += budgets.counts(call.method)
            self.edits += call.method == "editMessageText"
            chat = int(call.given["chat_id"]) if call.method == "sendMessage" else 0
            if chat >= FIRST_ID:
                self.got[chat - FIRST_ID] += 1
                self.last_at = call.at
            elif chat in self.asked:
                self.waits.append(call.at - self.asked.pop(chat))
        return len(self.got)


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
        self.truth = Truth(self.simulator)
        self.database = Database(f"sqlite+aiosqlite:///{self.folder}/broadcast.db")
        await migrate(self.database)
        await take_in_shop(self.database, sample_shop(), Clock())
        self.group = self.simulator.group()
        chance, many = random.Random(self.options.seed), self.options.subscribers
        self.blocked = set(chance.sample(range(many), many * 3 // 100))
        await self._fill(many)
        for number in range(many):
            chat = self.simulator.private(self.simulator.person(f"Customer {number}", user_id=FIRST_ID + number))
            chat.started = True
            if number in self.blocked:
                membership.set_blocked(self.simulator.world, chat, blocked=True)
        self.askers = [self.simulator.person(f"Asking {n}", user_id=FIRST_ASKER + n) for n in range(ASKERS)]
        self.simulator.updates.waiting.clear()
        budgets.BOT = (round(PER_SECOND * self.options.pace), 1.0)
        self.simulator.budgets.on = True
        at = [number * 1000 - chance.randrange(800) for number in range(1, many // 1000 + 1)]
        self.floods = Floods(at, self.simulator.world.seconds)
        self.simulator.faults.inject("sendMessage", faults.limited(FLOOD_S), times=10**9, when=self.floods)

    async def _fill(self, many: int) -> None:
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

    async def start(self) -> None:
        """A new process of the house."""
        command = [sys.executable, str(HOUSE), "--database", self.database.url, "--url", self.simulator.url]
        command += ["--token", self.simulator.token, "--room", str(self.group.id), "--shop", str(sample_shop())]
        command += ["--pace", str(self.options.pace), "--profile", self.options.profile]
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)

    async def kill(self) -> None:
        """Ends it as a power cut would, and starts another."""
        assert self.process is not None
        self._weigh()
        self.process.kill()
        await self.process.wait()
        loop, got = asyncio.get_running_loop(), self.truth.look()
        since = loop.time()
        await self.start()
        await self._until(lambda: self.truth.look() > got)
        self.down_s += loop.time() - since

    def _weigh(self) -> None:
        """The most memory that the process has had."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
        self.peak_mb = max(self.peak_mb, int(peak.split()[1]) / 1024)

    async def is_over(self) -> bool:
        """Whether the house is done with it."""
        async with self.database.read() as session:
            return await session.scalar(select(Broadcast.state)) == "done"

    async def go(self) -> dict[str, Any]:
        """The whole, and its figures."""
        many, kills = self.options.subscribers, self.options.kills
        await self.simulator.start()
        await self.start()
        await self._until(lambda: self.simulator.server.polls > 0)
        self.simulator.user_says(self.group, self.simulator.owner, f"/broadcast {WORDS}")
        dry_s = await self._until(lambda: any("Yes, to" in b.text for m in self.group.from_bot for b in m.buttons))
        message = next(m for m in self.group.from_bot if any("Yes, to" in b.text for b in m.buttons))
        send = next(button for button in message.buttons if "Yes, to" in button.text)
        self.simulator.user_presses(message, send.text, self.simulator.owner)
        first_s = await self._until(lambda: bool(self.truth.look()))
        begun, cpu = self.simulator.world.seconds(), resource.getrusage(resource.RUSAGE_SELF)
        await self._watch([many * part // (kills + 1) for part in range(1, kills + 1)])
        return await self._figures(begun, {"until the dry run, s": dry_s, "until the first copy, s": first_s}, cpu)

    async def _watch(self, kills: list[int]) -> None:
        """Until it is over: customers ask, and the house is killed when so many have their copy."""
        loop, looks, asked = asyncio.get_running_loop(), 0, 0
        deadline = loop.time() + PATIENCE * self.options.subscribers / (PER_SECOND * self.options.pace) + 60
        while loop.time() < deadline:
            got, looks = self.truth.look(), looks + 1
            if kills and got >= kills[0]:
                kills.pop(0)
                await self.kill()
            if looks % round(ASKED_EVERY_S / LOOK_S) == 0:
                self._ask(asked)
                asked += 1
            if looks % 10 == 0 and await self.is_over():
                break
            await asyncio.sleep(LOOK_S)
        self._weigh()

    def _ask(self, number: int) -> None:
        asker = self.askers[number % ASKERS]
        chat = self.simulator.private(asker)
        chat.started = True
        if chat.id not in self.truth.asked:
            self.truth.asked[chat.id] = self.simulator.world.seconds()
            self.simulator.user_says(chat, asker, QUESTION)

    async def _until(self, met: Any) -> float:
        loop = asyncio.get_running_loop()
        since = loop.time()
        async with asyncio.timeout(120):
            while not met():  # noqa: ASYNC110
                await asyncio.sleep(LOOK_S / 5)
        return loop.time() - since

    async def _verdict(self) -> dict[str, Any]:
        """Each person's own count of copies, held against what the house says became of them."""
        async with self.database.read() as session:
            r = BroadcastRecipient
            rows = await session.execute(
                select(Customer.platform_id, r.state).join(Customer, Customer.id == r.customer_id)
            )
            became = {int(who) - FIRST_ID: str(state) for who, state in rows}
        got, many = self.truth.got, range(self.options.subscribers)
        unsure = [n for n in many if became.get(n) == "uncertain"]
        lost = [n for n in many if n not in self.blocked and not got[n] and became.get(n) != "uncertain"]
        fits = {"sent": (1,), "unreachable": (0,), "uncertain": (0, 1)}
        wrong = [n for n in many if got[n] not in fits.get(became.get(n, ""), ())]
        return {
            "subscribers": len(many), "got one copy": sum(times == 1 for times in got.values()),
            "lost": len(lost), "doubled": sum(times > 1 for times in got.values()),
            "of whom the house says something else than the truth": len(wrong),
            "blocked, and known as such": sum(became.get(n) == "unreachable" for n in self.blocked),
            "cut by a kill, and the owner is told": len(unsure),
            "of these arrived": sum(got[n] for n in unsure),
        }  # fmt: skip

    async def _figures(self, begun: float, waits: dict[str, float], cpu: resource.struct_rusage) -> dict[str, Any]:
        took_s, truth = self.truth.last_at - begun, self.truth
        calls = truth.counted + len(self.blocked)
        limit_s = calls / (PER_SECOND * self.options.pace) + self.floods.met * FLOOD_S
        mine, verdict, over = resource.getrusage(resource.RUSAGE_SELF), await self._verdict(), await self.is_over()
        answers = sorted(truth.waits)
        assert self.process is not None
        self.process.terminate()
        await self.process.wait()
        house = resource.getrusage(resource.RUSAGE_CHILDREN)
        return verdict | {
            "over by the house": over, "pace": self.options.pace, "took, s": took_s, "the limit, s": limit_s,
            "of this Telegram's own refusals, s": self.floods.met * FLOOD_S,
            "calls refused in these": self.floods.refused,
            "429 for calling too fast": len(self.simulator.budgets.excesses),
            "without a process after kills, s": self.down_s,
            "time over the limit, all in": took_s / limit_s,
            "time over the limit, without the starts after kills": (took_s - self.down_s) / limit_s,
            "questions": len(answers), "answered within, s: half": answers[len(answers) // 2] if answers else None,
            "95 %": answers[len(answers) * 95 // 100] if answers else None, "all": answers[-1] if answers else None,
            "edits of the line": truth.edits, **waits, "CPU of the house, s": house.ru_utime + house.ru_stime,
            "CPU of the simulator, s": mine.ru_utime + mine.ru_stime - cpu.ru_utime - cpu.ru_stime,
            "most memory of the house, MB": self.peak_mb, "load": os.getloadavg()[0],
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
    parser.add_argument("--profile", default="", help="where the house's last process writes where its time went")
    options = parser.parse_args()
    found = asyncio.run(measured(options))
    figures = {name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}
    print(json.dumps(figures, indent=1))
    wrong = "of whom the house says something else than the truth"
    return int(bool(figures["lost"] or figures["doubled"] or figures[wrong] or not figures["over by the house"]))


if __name__ == "__main__":
    raise SystemExit(main())
