"""What has not come to an end, or not to a good one: for the figures and for `doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import Conversation, Customer, InboxRow, OutboxRow

UNHANDLED = ("pending", "held")
UNSENT = ("waiting", "claimed", "sending")
PATIENCE = timedelta(minutes=10)
"""How long a message may be on its way before somebody should look."""
MEMORY = timedelta(days=7)
"""What failed longer ago is history: whoever wrote has been told, and nothing more can be done."""
AT_MOST = 20


@dataclass(frozen=True)
class Stuck:
    """A message that did not end as it should. `side` is inbox or outbox, `who` the person or place it concerns."""

    side: str
    number: int
    who: str
    state: str
    since: datetime
    error: str
    kind: str = ""


async def unsent(session: AsyncSession) -> int:
    """How many platform calls are still to be made."""
    return await session.scalar(select(func.count()).where(OutboxRow.state.in_(UNSENT))) or 0


async def oldest_unhandled_at(session: AsyncSession) -> datetime | None:
    """When the oldest update came that has no outcome yet."""
    # By way of the few conversations that have any, because the inbox only grows.
    busy = select(Conversation.id).where(
        or_(Conversation.pending_since.is_not(None), Conversation.thought_due_at.is_not(None))
    )
    oldest: datetime | None = await session.scalar(
        select(func.min(InboxRow.received_at)).where(InboxRow.conversation_id.in_(busy), InboxRow.state.in_(UNHANDLED))
    )
    return oldest


async def stuck_messages(session: AsyncSession, now: datetime) -> list[Stuck]:
    """Up to `AT_MOST` of each: stored messages that failed of late or wait too long; calls likewise, and those of which
    nobody knows whether they arrived. That a customer blocked the bot is nobody's fault and not among them."""
    late, lately = now - PATIENCE, now - MEMORY
    heard = await _rows(
        session,
        select(InboxRow, Customer)
        .outerjoin(Conversation, Conversation.id == InboxRow.conversation_id)
        .outerjoin(Customer, Customer.id == func.coalesce(InboxRow.customer_id, Conversation.customer_id)),
        or_(
            InboxRow.state.in_(UNHANDLED) & (InboxRow.received_at < late),
            (InboxRow.state == "failed") & (InboxRow.received_at > lately),
        ),
        InboxRow.id,
    )
    said = await _rows(
        session,
        select(OutboxRow, Customer)
        .outerjoin(Conversation, Conversation.id == OutboxRow.conversation_id)
        .outerjoin(Customer, Customer.id == func.coalesce(OutboxRow.customer_id, Conversation.customer_id)),
        or_(
            OutboxRow.state == "uncertain",
            OutboxRow.state.in_(UNSENT) & (OutboxRow.due_at < late) & (OutboxRow.created_at < late),
            (OutboxRow.state == "dead") & (OutboxRow.created_at > lately) & ~OutboxRow.error.startswith("blocked"),
        ),
        OutboxRow.id,
    )
    return [
        *(Stuck("inbox", r.id, _name(c, r.chat_id), r.state, r.received_at, r.error) for r, c in heard),
        *(Stuck("outbox", r.id, _name(c, r.chat), r.state, r.created_at, r.error, r.kind) for r, c in said),
    ]


async def _rows(
    session: AsyncSession, found: Select[Any, Customer], where: ColumnElement[bool], newest: Any
) -> Sequence[tuple[Any, Customer | None]]:
    rows = await session.execute(found.where(where).order_by(newest.desc()).limit(AT_MOST))
    return [(row, customer) for row, customer in rows]


def _name(customer: Customer | None, chat: str | None) -> str:
    if customer is None:
        return f"chat {chat}" if chat else "an unknown chat"
    return f"{customer.name} ({customer.platform}:{customer.platform_id})"
