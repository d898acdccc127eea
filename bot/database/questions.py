"""What customers asked in vain: the questions of tickets that were opened because nothing was sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.tables import Conversation, Customer, InboxRow, Phrasing, Ticket
from bot.messages import ChatRef, MessageRef

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


async def unanswered(session: AsyncSession, since: datetime) -> Sequence[Asked]:
    """Those of `in_vain` that no human has answered either, of people who can be told in private."""
    wanted = (
        select(Ticket.id)
        .join(Conversation, Ticket.conversation_id == Conversation.id)
        .join(Customer, Ticket.customer_id == Customer.id)
        .where(Ticket.answered_at.is_(None), Conversation.person_id == "", Customer.reachable)
    )
    able = set(await session.scalars(wanted.where(Ticket.opened_at >= since)))
    return [asked for asked in await in_vain(session, since) if asked.ticket_id in able]


async def asker(session: AsyncSession, ticket_id: int) -> tuple[Ticket, Conversation, Customer] | None:
    """A ticket that no human has answered, and whose it is; None where somebody has."""
    rows = await session.execute(
        select(Ticket, Conversation, Customer)
        .join(Conversation, Ticket.conversation_id == Conversation.id)
        .join(Customer, Ticket.customer_id == Customer.id)
        .where(Ticket.id == ticket_id, Ticket.answered_at.is_(None), Customer.reachable)
    )
    found = rows.first()
    return (found[0], found[1], found[2]) if found else None


async def answered(session: AsyncSession, ticket_id: int, now: datetime) -> None:
    """Notes that a ticket has its answer."""
    unheard = update(Ticket).where(Ticket.id == ticket_id, Ticket.answered_at.is_(None))
    await session.execute(unheard.values(answered_at=now))


async def last_question(session: AsyncSession, conversation_id: int) -> str:
    """What was asked last in a conversation and went to the owner; nothing where nothing did."""
    found = await session.scalar(
        select(Ticket.question)
        .where(Ticket.conversation_id == conversation_id, Ticket.question != "")
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return found or ""


async def lines_before(
    session: AsyncSession, conversation: Conversation, inbox_id: int, at_most: int
) -> list[MessageRef]:
    """What the customer wrote in a conversation before an update, the latest first, as the platform knows it."""
    rows = await session.execute(
        select(InboxRow.platform, InboxRow.bot, InboxRow.chat_id, InboxRow.thread_id, InboxRow.message_id)
        .where(
            InboxRow.conversation_id == conversation.id,
            InboxRow.chat_id == conversation.chat_id,
            InboxRow.platform == conversation.platform,
            InboxRow.message_id.is_not(None),
            InboxRow.id < inbox_id,
        )
        .order_by(InboxRow.id.desc())
        .limit(at_most)
    )
    return [MessageRef(ChatRef(row[0], row[1], row[2] or "", row[3]), row[4] or "") for row in rows]


async def place_of(session: AsyncSession, inbox_id: int) -> MessageRef | None:
    """The message that a stored update brought, as the platform knows it."""
    row = await session.get(InboxRow, inbox_id)
    if row is None or row.message_id is None:
        return None
    return MessageRef(ChatRef(row.platform, row.bot, row.chat_id or "", row.thread_id), row.message_id)


async def suggest_phrasing(
    session: AsyncSession, entry_id: str, question: str, customer_id: int | None, now: datetime
) -> None:
    """Keeps the words for the owner to decide on; words that were there before, decided or not, stay as they are."""
    made = insert_into(session, Phrasing).values(
        entry_id=entry_id, question=question, customer_id=customer_id, made_at=now
    )
    await session.execute(made.on_conflict_do_nothing())


async def phrasings(session: AsyncSession, at_most: int) -> Sequence[Phrasing]:
    """Those that wait for the owner, the oldest first."""
    waiting = select(Phrasing).where(Phrasing.decided_at.is_(None)).order_by(Phrasing.id).limit(at_most)
    return (await session.scalars(waiting)).all()
