"""To which customer the words belong that owners write in their room: by the thread, or by what they reply to."""

from __future__ import annotations

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import DeskRow, InboxRow, OutboxRow
from bot.messages import ChatRef

_CUT = exists().where(
    OutboxRow.conversation_id == DeskRow.conversation_id,
    OutboxRow.op == "send",
    OutboxRow.state.in_(("waiting", "claimed", "sending")),
    OutboxRow.attempts > 0,
)
_OPENING = (
    select(DeskRow.conversation_id).where((DeskRow.state == "opening") | and_(DeskRow.state == "absent", _CUT)).limit(1)
)


async def desk_behind(session: AsyncSession, chat: ChatRef, reply_to: str) -> int | None:
    """The conversation that words in the room belong to: by their thread, or (in a group without threads) by the
    desk's message that they reply to."""
    if chat.thread_id is not None:
        return await desk_of(session, chat)
    if not reply_to:
        return None
    found: int | None = await session.scalar(
        _ours(chat, reply_to).with_only_columns(OutboxRow.conversation_id).where(OutboxRow.conversation_id.is_not(None))
    )
    return found


async def may_become_known(session: AsyncSession, chat: ChatRef, reply_to: str) -> bool:
    """Whether a thread is just being opened, or opened once more because that was cut, or a message sent, that is not
    recorded yet: it may be the very one."""
    opening = await session.scalar(_OPENING)
    if opening is not None or chat.thread_id is not None:
        return opening is not None
    if await session.scalar(_ours(chat, reply_to)) or await session.scalar(_theirs(chat, reply_to)):
        return False  # the words of an owner, or of the general part
    sending = select(OutboxRow.id).where(
        OutboxRow.platform == chat.platform, OutboxRow.state == "sending", OutboxRow.conversation_id.is_not(None)
    )
    return await session.scalar(sending.limit(1)) is not None


def _ours(chat: ChatRef, message_id: str) -> Select[int]:
    """The row of the outbox whose message that is."""
    return select(OutboxRow.id).where(
        OutboxRow.platform == chat.platform, OutboxRow.chat_id == chat.chat_id, OutboxRow.message_id == message_id
    )


def _theirs(chat: ChatRef, message_id: str) -> Select[int]:
    """The stored updates that tell of a person's message."""
    return select(InboxRow.id).where(
        InboxRow.platform == chat.platform, InboxRow.chat_id == chat.chat_id, InboxRow.message_id == message_id
    )


async def desk_of(session: AsyncSession, chat: ChatRef) -> int | None:
    """The conversation whose desk a thread of the owners' room is."""
    found: int | None = await session.scalar(
        select(DeskRow.conversation_id).where(
            DeskRow.platform == chat.platform,
            DeskRow.bot == chat.bot,
            DeskRow.chat_id == chat.chat_id,
            DeskRow.thread_id == chat.thread_id,
        )
    )
    return found
