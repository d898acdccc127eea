"""Budgets are kept in every window, and a 429 holds only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.pacing import Budget, Pacer

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
