"""Whoever asked in vain what is answered now is told, once, where the owner taps the button."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.database import buttons, questions
from bot.database.entries import entry_of
from bot.database.questions import Asked
from bot.database.tables import Conversation, Customer, Ticket
from bot.markup import from_markdown, quoted
from bot.messages import Button, ChatRef, Desk, InboundMessage, OutboundMessage, Text
from handlers.context import Context
from handlers.texts import best_language, say
from knowledge.clusters import clusters
from knowledge.entry import Entry

ASKED_WITHIN = timedelta(days=30)
SHOWN = 5


async def offer_to_tell(id: str, question: str, conversation: int, ctx: Context) -> tuple[Text, list[Button]]:
    """“Tell the 4 who asked”, with their questions, so that the owner sees whether these are the same; nothing where
    nobody waits for this answer. The customer of `conversation` has it already."""
    asked = [
        one
        for one in await questions.unanswered(ctx.session, ctx.now - ASKED_WITHIN)
        if one.conversation_id != conversation
    ]
    alike = list({one.conversation_id: one for one in _alike(question, asked)}.values())
    if not alike:
        return Text(), []
    tickets = [one.ticket_id for one in alike]
    text = Text("\n\n") + ctx.say("tell_asked")
    for one in alike[:SHOWN]:
        text = text + "\n• " + " ".join(one.question.split())[:120]
    label = ctx.say("tell_button" if len(tickets) > 1 else "tell_one_button", count=str(len(tickets))).plain
    return text, [ctx.labelled(label, "tell_askers", {"entry": id, "tickets": tickets})]


def _alike(question: str, asked: Sequence[Asked]) -> list[Asked]:
    """Those who asked for the same."""
    groups = clusters([question, *(one.question for one in asked)])
    (mine,) = [group for group in groups if 0 in group.places]
    return [asked[place - 1] for place in mine.places if place]


async def tell(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """Sends the answer to each of them, with their own question above it, and a word into their thread."""
    entry = await entry_of(ctx.session, str(value["entry"]))
    if entry is None:
        return [ctx.reply(ctx.say("entry_unknown", id=str(value["entry"])))]
    told: list[OutboundMessage] = []
    count = 0
    for ticket_id in value["tickets"]:
        found = await questions.asker(ctx.session, int(ticket_id))
        key = f"told:{entry.id}:{ticket_id}"
        if found is None or await ctx.sent.said(key):
            continue
        await questions.answered(ctx.session, int(ticket_id), ctx.now)
        told += _told(entry, key, *found, ctx)
        count += 1
    return [ctx.reply(ctx.say("tell_done" if count else "tell_nobody", count=str(count))), *told]


def _told(
    entry: Entry, key: str, ticket: Ticket, conversation: Conversation, customer: Customer, ctx: Context
) -> list[OutboundMessage]:
    chat = ChatRef(conversation.platform, conversation.bot, conversation.chat_id)
    language = best_language(customer.language, *ctx.shop.languages)
    answer = from_markdown(entry.answer)
    words = say(language, "told", owner=ctx.shop.owner_name) + "\n" + quoted(ticket.question) + "\n\n" + answer
    note = ctx.say("told_note", id=entry.id) + "\n" + quoted(answer)
    close = buttons.remember(ctx.session, ctx.say("close_button").plain, "close", conversation.id, {}, ctx.now)
    return [
        OutboundMessage(chat, key, "reply", text=words, customer_id=customer.id),
        OutboundMessage(Desk(conversation.id), f"{key}:note", "note", text=note, buttons=(close,)),
    ]
