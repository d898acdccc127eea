"""Customers whose words are kept and don't ring."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import Block, Customer


async def open_block(session: AsyncSession, customer_id: int) -> Block | None:
    """The block that holds for a customer, also one whose time is over and that nobody has lifted yet."""
    wanted = select(Block).filter_by(customer_id=customer_id).where(Block.lifted_at.is_(None))
    block: Block | None = await session.scalar(wanted)
    return block


async def all_open(session: AsyncSession) -> Sequence[tuple[Block, str]]:
    """Everybody who is blocked, longest first, with their names."""
    rows = await session.execute(
        select(Block, Customer.name)
        .join(Customer, Customer.id == Block.customer_id)
        .where(Block.lifted_at.is_(None))
        .order_by(Block.since, Block.id)
    )
    return [(block, name) for block, name in rows]
