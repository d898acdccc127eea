"""What customers asked in vain: the questions of tickets that were opened because nothing was sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import Conversation, Customer, Ticket

UNSURE = "card"
"""Why a ticket was opened, where the bot did not know; others asked for a person, or complained."""
MOST = 400


@dataclass(frozen=True)
class Asked:
    """A question that went to the owner, and who asked it."""

    ticket_id: int
    conversation_id: int
    customer_id: int | None
    question: str


async def in_vain(session: AsyncSession, since: datetime) -> Sequence[Asked]:
    """The questions since then, the latest first, at most `MOST`."""
    rows = await session.execute(
        select(Ticket.id, Ticket.conversation_id, Ticket.customer_id, Ticket.question)
        .where(Ticket.why == UNSURE, Ticket.question != "", Ticket.opened_at >= since)
        .order_by(Ticket.opened_at.desc(), Ticket.id.desc())
        .limit(MOST)
    )
    return [Asked(*row) for row in rows]


async def who(session: AsyncSession, conversation_id: int) -> tuple[Conversation, Customer] | None:
    """A conversation and its customer; None where there is none."""
    rows = await session.execute(
        select(Conversation, Customer)
        .join(Customer, Conversation.customer_id == Customer.id)
        .where(Conversation.id == conversation_id)
    )
    found = rows.first()
    return (found[0], found[1]) if found else None
