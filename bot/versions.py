"""What people wrote, as it stands after their edits: the stored updates of a message are its versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.tables import InboxRow
from bot.jobs import storable
from bot.messages import InboundMessage, Line, MessageRef, Text, Written

Decode = Callable[[InboxRow], InboundMessage]
Version = tuple[InboxRow, InboundMessage]

COMMAND = re.compile(r"/\w+(?:@\w+)?(?:\s+|$)")
SAID = ("text", "command", "form")
"""What was written first; edits and deletes follow."""


async def written(session: AsyncSession, decode: Decode, ref: MessageRef, except_id: int | None) -> Written | None:
    """What a person wrote under that id, before the update `except_id`, with the lines that were read with it."""
    known = await _versions(session, decode, ref, [ref.message_id], except_id)
    first = next((row for row, message in known if message.kind in SAID), None)
    if first is None:
        return None
    roots = await _roots(session, first)
    ids = [row.message_id for row in roots if row.message_id]
    versions = await _versions(session, decode, ref, ids, except_id)
    readable = {row.id for row, message in versions if message.kind in SAID}
    groups: dict[object, list[InboxRow]] = {}
    for row in roots:
        if row.id in readable:
            groups.setdefault(row.album or row.id, []).append(row)
    lines = [_line(rows, versions) for rows in groups.values()]
    place = next(number for number, rows in enumerate(groups.values()) if first in rows)
    return Written(tuple(lines), place)


async def as_now(
    session: AsyncSession, decode: Decode, lines: Sequence[InboundMessage], except_id: int | None
) -> tuple[InboundMessage, ...]:
    """Lines as they stand after edits; one that was taken back says nothing any more."""
    if not lines:
        return ()
    chat = MessageRef(lines[0].chat, "")
    versions = await _versions(session, decode, chat, [line.message_id for line in lines], except_id)
    return tuple(_latest(line.message_id, versions, line) for line in lines)


async def thought(session: AsyncSession, inbox_ids: Sequence[int]) -> None:
    """Notes that these were read as one question."""
    if len(inbox_ids) > 1:
        rows = InboxRow.id.in_(inbox_ids)
        await session.execute(update(InboxRow).where(rows).values(thought_id=min(inbox_ids)))


async def by_ids(session: AsyncSession, decode: Decode, inbox_ids: Iterable[int]) -> list[Version]:
    """Stored updates, latest first; what can't be read any more is passed over."""
    rows = await session.scalars(select(InboxRow).where(InboxRow.id.in_(list(inbox_ids))).order_by(InboxRow.id.desc()))
    return _readable(rows.all(), decode)


async def _versions(
    session: AsyncSession, decode: Decode, ref: MessageRef, ids: Sequence[str], except_id: int | None
) -> list[Version]:
    """Everything that is stored of these messages of a chat, in order."""
    here = select(InboxRow).filter_by(platform=ref.chat.platform, chat_id=ref.chat.chat_id)
    found = await session.scalars(here.where(InboxRow.message_id.in_(ids)).order_by(InboxRow.id))
    return _readable([row for row in found if row.id != except_id and row.state != "pending"], decode)


def _readable(rows: Iterable[InboxRow], decode: Decode) -> list[Version]:
    found = []
    for row in rows:
        try:
            found.append((row, storable(decode(row))))
        except Exception:
            continue  # it was set aside as failed; the others are still versions
    return found


async def _roots(session: AsyncSession, row: InboxRow) -> Sequence[InboxRow]:
    """The updates that were read together with this one, and the parts of their albums."""
    thought = row.thought_id or row.id
    one = or_(InboxRow.id == thought, InboxRow.thought_id == thought)
    rows = (await session.scalars(select(InboxRow).where(one))).all()
    albums = {known.album for known in (*rows, row) if known.album}
    found = {known.id: known for known in (*rows, row)}
    if albums:
        parts = select(InboxRow).where(InboxRow.conversation_id == row.conversation_id, InboxRow.album.in_(albums))
        found |= {part.id: part for part in await session.scalars(parts) if part.message_id}
    return sorted(found.values(), key=lambda known: known.id)


def _line(rows: Sequence[InboxRow], versions: Sequence[Version]) -> Line:
    """One line: a message, or an album whose captions stand one below the other."""
    originals = {row.id: message for row, message in versions}
    firsts = [originals[row.id] for row in rows]
    parts = [_latest(original.message_id, versions, original) for original in firsts]
    text = Text()
    for part in parts:
        text = text + ("\n" if text and part.text else "") + part.text
    whole = replace(parts[0], text=text, media=tuple(media for part in parts for media in part.media))
    gone = all(_is_gone(part.message_id, versions) for part in parts)
    return Line(rows[0].id, firsts[0].kind, whole, rows[0].state == "held", gone)


def _latest(message_id: str, versions: Sequence[Version], original: InboundMessage) -> InboundMessage:
    """The words and media as they are now; all else, such as what is quoted, stays the original's."""
    mine = [message for _, message in versions if message.message_id == message_id and message.kind != "reaction"]
    last = next((message for message in reversed(mine) if message.kind in ("edit", "delete")), None)
    if last is None:
        return original
    return replace(original, text=words_of(last, original.kind), media=last.media if last.kind == "edit" else ())


def words_of(edit: InboundMessage, kind: str) -> Text:
    """What an edit says; of an edited command what follows its name, as it was with the command itself."""
    name = COMMAND.match(edit.text.plain) if kind == "command" else None
    return edit.text.cut(name.end(), len(edit.text.plain)) if name else edit.text


def _is_gone(message_id: str, versions: Sequence[Version]) -> bool:
    return any(message.kind == "delete" and message.message_id == message_id for _, message in versions)
