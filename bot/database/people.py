"""Customers and their tickets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.tables import BarredPrint, Block, Conversation, Customer, OutboxRow, Promise, Ticket
from bot.messages import ChatRef, Sender

# Built once: putting a statement together costs more than running it.
_NAMED = select(Customer).where(Customer.platform == bindparam("platform"), Customer.platform_id == bindparam("person"))
_CUSTOMERS = select(Customer).where(Customer.id.in_(bindparam("ids", expanding=True)))


async def customer_of(session: AsyncSession, conversation: Conversation, sender: Sender, now: datetime) -> Customer:
    """The customer who writes in a conversation, made when new, with the name that the platform gives today."""
    named = {"platform": conversation.platform, "person": sender.id}
    customer: Customer | None = await _as_before(session, conversation, sender) or await session.scalar(_NAMED, named)
    if customer is None:
        made = insert_into(session, Customer).values(
            platform=conversation.platform,
            platform_id=sender.id,
            name=sender.name,
            username=sender.username,
            language=sender.language,
            created_at=now,
            follows_stories=False,
            reachable=True,
        )
        await session.execute(made.on_conflict_do_nothing())
        customer = (await session.scalars(_NAMED, named)).one()
        await _blocked_before(session, conversation, customer, now)
    customer.name, customer.username = sender.name or customer.name, sender.username or customer.username
    customer.language = sender.language or customer.language
    conversation.customer_id = customer.id
    return customer


async def _blocked_before(session: AsyncSession, conversation: Conversation, customer: Customer, now: datetime) -> None:
    """Somebody who was blocked when they were forgotten is known again by the fingerprint of their id alone."""
    known = await session.get(BarredPrint, fingerprint(customer.platform, customer.platform_id))
    if known is None:
        return
    if known.until is None or known.until > now:
        session.add(Block(customer_id=customer.id, reason="", by=known.by, since=now, until=known.until))
        customer.blocked_at = now
        conversation.due_at = min(known.until, conversation.due_at or known.until) if known.until else None
    await session.delete(known)


def fingerprint(platform: str, platform_id: str) -> str:
    """What is kept of the id of somebody who is blocked and was forgotten."""
    return hashlib.sha256(f"{platform}:{platform_id}".encode()).hexdigest()


async def _as_before(session: AsyncSession, conversation: Conversation, sender: Sender) -> Customer | None:
    """The customer who wrote here last, if it is the same person; a worker has read that row together with others."""
    if conversation.customer_id is None:
        return None
    known = await session.get(Customer, conversation.customer_id)
    same = known is not None and (known.platform, known.platform_id) == (conversation.platform, sender.id)
    return known if same else None


async def customers_in(session: AsyncSession, conversations: Iterable[Conversation]) -> Sequence[Customer]:
    """Those who wrote in these conversations before, at one look; the session knows them while they are kept."""
    ids = [conversation.customer_id for conversation in conversations if conversation.customer_id]
    return (await session.scalars(_CUSTOMERS, {"ids": ids})).all() if ids else ()


async def customer_at(session: AsyncSession, chat: ChatRef) -> tuple[Customer, Conversation] | None:
    """Whose private chat that is."""
    found = await session.execute(
        select(Customer, Conversation)
        .join(Conversation, Conversation.customer_id == Customer.id)
        .where(
            Conversation.platform == chat.platform, Conversation.bot == chat.bot, Conversation.chat_id == chat.chat_id
        )
        .where(Conversation.person_id == "")
        .limit(1)
    )
    row = found.first()
    return (row[0], row[1]) if row else None


async def open_ticket(session: AsyncSession, conversation_id: int) -> Ticket | None:
    """The ticket that is open in a conversation."""
    ticket: Ticket | None = await session.scalar(
        select(Ticket).filter_by(conversation_id=conversation_id).where(Ticket.closed_at.is_(None))
    )
    return ticket


async def last_ticket(session: AsyncSession, conversation_id: int) -> Ticket | None:
    """The latest ticket of a conversation, open or closed."""
    wanted = select(Ticket).filter_by(conversation_id=conversation_id).order_by(Ticket.id.desc()).limit(1)
    ticket: Ticket | None = await session.scalar(wanted)
    return ticket


async def ticket_for(session: AsyncSession, conversation: Conversation, now: datetime) -> Ticket:
    """A ticket for a talk that the owner began, in which nobody waits for a first answer."""
    ticket = Ticket(
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        question="",
        why="card",
        opened_at=now,
        answered_at=now,
    )
    session.add(ticket)
    await session.flush()
    return ticket


async def ticket_asked_in(session: AsyncSession, inbox_id: int) -> Ticket | None:
    """The ticket whose question was asked in that stored update, open or closed."""
    wanted = select(Ticket).filter_by(asked_in=inbox_id).order_by(Ticket.id.desc()).limit(1)
    ticket: Ticket | None = await session.scalar(wanted)
    return ticket


async def latest_ticket(session: AsyncSession, conversation_id: int) -> Ticket | None:
    """The question that was asked last in a conversation, open or closed."""
    wanted = select(Ticket).filter_by(conversation_id=conversation_id).order_by(Ticket.id.desc()).limit(1)
    ticket: Ticket | None = await session.scalar(wanted)
    return ticket


async def waiting(session: AsyncSession) -> Sequence[tuple[Ticket, str]]:
    """Tickets that wait for the owner's first words, longest first, with the customer's name."""
    rows = await session.execute(
        select(Ticket, Customer.name)
        .join(Customer, Ticket.customer_id == Customer.id)
        .join(Conversation, Ticket.conversation_id == Conversation.id)
        .where(Ticket.closed_at.is_(None), Conversation.state == "waiting")
        .order_by(Ticket.opened_at, Ticket.id)
    )
    return [(ticket, name) for ticket, name in rows]


async def count_tickets(session: AsyncSession, customer_id: int) -> int:
    """How many questions of a customer's went to the owners."""
    count = await session.scalar(select(func.count()).select_from(Ticket).filter_by(customer_id=customer_id))
    return count or 0


async def promised_by(session: AsyncSession, ticket_id: int) -> datetime | None:
    """By when something was promised that is not kept yet."""
    still = Promise.kept_at.is_(None) & Promise.dropped_at.is_(None)
    at: datetime | None = await session.scalar(
        select(func.min(Promise.due_at)).where(Promise.ticket_id == ticket_id, still)
    )
    return at


async def claimed_by(session: AsyncSession, owner_id: str) -> Sequence[tuple[Ticket, str]]:
    """An owner's open tickets, longest first, with the customer's name."""
    rows = await session.execute(
        select(Ticket, Customer.name)
        .join(Customer, Ticket.customer_id == Customer.id)
        .where(Ticket.closed_at.is_(None), Ticket.claimed_by == owner_id)
        .order_by(Ticket.opened_at, Ticket.id)
    )
    return [(ticket, name) for ticket, name in rows]


_FOLLOWS = (Customer.follows_stories, Customer.reachable, Customer.blocked_at.is_(None), ~Customer.complains)


async def followers(session: AsyncSession, after: int, most: int) -> Sequence[tuple[Customer, ChatRef]]:
    """Customers who asked for stories, can be reached, are not blocked and have no open complaint, with their private
    chats: at most so many whose ids follow that one. They are held for the caller, who counts what they are told."""
    rows = await session.execute(
        select(Customer, Conversation.platform, Conversation.bot, Conversation.chat_id)
        .join(Conversation, Conversation.customer_id == Customer.id)
        .where(*_FOLLOWS, Conversation.person_id == "", Customer.id > after)
        .order_by(Customer.id)
        .limit(most)
        .with_for_update(of=Customer)
    )
    return [(customer, ChatRef(platform, bot, chat)) for customer, platform, bot, chat in rows]


async def unasked_for(session: AsyncSession, key: str) -> tuple[str, Customer] | None:
    """Of a message to a customer that nobody asked for its kind, and the customer; None for any other message."""
    wanted = select(OutboxRow.kind, Customer).join(Customer, Customer.id == OutboxRow.customer_id)
    row = (await session.execute(wanted.where(OutboxRow.key == key, OutboxRow.kind.in_(("post", "offer"))))).first()
    return (row[0], row[1]) if row else None


async def followed_on(session: AsyncSession) -> Sequence[ChatRef]:
    """One private chat of a follower on each platform where there are any."""
    one = func.min(Conversation.id).label("id")
    reached = Customer.follows_stories, Customer.reachable, Conversation.person_id == ""
    firsts = select(one).join(Customer, Conversation.customer_id == Customer.id).where(*reached)
    rows = await session.scalars(
        select(Conversation).where(Conversation.id.in_(firsts.group_by(Conversation.platform)))
    )
    return [ChatRef(row.platform, row.bot, row.chat_id) for row in rows]


async def count_followers(session: AsyncSession) -> int:
    """How many customers would get a story in their own chat."""
    count = await session.scalar(select(func.count()).select_from(Customer).where(*_FOLLOWS))
    return count or 0
