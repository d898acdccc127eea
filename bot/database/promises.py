"""Owners' promises: open until they are kept or dropped, whichever is said first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import Customer, Promise

OPEN = (Promise.kept_at.is_(None), Promise.dropped_at.is_(None))


async def open_in(session: AsyncSession, conversation_id: int) -> Sequence[Promise]:
    """The open promises to a customer, the next one first; held until the transaction ends."""
    wanted = select(Promise).where(Promise.conversation_id == conversation_id, *OPEN)
    return (await session.scalars(wanted.order_by(Promise.due_at, Promise.id).with_for_update())).all()


async def open_with_names(session: AsyncSession) -> Sequence[tuple[Promise, str]]:
    """All open promises with their customers' names, the next one first."""
    wanted = select(Promise, Customer.name).outerjoin(Customer, Customer.id == Promise.customer_id).where(*OPEN)
    return [(promise, name or "") for promise, name in await session.execute(wanted.order_by(Promise.due_at))]


async def end(session: AsyncSession, promise_id: int, how: Literal["kept", "dropped"], now: datetime) -> bool:
    """Ends an open promise; False where it has ended already, or never was."""
    statement = update(Promise).where(Promise.id == promise_id, *OPEN).values(**{f"{how}_at": now})
    done = await session.execute(statement.execution_options(synchronize_session="fetch"))
    return cast("CursorResult[Any]", done).rowcount > 0
