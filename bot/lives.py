"""The lives that go on by themselves: what they wait for, and what they say when its time has come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.accounts import NEXT_REMARK_AT
from bot.database.broadcasts import NEXT_AT
from bot.database.erasing import NEXT_ERASURE_AT
from bot.database.errands import NEXT_ERRAND_AT
from bot.database.live_hours import NEXT_ASK_AT
from bot.database.plans import NEXT_OVER_AT, NEXT_POST_AT, NEXT_QUESTION_AT
from bot.database.talk import FIRST_GATHERED_AT, GATHERED, NEXT_RECEIPT_AT
from bot.database.waiting import next_reminder_at
from bot.database.wishes import NEXT_RESTOCK_AT
from bot.messages import OutboundMessage
from handlers import broadcasts, privacy, reminders, restock, stories
from handlers.context import House

Due = Callable[[AsyncSession, House, datetime], Awaitable[Sequence[OutboundMessage] | None]]


@dataclass(frozen=True)
class Life:
    """What happens by itself: what comes of it when it is due, and what it is called beforehand; "" says nothing."""

    due: Due
    what: str = ""


_LOOKS: tuple[tuple[Select[Any], timedelta, Life], ...] = (
    (NEXT_POST_AT, timedelta(), Life(stories.due, "a story is due")),
    (NEXT_OVER_AT, timedelta(), Life(stories.over_due, "a story is over")),
    (NEXT_AT, timedelta(), Life(broadcasts.due, "a broadcast goes on")),
    (NEXT_ERRAND_AT, timedelta(), Life(stories.reach_due, "what goes to a crowd goes on")),
    (NEXT_QUESTION_AT, timedelta(), Life(stories.ask_due, "a series asks for its next story")),
    (NEXT_ERASURE_AT, timedelta(), Life(privacy.due, "somebody is forgotten")),
    (NEXT_REMARK_AT, timedelta(), Life(stories.remark_due)),
    (NEXT_RECEIPT_AT, timedelta(), Life(stories.receipt_due)),
    (FIRST_GATHERED_AT, GATHERED, Life(stories.digest_due, "the owners hear what people said to stories")),
    (NEXT_ASK_AT, timedelta(), Life(stories.live_due, "a live hour has lasted an hour")),
    (NEXT_RESTOCK_AT, timedelta(), Life(restock.due)),
)
"""Since when something is due, in the database and how much later, in the order in which it is done."""
_REMINDER = Life(reminders.due, "the owners are reminded of who waits")
_TOGETHER = select(*(next_at.scalar_subquery() for next_at, _, _ in _LOOKS))


async def next_ones(session: AsyncSession) -> list[tuple[datetime, Life]]:
    """When each life goes on that has something to wait for. One look for all: it is made each second."""
    found = (await session.execute(_TOGETHER)).one()
    ahead = [(at + later, life) for at, (_, later, life) in zip(found, _LOOKS, strict=True) if at]
    reminder_at = await next_reminder_at(session)
    return [*ahead, (reminder_at, _REMINDER)] if reminder_at else ahead
