"""Telling all subscribers: the dry run, the one line, stop and resume, quiet hours and caps, and the report."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.adapter import Call, DeliveryError, Reason
from bot.adapters.playground.world import CUSTOMERS, ROOM, Person, Place, World
from bot.app import Concierge
from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database
from bot.database.tables import BroadcastRecipient, Conversation, Customer, OutboxRow
from bot.demo import PLACES, PlaygroundControls
from bot.messages import Receipt
from bot.pacing import Budget
from handlers.broadcasts import dry_run, reports, rounds
from handlers.broadcasts.reports import cell
from handlers.stories import live_pages, reaching
from knowledge.shop import read_shop
from tests.stage import Stage

MANY = 30


class Town(Stage):
    """A house whose customers 0 to 29 want its stories, beside Ana, Ben and Mei, who have not written yet."""

    crowd: Sequence[Person] = ()

    async def fill(self) -> None:
        """Makes the crowd known."""
        async with self.database.write() as session:
            for person in self.crowd:
                customer = Customer(
                    platform="playground", platform_id=person.id, name=person.name, created_at=self.clock.now(),
                    follows_stories=True, reachable=True, wants={"stories": True},
                )  # fmt: skip
                session.add(customer)
                await session.flush()
                session.add(
                    Conversation(platform="playground", bot="playground", chat_id=person.id, customer_id=customer.id)
                )

    def got(self, words: str) -> dict[str, int]:
        """How often each of the crowd got these words."""
        found: dict[str, int] = {}
        for person in self.crowd:
            times = sum(words in shown.text.plain for shown in self.adapter.world.log(Place(person.id)))
            found |= {person.id: times} if times else {}
        return found

    async def change(self, number: int, **values: object) -> None:
        """Makes one of the crowd somebody else."""
        async with self.database.write() as session:
            await session.execute(update(Customer).filter_by(platform_id=f"c{number}").values(**values))

    async def outcomes_of(self) -> dict[str, tuple[str, str]]:
        """Of each recipient the state and the reason."""
        async with self.database.read() as session:
            r = BroadcastRecipient
            rows = await session.execute(
                select(Customer.platform_id, r.state, r.reason).join(Customer, Customer.id == r.customer_id)
            )
            return {who: (state, why) for who, state, why in rows}

    async def in_outbox(self) -> int:
        """How many of its messages are in the outbox and have not ended."""
        async with self.database.read() as session:
            live = OutboxRow.state.in_(("waiting", "claimed", "sending"))
            rows = select(func.count()).select_from(OutboxRow).where(OutboxRow.broadcast_id.is_not(None), live)
            return await session.scalar(rows) or 0

    def refuses(self, reason: Reason, *numbers: int) -> None:
        """The platform refuses what goes to these."""
        made, theirs = self.adapter.send, {f"c{number}" for number in numbers}

        async def send(call: Call) -> Receipt:
            if call.chat.chat_id in theirs:
                raise DeliveryError(reason, "as the test wants it")
            return await made(call)

        self.adapter.send = send  # type: ignore[method-assign]


@pytest.fixture
async def town(database: Database, clock: Clock, shop_dir: Path) -> AsyncIterator[Town]:
    """An open house with its crowd."""
    await take_in_shop(database, shop_dir, clock)
    crowd = tuple(Person(f"c{number}", f"Customer {number}") for number in range(MANY))
    town = Town(database, clock, read_shop(shop_dir), World((*CUSTOMERS, *crowd)))
    town.crowd = crowd
    await town.fill()
    await town.concierge.start()
    yield town
    await town.concierge.stop()


def of_all(times: int = 1, *, but: Sequence[int] = ()) -> dict[str, int]:
    """Everybody of the crowd that often, but for some."""
    return {f"c{number}": times for number in range(MANY) if number not in but}


async def test_a_dry_run_says_who_gets_it_and_who_is_left_out_and_sends_nothing(town: Town) -> None:
    now = town.clock.now()
    await town.ana.says("/start")
    await town.change(0, paused_until=now + timedelta(days=3))
    await town.change(1, contacted=[(now - timedelta(days=1)).isoformat()] * 7)
    await town.change(2, reachable=False)
    await town.change(3, quiet=[12 * 60, 15 * 60])
    await town.change(4, complains=True)
    await town.room.says("/broadcast Fresh eggs on Friday")
    look, dry = town.room.hears()
    assert look == "Fresh eggs on Friday"
    assert dry.splitlines()[0] == (
        "Broadcast 1, to everybody who wants your stories: 26 of 30 get it. 1 of them after their quiet hours."
    )
    assert set(dry.splitlines()[2:-1]) == {
        "• 1 who asked for a pause",
        "• 1 who had as many messages this week as they want",
        "• 1 who can’t be reached",
        "• 1 with an open complaint",
    }
    assert dry.splitlines()[-1] == "One more knows you and has not asked for stories."
    assert town.room.buttons()[0] == "Yes, to 26"
    assert town.got("Fresh") == {}


async def test_everybody_gets_it_once_and_one_line_tells_of_it(town: Town) -> None:
    await town.room.says("/broadcast Fresh eggs on Friday")
    town.room.news()
    await town.room.presses("Yes, to 30")
    await town.wait(seconds=30)
    assert town.got("Fresh eggs on Friday") == of_all()
    (line,) = town.room.news()
    assert line.text.plain == "Broadcast 1 is done: 30 of 30 got it."
    assert [button.label for button in line.buttons] == ["Report (CSV)"]


async def test_a_second_press_sends_nothing_twice(town: Town) -> None:
    await town.room.says("/broadcast Fresh eggs")
    dry = town.room.log()[-1]
    data = dry.buttons[0].data
    await town.room.presses_data(dry.message_id, data)
    await town.room.presses_data(dry.message_id, data)
    await town.wait(seconds=30)
    assert town.got("Fresh eggs") == of_all()


async def test_a_customer_cannot_begin_one(town: Town) -> None:
    await town.ana.says("/broadcast Free eggs for all")
    await town.wait(seconds=30)
    assert town.got("Free eggs") == {}


async def test_quiet_hours_put_it_off_and_lose_nobody(town: Town) -> None:
    await town.change(3, quiet=[12 * 60, 15 * 60])
    await town.room.says("/broadcast Fresh eggs")
    await town.room.presses("Yes, to 30")
    await town.wait(minutes=5)
    assert town.got("Fresh eggs") == of_all(but=[3])
    assert "One gets it after their quiet hours." in town.room.last("Broadcast 1").text.plain
    await town.wait(hours=2)
    assert town.got("Fresh eggs") == of_all()
    assert town.room.log()[-1].text.plain == "Broadcast 1 is done: 30 of 30 got it."


async def test_who_says_stop_while_it_waits_for_them_does_not_get_it(town: Town) -> None:
    await town.change(3, quiet=[12 * 60, 15 * 60])
    await town.room.says("/broadcast Fresh eggs")
    await town.room.presses("Yes, to 30")
    await town.adapter.customer_says("c3", "/stop")
    await town.wait(hours=3)
    assert town.got("Fresh eggs") == of_all(but=[3])
    assert (await town.outcomes_of())["c3"] == ("left_out", "stopped")


async def test_who_has_had_enough_is_left_out_with_the_reason(town: Town) -> None:
    await town.change(5, most_a_week=1)
    for number in (1, 2):
        await town.room.says(f"/broadcast News number {number}")
        await town.room.presses(f"Yes, to {MANY + 1 - number}")
        await town.wait(seconds=30)
    assert town.got("News number 2") == of_all(but=[5])
    assert "1 who had as many messages this week as they want" in town.room.log()[-1].text.plain


async def test_who_says_yes_after_it_began_gets_the_next_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "WINDOW", 5)
    await town.ana.says("/start")
    await town.room.says("/broadcast Fresh eggs")
    await town.room.presses("Yes, to 30")
    await town.ana.presses("Follow the stories")
    await town.wait(minutes=1)
    assert town.got("Fresh eggs") == of_all()
    assert not [shown for shown in town.ana.log() if "Fresh eggs" in shown.text.plain]


async def test_the_outbox_holds_a_window_of_it_alone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "WINDOW", 7)
    monkeypatch.setattr(rounds, "ROUND", 3)
    await town.room.says("/broadcast Fresh eggs")
    dry = town.room.log()[-1]
    await town.adapter.press(ROOM, dry.message_id, dry.buttons[0].data, None)
    await town.concierge.work()
    most = 0
    for _ in range(40):
        while await town.concierge.due():
            most = max(most, await town.in_outbox())
        await town.concierge.send()
        town.clock.move_to(town.clock.now() + timedelta(seconds=1))
    assert most == 7
    await town.wait(seconds=30)
    assert town.got("Fresh eggs") == of_all()


async def test_stop_ends_it_at_once_says_how_many_got_it_and_resume_goes_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "WINDOW", 10)
    await town.room.says("/broadcast Fresh eggs")
    await town.room.presses("Yes, to 30")
    assert town.got("Fresh eggs") == of_all(but=range(10, 30))
    await town.concierge.due()
    town.clock.move_to(town.clock.now() + timedelta(seconds=1))
    assert await town.concierge.due()
    assert await town.in_outbox() == 10
    town.room.news()
    await town.room.presses("Stop")
    assert town.room.hears() == ["Stopped. 10 got broadcast 1, 20 have not."]
    assert town.room.last("is stopped").text.plain == "Broadcast 1 is stopped: 10 of 30 got it, 20 have not."
    await town.wait(hours=1)
    assert town.got("Fresh eggs") == of_all(but=range(10, 30))
    async with town.database.read() as session:
        counted = [bool(each) for each in await session.scalars(select(Customer.contacted).order_by(Customer.id))]
    assert counted == [True] * 10 + [False] * 20  # what was taken back counts for nobody
    await town.room.presses("Resume")
    await town.wait(minutes=2)
    assert town.got("Fresh eggs") == of_all()
    assert town.room.last("is done").text.plain == "Broadcast 1 is done: 30 of 30 got it."


async def test_who_blocked_the_bot_is_marked_and_counted_and_not_tried_again(town: Town) -> None:
    town.refuses(Reason.blocked, 4, 9)
    await town.room.says("/broadcast Fresh eggs")
    await town.room.presses("Yes, to 30")
    await town.wait(minutes=1)
    assert town.room.log()[-1].text.plain == (
        "Broadcast 1 is done: 28 of 30 got it.\n2 can’t be reached any more: they blocked the bot."
    )
    async with town.database.read() as session:
        unreachable = select(Customer.platform_id).where(~Customer.reachable).order_by(Customer.id)
        assert list(await session.scalars(unreachable)) == ["c4", "c9"]
        tries = select(func.sum(OutboxRow.attempts)).where(OutboxRow.broadcast_id == 1)
        assert await session.scalar(tries) == 30
    await town.room.says("/broadcast More eggs")
    assert "28 of 30 get it" in town.room.hears()[-1]


async def test_what_may_or_may_not_have_arrived_is_counted_and_not_sent_again(town: Town) -> None:
    town.refuses(Reason.uncertain, *range(10))
    await town.room.says("/broadcast Fresh eggs")
    town.room.news()
    await town.room.presses("Yes, to 30")
    await town.wait(minutes=1)
    said = town.room.hears()
    assert sum("Resend" not in words and "may or may not have arrived" in words for words in said) >= 1
    line = town.room.last("Broadcast 1 is done").text.plain
    assert "20 of 30 got it." in line and "10 may or may not have arrived" in line
    asked = [shown for shown in town.room.log() if any(button.label == "Send again" for button in shown.buttons)]
    assert len(asked) <= rounds.NAMED_AT_MOST


async def test_a_test_goes_to_the_owner_alone(town: Town) -> None:
    await town.room.says("/broadcast Fresh eggs")
    town.room.news()
    await town.room.presses("Try it on me first")
    assert town.room.hears()[0] == "Fresh eggs"
    assert town.got("Fresh eggs") == {}
    await town.room.presses("Cancel")
    assert town.room.hears()[-1] == "Dropped. Nobody gets it."
    await town.wait(minutes=1)
    assert town.got("Fresh eggs") == {}


async def test_offers_go_to_those_who_want_offers(town: Town) -> None:
    await town.change(7, wants={"offers": True})
    await town.room.says("/broadcast Two for one")
    await town.room.presses("To those who want offers")
    assert "Yes, to 1" in town.room.buttons()
    await town.room.presses("Yes, to 1")
    await town.wait(minutes=1)
    assert town.got("Two for one") == {"c7": 1}
    copy = town.adapter.world.log(Place("c7"))[-1]
    assert [button.label for button in copy.buttons] == ["Why did I get this?"]


async def test_the_report_names_each_with_the_outcome_and_begins_no_formula(town: Town) -> None:
    await town.change(0, name='=HYPERLINK("http://x")')
    await town.change(1, complains=True)
    town.refuses(Reason.blocked, 2)
    await town.room.says("/broadcast Fresh eggs")
    await town.room.presses("Yes, to 29")
    await town.wait(minutes=1)
    await town.room.presses("Report (CSV)")
    (file,) = town.room.log()[-1].media
    data = town.adapter.world.uploaded(file.file_id).content
    rows = list(csv.reader(StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == ["name", "platform", "outcome", "time", "reason"] and len(rows) == 31
    assert rows[1][:3] == ['\'=HYPERLINK("http://x")', "playground", "sent"]
    assert datetime.fromisoformat(rows[1][3]).astimezone(town.shop.zone).hour == 13
    assert (rows[2][2], rows[2][4]) == ("left_out", "unhappy")
    assert (rows[3][2], rows[3][4]) == ("unreachable", "blocked")


@pytest.mark.parametrize("words", ["=1+1", "+49", "-1", "@sum", " =1", "\t=1", "\r1", "＝1"])
def test_no_name_begins_a_formula(words: str) -> None:
    assert cell(words).startswith("'")


def test_an_ordinary_name_stays_as_it_is() -> None:
    assert cell("Ana = Anna") == "Ana = Anna"


async def test_a_story_goes_to_its_followers_as_a_broadcast_with_its_channel_copy_beside_it(town: Town) -> None:
    await town.room.says("/story now Ten boxes left")
    await town.room.presses("Confirm")
    await town.wait(seconds=30)
    assert town.channel.hears() == ["Ten boxes left"]
    assert town.got("Ten boxes left") == of_all()
    await town.room.says("/story edit 1 Nine boxes left")
    await town.wait(seconds=30)
    assert town.got("Nine boxes left") == of_all()


async def test_a_recall_ends_what_has_not_gone_out(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "WINDOW", 10)
    await town.room.says("/story now Ten boxes left")
    await town.room.presses("Confirm")
    assert town.got("Ten boxes left") == of_all(but=range(10, 30))
    await town.room.says("/story recall 1")
    await town.wait(minutes=5)
    assert not [p for p in town.crowd for shown in town.adapter.world.log(Place(p.id)) if not shown.deleted]


async def test_an_edit_while_it_goes_out_reaches_those_before_and_those_after(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "WINDOW", 10)
    await town.room.says("/story now Ten boxes left")
    await town.room.presses("Confirm")
    await town.room.says("/story edit 1 Nine boxes left")
    await town.wait(minutes=5)
    assert town.got("Nine boxes left") == of_all() and town.got("Ten boxes left") == {}


async def test_without_words_the_last_line_is_said_again(town: Town) -> None:
    await town.room.says("/broadcast Fresh eggs")
    await town.room.presses("Yes, to 30")
    await town.wait(minutes=1)
    town.room.news()
    await town.room.says("/broadcast")
    how, line = town.room.hears()
    assert how.startswith("Write what you want to tell everybody")
    assert line == "Broadcast 1 is done: 30 of 30 got it."


# At the platform's pace.


def slow(town: Town, monkeypatch: pytest.MonkeyPatch, *, a_second: int = 5) -> list[datetime]:
    """The platform takes so many calls a second; returns the times at which it gets them."""
    monkeypatch.setattr(town.adapter, "budgets", lambda chat_id: (Budget("town", a_second, 1.0),))
    made, times = town.adapter.send, list[datetime]()

    async def send(call: Call) -> Receipt:
        times.append(town.clock.now())
        return await made(call)

    monkeypatch.setattr(town.adapter, "send", send)
    return times


async def test_a_reply_goes_out_first_while_a_broadcast_of_many_waits(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = slow(town, monkeypatch)
    await town.room.says("/broadcast Fresh eggs")
    await town.room.presses("Yes, to 30")
    await town.wait(seconds=2)
    before = len(town.got("Fresh eggs"))
    assert 5 <= before <= 15 and await town.in_outbox() == MANY - before
    town.ana.news()
    await town.ana.says("What do the hens eat?")
    await town.wait(seconds=1)
    assert len(town.ana.hears()) == 1
    assert len(town.got("Fresh eggs")) <= before + 5  # the others still wait
    await town.wait(minutes=1)
    assert town.got("Fresh eggs") == of_all()
    window = zip(times, times[5:], strict=False)
    assert all(later - first >= timedelta(seconds=1) for first, later in window)


async def test_a_429_pauses_the_budget_as_long_as_it_says_and_nobody_is_lost(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = slow(town, monkeypatch)
    made, refused = town.adapter.send, list[datetime]()

    async def send(call: Call) -> Receipt:
        if call.message.broadcast_id and len(times) > 10 and not refused:
            refused.append(town.clock.now())
            raise DeliveryError(Reason.limited, "Too Many Requests", retry_after_s=7, scope="bot")
        return await made(call)

    monkeypatch.setattr(town.adapter, "send", send)
    await town.room.says("/broadcast Fresh eggs")
    await town.room.presses("Yes, to 30")
    await town.wait(minutes=1)
    assert len(refused) == 1
    paused = [at for at in times if refused[0] < at < refused[0] + timedelta(seconds=7)]
    assert paused == [] and max(times) >= refused[0] + timedelta(seconds=7)
    assert town.got("Fresh eggs") == of_all()
    assert set((await town.outcomes_of()).values()) == {("sent", "")}


async def test_talk_waits_for_the_bots_own_pace_and_not_for_the_rooms(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the bot's budget was used up while the room waited for its own, everybody waited for the room."""

    def budgets(chat_id: str) -> tuple[Budget, ...]:
        own = Budget(chat_id, 1, 600.0) if chat_id == ROOM else Budget(chat_id, 1, 0.1)
        return (Budget("town", 3, 0.1), own)

    monkeypatch.setattr(town.adapter, "budgets", budgets)
    for number in range(12):
        await town.adapter.customer_says(f"c{number}", "/human")
    await town.wait(seconds=5)
    heard = [len(town.adapter.world.log(Place(f"c{number}"))) for number in range(12)]
    assert min(heard) >= 2  # what they wrote, and an answer


# What happens to a crowd of copies afterwards.


async def again(town: Town) -> None:
    """Another process in the place of one that was killed."""
    await town.concierge.stop()
    town.concierge = Concierge(town.database, town.clock, [town.adapter], town.shop, PLACES)
    town.controls = PlaygroundControls(town.concierge, town.shop.zone)
    await town.concierge.start()


async def told(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A story that everybody got; a change of it goes seven copies at a time."""
    monkeypatch.setattr(reaching, "PAGE", 7)
    await town.room.says("/story now Ten boxes left")
    await town.room.presses("Confirm")
    await town.wait(seconds=30)
    assert town.got("Ten boxes left") == of_all()


async def begins(town: Town, words: str) -> None:
    """The owner says that, and the house gets no further than two pages."""
    await town.room.writes(words)
    while await town.concierge.work():
        pass
    assert await town.concierge.due()


async def test_an_edit_of_a_crowd_of_copies_goes_on_after_a_kill_and_reaches_everybody_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told(town, monkeypatch)
    await begins(town, "/story edit 1 Nine boxes left")
    await again(town)
    await town.wait(minutes=1)
    assert town.got("Nine boxes left") == of_all() and town.got("Ten boxes left") == {}
    assert town.channel.hears()[-1] == "Nine boxes left"
    async with town.database.read() as session:
        edits = select(func.count()).select_from(OutboxRow).where(OutboxRow.op == "edit", OutboxRow.kind == "post")
        assert await session.scalar(edits) == MANY + 1


async def test_a_recall_of_a_crowd_of_copies_goes_on_after_a_kill(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await told(town, monkeypatch)
    await begins(town, "/story recall 1")
    await again(town)
    await town.wait(minutes=1)
    assert not [p for p in town.crowd for shown in town.adapter.world.log(Place(p.id)) if not shown.deleted]
    assert "31 copies" in town.room.last("taking it back").text.plain


async def test_a_crowd_of_copies_says_that_it_is_over_and_one_line_tells_how_far_that_has_come(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told(town, monkeypatch)
    monkeypatch.setattr(reaching, "WINDOW", 1)
    slow(town, monkeypatch, a_second=1)
    await town.room.says("/story gone 1")
    await town.wait(seconds=25)
    assert "of 31 copies so far" in town.room.last("The change is on its way").text.plain
    await town.wait(minutes=2)
    assert town.room.last("The change is on its way").text.plain.endswith("31 of 31 copies so far.")
    assert town.got("Ten boxes left") == of_all()
    assert all("over" in town.adapter.world.log(Place(p.id))[-1].text.plain.casefold() for p in town.crowd)


async def test_a_crowd_is_counted_a_page_at_a_time_and_the_dry_run_is_the_same(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.change(0, paused_until=town.clock.now() + timedelta(days=3))
    await town.change(29, complains=True)
    monkeypatch.setattr(dry_run, "PAGE", 7)
    await town.room.writes("/broadcast Fresh eggs")
    await town.concierge.work()
    assert await town.concierge.due()
    await again(town)  # killed after the second page
    await town.settle()
    said = town.room.hears()
    assert [words for words in said if "counting" in words] == [
        "I'm counting who gets broadcast 1, and say so in a moment."
    ]
    assert said[-1].splitlines() == [
        "Broadcast 1, to everybody who wants your stories: 28 of 30 get it.",
        "Left out: 2",
        "• 1 who asked for a pause",
        "• 1 with an open complaint",
    ]
    await town.room.presses("Yes, to 28")
    await town.wait(minutes=1)
    assert town.got("Fresh eggs") == of_all(but=[0, 29])


async def test_a_live_hour_begins_and_ends_with_a_crowd_a_page_at_a_time_and_through_kills(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_pages, "PAGE", 7)
    await begins(town, "/live Ask me anything")
    await again(town)
    await town.wait(minutes=1)
    assert town.got("Ask me anything") == of_all()
    await begins(town, "/live stop")
    await again(town)
    await town.wait(minutes=1)
    assert town.got("This hour is over") == town.got("Ask me anything") == of_all()


async def test_a_report_of_a_crowd_is_made_a_file_at_a_time_and_names_each_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "ROWS", 7)
    await town.room.says("/broadcast Fresh eggs")
    await town.room.presses("Yes, to 30")
    await town.wait(minutes=1)
    line = town.room.last("is done")
    await town.adapter.press(ROOM, line.message_id, line.buttons[0].data, None)
    await town.concierge.work()
    assert await town.concierge.due()
    await again(town)
    await town.settle()
    files = town.room.log()[-1].media
    assert [file.name for file in files] == [f"broadcast-1-{number}.csv" for number in range(1, 6)]
    names = []
    for file in files:
        data = town.adapter.world.uploaded(file.file_id).content
        names += [row[0] for row in list(csv.reader(StringIO(data.decode("utf-8-sig"))))[1:]]
    assert names == [f"Customer {number}" for number in range(MANY)]


async def test_who_had_not_got_a_story_when_it_was_taken_back_is_not_said_to_have_withdrawn(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(town, monkeypatch)
    await town.room.says("/story now Ten boxes left")
    await town.room.presses("Confirm")
    await town.wait(seconds=2)
    got = set(town.got("Ten boxes left"))
    assert 0 < len(got) < MANY
    await town.room.says("/story recall 1")
    await town.wait(minutes=2)
    became = await town.outcomes_of()
    assert {who for who, (state, _) in became.items() if state == "sent"} >= got
    assert {became[who] for who in set(of_all()) - got} <= {("left_out", "recalled"), ("sent", ""), ("planned", "")}
    assert ("left_out", "recalled") in became.values() and "withdrew" not in {why for _, why in became.values()}


@pytest.mark.parametrize("page", [2, 100])
async def test_a_copy_that_waits_does_not_go_out_after_a_story_was_taken_back_however_many_there_are(
    town: Town, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(reaching, "PAGE", page)
    monkeypatch.setattr(reaching, "WINDOW", 1)
    slow(town, monkeypatch)
    await town.room.says("/story now Ten boxes left")
    await town.room.presses("Confirm")
    await town.wait(seconds=2)
    got = town.got("Ten boxes left")
    assert 0 < len(got) < MANY
    await town.room.says("/story recall 1")
    await town.wait(minutes=3)
    assert set(town.got("Ten boxes left")) == set(got)
    assert not [p for p in town.crowd for shown in town.adapter.world.log(Place(p.id)) if not shown.deleted]


async def test_a_copy_that_waits_says_what_the_story_says_by_now_and_is_not_changed_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "PAGE", 2)
    slow(town, monkeypatch)
    await town.room.says("/story now Ten boxes left")
    await town.room.presses("Confirm")
    await town.wait(seconds=2)
    got = town.got("Ten boxes left")
    await town.room.says("/story edit 1 Nine boxes left")
    await town.wait(minutes=3)
    assert town.got("Nine boxes left") == of_all() and town.got("Ten boxes left") == {}
    async with town.database.read() as session:
        edits = select(func.count()).select_from(OutboxRow).where(OutboxRow.op == "edit", OutboxRow.kind == "post")
        assert await session.scalar(edits) == len(got) + 1
