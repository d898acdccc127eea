"""A customer asks: a sure answer at once; else, after the rest of the thought, "did you mean" or the owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.database.blobs import images
from bot.markup import from_markdown
from bot.messages import Button, InboundMessage, Media, OutboundMessage, Outcome, Text, styled
from handlers import tickets
from handlers.context import Context
from knowledge.answers import Answer

THOUGHT = timedelta(seconds=3)
"""How long an unsure line waits for the next one, before they are read as one question."""


def is_own_phrasing(message: InboundMessage, ctx: Context) -> bool:
    """Whether the message is, word for word, a phrasing of an entry that answers by itself."""
    found = ctx.ask(message.text.plain)
    return found.exact and found.outcome == "answered"


async def answer(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Answers what is sure. Anything else waits for the rest of the thought, or goes to a thread that is open."""
    found = ctx.ask(message.text.plain)
    explain(found, ctx)
    open_already = ctx.conversation.state == "waiting"
    told = [await ctx.relay(message, tickets.desk(ctx))] if open_already else []
    if sure := [part for part in found.parts or (found,) if part.outcome == "answered"]:
        return told + await _give(message, sure, [p for p in found.parts if p not in sure], ctx)
    if open_already:
        ctx.outcome = Outcome.relayed
        return told
    ctx.hold()
    ctx.conversation.thought_due_at = ctx.now + THOUGHT
    return []


async def settle(ctx: Context) -> list[OutboundMessage]:
    """The thought is complete: its lines are asked again as one."""
    ctx.conversation.thought_due_at = None
    whole = tickets.join(ctx.held)
    found = ctx.ask(whole.text.plain)
    explain(found, ctx)
    if ctx.conversation.state == "handoff":  # the owner was quicker
        messages, ctx.outcome = await tickets.pass_on(ctx), Outcome.relayed
    elif sure := [part for part in found.parts or (found,) if part.outcome == "answered"]:
        messages = await _give(whole, sure, [p for p in found.parts if p not in sure], ctx)
    elif ctx.conversation.state == "waiting":
        messages, ctx.outcome = await tickets.pass_on(ctx), Outcome.relayed
    elif found.outcome == "suggested" and not whole.media:
        messages = _suggest(whole, found, ctx)
    else:
        messages = await tickets.open_ticket(whole, ctx, tried=tried(found, ctx), stale=found.stale)
    ctx.settles = ctx.outcome
    return messages


async def _give(message: InboundMessage, sure: list[Answer], rest: list[Answer], ctx: Context) -> list[OutboundMessage]:
    """The sure answers as one message; a question beside them that has none goes to the owner."""
    text, pictures = Text(), list[Media]()
    for part in sure:
        text = text + ("\n\n" if text else "") + _words(part.entry or "", ctx)
        pictures += await images(ctx.session, ctx.house.knowledge.images(part.entry or ""))
    if rest and ctx.conversation.state == "bot":
        words = replace(message, text=Text(" ".join(part.text for part in rest)))
        told, card = await tickets.open_ticket(words, ctx, sentence="asked_rest")
        return [replace(told, text=text + "\n\n" + told.text, media=tuple(pictures)), card]
    ctx.outcome = Outcome.answered
    if ctx.conversation.state == "waiting":
        return [ctx.reply(text, media=pictures), ctx.to_desk(ctx.say("bot_answered", answer=_short(text)))]
    return [ctx.reply(text, [ask_owner_button(message.text.plain, sure[0], ctx)], pictures)]


def _words(id: str, ctx: Context) -> Text:
    """The stored answer; under a product's columns stands what the owner says of it, signed."""
    known = ctx.house.knowledge
    text = from_markdown(known.stored(id))
    product = known.products.get(id.removeprefix("product:")) if id not in known.entries else None
    if product and product.owner_note:
        text = text + "\n\n" + styled("italic", product.owner_note) + "\n" + ctx.say("signed")
    return text


def _short(text: Text, most: int = 200) -> str:
    plain = " ".join(text.plain.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _suggest(message: InboundMessage, found: Answer, ctx: Context) -> list[OutboundMessage]:
    question = message.text.plain
    buttons = [
        ctx.labelled(ctx.house.knowledge.title(entry), "suggest", {"entry": entry, "question": question})
        for entry in found.suggestions
    ]
    ctx.outcome = Outcome.suggested
    return [ctx.reply(ctx.say("did_you_mean"), [*buttons, ask_owner_button(question, found, ctx)])]


def ask_owner_button(question: str, found: Answer, ctx: Context) -> Button:
    """The way to the owner from under an answer or a guess."""
    value = {"question": question, "tried": tried(found, ctx)}
    label = ctx.say("ask_owner_button").plain
    return ctx.labelled(label, "ask_owner", value)


async def suggested(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A customer chose one of the guesses."""
    entry = str(value["entry"])
    asked = replace(message, text=Text(str(value["question"])), media=())
    words = ctx.house.knowledge.stored(entry)
    still = ctx.house.knowledge.entries.get(entry)
    if not words or (still and (still.mode == "draft" or (still.valid_until and still.valid_until < ctx.today))):
        return await tickets.open_ticket(asked, ctx, sentence="entry_gone", stale=entry if words else None)
    pictures = await images(ctx.session, ctx.house.knowledge.images(entry))
    ctx.outcome = Outcome.answered
    value = {"question": str(value["question"]), "tried": ctx.house.knowledge.title(entry)}
    button = ctx.labelled(ctx.say("ask_owner_button").plain, "ask_owner", value)
    return [ctx.reply(_words(entry, ctx), [button] if ctx.conversation.state == "bot" else [], pictures)]


async def ask_owner(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A customer wants the owner rather than a guess."""
    asked = replace(message, text=Text(str(value["question"])), media=())
    return await tickets.open_ticket(asked, ctx, tried=str(value.get("tried", "")))


def tried(found: Answer, ctx: Context) -> str:
    """The nearest entries, for the owner's card."""
    titles = [ctx.house.knowledge.title(candidate.entry) for candidate in found.candidates[:3]]
    return " · ".join(titles)


def explain(found: Answer, ctx: Context) -> None:
    """Keeps why the question was answered, or not."""
    ctx.explanation = {
        "text": found.text[:500],
        "outcome": found.outcome,
        "confidence": round(found.confidence, 3),
        "line": round(found.line, 3),
        "reason": found.reason,
        "candidates": [
            {"entry": c.entry, "title": ctx.house.knowledge.title(c.entry), "score": round(c.score, 3)}
            for c in found.candidates
        ],
    }
