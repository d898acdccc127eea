"""Lines of one customer that a pace held back together go out as one message, in which each of them stays known.

The lines' rows are joined to a row of its own, which makes the call. Each keeps its own words, so that an edit or a
delete of one line rewrites the message in which it stands with all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import OutboxRow
from bot.messages import Desk, OutboundMessage, Receipt, Text, dump, load

Plan = Callable[[OutboundMessage], list[OutboundMessage]]

NAME = "together:"
"""Begins the name of a message in which several lines stand; the row of the first follows."""
AT_MOST = 50
"""Lines in one message; more would be hard to read, and to answer one by one."""
STAND_TOGETHER = ("photo", "video", "document", "audio")
"""What may stand in one album, with its like."""


def is_merged(message: OutboundMessage) -> bool:
    """Whether it is a message of ours in which several lines stand."""
    return message.key.startswith(NAME) and "/" not in message.key


def merged(lines: Sequence[OutboundMessage], key: str) -> OutboundMessage:
    """The lines, one below the other, and their pictures in order, as one message of that name."""
    text = Text()
    for line in lines:
        text = text + ("\n" if text and line.text else "") + line.text
    media = tuple(replace(m, inbox_id=m.inbox_id or line.copy_of) for line in lines for m in line.media)
    return replace(lines[0], key=key, text=text, media=media, copy_of=None)


def fitting(lines: Sequence[OutboundMessage], plan: Plan) -> int:
    """How many of the lines, from the first on, may stand in one message that takes one call; at least one.

    Words stand with words, pictures with their like; what has buttons, quotes something or comes later stands alone.
    """
    count, like = 1, _sort(lines[0])
    if like is None:
        return 1
    for number in range(2, min(len(lines), AT_MOST) + 1):
        fits = lines[number - 1].kind == lines[0].kind and _sort(lines[number - 1]) == like
        if not fits or len(plan(merged(lines[:number], NAME))) != 1:
            break
        count = number
    return count


def is_line(line: OutboundMessage) -> bool:
    """Whether it is a person's bare words for a desk, below which others of theirs may stand."""
    return line.kind == "relay" and _sort(line) == ""


def _sort(line: OutboundMessage) -> str | None:
    """What it can stand with: other words (an empty string), or media of that kind; None for what stands alone."""
    words = line.kind in ("relay", "note") and line.op == "send" and line.copy_of is not None
    plain = line.quotes is None and line.not_before is None and not line.buttons and "/" not in line.key
    if not (words and plain and isinstance(line.to, Desk) and (line.text or line.media)):
        return None
    kinds = {media.kind for media in line.media}
    if len(kinds) > 1 or not kinds <= set(STAND_TOGETHER):
        return None
    return kinds.pop() if kinds else ""


async def merge(session: AsyncSession, first: OutboxRow, plan: Plan, now: datetime) -> OutboxRow:
    """The row to be sent in the place of a claimed one: itself, or one that also carries the lines behind it."""
    rows = [first, *await _behind(session, first, now)]
    lines = [load(OutboundMessage, row.message) for row in rows]
    count = min(fitting(lines, plan), await _whole(session, rows))
    if first.attempts or count < 2:
        return first
    message = merged(lines[:count], f"{NAME}{first.id}")
    copied = ("lane", "place", "priority", "kind", "op", "platform", "chat", "conversation_id", "customer_id")
    whole = OutboxRow(
        **{name: getattr(first, name) for name in copied},
        key=message.key,
        message=dump(message),
        state="claimed",
        attempts=0,
        error="",
        created_at=first.created_at,
        due_at=first.due_at,
    )
    session.add(whole)
    await session.flush()
    for row in rows[:count]:
        row.state, row.merged_into = "joined", whole.id
    return whole


async def _behind(session: AsyncSession, first: OutboxRow, now: datetime) -> list[OutboxRow]:
    """What waits next in the lane, without a gap: what somebody else is just changing ends it."""
    live = OutboxRow.state.in_(("waiting", "claimed", "sending"))
    here = select(OutboxRow.id).where(OutboxRow.lane == first.lane, OutboxRow.place > first.place, live)
    ids = (await session.scalars(here.order_by(OutboxRow.place).limit(AT_MOST - 1))).all()
    free = select(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.state == "waiting")
    found = await session.scalars(free.with_for_update(skip_locked=True).execution_options(populate_existing=True))
    rows, behind = {row.id: row for row in found}, list[OutboxRow]()
    for id in ids:
        row = rows.get(id)
        if row is None or row.attempts or row.due_at > now:
            break
        behind.append(row)
    return behind


async def _whole(session: AsyncSession, rows: Sequence[OutboxRow]) -> int:
    """How many of the rows, from the first on, are all of their message: a long one has further parts."""
    further = [f"{row.key}/2" for row in rows]
    torn = set(await session.scalars(select(OutboxRow.key).where(OutboxRow.key.in_(further))))
    return next((number for number, key in enumerate(further) if key in torn), len(rows))


async def arrived(
    session: AsyncSession, row_id: int, sent: OutboundMessage, receipt: Receipt, values: dict[str, Any]
) -> None:
    """Gives each line the receipt of the message, or of the part of the album, in which it stands."""
    rows = await _lines_of(session, row_id)
    lines = [load(OutboundMessage, row.message) for row in rows]
    each = len(receipt.message_ids) == len(sent.media) == sum(len(line.media) for line in lines) > 0
    place = 0
    for row, line in zip(rows, lines, strict=True):
        row.message_id = receipt.message_ids[place] if each and line.media else values["as_message"]
        place += len(line.media)
        if row.state == "joined":
            row.state, row.sent_at = "sent", values["at"]
        row.chat_id, row.thread_id = values["in_chat"], values["in_thread"]
    await session.flush()


async def parted(session: AsyncSession, whole: OutboxRow, now: datetime) -> bool:
    """Gives the lines of a message that can't be sent back, each to be tried alone: one may take no others with it.
    False for a message that is none of several lines."""
    rows = [row for row in await _lines_of(session, whole.id) if row.state == "joined"]
    for row in rows:
        row.state, row.merged_into, row.attempts = "waiting", None, 1
        row.due_at, row.chat = now, whole.chat
    return bool(rows)


async def as_a_whole(session: AsyncSession, change: OutboundMessage) -> OutboundMessage:
    """An edit or a delete of a line as an edit of the message in which it stands with others; any other stays as it is.

    When its last line is deleted, the message is.
    """
    named = select(OutboxRow).where(OutboxRow.key == change.target).with_for_update()
    row = await session.scalar(named.execution_options(populate_existing=True))
    whole = await session.get(OutboxRow, row.merged_into) if row and row.merged_into else None
    if row is None or whole is None:
        return change
    if change.op == "delete":
        row.state = "cancelled"
    else:
        row.message = dump(replace(load(OutboundMessage, row.message), text=change.text))
    left = [one for one in await _lines_of(session, whole.id) if one.state != "cancelled"]
    if not left:
        return replace(change, target=whole.key)
    words = merged([load(OutboundMessage, one.message) for one in left], whole.key).text
    return replace(change, op="edit", target=whole.key, text=words, media=(), buttons=())


async def _lines_of(session: AsyncSession, row_id: int) -> list[OutboxRow]:
    """The rows of the lines that stand in a message, in order."""
    rows = select(OutboxRow).where(OutboxRow.merged_into == row_id).order_by(OutboxRow.place, OutboxRow.id)
    return list(await session.scalars(rows))
