"""What customers call a thing: a choice among guesses becomes a phrasing if the owner says so; none is learnt alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.database.entries import entry_of, store
from bot.database.questions import phrasings, suggest_phrasing
from bot.database.tables import Phrasing
from bot.messages import Button, InboundMessage, OutboundMessage, Outcome, Text
from handlers import answer
from handlers.context import Context
from knowledge.anonymous import GAP, strip_details
from knowledge.words import strict

SHOWN = 3
LONGEST = 200
_LABEL_AT_MOST = 60


async def chosen(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """Answers the guess that a customer chose, and keeps their words for the owner to decide on."""
    messages = await answer.suggested(message, ctx, value)
    entry = ctx.house.knowledge.entries.get(str(value["entry"]))
    if ctx.outcome is Outcome.answered and entry is not None:
        names = [ctx.customer.name, ctx.customer.username] if ctx.customer else []
        words = " ".join(strip_details(str(value["question"]), names).text.split())
        if words and GAP not in words and len(words) <= LONGEST and strict(words) not in map(strict, entry.questions):
            await suggest_phrasing(ctx.session, entry.id, words, ctx.conversation.customer_id, ctx.now)
    return messages


async def waiting(ctx: Context) -> tuple[Text, list[Button]]:
    """The words that wait for the owner, with a button to take each and one to drop all that are shown."""
    found = await phrasings(ctx.session, SHOWN)
    if not found:
        return Text(), []
    text = ctx.say("phrasings")
    for one in found:
        text = text + "\n• " + ctx.say("phrasings_line", question=one.question, id=one.entry_id)
    labels = [ctx.say("phrasings_take_button", question=one.question).plain[:_LABEL_AT_MOST] for one in found]
    take_each = [ctx.labelled(label, "phrasing_take", {"id": one.id}) for label, one in zip(labels, found, strict=True)]
    drop_all = ctx.labelled(ctx.say("phrasings_drop_button").plain, "phrasing_drop", {"ids": [one.id for one in found]})
    return text, [*take_each, drop_all]


async def take(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner agrees: the words are a phrasing of the entry from now on."""
    one = await ctx.session.get(Phrasing, int(value["id"]))
    if one is None or one.decided_at is not None:
        return [ctx.reply(ctx.say("phrasings_decided"))]
    entry = await entry_of(ctx.session, one.entry_id)
    one.decided_at, one.taken = ctx.now, entry is not None
    if entry is None:
        return [ctx.reply(ctx.say("entry_unknown", id=one.entry_id))]
    more = replace(entry, questions=(*entry.questions, one.question))
    await store(ctx.session, [more], f"/gaps {entry.id}", ctx.now)
    return [ctx.reply(ctx.say("teach_merged", id=entry.id, question=one.question))]


async def drop(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner does not want them: they are not shown again."""
    for id in value["ids"]:
        one = await ctx.session.get(Phrasing, int(id))
        if one is not None and one.decided_at is None:
            one.decided_at, one.taken = ctx.now, False
    return [ctx.reply(ctx.say("phrasings_dropped"))]
