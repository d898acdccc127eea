"""Who waits for an owner, since when, and how long owners took to answer before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.promises import OPEN
from bot.database.tables import Conversation, Customer, Promise, Ticket
from bot.messages import ChatRef

LATEST = 200
"""So many of the latest tickets say how long answers take."""

_PROMISED = (
    select(Promise.id)
    .where(Promise.conversation_id == Ticket.conversation_id, Promise.reminded_at.is_(None), *OPEN)
    .exists()
)
_UNHEARD = or_(Conversation.last_owner_at.is_(None), Conversation.last_customer_at > Conversation.last_owner_at)
_WAITS = (
    Ticket.closed_at.is_(None),
    Ticket.snoozed_until.is_(None),
    Ticket.snoozed_till_word.is_(False),
    or_(Conversation.state == "waiting", and_(Conversation.state == "handoff", _UNHEARD)),
    ~_PROMISED,
)
"""The customer's words wait: not put off, and not promised for later."""


async def answer_times(
    session: AsyncSession, now: datetime, look_back: timedelta
) -> tuple[Sequence[tuple[datetime, datetime]], Sequence[datetime]]:
    """Of the tickets of that time: when each that was answered was opened and answered, and when each was opened that
    still waits."""
    rows = await session.execute(
        select(Ticket.opened_at, Ticket.answered_at, Ticket.closed_at)
        .where(Ticket.opened_at >= now - look_back)
        .order_by(Ticket.id.desc())
        .limit(LATEST)
    )
    found = rows.all()
    answered = [(opened, at) for opened, at, _ in found if at is not None]
    return answered, [opened for opened, at, closed in found if at is None and closed is None]


async def next_reminder_at(session: AsyncSession) -> datetime | None:
    """Since when the owners are to be reminded of somebody who waits, or from when on; or to be told that nobody does
    any more."""
    first: datetime | None = await session.scalar(_waiting(select(func.min(_due_at()))))
    if first is not None:
        return first
    lines = await session.scalars(select(Conversation.digest).where(Conversation.kind == "room"))
    told = [line["sent_at"] for line in lines if line and not line["over"]]
    return datetime.fromisoformat(min(told)) if told else None


async def who_waits(session: AsyncSession) -> Sequence[tuple[Ticket, str, datetime]]:
    """Tickets whose customers' words wait, longest first, with the name and since when; held for the caller."""
    since = _since().label("since")
    wanted = _waiting(select(Ticket, Customer.name, since)).outerjoin(Customer, Ticket.customer_id == Customer.id)
    rows = await session.execute(wanted.order_by(since, Ticket.id).with_for_update(of=Ticket))
    return [(ticket, name or "", at) for ticket, name, at in rows]


def _waiting(wanted: Select[Any]) -> Select[Any]:
    return wanted.select_from(Ticket).join(Conversation, Conversation.id == Ticket.conversation_id).where(*_WAITS)


def _since() -> Any:
    """Of one who got an answer before, since their last words."""
    answered = Ticket.answered_at.is_not(None) & Conversation.last_customer_at.is_not(None)
    return case((answered, Conversation.last_customer_at), else_=Ticket.opened_at)


def _due_at() -> Any:
    return func.coalesce(Ticket.remind_at, Ticket.opened_at)


async def room_of(session: AsyncSession, room: ChatRef) -> Conversation | None:
    """The general part of the owners' room, held for the caller; None while another one holds it."""
    key = {"platform": room.platform, "bot": room.bot, "chat_id": room.chat_id, "person_id": ""}
    made = insert_into(session, Conversation).values(**key, kind="room", state="bot", wake_attempts=0)
    await session.execute(made.on_conflict_do_nothing())
    held: Conversation | None = await session.scalar(
        select(Conversation).filter_by(**key).with_for_update(skip_locked=True, key_share=True)
    )
    return held
