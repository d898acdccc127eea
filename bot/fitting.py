"""What takes the processor for long is done in threads: fitting what the shop knows, reading what a line means."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from bot.messages import InboundMessage
from handlers.context import Context
from knowledge.answers import Knowledge
from knowledge.entry import Entry, Product
from knowledge.matching import Sentences
from knowledge.meaning import SentenceModel
from knowledge.shop import Shop


async def fitted(
    entries: Sequence[Entry], products: Sequence[Product], shop: Shop, model: Sentences | None
) -> Knowledge:
    """What the shop knows, ready to be asked."""
    fit = partial(Knowledge, entries, products, currency=shop.currency, hours=shop.hours, model=model)
    try:
        return await asyncio.to_thread(fit)
    except asyncio.CancelledError:
        if isinstance(model, SentenceModel):
            model.stop()  # a thread can't be cancelled, and a stopping process would wait for it
        raise


async def read_ahead(message: InboundMessage | None, ctx: Context) -> None:
    """Has the sentence model read what a customer says, or has said in lines that are held: it then knows the words
    when they are asked, and the loop isn't kept waiting for it."""
    lines = [message] if message else ctx.held
    words = "\n".join(line.text.plain for line in lines if line.text)
    if words and not ctx.in_room:
        await asyncio.to_thread(ctx.house.knowledge.ask, words, ctx.today)
