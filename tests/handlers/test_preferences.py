"""The one door: what nobody asked for just then goes out only where, when and as often as the customer wants it."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from hypothesis import settings as run
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from bot.database.tables import Consent, Conversation, Customer
from bot.messages import ChatRef, InboundMessage, OutboundMessage, Sender, Text
from handlers import consents
from handlers.context import Context, House
from handlers.preferences import (
    MOST_A_WEEK,
    QUIET,
    WEEK,
    Contact,
    asks_again,
    may_contact,
    next_contact,
    obstacle,
    unasked,
)
from knowledge.answers import Knowledge
from knowledge.phrases import Phrases
from knowledge.shop import Shop
from tests.stage import Stage

BERLIN = ZoneInfo("Europe/Berlin")
KINDS: tuple[Contact, ...] = ("restock", "follow_up", "promise", "stories", "offers")
NEEDS_A_YES = ("stories", "offers", "follow_up")
ZONES = ("Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York")
CLOCK_CHANGES = (
    datetime(2026, 3, 28, 12, 0, tzinfo=UTC),  # Berlin's clocks go forward the night after
    datetime(2026, 10, 24, 12, 0, tzinfo=UTC),  # and back
    datetime(2026, 10, 31, 12, 0, tzinfo=UTC),  # New York's go back
    datetime(2026, 3, 7, 12, 0, tzinfo=UTC),
    datetime(2026, 4, 4, 3, 0, tzinfo=UTC),  # Lord Howe's, by half an hour
    datetime(2026, 10, 3, 3, 0, tzinfo=UTC),
)
QUIETS = ((21 * 60, 8 * 60), (0, 0), (9 * 60, 17 * 60), (23 * 60 + 30, 30), (22 * 60, 2 * 60 + 30), (2 * 60, 3 * 60))
SHOP = Shop(name="Eggs", timezone="Europe/Berlin")
Known = TypeVar("Known")


def done(coroutine: Coroutine[Any, Any, Known]) -> Known:
    """What a handler returns that waits for nothing outside."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: Known = end.value
        return value
    raise AssertionError("it waits for something")


class Nowhere:
    """A session of a database in which nothing stands: what is added is forgotten."""

    def add(self, row: Any) -> None:
        """Takes a row."""

    async def execute(self, statement: Any) -> None:
        """Changes nothing."""

    async def scalars(self, statement: Any) -> tuple[()]:
        """Finds nothing."""
        return ()


@dataclass(frozen=True)
class Waiting:
    """A message that goes out later."""

    at: datetime
    contact: Contact
    kind: str


class Door(RuleBasedStateMachine):
    """Everything that can happen to a customer, in any order, through the handlers themselves; what goes out is looked
    at when it goes out, by what the customer has said until then."""

    def __init__(self) -> None:
        super().__init__()
        self.now = CLOCK_CHANGES[0]
        self.who = Customer(id=1, name="Ana", language="", reachable=True, follows_stories=False)
        self.yes: dict[str, bool] = {}
        self.stopped = False
        self.quiet, self.zone, self.most = QUIET, BERLIN, MOST_A_WEEK
        self.paused_until = self.now
        self.waiting: list[Waiting] = []
        self.out: list[datetime] = []

    @initialize(at=st.sampled_from(CLOCK_CHANGES))
    def it_is(self, at: datetime) -> None:
        self.now = self.paused_until = at

    async def cancel_for(self, customer_id: int, kinds: Sequence[str]) -> int:
        """As the outbox does."""
        self.waiting = [each for each in self.waiting if each.kind not in kinds]
        return 0

    @property
    def ctx(self) -> Context:
        """What a handler is given."""
        room = ChatRef("playground", "bot", "room")
        house = House(SHOP, Knowledge(()), Phrases(()), room, ())
        chat = ChatRef("playground", "bot", "ana")
        conversation = Conversation(id=1, platform="playground", bot="bot", chat_id="ana", person_id="", state="bot")
        return Context(cast(Any, Nowhere()), house, conversation, self.who, cast(Any, self), self.now, "in:1", chat)

    def writes(self, words: str = "") -> InboundMessage:
        """A message of the customer's."""
        chat = ChatRef("playground", "bot", "ana")
        sender = Sender("ana", "Ana")
        return InboundMessage("playground", "bot", "1", chat, sender, "command", self.now, "m1", Text(words))

    def presses(self, what: str, to: Any) -> None:
        """A button under /settings."""
        done(consents.chosen(self.writes(), self.ctx, {"set": what, "to": to}))

    @rule(minutes=st.integers(1, 3 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for each in sorted(self.waiting, key=lambda one: one.at):
            if each.at <= self.now:
                self.goes_out(each.at, each.contact)
        self.waiting = [each for each in self.waiting if each.at > self.now]

    def goes_out(self, at: datetime, contact: Contact) -> None:
        assert not self.stopped and self.who.reachable and at >= self.paused_until
        assert contact not in NEEDS_A_YES or self.yes.get(contact)
        begins, ends = self.quiet
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        assert not (begins <= minute < ends if begins <= ends else minute >= begins or minute < ends)
        assert sum(each > at - WEEK for each in self.out) < self.most
        self.out.append(at)

    @rule(kind=st.sampled_from(KINDS))
    def something_is_to_be_told(self, kind: Contact) -> None:
        message = OutboundMessage(ChatRef("playground", "bot", "ana"), "x")
        may = may_contact(self.who, kind, self.now, SHOP.zone)
        assert may == (obstacle(self.who, kind, self.now, SHOP.zone) is None)
        told = unasked(message, self.who, kind, self.now, SHOP.zone)
        assert told is not None or not may
        if told is None:
            return
        assert told.customer_id == 1 and told.kind == ("post" if kind == "stories" else "offer")
        assert may == (told.not_before is None)
        if told.not_before is None:
            self.goes_out(self.now, kind)
        else:
            assert told.not_before > self.now
            self.waiting.append(Waiting(told.not_before, kind, told.kind))

    @rule(kind=st.sampled_from(NEEDS_A_YES), given=st.booleans())
    def says_yes_or_no_in_the_settings(self, kind: Contact, given: bool) -> None:
        self.presses(kind, given)
        self.yes[kind] = given
        self.stopped = self.stopped and not given
        assert given or not any(each.contact == kind for each in self.waiting)

    @rule(given=st.booleans())
    def follows_or_not_by_the_button_under_start(self, given: bool) -> None:
        done(consents.note(self.ctx, "stories", given, Text("Follow the stories")))
        self.yes["stories"] = given
        self.stopped = self.stopped and not given
        assert given or not any(each.contact == "stories" for each in self.waiting)

    @rule()
    def wishes_to_be_told_that_something_is_back(self) -> None:
        asks_again(self.who)
        self.stopped = False

    @rule()
    def says_stop(self) -> None:
        done(consents.stop(self.writes("/stop"), self.ctx))
        self.stopped, self.yes = True, {}
        assert not self.waiting

    @rule(quiet=st.sampled_from(QUIETS))
    def wants_quiet(self, quiet: tuple[int, int]) -> None:
        self.presses("quiet", list(quiet))
        self.quiet = quiet

    @rule(zone=st.sampled_from(ZONES))
    def moves(self, zone: str) -> None:
        done(consents.settings(self.writes(zone), self.ctx))
        self.zone = ZoneInfo(zone)

    @rule(most=st.sampled_from([1, 3, 7]))
    def wants_so_many(self, most: int) -> None:
        self.presses("most", most)
        self.most = most

    @rule(pauses=st.booleans())
    def pauses_for_a_month_or_goes_on(self, pauses: bool) -> None:
        self.presses("pause", pauses)
        self.paused_until = self.now + timedelta(days=30) if pauses else self.now

    @rule(reachable=st.booleans())
    def blocks_the_bot_or_returns(self, reachable: bool) -> None:
        """What waits is refused by the platform then."""
        self.who.reachable = reachable
        self.waiting = [] if not reachable else self.waiting

    @rule(complains=st.booleans())
    def complains(self, complains: bool) -> None:
        self.who.complains = complains

    @invariant()
    def after_stop_nothing_waits(self) -> None:
        assert not self.stopped or not self.waiting


def test_what_went_out_this_week_still_counts_when_what_was_planned_far_ahead_is_cancelled() -> None:
    """Found by the machine below: a message planned two weeks ahead made the door forget the one of today."""
    machine = Door()
    machine.wants_so_many(1)
    for _ in range(3):
        machine.something_is_to_be_told("restock")
    machine.moves("Europe/Berlin")
    machine.something_is_to_be_told("restock")
    assert machine.out == [machine.now] and [each.at for each in machine.waiting] == [machine.now + WEEK]


def test_quiet_hours_that_end_in_an_hour_that_comes_twice_are_kept_to_their_end() -> None:
    """02:30 comes twice in Berlin that night; at 02:15 the second time it is still quiet."""
    who = Customer(id=1, reachable=True, follows_stories=True, quiet=[22 * 60, 2 * 60 + 30])
    now = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    assert now.astimezone(BERLIN).strftime("%H:%M") == "02:15"
    assert not may_contact(who, "stories", now, BERLIN)
    assert next_contact(who, "stories", now, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


TestDoor = Door.TestCase
TestDoor.settings = run(max_examples=80, stateful_step_count=40, deadline=None)


async def said(stage: Stage) -> list[tuple[str, bool, str]]:
    """Every yes and no, with its words."""
    async with stage.database.read() as session:
        rows = await session.scalars(select(Consent).order_by(Consent.id))
        return [(row.kind, row.given, row.wording) for row in rows]


async def test_settings_show_what_is_wanted_and_each_yes_and_no_is_kept_in_its_words(stage: Stage) -> None:
    await stage.ana.says("/settings")
    shown = stage.ana.hears()[-1]
    assert "stories: no" in shown and "offers: no" in shown and "21:00 to 08:00 (Europe/Berlin" in shown
    await stage.ana.presses("Yes, stories")
    await stage.ana.presses("Yes, offers")
    await stage.ana.presses("No offers")
    now = stage.ana.last("What you hear").text.plain
    assert "stories: yes" in now and "offers: no" in now
    assert await said(stage) == [
        ("stories", True, "Yes, stories"),
        ("offers", True, "Yes, offers"),
        ("offers", False, "No offers"),
    ]


async def test_quiet_hours_a_cap_and_a_pause_are_set_by_a_press(stage: Stage) -> None:
    await stage.ana.says("/settings Asia/Tokyo")
    await stage.ana.presses("Quiet from 19:00 to 10:00")
    await stage.ana.presses("At most 3 a week")
    await stage.ana.presses("Pause for a month")
    now = stage.ana.last("What you hear").text.plain
    assert "19:00 to 10:00 (Asia/Tokyo" in now and "at most 3 a week" in now and "paused until 08.04.2026" in now
    await stage.ana.presses("End the pause")
    assert "paused" not in stage.ana.last("What you hear").text.plain
    await stage.ana.says("/settings Europe/Atlantis")
    assert "Europe/Atlantis" in stage.ana.hears()[-1]


async def test_the_word_stop_alone_ends_it_in_any_language_and_is_kept(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    stage.ana.hears()
    await stage.ana.says("Please stop!")
    assert stage.ana.hears() == ["Done: no more stories or news from Test Farm. Your questions are still welcome here."]
    assert [(kind, given) for kind, given, _ in await said(stage)] == [
        ("stories", True),
        ("stories", False),
    ]
    await stage.ana.says("Where does the bus stop?")
    assert "no more stories" not in " ".join(stage.ana.hears())


async def test_a_story_at_night_waits_for_the_morning_of_whoever_sleeps_and_stop_cancels_it(stage: Stage) -> None:
    for person in (stage.ana, stage.ben):
        await person.says("/start")
        await person.presses("Follow the stories")
        person.hears()
    await stage.room.says("/story daily 22:30 Good night")
    await stage.room.presses("Confirm")
    await stage.wait(hours=10)  # 23:00
    assert stage.ana.hears() == [] and stage.ben.hears() == []
    await stage.ben.says("/stop")
    stage.ben.hears()
    await stage.wait(hours=9, minutes=1)
    assert stage.ana.hears() == ["Good night"] and stage.ben.hears() == []
    assert [shown.text.plain for shown in stage.channel.news()] == ["Good night"]
