"""What handlers may ask of messages that are on their way or were sent, and of what people wrote before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import albums, attachments, copies, history, inbox, outbox, versions
from bot.adapter import Adapter
from bot.copies import Name
from bot.database.tables import DeskRow, InboxRow, OutboxRow
from bot.messages import (
    ChatRef,
    Copy,
    Desk,
    Found,
    InboundMessage,
    MessageRef,
    OutboundKind,
    OutboundMessage,
    Said,
    Text,
    Written,
    load,
)

ANSWERS = 12
"""How many answers to one question can be found again: each new one is a message of its own, most are edits."""
LOOKED_THROUGH = 50
"""How far back an owner's last words in a thread are looked for."""


@dataclass(frozen=True)
class Sent:
    """The port `handlers.sent.SentMessages`, within the transaction of one message."""

    session: AsyncSession
    now: datetime
    adapters: Mapping[str, Adapter]

    async def resend(self, key: str) -> bool:
        """Sends an uncertain message after all; False when it is settled already."""
        return await outbox.resend(self.session, key, self.now)

    async def discard(self, key: str) -> bool:
        """Leaves an uncertain message; False when it is settled already."""
        return await outbox.discard(self.session, key)

    async def cancel_for(self, customer_id: int, kinds: Sequence[OutboundKind]) -> int:
        """Cancels what of these kinds waits for a customer; returns how many messages that were."""
        return await outbox.cancel_for(self.session, customer_id, kinds)

    async def last_words(self, chat: ChatRef) -> tuple[str, str, str, datetime] | None:
        """Of the last message to a person's chat kind, state, reason of a refusal, and since when it is there."""
        return await outbox.last_words(self.session, chat)

    def shape(self, message: OutboundMessage, platform: str) -> Sequence[OutboundMessage]:
        """The messages that a platform will make of that one, in order."""
        adapter = self.adapters.get(platform)
        return adapter.plan(message) if adapter else (message,)

    async def make_ready(self, message: OutboundMessage) -> None:
        """Has the files of a message made what its place wants of them, long before it is sent."""
        adapter = self.adapters.get(message.to.platform) if isinstance(message.to, ChatRef) else None
        for part in adapter.plan(message) if adapter else ():
            await attachments.try_again(self.session, part.media, self.now)
            await attachments.want(self.session, [m for m in part.media if m.form], self.now, clean=True)

    async def said(self, key: str) -> bool:
        """Whether there is a message of that name already."""
        return await outbox.by_key(self.session, key) is not None

    async def written(self, ref: MessageRef, except_id: int | None) -> Written | None:
        """What a person wrote under that id, as it stood before the update `except_id`."""
        return await versions.written(self.session, self._decode, ref, except_id)

    async def said_in(self, inbox_id: int) -> tuple[MessageRef, InboundMessage] | None:
        """The message of which a stored update tells, as it stands now; None where it was taken back."""
        row = await self.session.get(InboxRow, inbox_id)
        if row is None or row.message_id is None:
            return None
        ref = MessageRef(ChatRef(row.platform, row.bot, row.chat_id or "", row.thread_id), row.message_id)
        found = await self.written(ref, None)
        if found is None or found.this.deleted:
            return None
        if row.album is None:
            return ref, found.this.message
        parts = select(InboxRow).filter_by(conversation_id=row.conversation_id, album=row.album).order_by(InboxRow.id)
        ((_, whole),) = albums.lines(await self.session.scalars(parts), self._decode)
        return ref, replace(whole, text=found.this.message.text)

    async def as_now(self, lines: Sequence[InboundMessage]) -> tuple[InboundMessage, ...]:
        """Lines as they stand after edits; one that was taken back says nothing any more."""
        return await versions.as_now(self.session, self._decode, lines, None)

    async def thought(self, inbox_ids: Sequence[int]) -> None:
        """Notes that these were read as one thought."""
        await versions.thought(self.session, inbox_ids)

    async def words(self, ref: MessageRef) -> Text | None:
        """What a message says, a person's or ours; None for one that nobody knows."""
        if row := await copies.carrier(self.session, ref):
            return load(OutboundMessage, row.message).text
        found = await self.written(ref, None)
        return found.this.message.text if found else None

    async def copies(self, ref: MessageRef) -> Sequence[Copy]:
        """Our messages that carry that person's words, and are not taken back: relays, and the card of a ticket."""
        rows = await copies.rows_with(self.session, ref)
        return await self._there([_copy(name, row) for name, row in rows])

    async def other_side(self, ref: MessageRef) -> Name | None:
        """The same message on the other side: our copy of a person's message, or what our message is a copy of; also
        the answer of which a note tells, and the note that tells of an answer."""
        if found := await copies.copies_of(self.session, ref, relayed=False):
            return found[0]
        if copied := await copies.copied_by(self.session, ref):
            return await inbox.written_in(self.session, copied)
        row = await copies.carrier(self.session, ref)
        told = row.key.removeprefix(TOLD) if row and row.key.startswith(TOLD) else f"{TOLD}{row.key}" if row else ""
        return told if told and await self.said(told) else None

    async def counterpart(self, ref: MessageRef) -> tuple[ChatRef | Desk, Name, int | None] | None:
        """The same message on the other side, where that is, and the customer whom it concerns."""
        for name, row in await copies.rows_with(self.session, ref):
            return load(OutboundMessage, row.message).to, name, row.customer_id
        copied = await copies.copied_by(self.session, ref)
        row_there = await self.session.get(InboxRow, copied) if copied else None
        there = await inbox.written_in(self.session, copied) if copied else None
        return (there.chat, there, row_there.customer_id) if there and row_there else None

    async def reply_to(self, inbox_id: int) -> tuple[str, OutboundMessage] | None:
        """The key and the present words of the answer that was given to a thought."""
        names = _answers(inbox_id)
        wanted = select(OutboxRow).where(OutboxRow.key.in_(names), OutboxRow.op == "send").order_by(OutboxRow.id.desc())
        rows = (await self.session.scalars(wanted)).all()
        gone = await copies.taken_back(self.session, names)
        row = next((row for row in rows if row.key not in gone and row.state != "dead"), None)
        return (row.key, load(OutboundMessage, row.message)) if row else None

    async def free_key(self, inbox_id: int) -> str:
        """A name under which `reply_to` will find the next answer to a thought."""
        for name in _answers(inbox_id):
            if not await self.said(name):
                return name
        return f"in:{inbox_id}:{self.now.timestamp():.6f}"

    async def last_said_by(self, sender_id: str, conversation_id: int) -> Sequence[Copy]:
        """The customer's copies of the last thing that this owner said in a thread and has not taken back."""
        wanted = (
            select(OutboxRow, InboxRow)
            .join(InboxRow, InboxRow.id == OutboxRow.copy_of)
            .where(InboxRow.conversation_id == conversation_id, OutboxRow.conversation_id.is_(None))
            .where(OutboxRow.kind == "relay", OutboxRow.op == "send")
            .order_by(OutboxRow.id.desc())
            .limit(LOOKED_THROUGH)
        )
        for row, source in await self.session.execute(wanted):
            if self._decode(source).sender.id != sender_id or source.message_id is None:
                continue
            chat = ChatRef(source.platform, source.bot, source.chat_id or "", source.thread_id)
            if row.state != "cancelled" and (found := await self.copies(MessageRef(chat, source.message_id))):
                return found
        return ()

    async def refused_since(self, conversation_id: int, since: datetime) -> Sequence[tuple[int, InboundMessage]]:
        """What a customer wrote since an instant and that was kept back, each with its inbox id."""
        return await history.refused_since(self.session, self._decode, conversation_id, since)

    async def told(self, conversation_id: int, most: int) -> Sequence[Said]:
        """The last `most` things that were said in a conversation and its thread, oldest first."""
        return await history.told(self.session, self._decode, conversation_id, most)

    async def found(self, words: Sequence[str], most: int) -> Sequence[Found]:
        """The latest messages of customers' conversations that hold all these words, latest first."""
        return await history.find(self.session, self._decode, words, most)

    async def desk_link(self, conversation_id: int) -> str:
        """An address that opens a customer's thread, or empty where there is none."""
        row = await self.session.get(DeskRow, conversation_id)
        if row is None or row.thread_id is None or row.platform not in self.adapters:
            return ""
        link = getattr(self.adapters[row.platform], "thread_link", None)
        return str(link(row.chat_id, row.thread_id)) if link else ""

    async def _there(self, found: Sequence[Copy]) -> list[Copy]:
        gone = await copies.taken_back(self.session, [copy.key for copy in found]) if found else set()
        return [copy for copy in found if copy.key not in gone]

    def _decode(self, row: InboxRow) -> InboundMessage:
        return self.adapters[row.platform].decode(row.raw)


TOLD = "told:"
"""Begins the name of a note that tells the owners of an answer; the answer's name follows."""


def _copy(name: Name, row: OutboxRow) -> Copy:
    return Copy(row.key, name, load(OutboundMessage, row.message))


def _answers(inbox_id: int) -> list[str]:
    """The names that answers to a question have, the first one first."""
    return [f"in:{inbox_id}", *(f"in:{inbox_id}:{number}" for number in range(2, ANSWERS + 1))]
