"""What was said in a conversation, by everybody, in order: for transcripts, for searching, and for what was kept back.

What people wrote stands in the inbox, as it came, and what the bot said in the outbox; the two are put together by
time. An owner's words count as said to the customer where a row of the outbox carries them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import albums, versions
from bot.database.tables import Conversation, Customer, InboxRow, OutboxRow
from bot.jobs import storable
from bot.messages import Found, InboundMessage, OutboundMessage, Outcome, Said, Teller, load

Decode = Callable[[InboxRow], InboundMessage]

SAID = ("text", "command", "edit", "form")
UNSENT = ("dead", "cancelled")
LONGEST_WORDS = 4000


def searchable(message: InboundMessage) -> str | None:
    """The words of a message, made alike for searching; None where there are none."""
    if message.kind not in SAID:
        return None
    return alike(message.text.plain)[:LONGEST_WORDS] or None


def alike(words: str) -> str:
    """Words without regard to case, width and spacing."""
    return " ".join(unicodedata.normalize("NFKC", words).replace("\x00", " ").casefold().split())


async def refused_since(
    session: AsyncSession, decode: Decode, conversation_id: int, since: datetime
) -> list[tuple[int, InboundMessage]]:
    """What a customer wrote since an instant and that was kept back, as it stands now, each with its inbox id."""
    here = await session.get_one(Conversation, conversation_id)
    wanted = (
        _theirs(here).where(InboxRow.received_at >= since, InboxRow.outcome == Outcome.refused).order_by(InboxRow.id)
    )
    lines = albums.lines([row for row in await session.scalars(wanted) if _is_written(row, decode)], decode)
    now = await versions.as_now(session, decode, [said for _, said in lines], None)
    return [(row.id, said) for (row, _), said in zip(lines, now, strict=True) if said.text or said.media]


def _theirs(here: Conversation) -> Select[InboxRow]:
    return select(InboxRow).where(
        InboxRow.conversation_id == here.id, InboxRow.platform == here.platform, InboxRow.chat_id == here.chat_id
    )


def _is_written(row: InboxRow, decode: Decode) -> bool:
    try:
        message = decode(row)
    except Exception:
        return False
    return message.kind == "text" or (message.kind == "command" and bool(message.text))


async def told(session: AsyncSession, decode: Decode, conversation_id: int, most: int) -> list[Said]:
    """The last `most` things that were said in a conversation and its thread, oldest first."""
    here = await session.get_one(Conversation, conversation_id)
    rows = select(InboxRow).where(InboxRow.conversation_id == here.id).order_by(InboxRow.id.desc()).limit(most)
    written = _readable(reversed((await session.scalars(rows)).all()), decode)
    sent = await _sent(session, here, most)
    carried = {row.copy_of: row for row in sent if row.copy_of is not None and row.kind == "relay"}
    found = [*_people(written, here, carried), *[_bots(row) for row in sent if row.copy_of is None]]
    return sorted(found, key=lambda said: said.at)[-most:]


def _readable(rows: Iterable[InboxRow], decode: Decode) -> list[tuple[InboxRow, InboundMessage]]:
    found = []
    for row in rows:
        try:
            found.append((row, storable(decode(row))))
        except Exception:  # set aside as unreadable; what can be read is told
            continue
    return found


async def _sent(session: AsyncSession, here: Conversation, most: int) -> Sequence[OutboxRow]:
    """What went to the customer's chat, or is on its way."""
    wanted = select(OutboxRow).where(
        OutboxRow.customer_id == here.customer_id,
        OutboxRow.conversation_id.is_(None),
        OutboxRow.chat == f"{here.platform}/{here.bot}/{here.chat_id}",
        OutboxRow.op == "send",
        OutboxRow.state.not_in(UNSENT),
    )
    rows = (await session.scalars(wanted.order_by(OutboxRow.id.desc()).limit(most))).all()
    return rows[::-1]


def _bots(row: OutboxRow) -> Said:
    message = load(OutboundMessage, row.message)
    return Said(row.created_at, "bot", "", message.text, message.media)


def _people(
    written: Sequence[tuple[InboxRow, InboundMessage]], here: Conversation, carried: dict[int, OutboxRow]
) -> list[Said]:
    """What people wrote, each once, as it stands now, with what stood there before."""
    found: dict[tuple[str | None, str], Said] = {}
    for row, message in written:
        key = row.chat_id, message.message_id or f"#{row.id}"
        if message.kind in ("text", "command"):
            if said := _first(row, message, here, carried):
                found.setdefault(key, said)
        elif message.kind == "button" and row.id in carried:
            words = load(OutboundMessage, carried[row.id].message)
            found[key[0], f"#{row.id}"] = Said(row.received_at, "owner", message.sender.name, words.text, words.media)
        elif key in found and message.kind == "edit":
            known = found[key]
            if known.text.plain != message.text.plain:
                found[key] = replace(known, text=message.text, before=(*known.before, known.text))
        elif key in found and message.kind == "delete":
            found[key] = replace(found[key], gone=True)
    return list(found.values())


def _first(row: InboxRow, message: InboundMessage, here: Conversation, carried: dict[int, OutboxRow]) -> Said | None:
    """What somebody wrote first. Of an owner's commands only those that said something to the customer."""
    name, at = message.sender.name, row.received_at
    if (row.platform, row.chat_id) == (here.platform, here.chat_id):
        return Said(at, "customer", name, message.text, message.media, inbox_id=row.id)
    if message.kind == "command":
        words = load(OutboundMessage, carried[row.id].message) if row.id in carried else None
        return Said(at, "owner", name, words.text, words.media, inbox_id=row.id) if words else None
    who: Teller = "owner" if row.id in carried else "unsent"
    return Said(at, "note" if _is_note(message) else who, name, message.text, message.media, inbox_id=row.id)


async def find(session: AsyncSession, decode: Decode, words: Sequence[str], most: int) -> list[Found]:
    """The latest messages of customers' conversations that hold all these words, latest first."""
    wanted = (
        select(InboxRow, Conversation, Customer.name)
        .join(Conversation, Conversation.id == InboxRow.conversation_id)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .where(Conversation.kind == "customer", InboxRow.words.is_not(None))
        .order_by(InboxRow.id.desc())
        .limit(most * 3)
    )
    for word in words:
        wanted = wanted.where(InboxRow.words.like(f"%{_escaped(alike(word))}%", escape="\\"))
    found: dict[tuple[str | None, str | None], Found] = {}
    for row, here, name in await session.execute(wanted):
        theirs = (row.platform, row.chat_id) == (here.platform, here.chat_id)
        for _, message in _readable([row], decode):
            if message.kind == "command" and not theirs:
                continue
            who: Teller = "customer" if theirs else "note" if _is_note(message) else "owner"
            hit = Found(here.id, name or "", row.received_at, who, message.sender.name, message.text.plain)
            found.setdefault((row.chat_id, row.message_id or f"#{row.id}"), hit)
    return list(found.values())[:most]


def _is_note(message: InboundMessage) -> bool:
    return message.text.plain.lstrip().startswith("//")


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
