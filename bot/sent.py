"""What handlers may ask of messages that are on their way or were sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot import copies, inbox, outbox
from bot.adapter import Adapter
from bot.copies import Name
from bot.messages import InboundMessage, MessageRef


@dataclass(frozen=True)
class Sent:
    """The port `handlers.context.SentMessages`, within the transaction of one message."""

    session: AsyncSession
    now: datetime
    adapters: Mapping[str, Adapter]

    async def resend(self, key: str) -> bool:
        """Sends an uncertain message after all; False when it is settled already."""
        return await outbox.resend(self.session, key, self.now)

    async def discard(self, key: str) -> bool:
        """Leaves an uncertain message; False when it is settled already."""
        return await outbox.discard(self.session, key)

    async def cancel_for(self, customer_id: int) -> int:
        """Cancels a customer's waiting posts and offers."""
        return await outbox.cancel_for(self.session, customer_id)

    async def said(self, key: str) -> bool:
        """Whether there is a message of that name already."""
        return await outbox.by_key(self.session, key) is not None

    async def original(self, ref: MessageRef) -> InboundMessage | None:
        """What a person wrote first under a platform's message id."""
        row = await inbox.original(self.session, ref)
        return self.adapters[row.platform].decode(row.raw) if row else None

    async def other_side(self, ref: MessageRef) -> Name | None:
        """The same message on the other side: our copy of a person's message, or what our message is a copy of. A
        picture of an album has the same picture there."""
        if found := await copies.copies_of(self.session, ref, relayed=False):
            return found[0]
        copied = await copies.copied_by(self.session, ref)
        return await inbox.written_in(self.session, copied) if copied else None

    async def copies_of(self, ref: MessageRef) -> Sequence[Name]:
        """Our messages that carry that person's message to the other side: one for each part, by its key, or by the
        platform's id where it is one picture of an album."""
        return await copies.copies_of(self.session, ref)
