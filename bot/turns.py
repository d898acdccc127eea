"""A customer's turn: lines that follow one another within seconds stand together in one message of their thread.

The first line goes out at once. A later one is written into the same message by an edit, as long as nobody has said
anything below it; it stays a line of its own, whose edits and deletes find it (`bot.merging`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import merging
from bot.database.tables import DeskRow, InboxRow, OutboxRow
from bot.merging import NAME, Plan
from bot.messages import OutboundMessage, dump, load

WITHIN_S = 4.0
"""So soon after the last line a further one belongs to the same turn."""


async def join(session: AsyncSession, row: OutboxRow, plan: Plan) -> OutboxRow:
    """The claimed row, whose words stand in the message above if they are of one turn and both fit into it."""
    line = load(OutboundMessage, row.message)
    if not WITHIN_S or row.attempts or row.merged_into or not merging.is_line(line):
        return row
    above = await _above(session, row)
    if above is None or not await _of_one_turn(session, above, row):
        return row
    whole = await session.get(OutboxRow, above.merged_into) if above.merged_into else None
    lines = await merging.lines_of(session, whole.id) if whole else [above]
    told = [load(OutboundMessage, one.message) for one in lines if one.state != "cancelled"]
    if not all(map(merging.is_line, told)) or merging.fitting([*told, line], plan) <= len(told):
        return row
    whole = whole or await _whole(session, above)
    row.merged_into = whole.id
    whole.message = dump(merging.merged([*told, line], whole.key))
    return row


async def as_edit(session: AsyncSession, row: OutboxRow, line: OutboundMessage) -> OutboundMessage:
    """The call of a row whose words stand in the message above: that message, edited. Any other stays as it is."""
    whole = await session.get(OutboxRow, row.merged_into) if row.merged_into and row.op == "send" else None
    if whole is None:
        return line
    desk = await session.get(DeskRow, whole.conversation_id)
    if desk is None or desk.thread_id != whole.thread_id:
        await apart(session, row)
        return line
    told = [load(OutboundMessage, one.message) for one in await _standing(session, whole, row)]
    return replace(merging.merged(told, row.key), op="edit", target=whole.key, copy_of=row.copy_of)


async def apart(session: AsyncSession, row: OutboxRow) -> bool:
    """Takes the words out of the message above, which can't be edited, to be said below it; False where they weren't
    in any."""
    whole = await session.get(OutboxRow, row.merged_into) if row.merged_into and row.op == "send" else None
    if whole is None:
        return False
    row.merged_into = None
    told = [load(OutboundMessage, one.message) for one in await merging.lines_of(session, whole.id)]
    if told:
        whole.message = dump(merging.merged(told, whole.key))
    return True


async def _above(session: AsyncSession, row: OutboxRow) -> OutboxRow | None:
    """What was said last in the thread, if it has arrived there."""
    before = select(OutboxRow).where(OutboxRow.lane == row.lane, OutboxRow.place < row.place)
    above: OutboxRow | None = await session.scalar(
        before.order_by(OutboxRow.place.desc(), OutboxRow.merged_into.is_(None), OutboxRow.id.desc()).limit(1)
    )
    sent = above is not None and above.state == "sent" and above.op == "send" and above.thread_id is not None
    return above if sent else None


async def _of_one_turn(session: AsyncSession, above: OutboxRow, row: OutboxRow) -> bool:
    said_at = above.sent_at or above.created_at
    if row.created_at - said_at > timedelta(seconds=WITHIN_S) or not merging.is_line(
        load(OutboundMessage, above.message)
    ):
        return False
    return not await _somebody_spoke(session, row, above, said_at)


async def _somebody_spoke(session: AsyncSession, row: OutboxRow, above: OutboxRow, since: datetime) -> bool:
    """Whether an owner has written in the thread since: what is said later belongs below that."""
    theirs = InboxRow.conversation_id == row.conversation_id, InboxRow.thread_id == above.thread_id
    later = InboxRow.received_at >= since, InboxRow.id > (above.copy_of or 0)
    found = await session.scalar(select(exists().where(*theirs, *later)))
    return bool(found)


async def _standing(session: AsyncSession, whole: OutboxRow, row: OutboxRow) -> list[OutboxRow]:
    lines = await merging.lines_of(session, whole.id)
    return [one for one in lines if one.state != "cancelled" and one.place <= row.place]


async def _whole(session: AsyncSession, above: OutboxRow) -> OutboxRow:
    """The message of a line as one of several lines, of which it is the first; it was sent already."""
    kept: tuple[str, ...] = ("lane", "place", "priority", "kind", "op", "platform", "chat", "conversation_id")
    kept += (
        "customer_id",
        "state",
        "attempts",
        "created_at",
        "due_at",
        "sent_at",
        "chat_id",
        "thread_id",
        "message_id",
    )
    line = load(OutboundMessage, above.message)
    whole = OutboxRow(**{name: getattr(above, name) for name in kept}, key=f"{NAME}{above.id}", error="")
    whole.message = dump(merging.merged([line], whole.key))
    session.add(whole)
    await session.flush()
    above.merged_into = whole.id
    return whole
