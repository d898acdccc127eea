"""What customers thought of the answers that they got."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.tables import Rating, Ticket


async def rate(session: AsyncSession, ticket: Ticket, stars: int, now: datetime) -> int | None:
    """Keeps what the customer thinks now; gives the stars that they had given before."""
    key = {"ticket_id": ticket.id}
    before: int | None = await session.scalar(select(Rating.stars).filter_by(**key))
    made = insert_into(session, Rating).values(**key, customer_id=ticket.customer_id, stars=stars, comment="", at=now)
    changed = made.on_conflict_do_update(index_elements=["ticket_id"], set_={"stars": stars, "at": now})
    await session.execute(changed)
    return before


async def comment(session: AsyncSession, ticket_id: int, words: str) -> None:
    """Keeps what the customer wrote beside their stars."""
    rating = await session.scalar(select(Rating).filter_by(ticket_id=ticket_id))
    if rating:
        rating.comment = f"{rating.comment}\n{words}".strip()


async def has_asked(session: AsyncSession, customer_id: int) -> bool:
    """Whether a question of the customer's, no complaint, has gone to the owner before."""
    wanted = select(Ticket.id).where(Ticket.customer_id == customer_id, Ticket.complaint.is_(False)).limit(1)
    return await session.scalar(wanted) is not None


async def asked_since(session: AsyncSession, customer_id: int, since: datetime) -> bool:
    """Whether the customer was asked since then whether an answer has helped."""
    wanted = select(Ticket.id).where(Ticket.customer_id == customer_id, Ticket.asked_solved_at >= since).limit(1)
    return await session.scalar(wanted) is not None
