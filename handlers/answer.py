"""A customer asks: a sure answer at once; else, after the rest of the thought, "did you mean" or the owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.database.blobs import images
from bot.markup import from_markdown
from bot.messages import Button, ChatRef, Desk, InboundMessage, Media, OutboundMessage, Outcome, Text, styled
from handlers import catalogue, lately, restock, tickets, tone
from handlers.context import Context
from handlers.expectations import asked_again
from handlers.texts import not_spoken
from knowledge.answers import Answer

THOUGHT = timedelta(seconds=3)
"""How long an unsure line waits for the next one, before they are read as one question."""
TOLD = "told:"
"""Begins the name of a note that tells the owners of an answer; the answer's name follows."""


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
    if sure := sure_parts(found):
        return told + await _give(message, sure, [p for p in found.parts if p not in sure], ctx)
    if open_already:
        ctx.outcome = Outcome.relayed
        return told + await asked_again(ctx)
    ctx.hold()
    ctx.conversation.thought_due_at = ctx.now + THOUGHT
    return []


async def settle(ctx: Context) -> list[OutboundMessage]:
    """The thought is complete: its lines are asked again as one, as they stand by now."""
    ctx.conversation.thought_due_at = None
    whole = tickets.join(ctx.held)
    if not whole.text and not whole.media:
        ctx.settles = Outcome.done  # all of it was taken back
        return []
    await ctx.sent.thought(ctx.held_ids)
    tickets.answers_to(ctx.held_ids[0], ctx)
    ctx.asks = ctx.ref(ctx.held[-1])
    sure, state = sure_parts(ctx.ask(whole.text.plain)), ctx.conversation.state
    if state == "handoff" or (state == "waiting" and not sure):  # somebody was quicker
        messages, ctx.outcome = await tickets.pass_on(ctx), Outcome.relayed
    else:
        messages = await conclude(whole, ctx)
    ctx.settles = ctx.outcome
    return messages


def sure_parts(found: Answer) -> list[Answer]:
    """The questions of a message that have a sure answer."""
    return [part for part in found.parts or (found,) if part.outcome == "answered" or part.recommended]


async def conclude(whole: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """What is said to a question that is complete: the answer, a guess, or that the owner will."""
    found = ctx.ask(whole.text.plain)
    explain(found, ctx)
    if sure := sure_parts(found):
        return await _give(whole, sure, [p for p in found.parts if p not in sure], ctx)
    if found.outcome == "suggested" and not whole.media:
        return _suggest(whole, found, ctx)
    told, *others = await tickets.open_ticket(whole, ctx, tried=tried(found, ctx), stale=found.stale)
    if found.language:
        told = replace(told, text=not_spoken(found.language, ctx.shop.owner_name) + "\n\n" + told.text)
    return [told, *others]


async def sure_now(whole: InboundMessage, thread: ChatRef | Desk, ctx: Context) -> list[OutboundMessage]:
    """What is sure of a question that the owners have before them, with a note to them; nothing where nothing is."""
    found = ctx.ask(whole.text.plain)
    explain(found, ctx)
    if not (sure := sure_parts(found)):
        return []
    text, pictures = await answers(sure, ctx)
    ctx.outcome = Outcome.answered
    reply = ctx.reply(text, restock.buttons_for(_given(sure), ctx), pictures)
    kept = await tone.kept_back(reply, whole.text.plain, ctx)
    return kept or [reply, replace(_told(reply, ctx), to=thread)]


async def _give(message: InboundMessage, sure: list[Answer], rest: list[Answer], ctx: Context) -> list[OutboundMessage]:
    """The sure answers as one message; a question beside them that has none goes to the owner."""
    text, pictures = await answers(sure, ctx)
    back = restock.buttons_for(_given(sure), ctx)
    if rest and ctx.conversation.state == "bot":
        words = replace(message, text=Text(" ".join(part.text for part in rest)))
        told, *others = await tickets.open_ticket(words, ctx, sentence="asked_rest")
        return [replace(told, text=text + "\n\n" + told.text, media=tuple(pictures), buttons=tuple(back)), *others]
    ctx.outcome = Outcome.answered
    if ctx.conversation.state == "waiting":
        reply = ctx.reply(text, back, pictures)
        return await tone.kept_back(reply, message.text.plain, ctx) or [reply, _told(reply, ctx)]
    lately.remember(message.text.plain, text.plain, ctx)
    return [ctx.reply(text, [*back, ask_owner_button(message.text.plain, sure[0], ctx)], pictures)]


async def answers(sure: list[Answer], ctx: Context) -> tuple[Text, list[Media]]:
    """What sure answers say together, with their pictures."""
    text, pictures = Text(), list[Media]()
    ctx.conversation.topic = _given(sure)[-1]
    for part in sure:
        told = [Text(part.computed), _words(part.entry or "", part.text, ctx)]
        if part.recommended:
            told = [catalogue.notes(part.recommended, ctx)]
        for words in (one for one in told if one):
            text = text + ("\n\n" if text else "") + words
    for id in _given(sure):
        found = await images(ctx.session, ctx.house.knowledge.images(id))
        pictures += [picture for picture in found if picture not in pictures]
    return text, pictures


def _given(sure: Sequence[Answer]) -> list[str]:
    """The entries and products of which answers tell."""
    return [id for part in sure for id in part.recommended or (part.entry or "",)]


def _told(reply: OutboundMessage, ctx: Context) -> OutboundMessage:
    """The note to the owners that the bot has answered; it bears the answer's name, so that quotes find it."""
    note = ctx.to_desk(ctx.say("bot_answered", answer=short(reply.text)))
    return replace(note, key=f"{TOLD}{reply.key}")


def _words(id: str, question: str, ctx: Context) -> Text:
    """The stored answer; of a product what was asked for, else all of it with the owner's note, signed."""
    known = ctx.house.knowledge
    text = from_markdown(known.stored(id))
    product = known.products.get(id.removeprefix("product:")) if id not in known.entries else None
    if product and (told := catalogue.columns(product, question, ctx)):
        return told
    if product and product.owner_note:
        text = text + "\n\n" + styled("italic", product.owner_note) + "\n" + ctx.say("signed")
    return text


def short(text: Text, most: int = 200) -> str:
    """The beginning of a text, on one line."""
    plain = " ".join(text.plain.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _suggest(message: InboundMessage, found: Answer, ctx: Context) -> list[OutboundMessage]:
    question = message.text.plain
    buttons = [
        ctx.labelled(ctx.house.knowledge.title(entry), "suggest", {"entry": entry, "question": question, **_asked(ctx)})
        for entry in found.suggestions
    ]
    ctx.outcome = Outcome.suggested
    lately.remember(question, " · ".join(button.label for button in buttons), ctx)
    return [ctx.reply(ctx.say("did_you_mean"), [*buttons, ask_owner_button(question, found, ctx)])]


def ask_owner_button(question: str, found: Answer, ctx: Context) -> Button:
    """The way to the owner from under an answer or a guess."""
    value = {"question": question, "tried": tried(found, ctx), **_asked(ctx)}
    label = ctx.say("ask_owner_button").plain
    return ctx.labelled(label, "ask_owner", value)


def _asked(ctx: Context) -> dict[str, Any]:
    """Which stored update asked, for the buttons under what is said to it."""
    return {"asked": ctx.asked_id or ctx.inbox_id}


async def _goes_on(value: dict[str, Any], ctx: Context) -> None:
    """What is said after a choice answers the question from which it came, and follows its edits."""
    if asked := value.get("asked"):
        tickets.answers_to(int(asked), ctx)
        ctx.replies_as = await ctx.sent.free_key(int(asked))


async def suggested(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A customer chose one of the guesses."""
    await _goes_on(value, ctx)
    entry = str(value["entry"])
    asked = replace(message, text=Text(str(value["question"])), media=())
    words = ctx.house.knowledge.stored(entry)
    still = ctx.house.knowledge.entries.get(entry)
    if not words or (still and (still.mode == "draft" or (still.valid_until and still.valid_until < ctx.today))):
        return await tickets.open_ticket(asked, ctx, sentence="entry_gone", stale=entry if words else None)
    pictures = await images(ctx.session, ctx.house.knowledge.images(entry))
    ctx.outcome, ctx.conversation.topic = Outcome.answered, entry
    value = {"question": str(value["question"]), "tried": ctx.house.knowledge.title(entry), **_asked(ctx)}
    buttons = restock.buttons_for([entry], ctx)
    if ctx.conversation.state == "bot":
        lately.remember(asked.text.plain, _words(entry, asked.text.plain, ctx).plain, ctx)
        buttons.append(ctx.labelled(ctx.say("ask_owner_button").plain, "ask_owner", value))
    reply = ctx.reply(_words(entry, asked.text.plain, ctx), buttons, pictures)
    return await tone.kept_back(reply, asked.text.plain, ctx) or [reply]


async def ask_owner(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A customer wants the owner rather than a guess."""
    await _goes_on(value, ctx)
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
