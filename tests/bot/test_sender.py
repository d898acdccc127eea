"""Calls and what follows from their ends: at least once for talk, at most once for posts, and nobody left untold."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.adapter import CONSEQUENCES, Call, Consequence, DeliveryError, Reason
from bot.adapters.playground.adapter import PlaygroundAdapter
from bot.calls import Ended, taken
from bot.clock import Clock
from bot.database import Database, inside_write
from bot.database.tables import OutboxRow
from bot.messages import ChatRef, Desk, Media, OutboundMessage, Receipt, Text
from bot.outbox import AT_MOST_ONCE
from bot.pacing import Budget
from bot.retries import LONGEST_WAIT_S, PATIENCE, next_attempt
from bot.sender import AT_ONCE, READINGS, Undelivered
from tests.bot.road import Road, message
from tests.stage import Stage

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
TALK = ["reply", "relay", "note", "notice"]


@pytest.fixture
def road(database: Database, clock: Clock) -> Road:
    return Road(database, clock)


# The table of refusals.


def test_every_reason_has_a_consequence_and_no_consequence_is_idle() -> None:
    assert set(CONSEQUENCES) == set(Reason)
    assert set(CONSEQUENCES.values()) == set(Consequence)


TRIES = [1, 2, 3, 8, 9, 10, 1000, 10**9]
WAITS = [1, 2, 4, 128, 256, 300, 300, 300]
RETRIED = ["thread_gone", "migrated", "unauthorised", "limited", "unreachable", "uncertain"]
GIVEN_UP = ["blocked", "target_gone", "too_old", "too_long", "full", "unfit", "rejected"]


@pytest.mark.parametrize("reason", RETRIED)
def test_a_retry_waits_1_2_4_seconds_and_so_on_up_to_five_minutes(reason: str) -> None:
    error = DeliveryError(Reason(reason))
    waits = [next_attempt(tries, error, NOW, NOW) for tries in TRIES]
    assert waits == [NOW + timedelta(seconds=wait) for wait in WAITS]
    assert max(WAITS) == LONGEST_WAIT_S


@pytest.mark.parametrize("reason", GIVEN_UP)
def test_what_can_not_get_better_is_given_up_at_once(reason: str) -> None:
    assert [next_attempt(tries, DeliveryError(Reason(reason)), NOW, NOW) for tries in TRIES] == [None] * len(TRIES)


def test_the_two_lists_are_all_the_reasons_there_are() -> None:
    assert sorted(RETRIED + GIVEN_UP) == sorted(Reason)


@pytest.mark.parametrize("seconds", [0.0, 0.5, 37.0, 3600.0])
def test_a_platform_that_names_a_time_is_obeyed(seconds: float) -> None:
    error = DeliveryError(Reason.limited, retry_after_s=seconds)
    assert [next_attempt(tries, error, NOW, NOW) for tries in (1, 9)] == [NOW + timedelta(seconds=seconds)] * 2


@pytest.mark.parametrize("reason", RETRIED)
def test_patience_ends_after_a_day(reason: str) -> None:
    error = DeliveryError(Reason(reason), retry_after_s=1)
    assert next_attempt(5, error, NOW + PATIENCE, NOW) is not None
    assert next_attempt(5, error, NOW + PATIENCE + timedelta(seconds=1), NOW) is None
    assert timedelta(hours=24) == PATIENCE


# Calls that fail.


async def test_an_unreachable_platform_is_tried_again_and_the_order_is_kept(road: Road) -> None:
    road.wire.faults["a1"] = [DeliveryError(Reason.unreachable)] * 3
    await road.enqueue(message("a1"), message("a2"), message("b1", "ben"))
    await road.send()
    assert road.wire.keys() == ["b1"]
    await road.wait(1)
    await road.wait(2)
    await road.wait(3.9)
    assert road.wire.keys() == ["b1"]
    await road.wait(0.1)
    assert road.wire.keys() == ["b1", "a1", "a2"]
    row = (await road.rows())["a1"]
    assert (row.attempts, row.error, row.sent_at) == (4, "", road.clock.now())
    assert road.reported == []


async def test_a_flood_limit_is_waited_for_as_long_as_the_platform_says(road: Road) -> None:
    road.wire.faults["a1"] = [DeliveryError(Reason.limited, retry_after_s=37)]
    await road.enqueue(message("a1"))
    await road.send()
    await road.wait(36.9)
    assert road.wire.keys() == []
    await road.wait(0.1)
    assert road.wire.keys() == ["a1"]


@pytest.mark.parametrize("reason", GIVEN_UP)
async def test_a_refused_message_is_dead_told_once_and_its_lane_goes_on(road: Road, reason: str) -> None:
    road.wire.faults["a1"] = [DeliveryError(Reason(reason), "the platform's words")]
    await road.enqueue(message("a1"), message("a2"))
    await road.send()
    assert (await road.states())["a1"] == "dead"
    assert "the platform's words" in (await road.rows())["a1"].error
    assert road.wire.said("ana") == ["hello"] and road.wire.said("room") == ["dead"]
    assert [(f.key, f.error.reason) for f in road.reported] == [("a1", reason)]


async def test_a_message_that_could_not_go_for_a_day_is_dead_and_told(road: Road) -> None:
    road.wire.faults["a1"] = [DeliveryError(Reason.unreachable)] * 1000
    await road.enqueue(message("a1"))
    await road.send()
    for _ in range(30):
        await road.wait(3600)
    assert (await road.states())["a1"] == "dead"
    assert [f.key for f in road.reported] == ["a1"]


async def test_patience_with_a_reminder_begins_when_it_is_due(road: Road) -> None:
    road.wire.faults["a1"] = [DeliveryError(Reason.unreachable)]
    await road.enqueue(message("a1", not_before=road.clock.now() + timedelta(days=3)))
    await road.wait(3 * 86400)
    assert (await road.states())["a1"] == "waiting"
    await road.wait(1)
    assert road.wire.keys() == ["a1"]


@pytest.mark.parametrize("kind", TALK)
@pytest.mark.parametrize("error", [DeliveryError(Reason.uncertain), ConnectionResetError("cut"), KeyError("odd")])
async def test_talk_of_which_nobody_knows_whether_it_arrived_is_sent_again(
    road: Road, kind: str, error: Exception
) -> None:
    road.wire.faults["a1"] = [error]
    await road.enqueue(message("a1", kind=kind))
    await road.send()
    assert (await road.states())["a1"] == "waiting"
    await road.wait(1)
    assert road.wire.keys() == ["a1"]
    assert road.reported == []


@pytest.mark.parametrize("kind", AT_MOST_ONCE)
@pytest.mark.parametrize("error", [DeliveryError(Reason.uncertain), ConnectionResetError("cut"), KeyError("odd")])
async def test_a_post_of_which_nobody_knows_whether_it_arrived_waits_for_the_owner(
    road: Road, kind: str, error: Exception
) -> None:
    road.wire.faults["a1"] = [error]
    await road.enqueue(message("a1", kind=kind), message("a2", kind=kind))
    await road.send()
    await road.wait(86400)
    assert road.wire.said("ana") == ["hello"]
    assert sorted(road.wire.keys()) == ["a2", "undelivered:a1"]
    assert (await road.states())["a1"] == "uncertain"


@pytest.mark.parametrize("kind", AT_MOST_ONCE)
async def test_a_post_that_surely_did_not_arrive_is_tried_again(road: Road, kind: str) -> None:
    road.wire.faults["a1"] = [DeliveryError(Reason.unreachable), DeliveryError(Reason.limited, retry_after_s=2)]
    await road.enqueue(message("a1", kind=kind))
    await road.send()
    await road.wait(1)
    await road.wait(2)
    assert road.wire.keys() == ["a1"]


async def test_a_row_is_committed_as_sending_before_its_call_and_no_call_is_made_inside_a_write(road: Road) -> None:
    seen: list[tuple[str, bool]] = []

    async def look(call: Call) -> None:
        seen.append(((await road.states())[call.message.key], inside_write()))

    road.wire.pause = look
    await road.enqueue(message("a1"))
    await road.send()
    assert seen == [("sending", False)]


async def test_calls_of_different_lanes_are_made_at_the_same_time(road: Road) -> None:
    everybody = asyncio.Barrier(5)

    async def meet(call: Call) -> None:
        await asyncio.wait_for(everybody.wait(), 20)

    road.wire.pause = meet
    await road.enqueue(*(message(f"k{n}", f"c{n}") for n in range(5)))
    await road.send()
    assert sorted(road.wire.keys()) == [f"k{n}" for n in range(5)]


async def test_the_receipt_is_stored_with_the_row(road: Road) -> None:
    await road.enqueue(message("a1", media=(Media("photo", sha256="ab"),)))
    await road.send()
    row = (await road.rows())["a1"]
    assert (row.state, row.chat_id, row.message_id, row.thread_id) == ("sent", "ana", "r1", None)
    assert row.sent_at == road.clock.now()


async def test_every_call_has_a_nonce_that_stays_the_same_when_it_is_tried_again(road: Road) -> None:
    seen: list[str] = []

    async def look(call: Call) -> None:
        seen.append(call.nonce)

    road.wire.pause = look
    road.wire.faults["a1"] = [DeliveryError(Reason.unreachable)]
    await road.enqueue(message("a1"), message("b1", "ben"))
    await road.send()
    await road.wait(1)
    assert len(seen) == 3
    assert len(set(seen)) == 2
    assert all(0 < len(nonce) <= 25 for nonce in seen)  # Discord takes 25 characters


# What breaks on our side.


async def test_a_report_that_breaks_does_not_keep_the_row_from_its_end(road: Road) -> None:
    async def broken(session: AsyncSession, failed: Undelivered) -> list[OutboundMessage]:
        raise RuntimeError("the report broke")

    road.sender._report = broken
    road.wire.faults["a1"] = [DeliveryError(Reason.blocked)]
    await road.enqueue(message("a1"), message("a2"))
    await road.send()
    assert await road.states() == {"a1": "dead", "a2": "sent"}


async def test_a_post_that_is_cut_twice_is_uncertain_twice(road: Road) -> None:
    """The second notice would have the first one's name: no reason to leave the row in between for ever."""
    road.wire.faults["p1"] = [DeliveryError(Reason.uncertain)] * 2
    await road.enqueue(message("p1", kind="post"), message("p2", kind="post"))
    await road.send()
    async with road.database.write() as session:
        assert await outbox.resend(session, "p1", road.clock.now())
    await road.send()
    assert (await road.states())["p1"] == "uncertain"


async def test_a_row_that_can_not_be_read_is_dead_after_some_tries_and_its_lane_goes_on(road: Road) -> None:
    await road.enqueue(message("a1"), message("a2"), message("b1", "ben"))
    async with road.database.write() as session:
        await session.execute(update(OutboxRow).where(OutboxRow.key == "a1").values(message={"to": "nowhere"}))
    await road.send()
    assert road.wire.keys() == ["b1"]
    for _ in range(READINGS):
        await road.wait(60)
    assert (await road.states())["a1"] == "dead"
    assert road.wire.keys() == ["b1", "a2"]


async def test_a_row_that_can_not_be_read_costs_nobody_else_a_turn_in_the_pace(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(road.wire, "budgets", lambda chat_id: (Budget("wire", 3, 60.0),))
    await road.enqueue(message("a1"), message("b1", "ben"), message("c1", "mei"))
    async with road.database.write() as session:
        await session.execute(update(OutboxRow).where(OutboxRow.key == "a1").values(message={"to": "nowhere"}))
    await road.send()
    assert await road.states() == {"a1": "waiting", "b1": "sent", "c1": "sent"}
    assert (await road.rows())["a1"].attempts == 1


async def test_the_calls_of_a_round_and_their_ends_share_commits(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    await road.enqueue(*(message(f"k{n}", f"c{n}") for n in range(2 * AT_ONCE)))
    real, writes = road.database.write, count()
    monkeypatch.setattr(road.database, "write", lambda: (next(writes), real())[1])
    await road.send()
    assert set((await road.states()).values()) == {"sent"}
    assert next(writes) <= 6


async def test_the_end_of_a_call_that_the_database_can_not_take_now_is_stored_later(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [OSError("disk full")] * 3

    async def failing(session: AsyncSession, ended: Sequence[Ended], *given: Any) -> list[float | None]:
        if ended and broken:
            raise broken.pop()
        return await taken(session, ended, *given)

    monkeypatch.setattr("bot.sender.taken", failing)
    await road.enqueue(message("a1"), message("a2"))
    for _ in range(3):
        await road.sender.send()
        assert (await road.states())["a1"] == "sending"
    assert broken == []
    await road.send()
    assert await road.states() == {"a1": "sent", "a2": "sent"}
    assert road.wire.keys() == ["a1", "a2"]


async def test_an_end_that_is_stored_twice_counts_once(road: Road) -> None:
    """What follows a stored end may break, and is then done again."""
    moved: list[int] = []

    async def breaks_once() -> None:
        moved.append(1)
        if len(moved) == 1:
            raise RuntimeError("the house could not be told")

    road.sender._moved = breaks_once
    road.wire.faults["a1"] = [DeliveryError(Reason.migrated)]
    await road.enqueue(message("a1"))
    await road.send()
    await road.wait(1)
    assert (road.wire.keys(), len(moved)) == (["a1"], 2)
    assert await road.states() == {"a1": "sent"}


async def test_a_row_that_was_cancelled_between_claim_and_call_is_not_sent(road: Road) -> None:
    await road.enqueue(message("a1"), message("a2"))
    async with road.database.write() as session:
        await session.execute(update(OutboxRow).where(OutboxRow.key == "a1").values(state="cancelled"))
    row = (await road.rows())["a1"]
    assert await road.sender._prepared(row.id) is None
    assert road.wire.keys() == []
    assert (await road.states())["a1"] == "cancelled"


# In the house, with its people.


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Words at which the playground's next call is cut after it went through; one call each."""
    words: list[str] = []
    real = PlaygroundAdapter._put

    def put(self: PlaygroundAdapter, place: object, call: Call, media: object) -> Receipt:
        receipt = real(self, place, call, media)  # type: ignore[arg-type]
        if hit := next((w for w in words if w in call.message.text.plain), None):
            words.remove(hit)
            raise ConnectionResetError("cut")
        return receipt

    monkeypatch.setattr(PlaygroundAdapter, "_put", put)
    return words


async def _story(stage: Stage) -> None:
    await stage.room.says("/story now The hens are out")
    await stage.room.presses("Confirm")
    await stage.wait(seconds=1)


async def test_a_cut_story_is_shown_to_the_owner_who_sends_it_again(stage: Stage, cut: list[str]) -> None:
    await stage.room.says("/story now The hens are out")
    stage.room.news()
    cut.append("hens are out")
    await stage.room.presses("Confirm")
    await stage.wait(seconds=1)
    assert len(stage.channel.hears()) == 1
    assert any("can't tell whether this arrived" in words for words in stage.room.hears())
    assert stage.room.buttons() == ["Resend", "Discard"]
    await stage.room.presses("Resend")
    await stage.wait(seconds=1)
    assert len(stage.channel.hears()) == 1
    assert any("once more" in words for words in stage.room.hears())
    await stage.room.presses("Resend")
    await stage.wait(seconds=1)
    assert stage.channel.hears() == []


async def test_a_cut_story_that_the_owner_discards_is_not_sent_again(stage: Stage, cut: list[str]) -> None:
    await stage.room.says("/story now The hens are out")
    cut.append("hens are out")
    await stage.room.presses("Confirm")
    await stage.wait(seconds=1)
    stage.channel.news()
    await stage.room.presses("Discard")
    await stage.room.presses("Resend")
    await stage.wait(days=2)
    assert stage.channel.hears() == []


async def test_a_story_that_a_crash_cut_is_shown_to_the_owner_at_the_next_start(stage: Stage) -> None:
    await _story(stage)
    stage.room.news()
    async with stage.database.write() as session:
        await session.execute(update(OutboxRow).where(OutboxRow.kind == "post").values(state="sending"))
    await stage.concierge.stop()
    again = Stage(stage.database, stage.clock, stage.shop, stage.adapter.world)
    await again.concierge.start()
    await again.settle()
    assert any("can't tell whether this arrived" in words for words in stage.room.hears())
    assert stage.room.buttons() == ["Resend", "Discard"]
    await again.concierge.stop()


async def test_a_cut_reply_is_sent_again(stage: Stage, cut: list[str]) -> None:
    cut.append("ship to Germany")
    await stage.ana.says("Do you ship to Germany?")
    await stage.wait(seconds=2)
    assert len(stage.ana.hears()) == 2
    assert stage.room.log() == []


class Watchful(PlaygroundAdapter):
    """Fails a call that is made while this task holds the write door."""

    calls = 0

    async def send(self, call: Call) -> Receipt:
        self._look()
        return await super().send(call)

    async def open_thread(self, chat: ChatRef, title: str, first: Call) -> Receipt:
        self._look()
        return await super().open_thread(chat, title, first)

    async def fetch(self, media: Media) -> bytes:
        self._look()
        return await super().fetch(media)

    def _look(self) -> None:
        assert not inside_write(), "a call inside a write"
        self.calls += 1


async def test_a_whole_dialogue_makes_no_call_inside_a_write(stage: Stage) -> None:
    stage.adapter.__class__ = Watchful
    assert isinstance(stage.adapter, Watchful)
    await stage.ana.says("Do you ship to Germany?")  # with a picture
    await stage.ana.says("/human")
    thread = stage.thread("Ana")
    await thread.says("Gladly!")
    await stage.ana.says("When?")
    await thread.says("/close")
    await _story(stage)
    assert stage.adapter.calls >= 8
    assert set(await stage.states()) == {"sent"}


async def test_a_mark_that_is_refused_again_and_again_holds_up_nobodys_words(road: Road) -> None:
    ana = await road.known()
    await road.enqueue(OutboundMessage(Desk(ana), "card", "note", text=Text("card")))
    await road.send()
    road.wire.faults["mark"] = [DeliveryError(Reason.unreachable, "away") for _ in range(9)]
    await road.enqueue(OutboundMessage(Desk(ana), "mark", "note", "mark", mark="waiting"))
    await road.send()
    await road.enqueue(OutboundMessage(Desk(ana), "words", "relay", text=Text("in the garden")))
    await road.send()
    states = await road.states()
    assert (states["words"], states["mark"]) == ("sent", "waiting")
