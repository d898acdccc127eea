"""Who complains: open complaints, what was complained of lately, and an owner's words that were held back for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import Customer, EarlyAlert, HeldWords, Ticket

OPEN = Ticket.complaint & Ticket.closed_at.is_(None)
LOOKED_AT = 200
"""How many complaints a new one is compared with, the latest first."""
_ONE_AT_A_TIME = 7_310_442
"""The lock under which two workers, each with a complaint that the other can't see yet, go one after the other."""


async def open_complaint(session: AsyncSession, customer_id: int) -> Ticket | None:
    """The customer's ticket with an open complaint, the latest."""
    wanted = select(Ticket).where(Ticket.customer_id == customer_id, OPEN).order_by(Ticket.id.desc()).limit(1)
    ticket: Ticket | None = await session.scalar(wanted)
    return ticket


async def complaints_since(session: AsyncSession, since: datetime, but: int | None) -> Sequence[Ticket]:
    """Complaints of other customers than `but`, the latest first; no other worker adds one until this is committed."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _ONE_AT_A_TIME})
    theirs = Ticket.complaint & (Ticket.opened_at >= since) & (Ticket.customer_id != but)
    return (await session.scalars(select(Ticket).where(theirs).order_by(Ticket.id.desc()).limit(LOOKED_AT))).all()


async def new_alert(session: AsyncSession, now: datetime) -> EarlyAlert:
    """An alert, with its id."""
    alert = EarlyAlert(raised_at=now)
    session.add(alert)
    await session.flush()
    return alert


async def who_complained(session: AsyncSession, alert_id: int) -> Sequence[tuple[Ticket, str]]:
    """The tickets of an alert in the order in which they came, with the customers' names."""
    wanted = select(Ticket, Customer.name).join(Customer, Customer.id == Ticket.customer_id)
    rows = await session.execute(wanted.where(Ticket.alert_id == alert_id).order_by(Ticket.opened_at, Ticket.id))
    return [(ticket, name) for ticket, name in rows]


async def unsettled(session: AsyncSession, conversation_id: int) -> Sequence[HeldWords]:
    """An owner's words that have not gone out yet, in order."""
    waits = HeldWords.state.in_(("held", "fine"))
    wanted = select(HeldWords).where(HeldWords.conversation_id == conversation_id, waits).order_by(HeldWords.id)
    return (await session.scalars(wanted)).all()


async def held_words(session: AsyncSession, inbox_id: int) -> HeldWords | None:
    """What was held back of that stored update."""
    held: HeldWords | None = await session.scalar(select(HeldWords).filter_by(inbox_id=inbox_id))
    return held
