"""The one door: what nobody asked for just then goes out only where, when and as often as the customer wants it."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import settings as run
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

import handlers
from bot.database.tables import Consent, Customer
from bot.messages import ChatRef, OutboundMessage
from handlers.preferences import MOST_A_WEEK, QUIET, WEEK, Contact, asks_again, forget_planned, unasked
from tests.stage import Stage

BERLIN = ZoneInfo("Europe/Berlin")
KINDS: tuple[Contact, ...] = ("restock", "follow_up", "promise", "stories", "offers")


class Door(RuleBasedStateMachine):
    """Everything that can happen to a customer, in any order; what goes out is looked at when it goes out."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
        self.who = Customer(id=1, reachable=True, follows_stories=False)
        self.waiting: list[datetime] = []
        self.out: list[datetime] = []

    def anew(self) -> None:
        """As the settings do: what waits is cancelled."""
        self.waiting = []
        forget_planned(self.who, self.now)

    @rule(minutes=st.integers(1, 3 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for at in sorted(each for each in self.waiting if each <= self.now):
            self.goes_out(at)
        self.waiting = [each for each in self.waiting if each > self.now]

    def goes_out(self, at: datetime) -> None:
        assert self.who.stopped_at is None and self.who.reachable
        assert self.who.paused_until is None or self.who.paused_until <= at
        begins, ends = self.who.quiet or QUIET
        local = at.astimezone(ZoneInfo(self.who.timezone) if self.who.timezone else BERLIN)
        minute = local.hour * 60 + local.minute
        assert not (begins <= minute < ends if begins <= ends else minute >= begins or minute < ends)
        assert sum(each > at - WEEK for each in self.out) < (self.who.most_a_week or MOST_A_WEEK)
        self.out.append(at)

    @rule(kind=st.sampled_from(KINDS))
    def something_is_to_be_told(self, kind: Contact) -> None:
        message = OutboundMessage(ChatRef("playground", "bot", "ana"), "x")
        said_yes = self.who.follows_stories if kind == "stories" else (self.who.wants or {}).get(kind)
        if (told := unasked(message, self.who, kind, self.now, BERLIN)) is None:
            return
        assert said_yes or (said_yes is None and kind in ("restock", "follow_up", "promise"))
        assert told.customer_id == 1 and told.kind == ("post" if kind == "stories" else "offer")
        if told.not_before is None:
            self.goes_out(self.now)
        else:
            self.waiting.append(told.not_before)

    @rule(kind=st.sampled_from(("stories", "offers", "follow_up")), given=st.booleans())
    def says_yes_or_no(self, kind: Contact, given: bool) -> None:
        self.who.follows_stories = given if kind == "stories" else self.who.follows_stories
        self.who.wants = (self.who.wants or {}) | {kind: given}
        if given:
            asks_again(self.who)

    @rule()
    def says_stop(self) -> None:
        self.who.stopped_at = self.now
        self.anew()

    @rule(quiet=st.sampled_from([(21 * 60, 8 * 60), (0, 0), (9 * 60, 17 * 60), (23 * 60 + 30, 30)]))
    def wants_quiet(self, quiet: tuple[int, int]) -> None:
        self.who.quiet = list(quiet)
        self.anew()

    @rule(zone=st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York"]))
    def moves(self, zone: str) -> None:
        self.who.timezone = zone
        self.anew()

    @rule(most=st.sampled_from([1, 3, 7]))
    def wants_so_many(self, most: int) -> None:
        self.who.most_a_week = most
        self.anew()

    @rule(days=st.integers(0, 30))
    def pauses(self, days: int) -> None:
        self.who.paused_until = self.now + timedelta(days=days)
        self.anew()

    @rule(reachable=st.booleans())
    def blocks(self, reachable: bool) -> None:
        self.who.reachable = reachable
        if not reachable:
            self.anew()

    @invariant()
    def after_stop_nothing_waits(self) -> None:
        assert self.who.stopped_at is None or not self.waiting


def test_what_went_out_this_week_still_counts_when_what_was_planned_far_ahead_is_cancelled() -> None:
    """Found by the machine below: a message planned two weeks ahead made the door forget the one of today."""
    machine = Door()
    machine.wants_so_many(1)
    for _ in range(3):
        machine.something_is_to_be_told("restock")
    machine.moves("Europe/Berlin")
    machine.something_is_to_be_told("restock")
    assert machine.out == [machine.now] and machine.waiting == [machine.now + WEEK]


TestDoor = Door.TestCase
TestDoor.settings = run(max_examples=60, stateful_step_count=40, deadline=None)


def test_no_unasked_message_to_a_customer_is_made_around_the_door() -> None:
    """Where a message is made a post or an offer: only `unasked` does it, and the posts to the shop's own channels;
    a live hour asks `unasked` for each follower."""
    root = Path(handlers.__file__).parent
    found = []
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in ("OutboundMessage", "replace"):
                continue
            said = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
            if {"post", "offer"} & {each for each in said if isinstance(each, str)} and not {"edit", "delete"} & set(
                said
            ):
                found.append(str(path.relative_to(root.parent)))
    assert sorted(set(found)) == [
        "handlers/preferences.py",
        "handlers/stories/live.py",
        "handlers/stories/posting.py",
        "handlers/stories/preview.py",
    ]


def test_the_fan_out_of_stories_and_broadcasts_hands_no_copy_to_a_customer_but_through_the_door() -> None:
    folder = Path(handlers.__file__).parent
    files = (folder / "stories" / "posting.py", *sorted((folder / "broadcasts").glob("*.py")))
    sources = [path.read_text(encoding="utf-8") for path in files]
    calls = [n for source in sources for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)]
    made = [call for call in calls if getattr(call.func, "id", "") == "unasked"]
    assert len(made) == 1 and not any("customer_id=" in source for source in sources)


async def consents(stage: Stage) -> list[tuple[str, bool, str]]:
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
    assert await consents(stage) == [
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
    assert [(kind, given) for kind, given, _ in await consents(stage)] == [
        ("stories", True),
        ("stories", False),
        ("follow_up", False),
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
