"""The customer's thread in the owners' room: opened by need, healed when lost.

A desk is absent, opening or open. Only the one who moved it to opening may open it; whoever finds its thread gone
moves it back to absent, once, by its generation. Double threads, deleted threads and closed threads are all this.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.tables import Conversation, Customer, DeskRow
from bot.messages import ChatRef

CARD_AFTER = timedelta(seconds=2)
"""How long after a thread was lost its card is posted anew."""


async def ensure(session: AsyncSession, conversation_id: int, room: ChatRef | None) -> DeskRow:
    """The desk of a conversation, made (without a thread yet) when new; it bears the customer's name."""
    desk = await session.get(DeskRow, conversation_id)
    if desk is None:
        name = await session.scalar(select(Customer.name).join(Conversation).where(Conversation.id == conversation_id))
        made = insert_into(session, DeskRow).values(
            conversation_id=conversation_id,
            platform=room.platform if room else "",
            bot=room.bot if room else "",
            chat_id=room.chat_id if room else "",
            title=name or "Customer",
            state="absent",
            generation=0,
        )
        await session.execute(made.on_conflict_do_nothing())
        desk = await session.get_one(DeskRow, conversation_id)
    return desk


async def adopt(session: AsyncSession, room: ChatRef) -> None:
    """Moves desks that were made while there was no room to the room."""
    place = {"platform": room.platform, "bot": room.bot, "chat_id": room.chat_id}
    await session.execute(update(DeskRow).where(DeskRow.platform == "").values(**place))


def chat_of(desk: DeskRow) -> ChatRef:
    """The thread behind a desk, or the room itself while it has none."""
    return ChatRef(desk.platform, desk.bot, desk.chat_id, desk.thread_id)


async def begin_opening(session: AsyncSession, desk: DeskRow) -> bool:
    """Takes the right to open the thread; False when somebody else has it."""
    return await _change(session, desk, "absent", state="opening")


async def opened(session: AsyncSession, desk: DeskRow, thread_id: str) -> bool:
    """Remembers the thread that was opened."""
    return await _change(session, desk, "opening", state="open", thread_id=thread_id)


async def not_opened(session: AsyncSession, desk: DeskRow) -> bool:
    """Gives the right to open back."""
    return await _change(session, desk, "opening", state="absent")


async def lost(session: AsyncSession, desk: DeskRow, now: datetime) -> bool:
    """The thread is gone: the next message opens a new one. False when somebody has seen that already. Its card is
    gone with it, so the conversation is woken to post another; the next thread opens as one that needs a reply."""
    if not await _change(session, desk, "open", state="absent", thread_id=None, generation=desk.generation + 1):
        return False
    carded = update(Conversation).where(Conversation.id == desk.conversation_id, Conversation.card.is_not(None))
    soon = now + CARD_AFTER  # behind the words for which the thread is opened
    earlier = case((Conversation.wake_at < soon, Conversation.wake_at), else_=soon)
    await session.execute(carded.values(card_shown="", card_due_at=soon, wake_at=earlier, mark="needs_reply"))
    return True


async def _change(session: AsyncSession, desk: DeskRow, expected: str, **values: Any) -> bool:
    statement = (
        update(DeskRow)
        .where(
            DeskRow.conversation_id == desk.conversation_id,
            DeskRow.state == expected,
            DeskRow.generation == desk.generation,
        )
        .values(**values)
    )
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount > 0
