"""People write while the bot is killed again and again: what is said when, and at which event the process dies.

All of it follows from a seed, and is counted in what the platform sees (updates handed out, offsets confirmed, calls
taken, answers written), never in seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from bot.database import Database
from bot.database.tables import Conversation, DeskRow, InboxRow, OutboxRow, Post
from tests.simulators.loopback import CHANNEL, ROOM, Event, Loopback

PROGRAM = Path(__file__).with_name("bot_process.py")
ASKED, ANSWER = "Do you ship to Germany?", "we ship to Germany every Tuesday"
"""A phrasing of the test shop's own, and what comes back."""
PATIENCE_S = 180.0
"""A storm that isn't over by then has lost something, or hangs."""
GLANCE_S = 0.02


@dataclass(frozen=True)
class Step:
    """Something that a person does: `who` writes `text`, or the owner writes it in the thread of `who`."""

    kind: str
    who: str
    text: str


@dataclass
class Said:
    """A step that was done, by its update's id; `thread_id` is where an owner wrote."""

    update_id: int | str
    step: Step
    thread_id: str | None = None


@dataclass
class Death:
    """A kill: at which event, and the outbox rows that the dead process left as sending."""

    event: Event
    seen: int
    sending: frozenset[int] = frozenset()


def plan_steps(rng: random.Random, messages: int = 40, customers: int = 5) -> list[Step]:
    """What is said in one storm: customers' lines, the owner's answers, notes and closings, and a story."""
    names = [f"Customer {letter}" for letter in "ABCDEFGHIJ"[:customers]]
    steps: list[Step] = []
    for number in range(messages):
        who = rng.choice(names)
        first = not any(step.who == who for step in steps)
        asks = not first and rng.random() < 0.2
        command = "/human " if first or rng.random() < 0.1 else ""
        steps.append(Step("customer", who, ASKED if asks else f"{command}q{number:03} zither"))
    for number in range(messages // 2):
        place = rng.randrange(len(steps) // 4, len(steps) + 1)
        who = rng.choice(sorted({step.who for step in steps if step.kind == "customer"}))
        kind = rng.choices(["owner", "note", "close"], [7, 2, 1])[0]
        text = {"owner": f"a{number:03} dulcimer", "note": f"// n{number:03} psst", "close": "/close"}[kind]
        steps.insert(place, Step(kind, who, text))
    for number in range(2):
        place = rng.randrange(len(steps))
        steps[place:place] = [Step(kind, "", f"s{number:03} fresh eggs") for kind in ("story", "confirm")]
    return steps


@dataclass
class Storm:
    """One run: a platform, a database, and a process that is started again as often as it dies."""

    platform: Loopback
    database: Database
    nursery: Nursery
    argv: list[str]
    seed: int
    said: list[Said] = field(default_factory=list)
    deaths: list[Death] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    """The numbers of the accepted calls whose answer was cut off while the process lived on."""
    unheard: int = 0
    """How many calls were cut off before the platform took them, while the process lived on."""
    seen: int = 0
    _pid: int | None = None
    _keeper: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self._kill_at = self._next_kill()
        self._kills_left = self._rng.randint(3, 5)
        self._kills_post = self.seed % 2 == 1  # posts are few: hardly a random kill meets one
        self._cut_at = {self._rng.randint(10, 200) for _ in range(3)}
        self.platform.weather = self.weather

    def _next_kill(self) -> int:
        return self.seen + self._rng.choice([self._rng.randint(1, 8), self._rng.randint(8, 70)])

    def weather(self, event: Event) -> bool:
        """Kills the process, or cuts a call, when its turn has come. True ends the connection."""
        self.seen += 1
        posted = event == "accepted" and self.platform.calls[-1].chat_id == CHANNEL
        if self._pid and ((self._kills_left and self.seen >= self._kill_at) or (posted and self._kills_post)):
            os.kill(self._pid, signal.SIGKILL)
            self._pid = None
            self._kills_left -= 0 if posted else 1
            self._kills_post = self._kills_post and not posted
            self.deaths.append(Death(event, self.seen))
            return True
        if self.seen in self._cut_at and event in ("called", "accepted"):
            if event == "accepted":
                self.cut.append(self.platform.calls[-1].number)
            else:
                self.unheard += 1
            return True
        return False

    async def blows(self) -> None:
        """Says everything, through all deaths, and returns when nothing is left to be done."""
        self._keeper = asyncio.create_task(self._keep_alive())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._meet_and_speak(plan_steps(self._rng))
                while await self._waited_for():
                    await self._glance()
        except TimeoutError:
            if self._keeper.done():
                self._keeper.result()
            raise AssertionError(f"never quiet: {await self._waited_for()}") from None
        finally:
            self._keeper.cancel()
            if self._pid:
                await self._end(self._pid)

    async def _meet_and_speak(self, steps: list[Step]) -> None:
        kill_at, self._kill_at = self._kill_at, self.seen + 10**9  # nobody dies while they meet
        await self.platform.meets(sorted({step.who for step in steps if step.who}), self.database)
        self._kill_at = self.seen + kill_at
        await self._speak(steps)

    async def _keep_alive(self) -> None:
        while True:
            started = self._pid = await asyncio.to_thread(self.nursery.starts, await self._next_argv())
            await dead(started)
            if self._pid is not None:
                self._died_by_itself()
            self.deaths[-1].sending = await self._left_sending()
            self._kill_at = self._next_kill()

    async def _next_argv(self) -> list[str]:
        """What the next bot is told, as soon as it may start."""
        return self.argv

    def _died_by_itself(self) -> None:
        raise AssertionError("The bot ended by itself.")

    async def _left_sending(self) -> frozenset[int]:
        async with self.database.read() as session:
            return frozenset(await session.scalars(select(OutboxRow.id).filter_by(state="sending")))

    async def _end(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        await dead(pid)

    async def _speak(self, steps: list[Step]) -> None:
        """In bursts; each waits until the one before was handed out, and an owner's word until there is a thread."""
        waiting = list(steps)
        while waiting:
            burst = self._rng.randint(1, 6)
            for step in list(waiting):
                if burst and self._do(step):
                    waiting.remove(step)
                    burst -= 1
            await self._glance()
            while await self.platform.heard(self.database) < len(self.platform.updates) - 1:
                await self._glance()

    def _do(self, step: Step) -> bool:
        """Does a step; False when it has to wait."""
        thread_id = None
        if step.kind == "customer":
            update_id = self.platform.writes(step.who, step.who, step.text)
        elif step.kind == "story":
            update_id = self.platform.writes(ROOM, "Hana", f"/story now {step.text}")
        elif step.kind == "confirm":
            shown = next((c for c in reversed(self.platform.calls) if c.buttons and step.text in c.text), None)
            if shown is None:
                return False
            update_id = self.platform.presses(shown, "Hana", shown.buttons[0]["data"])
        else:
            thread_id = self.platform.thread_of(step.who)
            if thread_id is None:
                return False
            update_id = self.platform.writes(ROOM, "Hana", step.text, thread_id)
        self.said.append(Said(update_id, step, thread_id))
        return True

    async def _glance(self) -> None:
        """A moment later; whatever ended the keeper ends the storm."""
        assert self._keeper
        if self._keeper.done():
            self._keeper.result()
        await a_moment()

    async def _waited_for(self) -> list[str]:
        """What is still to be heard, answered or done. Whoever pressed a button in vain presses it again."""
        self.platform.presses_again()
        if await self.platform.heard(self.database) < len(self.platform.updates):
            return ["something was not heard yet"]
        if not self.platform.settled():
            return ["a press was not answered yet"]
        todo = (
            select(InboxRow.update_id).where(InboxRow.state.in_(("pending", "held"))),
            select(OutboxRow.key).where(OutboxRow.state.in_(("waiting", "claimed", "sending"))),
            select(Post.id).filter_by(state="planned"),
            select(DeskRow.conversation_id).filter_by(state="opening"),
            select(Conversation.id).where(Conversation.thought_due_at.is_not(None)),
        )
        async with self.database.read() as session:
            found = [(what, (await session.scalars(what)).all()) for what in todo]
        return [f"{what.columns_clause_froms[0]} {some}" for what, some in found if some]


async def until(met: Callable[[], object]) -> None:
    """Returns when that is true; whoever calls sets the deadline."""
    while True:
        if met():
            return
        await a_moment()


async def a_moment() -> None:
    """Lets others go on before the next look."""
    await asyncio.sleep(GLANCE_S)


async def dead(pid: int) -> None:
    """Returns when there is no such process any more."""
    await until(lambda: not alive(pid))


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Nursery:
    """Starts bots quickly: see bot_process."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(program), "--nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )

    def starts(self, argv: list[str]) -> int:
        """A new bot's process id."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(argv) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Ends the nursery; bots that it started end by themselves soon after."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
