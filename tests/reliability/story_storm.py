"""An owner plans, fills, edits, recalls and rests stories, the clock goes over their slots, and the bot is killed.

All of it follows from a seed. Besides the kills at events of the platform the bot dies at points inside itself, between
claim and send and between send and commit among them (`dying`); it sleeps through slots, and the clock jumps.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select, update

from bot.database import Database
from bot.database.tables import Broadcast, Conversation, Customer, InboxRow, OutboxRow, Post
from tests.reliability.boards import Shown
from tests.reliability.discord_platform import DiscordPlatform
from tests.reliability.dying import POINTS, POSTING
from tests.reliability.steered import Steered
from tests.reliability.storm import Death, Nursery, Storm, a_moment, until
from tests.reliability.telegram_platform import TelegramPlatform
from tests.simulators.loopback import ROOM, Event
from tests.simulators.telegram.files import picture

FOLLOWERS = ("Ana", "Ben")
MAX_LATENESS = timedelta(hours=1)
NIGHTS = (
    ("Europe/Berlin", date(2026, 3, 29), time(2, 30)),
    ("Europe/Berlin", date(2026, 10, 25), time(2, 30)),
    ("America/New_York", date(2026, 3, 8), time(2, 30)),
    ("America/New_York", date(2026, 11, 1), time(1, 30)),
    ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15)),
    ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45)),
    ("Asia/Kathmandu", date(2026, 3, 29), time(2, 30)),
)
"""The zones and the nights in which a storm plays, with a wall-clock time that the change skips or repeats."""
UNDISTURBED = 120
"""So many events long no other kill comes to a bot that is to die by its own hand."""
LOOKS = 4
"""At each so-manieth glance the storm looks what waits for its time."""
MORNING, EVENING = time(8, 0), time(18, 0)
SOON = timedelta(minutes=2)
"""Whatever waits for its time, and for no longer than this, is waited for by the clock, not by the test."""
ACTS = {"once": 4, "later": 1, "fill": 5, "edit": 5, "recall": 2, "rest": 2, "night": 6, "doze": 2, "sleep": 2,
        "leap": 1, "back": 2, "settle": 3}  # fmt: skip
"""What is done, and how often compared with the rest."""


@dataclass
class Plan:
    """One plan of the owner's: `kind` is once, later, daily or series; `id` is its number at the bot's."""

    id: int
    kind: str
    token: str
    slots: Iterator[tuple[date, datetime]]
    said: list[str]
    """All words that it ever had, the present ones last."""
    next: tuple[date, datetime] | None = None
    state: str = "planned"
    fillings: list[int] = field(default_factory=list)
    """The widths of the pictures of a series, in the order in which they have to come."""
    width: int = 0

    def move_on(self, now: datetime) -> None:
        """Finds the next slot that is still to come."""
        self.next = next((slot for slot in self.slots if slot[1] > now), None)


@dataclass(frozen=True)
class Crossing:
    """The clock went over a slot; `missed`: too late for it to be posted."""

    plan: Plan
    day: date
    due_at: datetime
    missed: bool


def slots(zone: ZoneInfo, at: time, first: date) -> Iterator[tuple[date, datetime]]:
    """Each day's slot: a wall-clock time that is skipped lies as far behind the gap, one that is repeated comes once,
    the first time."""
    for days in range(60):
        day = first + timedelta(days=days)
        yield day, datetime.combine(day, at, zone).astimezone(UTC)


def noon_before(seed: int) -> datetime:
    """When a storm begins."""
    zone, night, _ = NIGHTS[seed % len(NIGHTS)]
    return datetime.combine(night - timedelta(days=1), time(12), ZoneInfo(zone)).astimezone(UTC)


class StoryStorm(Storm):
    """One run. What was done, and what must follow from it, is kept for the verdict."""

    platform: TelegramPlatform | DiscordPlatform

    def __init__(
        self, platform: TelegramPlatform | DiscordPlatform, database: Database, nursery: Nursery, argv: list[str],
        seed: int, clock: Steered, acts: int,
    ) -> None:  # fmt: skip
        super().__init__(platform, database, nursery, argv, seed)
        self.clock, self._acts = clock, acts
        zone, _, self.odd = NIGHTS[seed % len(NIGHTS)]
        self.zone = ZoneInfo(zone)
        self.plans: list[Plan] = []
        self.crossings: list[Crossing] = []
        self.edits: dict[int, str] = {}
        """The words that a post has since it was edited, by the post's id."""
        self.recalled: set[int] = set()
        """Ids of the posts that were taken back."""
        self.settled: set[str] = set()
        """Messages of the room that the owner has acted upon."""
        self.resent: set[int] = set()
        """Ids of the rows that the owner had sent once more."""
        self.done: list[str] = []
        self._asleep = self._dormant = False
        self._glances = 0
        self._kills_post = False  # a point inside the bot does that
        first, last = self._rng.choice(POSTING), self._rng.choice(POINTS)
        self._points = [f"{first}:1", f"{self._rng.choice(POINTS[:-1])}:1", f"{last}:{self._rng.randint(1, 2)}"]
        """Where the bot will die by its own hand, one after the other; no other kill comes between for a while."""

    # The bot's life.

    async def _next_argv(self) -> list[str]:
        self._dormant = True
        await until(lambda: not self._asleep)
        self._dormant = False
        Path(self.argv[-1]).with_suffix(".died").unlink(missing_ok=True)
        if not self._points or not self.plans:
            return self.argv
        self._kill_at = self.seen + UNDISTURBED
        return ["--dies", self._points[0], *self.argv]

    def _died_by_itself(self) -> None:
        mark = Path(self.argv[-1]).with_suffix(".died")
        assert mark.exists(), "The bot ended by itself."
        mark.unlink()
        self._pid = None
        self.deaths.append(Death(self._points.pop(0), self.seen))

    def _kill(self, event: Event) -> None:
        if self._pid:
            pid, self._pid = self._pid, None
            self.deaths.append(Death(event, self.seen))
            with suppress(ProcessLookupError):  # it has just died by its own hand
                os.kill(pid, signal.SIGKILL)

    # The course of a storm.

    async def _meet_and_speak(self, steps: object) -> None:
        """Followers come, then the owner acts; at last the clock goes on, and all that is asked is settled."""
        kill_at, self._kill_at = self._kill_at, self.seen + 10**9
        await self._followers_come()
        self._kill_at = self.seen + kill_at
        for act in ("daily", "series", "fill", "fill", "once"):
            await self._act(act)
        self._kill("at the first plans")  # the next one dies at a point inside itself
        for _ in range(self._acts):
            await self._act(self._rng.choices([*ACTS], [*ACTS.values()])[0])
        for act in ("night", "night", "settle"):
            await self._act(act)
        self._kills_left, self._points = 0, []
        while await self._settle_one():
            pass

    async def _act(self, act: str) -> None:
        self.done.append(act)
        if act in ("once", "later", "daily", "series"):
            await self._plan(act)
        else:
            await getattr(self, f"_{act}")()
        if self._rng.random() < 0.5:
            await self.quiet()

    async def _followers_come(self) -> None:
        await self.platform.meets(list(FOLLOWERS), self.database)
        for name in FOLLOWERS:
            self.platform.writes(name, name, "/start")
            self.platform.presses(*await self._button(name, "Follow the stories"))
        await self.quiet()
        async with self.database.write() as session:
            await session.execute(update(Customer).values(quiet=[0, 0], most_a_week=1000))
            assert await session.scalar(select(func.count()).select_from(Customer).filter_by(follows_stories=True)) == 2

    async def _button(self, place: str, label: str, words: str = "") -> tuple[Shown, str, str]:
        """The latest message that has that button, whoever presses it, and what it bears; waits until it is there."""
        while True:
            for shown in reversed(self.platform.board(place)):
                if words in shown.text and not shown.deleted and (data := shown.button(label)):
                    return shown, place if place != ROOM else "Hana", data
            await self._glance()

    async def quiet(self) -> None:
        """Returns when nothing is left to be done at this instant."""
        while await self._waited_for():
            await self._glance()

    async def _glance(self) -> None:
        await super()._glance()
        self.platform.presses_again()
        self._glances += 1
        if self._glances % LOOKS == 0:
            await self._wait_by_the_clock()

    async def _wait_by_the_clock(self) -> None:
        """Moves the clock to the next instant at which something is tried again, where that is soon."""
        now, waits = self.clock.now(), and_(OutboxRow.state == "waiting", OutboxRow.due_at > self.clock.now())
        timed = (
            select(func.min(OutboxRow.due_at)).where(waits).scalar_subquery(),
            select(func.min(Broadcast.next_at)).where(Broadcast.next_at > now).scalar_subquery(),
            select(func.min(Conversation.wake_at)).where(Conversation.wake_at > now).scalar_subquery(),
            select(func.min(Conversation.next_at)).where(Conversation.next_at > now).scalar_subquery(),
        )
        async with self.database.read() as session:
            found = [at for at in (await session.execute(select(*timed))).one() if at]
        later = min(found, default=now)
        if now < later < now + SOON:
            self.clock.move_to(later)

    async def _waited_for(self) -> list[str]:
        if await self.platform.heard(self.database) < len(self.platform.updates):
            return ["something was not heard yet"]
        if not self.platform.settled():
            return ["a press was not answered yet"]
        now = self.clock.now()
        is_due = or_(Post.due_at <= now, and_(Post.ask_at <= now, Post.asked_at.is_(None)))
        todo = {
            "stored": select(InboxRow.id).where(InboxRow.state.in_(("pending", "held"))),
            "to be sent": select(OutboxRow.id).where(OutboxRow.state.in_(("waiting", "claimed", "sending"))),
            "due": select(Post.id).where(Post.state == "planned", is_due),
            "going on": select(Broadcast.id).where(Broadcast.state == "running"),
        }
        some = select(*[what.limit(1).scalar_subquery() for what in todo.values()])
        async with self.database.read() as session:
            found = (await session.execute(some)).one()
        return [f"{what}: {id}" for what, id in zip(todo, found, strict=True) if id is not None]

    def _new_words(self, token: str, version: int) -> str:
        return f"{token} v{version} plums"

    # What the owner does in the room.

    async def _plan(self, kind: str) -> None:
        """Plans a story and confirms it."""
        number = len(self.plans) + 1
        token = f"s{number:03}"
        today = self.clock.now().astimezone(self.zone).date()
        at = {"daily": self.odd, "series": MORNING}.get(kind, EVENING.replace(hour=self._rng.randint(10, 16)))
        first = today + timedelta(days=1)
        coming = slots(self.zone, at, first)
        when = {"once": "now", "later": f"tomorrow {at:%H:%M}"}.get(kind, f"daily {at:%H:%M}")
        words = f"Diary {token} {{n}}" if kind == "series" else self._new_words(token, 1)
        plan = Plan(number, kind, token, coming, [words])
        plan.width = 0 if kind == "series" or self._rng.random() < 0.5 else 20 + number
        command = f"/story {'series ' if kind == 'series' else ''}{when} {words}"
        if plan.width:
            self.platform.drops(command, picture("brown", plan.width, 16))
        else:
            self.platform.writes(ROOM, "Hana", command)
        self.platform.presses(*await self._button(ROOM, "Confirm", token))
        self.plans.append(plan)
        await self._heard_of(plan)
        if kind == "once":
            plan.state = "done"
        else:
            plan.move_on(self.clock.now())

    async def _heard_of(self, plan: Plan) -> None:
        """Waits for the receipt, as whoever writes its number must."""
        noun = "series" if plan.kind == "series" else "story"
        await self._until_said(f"as {noun} {plan.id}")

    async def _until_said(self, words: str) -> None:
        while not any(words in shown.text for shown in self.platform.board(ROOM)):
            await self._glance()

    def _live(self, *kinds: str) -> list[Plan]:
        return [plan for plan in self.plans if plan.state == "planned" and (not kinds or plan.kind in kinds)]

    async def _fill(self) -> None:
        """Drops one or two pictures into the queue of the series."""
        plan = self.plans[1]
        for _ in range(self._rng.randint(1, 2)):
            width = 40 + len(plan.fillings)
            self.platform.drops(f"/queue {plan.id} e{width:03} hens", picture("green", width, 16))
            plan.fillings.append(width)

    async def _edit(self) -> None:
        """New words for what was posted last."""
        plan = self._rng.choice(self.plans)
        words = self._new_words(plan.token, len(plan.said) + 1)
        if plan.kind != "once":
            await self.quiet()
        post = await self._last_post(plan)
        if plan.kind == "series" and post is None:
            return  # that would be another title
        plan.said.append(words)
        if post is not None:
            self.edits[post.id] = words
        self.platform.writes(ROOM, "Hana", f"/story edit {plan.id} {words}")

    async def _last_post(self, plan: Plan) -> Post | None:
        async with self.database.read() as session:
            wanted = select(Post).where(Post.series_id == plan.id, Post.state == "posted", Post.kind != "apology")
            post: Post | None = await session.scalar(wanted.order_by(Post.posted_at.desc(), Post.id.desc()).limit(1))
        return post

    async def _recall(self) -> None:
        """Takes the last post of a plan back."""
        plan = self._rng.choice(self.plans)
        await self.quiet()
        if post := await self._last_post(plan):
            self.recalled.add(post.id)
            self.platform.writes(ROOM, "Hana", f"/story recall {plan.id}")

    async def _rest(self) -> None:
        """A plan pauses, and perhaps goes on at once."""
        plan = self.plans[self._rng.randint(0, 1)]
        await self.quiet()
        if plan.state == "planned":
            plan.state = "paused"
            self.platform.writes(ROOM, "Hana", f"/story pause {plan.id}")
        if self._rng.random() < 0.7:
            self.platform.writes(ROOM, "Hana", f"/story resume {plan.id}")
            plan.state = "planned"
            if plan.next and plan.next[1] <= self.clock.now():
                plan.move_on(self.clock.now())
        await self.quiet()

    # The clock.

    async def _cross(self, moment: datetime) -> None:
        """Sets the clock, and notes which slots that goes over."""
        now = self.clock.now()
        for plan in self._live():
            if plan.next and now < plan.next[1] <= moment:
                late = moment - plan.next[1]
                self.crossings.append(Crossing(plan, *plan.next, missed=late > MAX_LATENESS))
                plan.move_on(moment)
                if plan.kind == "later":
                    plan.state = "done"
        self.clock.move_to(moment)

    def _next_slot(self) -> datetime | None:
        return min((plan.next[1] for plan in self._live() if plan.next), default=None)

    async def _to_evening(self, slot: datetime) -> None:
        """Passes the evening before, where the owner is asked for what is missing, and perhaps answers."""
        series = self.plans[1]
        if series.state != "planned" or series.next is None:
            return
        evening = datetime.combine(series.next[0] - timedelta(days=1), EVENING, self.zone).astimezone(UTC)
        if not self.clock.now() < evening < slot:
            return
        self.clock.move_to(evening + timedelta(seconds=5))
        await self.quiet()
        async with self.database.read() as session:
            wanted = select(OutboxRow.message_id).where(OutboxRow.key.startswith("ask:"), OutboxRow.state == "sent")
            asked = await session.scalar(wanted.order_by(OutboxRow.id.desc()).limit(1))
        shown = next((s for s in self.platform.board(ROOM) if s.message_id == asked), None)
        if shown and asked not in self.settled and self._rng.random() < 0.7:
            self.settled.add(str(asked))
            width = 40 + len(series.fillings)
            self.platform.drops(f"e{width:03} an answer", picture("green", width, 16), shown)
            series.fillings.append(width)
            await self.quiet()

    async def _night(self) -> None:
        """The clock goes over the next slot."""
        await self._over(timedelta(seconds=2))

    async def _over(self, late: timedelta, *, dead: bool = False) -> None:
        await self.quiet()
        slot = self._next_slot()
        if slot is None:
            return
        await self._to_evening(slot)
        slot = self._next_slot()
        assert slot
        self._asleep = dead
        while dead and not self._dormant:
            self._kill("asleep")
            await a_moment()
        await self._cross(slot + late)
        self._asleep = False
        await self.quiet()

    async def _doze(self) -> None:
        """Nobody is there at the slot, for less than is too late."""
        await self._over(timedelta(minutes=self._rng.randint(5, 45)), dead=True)

    async def _sleep(self) -> None:
        """Nobody is there at the slot, for too long."""
        await self._over(timedelta(minutes=self._rng.randint(80, 240)), dead=True)

    async def _leap(self) -> None:
        """The clock jumps over the slot while the bot is there."""
        await self._over(timedelta(minutes=self._rng.choice([20, 100, 200])))

    async def _back(self) -> None:
        """The clock is set back behind what was posted, and comes there once more."""
        await self.quiet()
        now = self.clock.now()
        self.clock.move_to(now - timedelta(minutes=self._rng.randint(5, 50)))
        await super()._glance()
        await asyncio.sleep(0.1)
        self.clock.move_to(now)
        await self.quiet()

    # What the bot asks.

    async def _settle(self) -> None:
        """The owner looks what is asked, and answers one."""
        await self._settle_one()

    async def _settle_one(self) -> bool:
        """Answers one question of the bot's: posts or leaves what was missed; looks whether it arrived, and sends it
        once more or not."""
        await self.quiet()
        for shown in self.platform.board(ROOM):
            if shown.message_id in self.settled or shown.deleted:
                continue
            if shown.button("Post now"):
                label = self._rng.choice(["Post now", "Skip"])
            elif shown.button("Resend"):
                row_id = await self._asked_about(shown)
                arrived = any(int(call.nonce.partition("-")[0], 16) == row_id for call in self.platform.calls)
                label = "Discard" if arrived else "Resend"
                self.resent |= set() if arrived else {row_id}
            else:
                continue
            self.settled.add(shown.message_id)
            self.platform.presses(shown, "Hana", str(shown.button(label)))
            await self.quiet()
            return True
        return False

    async def _asked_about(self, asked: Shown) -> int:
        """The row of which the bot can't tell whether it arrived."""
        known = (
            call.nonce for call in self.platform.calls if (call.chat_id, call.message_id) == (ROOM, asked.message_id)
        )
        async with self.database.read() as session:
            notices = [await session.get_one(OutboxRow, int(nonce.partition("-")[0], 16)) for nonce in known]
            keys = [row.key for row in notices if row.key.startswith("undelivered:")]
            name = keys[0].removeprefix("undelivered:").rpartition(":")[0]
            return int(await session.scalar(select(OutboxRow.id).filter_by(key=name)) or 0)
