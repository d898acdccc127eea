"""An edit of a message that took several calls, or now takes more or fewer: every part follows.

A part that stands there is edited, a further one is sent under the name that it would have had, one too many is
deleted. Rows that were sent keep what they say now, so that a part whose words stay the same costs no call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import OutboxRow
from bot.messages import Media, OutboundMessage, dump, load

PARTS = 24
"""Of one message; a text of 4,096 letters with what it said before is five on the narrowest platform."""
LOST = ("dead", "cancelled", "uncertain")

Plan = Callable[[OutboundMessage], list[OutboundMessage]]


async def rewritten(session: AsyncSession, change: OutboundMessage, plan: Plan) -> list[OutboundMessage]:
    """The calls that an edit of a message of ours takes."""
    rows = await _parts(session, str(change.target))
    root = rows.get(str(change.target))
    if root is None or root.state in LOST or not change.text:
        return plan(change)
    media = change.media or _media(rows)
    whole = replace(change, op="send", key=root.key, target=None, media=media, copy_of=root.copy_of)
    calls, wanted = list[OutboundMessage](), {part.key: part for part in plan(whole)}
    for key, part in wanted.items():
        if key not in rows:
            calls.append(part)
        elif call := _edit(rows[key], part, change, len(calls)):
            calls.append(call)
    calls += [_delete(row, change) for key, row in rows.items() if key not in wanted]
    await session.flush()  # names change before new rows may bear them
    return calls


async def _parts(session: AsyncSession, key: str) -> dict[str, OutboxRow]:
    """The parts of a message that stand there or are on their way, in order."""
    names = [key, *(f"{key}/{number}" for number in range(2, PARTS + 1))]
    about = or_(OutboxRow.key.in_(names), and_(OutboxRow.target.in_(names), OutboxRow.op == "delete"))
    found = (await session.scalars(select(OutboxRow).where(about).order_by(OutboxRow.id))).all()
    gone = {row.target for row in found if row.op == "delete" and row.state not in ("dead", "cancelled")}
    there = {row.key: row for row in found if row.op == "send" and row.key not in gone}
    return {name: there[name] for name in names if name in there}


def _media(rows: dict[str, OutboxRow]) -> tuple[Media, ...]:
    return tuple(media for row in rows.values() for media in load(OutboundMessage, row.message).media)


def _edit(row: OutboxRow, part: OutboundMessage, change: OutboundMessage, number: int) -> OutboundMessage | None:
    """The edit of one part; None where it says that already."""
    before = load(OutboundMessage, row.message)
    same_media = not change.media or change.media == before.media
    if row.state == "sent":
        if (before.text, before.buttons) == (part.text, part.buttons) and same_media:
            return None
        row.message = dump(replace(before, text=part.text, buttons=part.buttons))
    key = f"{change.key}/{number + 1}" if number else change.key
    anew = change.media or any(item.form for item in part.media)  # what has a form is brought with each change
    media = part.media if anew else ()
    return replace(part, op="edit", key=key, target=row.key, media=media, quotes=None, copy_of=change.copy_of)


def _delete(row: OutboxRow, change: OutboundMessage) -> OutboundMessage:
    """Takes one part away, and its name with it, which a later edit may need again."""
    row.key = f"{row.key}~{row.id}"
    return OutboundMessage(change.to, f"{row.key}:gone", change.kind, "delete", target=row.key)
