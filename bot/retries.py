"""When a refused call is tried again: a value, so that the whole rule is one table in its test."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.adapter import CONSEQUENCES, Consequence, DeliveryError

LONGEST_WAIT_S = 300.0
PATIENCE = timedelta(hours=24)
"""How long an unreachable platform is tried: Telegram itself keeps updates no longer."""


def next_attempt(attempts: int, error: DeliveryError, now: datetime, since: datetime) -> datetime | None:
    """When a refused call is tried again after `attempts` tries; None gives it up.

    A platform that names a time is obeyed. Else 1, 2, 4 … up to 300 s, for a day at the most from `since`, the
    instant at which it might first go.
    """
    if CONSEQUENCES[error.reason] is Consequence.give_up or now - since > PATIENCE:
        return None
    if error.retry_after_s is not None:
        return now + timedelta(seconds=error.retry_after_s)
    return now + timedelta(seconds=min(2.0 ** min(attempts - 1, 20), LONGEST_WAIT_S))
