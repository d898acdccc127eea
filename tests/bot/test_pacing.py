"""Budgets are kept in every window, and a 429 holds only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from bot.pacing import Budget, Counted, Pacer, spread

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
GROUP = Budget("group", 20, 60)
BOT = Budget("bot", 30, 1)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_the_twenty_first_call_of_a_minute_waits_for_the_first_to_be_a_minute_old() -> None:
    pacer = Pacer()
    for second in range(20):
        assert pacer.ready_at([GROUP], after(second)) == after(second)
        pacer.take([GROUP], after(second))
    assert pacer.ready_at([GROUP], after(20)) == after(60)
    pacer.take([GROUP], after(60))
    assert pacer.ready_at([GROUP], after(60)) == after(61)


def test_a_call_needs_all_of_its_budgets() -> None:
    pacer = Pacer()
    for _ in range(30):
        pacer.take([BOT], NOON)
    assert pacer.ready_at([GROUP], NOON) == NOON
    assert pacer.ready_at([BOT, GROUP], NOON) == after(1)


def test_a_pause_holds_only_what_it_names_and_the_longer_one_stays() -> None:
    pacer = Pacer()
    pacer.pause("group", after(30))
    pacer.pause("group", after(10))
    assert pacer.ready_at([GROUP], NOON) == after(30)
    assert pacer.ready_at([BOT], NOON) == NOON
    assert pacer.ready_at([GROUP], after(30)) == after(30)


@given(st.lists(st.floats(0, 5), max_size=80), st.integers(1, 5), st.floats(0.1, 20))
def test_no_window_ever_holds_more_than_its_budget(waits: list[float], count: int, per_s: float) -> None:
    pacer, budget, now, calls = Pacer(), Budget("b", count, per_s), NOON, list[datetime]()
    for wait in waits:
        now = pacer.ready_at([budget], now + timedelta(seconds=wait))
        pacer.take([budget], now)
        calls.append(now)
    window = timedelta(seconds=per_s)
    assert all(later - first >= window for first, later in zip(calls, calls[count:], strict=False))


@patch("bot.pacing.FORGETTING", 10**9)
@given(st.lists(st.tuples(st.floats(0, 0.2), st.floats(0, 0.4), st.floats(0, 0.4)), min_size=1, max_size=80))
def test_however_calls_are_delayed_no_more_than_the_budget_arrive_within_its_period(
    calls: list[tuple[float, float, float]],
) -> None:
    """Each call begins late, arrives late and is answered late, up to half a second in all; the quickest is known."""
    pacer, budget, now, arrived = Pacer(), Budget("b", 5, 1.0), NOON, list[datetime]()
    pacer.arrived(pacer.take([budget], NOON), NOON)  # there and back at once
    now = NOON + timedelta(minutes=1)
    open_calls: list[tuple[datetime, Counted]] = []
    for wait, late, back in calls:
        late, back = late / 2, back / 2
        now = max(now + timedelta(seconds=wait), pacer.ready_at([budget], now))
        while ended := [call for call in open_calls if call[0] <= now]:
            for call in ended:
                pacer.arrived(call[1], call[0])
                open_calls.remove(call)
            now = pacer.ready_at([budget], now)
        counted = pacer.take([budget], now)
        arrived.append(now + timedelta(seconds=late))
        open_calls.append((arrived[-1] + timedelta(seconds=back), counted))
    first = sorted(arrived)
    assert all(
        later - one > timedelta(seconds=0.9999) for one, later in zip(first, first[budget.count :], strict=False)
    )


def test_calls_that_are_made_later_than_they_might_count_from_when_they_are_made() -> None:
    """A busy machine claims them in time, and makes them when a whole period is over."""
    pacer = Pacer()
    counted = [pacer.take([BOT], NOON) for _ in range(30)]
    assert pacer.ready_at([BOT], after(2)) == after(2)
    for each in counted:
        pacer.begun(each, after(2))
    assert pacer.ready_at([BOT], after(2)) == after(3)


def test_a_way_that_is_always_long_costs_no_pace() -> None:
    pacer = Pacer()
    for number in range(90):
        now = after(number / 30)
        assert pacer.ready_at([BOT], now) == now
        pacer.arrived(pacer.take([BOT], now), now + timedelta(seconds=0.3))


def test_what_goes_to_many_goes_in_lots_and_catches_up_after_a_pause_within_the_budget() -> None:
    lots = spread(BOT)
    assert lots.count == 6 and 0.1 < lots.per_s < 0.2
    assert lots.count / lots.per_s > BOT.count / BOT.per_s
    assert spread(Budget("narrow", 3, 60.0)).count == 1
