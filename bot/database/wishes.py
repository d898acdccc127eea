"""Who wants to be told that a product is back: asked for by a press, told once, taken back at any time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.entries import product_from
from bot.database.inserts import insert_into
from bot.database.tables import Conversation, Customer, OutboxRow, ProductRow, RestockWish
from knowledge.entry import Product

OPEN = RestockWish.told_at.is_(None)
BACK = or_(ProductRow.stock > 0, ProductRow.stock.is_(None))
"""There are some, or nobody counts them any more."""

Wish = tuple[RestockWish, Product, Customer, Conversation]


async def product_of(session: AsyncSession, id: str) -> Product | None:
    """A product as it stands in the database now, which may be later than what answers."""
    row = await session.get(ProductRow, id, populate_existing=True)
    return product_from(row) if row else None


async def keep_wish(
    session: AsyncSession, customer_id: int, conversation_id: int, product_id: str, now: datetime
) -> None:
    """Keeps the wish; one that is open already stays as it is."""
    made = insert_into(session, RestockWish).values(
        customer_id=customer_id, conversation_id=conversation_id, product_id=product_id, asked_at=now
    )
    await session.execute(made.on_conflict_do_nothing())


async def drop_wishes(session: AsyncSession, customer_id: int, product_id: str | None = None) -> None:
    """Takes the customer's open wishes back: the one for a product, or all of them."""
    theirs = delete(RestockWish).where(RestockWish.customer_id == customer_id, OPEN)
    await session.execute(theirs if product_id is None else theirs.where(RestockWish.product_id == product_id))


async def forget_wishes(session: AsyncSession, customer_id: int) -> None:
    """Takes all of the customer's wishes back; those too of which the news was under way, so that they don't open
    again."""
    await session.execute(delete(RestockWish).where(RestockWish.customer_id == customer_id))


def key_of(wish: RestockWish, told_at: datetime) -> str:
    """The name of the message that tells it; ids of wishes that were taken back may come again, an instant doesn't."""
    return f"restock:{wish.id}:{told_at.timestamp():.6f}"


async def wished_by(session: AsyncSession, customer_id: int) -> Sequence[str]:
    """The titles of the products for which a customer waits, the oldest wish first."""
    wanted = select(ProductRow.title).join(RestockWish, RestockWish.product_id == ProductRow.id)
    found = await session.scalars(wanted.where(RestockWish.customer_id == customer_id, OPEN).order_by(RestockWish.id))
    return found.all()


async def wishes_come_true(session: AsyncSession, at_most: int) -> Sequence[Wish]:
    """Open wishes of people who can be reached and have no open complaint, for products that are back, the oldest
    first; held for the caller alone until the transaction ends."""
    wanted = _to_be_told(select(RestockWish, ProductRow, Customer, Conversation)).join(
        Conversation, Conversation.id == RestockWish.conversation_id
    )
    wanted = wanted.order_by(RestockWish.asked_at, RestockWish.id).limit(at_most)
    rows = await session.execute(wanted.with_for_update(of=(RestockWish, Customer), skip_locked=True))
    return [(wish, product_from(product), customer, conversation) for wish, product, customer, conversation in rows]


def _to_be_told(wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        wanted.join_from(RestockWish, ProductRow, ProductRow.id == RestockWish.product_id)
        .join(Customer, Customer.id == RestockWish.customer_id)
        .where(OPEN, BACK, Customer.reachable, Customer.stopped_at.is_(None), ~Customer.complains)
    )


async def awaited_products(session: AsyncSession) -> Sequence[tuple[str, str, int]]:
    """Products that people wait for, most wanted first: id, title (of one that is gone, its id) and how many wait."""
    counted = func.count(RestockWish.id)
    title = func.coalesce(ProductRow.title, RestockWish.product_id)
    rows = await session.execute(
        select(RestockWish.product_id, title, counted)
        .outerjoin(ProductRow, ProductRow.id == RestockWish.product_id)
        .where(OPEN)
        .group_by(RestockWish.product_id, title)
        .order_by(counted.desc(), RestockWish.product_id)
    )
    return [(id, name, count) for id, name, count in rows]


async def reopen_untold(session: AsyncSession, customer_id: int) -> None:
    """Wishes of the customer's whose message was cancelled before it went out are open again."""
    told = select(RestockWish).where(RestockWish.customer_id == customer_id, RestockWish.told_at.is_not(None))
    for wish in await session.scalars(told):
        assert wish.told_at is not None
        row = await session.scalar(select(OutboxRow.state).filter_by(key=key_of(wish, wish.told_at)))
        if row == "cancelled":
            await keep_wish(session, customer_id, wish.conversation_id, wish.product_id, wish.asked_at)
            await session.delete(wish)


NEXT_RESTOCK_AT = _to_be_told(select(func.min(RestockWish.asked_at)))
"""Since when somebody waits for what is back by now; NULL where nobody is to be told."""
