"""What a handler may ask of messages that are on their way or were sent, and of what people wrote before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

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
)


class SentMessages(Protocol):
    """What a handler may ask of messages that are on their way or were sent, and of what people wrote before."""

    async def written(self, ref: MessageRef, except_id: int | None) -> Written | None:
        """What a person wrote under that id, as it stood before the update `except_id`."""

    async def said_in(self, inbox_id: int) -> tuple[MessageRef, InboundMessage] | None:
        """The message of which a stored update tells, as it stands now; None where it was taken back."""

    async def as_now(self, lines: Sequence[InboundMessage]) -> tuple[InboundMessage, ...]:
        """Lines as they stand after edits; one that was taken back says nothing any more."""

    async def thought(self, inbox_ids: Sequence[int]) -> None:
        """Notes that these were read as one thought."""

    async def copies(self, ref: MessageRef) -> Sequence[Copy]:
        """Our messages that carry that person's words: relays, and the card of a ticket."""

    async def counterpart(self, ref: MessageRef) -> tuple[ChatRef | Desk, str | MessageRef, int | None] | None:
        """The same message on the other side, where that is, and the customer whom it concerns."""

    async def reply_to(self, inbox_id: int) -> tuple[str, OutboundMessage] | None:
        """The key and the present words of the answer that was given to a thought."""

    async def free_key(self, inbox_id: int) -> str:
        """A name under which `reply_to` will find the next answer to a thought."""

    async def last_said_by(self, sender_id: str, conversation_id: int) -> Sequence[Copy]:
        """The customer's copies of the last thing that this owner said in a thread and has not taken back."""

    async def words(self, ref: MessageRef) -> Text | None:
        """What a message says, a person's or ours; None for one that nobody knows."""

    async def resend(self, key: str) -> bool:
        """Sends an uncertain message after all; False when it is settled already."""

    async def discard(self, key: str) -> bool:
        """Leaves an uncertain message; False when it is settled already."""

    async def cancel_for(self, customer_id: int, kinds: Sequence[OutboundKind]) -> int:
        """Cancels what of these kinds waits for a customer; returns how many messages that were."""

    async def last_words(self, chat: ChatRef) -> tuple[str, str, str, datetime] | None:
        """Of the last message to a person's chat kind, state, reason of a refusal, and since when it is there."""

    def shape(self, message: OutboundMessage, platform: str) -> Sequence[OutboundMessage]:
        """The messages that a platform will make of that one, in order."""

    async def make_ready(self, message: OutboundMessage) -> None:
        """Has the files of a message made what its place wants of them, long before it is sent."""

    async def said(self, key: str) -> bool:
        """Whether there is a message of that name already."""

    async def other_side(self, ref: MessageRef) -> str | MessageRef | None:
        """The same message on the other side: our copy of a person's message, or what our message is a copy of."""

    async def refused_since(self, conversation_id: int, since: datetime) -> Sequence[tuple[int, InboundMessage]]:
        """What a customer wrote since an instant and that was kept back, each with its inbox id."""

    async def told(self, conversation_id: int, most: int) -> Sequence[Said]:
        """The last `most` things that were said in a conversation and its thread, oldest first."""

    async def found(self, words: Sequence[str], most: int) -> Sequence[Found]:
        """The latest messages of customers' conversations that hold all these words, latest first."""

    async def desk_link(self, conversation_id: int) -> str:
        """An address that opens a customer's thread, or empty where there is none."""
