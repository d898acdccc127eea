"""The time: aware, in UTC, and never going back."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.clock import Clock

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The machine's monotonic seconds, which a test moves."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_a_standing_clock_moves_by_hand_alone(seconds: list[float]) -> None:
    clock = Clock(NOON, running=False)
    seconds[0] += 500
    assert clock.now() == NOON
    clock.move_to(NOON + timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)


def test_a_clock_that_was_set_runs_on_from_there(seconds: list[float]) -> None:
    clock = Clock(NOON)
    assert clock.now() == NOON
    seconds[0] += 90
    assert clock.now() == NOON + timedelta(seconds=90)
    clock.move_to(NOON + timedelta(hours=1))
    seconds[0] += 5
    assert clock.now() == NOON + timedelta(hours=1, seconds=5)


def test_a_clock_that_was_not_set_shows_the_machines_time() -> None:
    before = datetime.now(UTC)
    assert before <= Clock().now() <= datetime.now(UTC)


def test_the_machines_time_can_be_left_for_a_later_one_and_runs_on(seconds: list[float]) -> None:
    clock = Clock()
    clock.move_to(datetime(2126, 1, 1, tzinfo=UTC))
    seconds[0] += 1
    assert clock.now() == datetime(2126, 1, 1, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("running", [True, False])
def test_a_clock_never_goes_back(seconds: list[float], running: bool) -> None:
    clock = Clock(NOON, running=running)
    clock.move_to(NOON - timedelta(days=1))
    clock.move_to(NOON)
    assert clock.now() == NOON


def test_every_instant_is_in_utc_whatever_the_clock_was_set_by() -> None:
    clock = Clock(NOON.astimezone(TOKYO), running=False)
    assert (clock.now(), clock.now().tzinfo) == (NOON, UTC)
    clock.move_to((NOON + timedelta(hours=1)).astimezone(TOKYO))
    assert (clock.now(), clock.now().tzinfo) == (NOON + timedelta(hours=1), UTC)


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        Clock(datetime(2026, 3, 10))
