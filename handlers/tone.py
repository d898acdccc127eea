"""What goes out to somebody who is unhappy is looked at once more: the owner decides on words that may read as
dismissive before the customer reads them.

Nothing is lost meanwhile: what was held back is a stored update, edits included, and a row that says so; what the owner
writes next waits behind it, so that the customer reads everything in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.database import complaints, people
from bot.database.tables import HeldWords, Ticket
from bot.markup import quoted
from bot.messages import Button, ChatRef, Copy, InboundMessage, MessageRef, OutboundMessage, Outcome, Text
from handlers import promises, tickets
from handlers.context import Context

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
Doubt = tuple[str, str]
"""The name of a sentence that says why, and the words that it quotes."""
BARE_WORDS = 3
"""With so few words a link still stands bare: “see here: …”."""


def doubt(text: Text, ticket: Ticket, ctx: Context) -> Doubt | None:
    """Why words may read as dismissive, as the name of a sentence and what it quotes; None where nothing is amiss."""
    phrases, plain = ctx.house.phrases, text.plain
    kind = bool(phrases.found("acknowledged", plain))
    if words := phrases.found("dismissive", plain):
        return "tone_words", words
    links = _LINK.findall(plain) + [span.url for span in text.spans if span.kind == "link"]
    if links and not kind and len(_WORD.findall(_LINK.sub(" ", plain))) <= BARE_WORDS:
        return "tone_link", links[0]
    heard = kind or bool((ticket.card or {}).get("acknowledged"))
    if not heard and (words := phrases.found("policy", plain)):
        return "tone_policy", words
    return None


async def from_owner(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """An owner's words go to the customer, unless they had better be looked at, or wait behind such words."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket is None or not ticket.complaint:
        return await _goes_out(message, ctx)
    why, waiting = doubt(message.text, ticket, ctx), await _unsettled(ctx)
    if why is None and not waiting:
        _note_kindness(message.text, ticket, ctx)
        return await _goes_out(message, ctx)
    held = await _hold(why, ctx)
    if why:
        return [await _asks(held, why, message, ctx)]
    first = next(row for row in waiting if row.state == "held")
    return [await _waits_behind(first, sum(row.state == "fine" for row in waiting) + 1, ctx)]


async def _goes_out(message: InboundMessage, ctx: Context, inbox_id: int | None = None) -> list[OutboundMessage]:
    """To the customer; such words may promise something, or keep a promise."""
    return [*await tickets.from_owner(message, ctx, inbox_id), *await promises.heard(message, ctx)]


async def edit_waits(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """An edit that would make dismissive words of what the customer has read already waits for the owner's word."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    why = doubt(message.text, ticket, ctx) if ticket and ticket.complaint else None
    return [await _asks(await _hold(why, ctx), why, message, ctx)] if why else []


async def held_of(ref: MessageRef, ctx: Context) -> HeldWords | None:
    """What is held back of that message of an owner's: its words, or an edit of them."""
    for row in reversed(await _unsettled(ctx)):
        found = await ctx.sent.said_in(row.inbox_id)
        if found and found[0].message_id == ref.message_id:
            return row
    return None


async def last_held_by(sender_id: str, ctx: Context) -> HeldWords | None:
    """The last thing that this owner said and that has not gone out yet."""
    for row in reversed(await _unsettled(ctx)):
        found = await ctx.sent.said_in(row.inbox_id)
        if found and found[1].sender.id == sender_id:
            return row
    return None


async def reworded(held: HeldWords, message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The owner has edited words that were held back: better ones go out at once."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    why = doubt(message.text, ticket, ctx) if ticket else None
    before, held.state, held.why = held.state, "held" if why else "fine", why[0] if why else ""
    if why:
        return [await _asks(held, why, message, ctx)]
    settled = [_mended(held, ctx.say("tone_reworded"), ctx)] if before == "held" else []
    return [*settled, *await _release(held, ctx, edited=message)]


async def dropped(held: HeldWords, ctx: Context) -> list[OutboundMessage]:
    """The owner has taken the words back, or made a note of them: they never go out; what waits behind them does."""
    before, held.state = held.state, "dropped"
    settled = [_mended(held, ctx.say("tone_dropped"), ctx)] if before == "held" else []
    return [*settled, *await _release(held, ctx)]


async def pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """Send anyway, or Change, under what was held back."""
    held = await ctx.session.get(HeldWords, int(value["held"]))
    if held is None or held.state != "held":
        return [ctx.reply(ctx.say("settled"))]
    send = message.action.startswith("send_anyway")
    held.state = "fine" if send else "dropped"
    sent = await _release(held, ctx)
    became = {"sent": "tone_sent", "fine": "tone_next", "dropped": "tone_change"}[held.state]
    return [_mended(held, ctx.say(became), ctx), *sent]


async def kept_back(reply: OutboundMessage, question: str, ctx: Context) -> list[OutboundMessage]:
    """A sure answer that may read as dismissive to somebody who is unhappy becomes a draft for the owner, with a button
    that sends it; nothing where it may simply be said."""
    if ctx.conversation.state != "waiting":
        return []
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    why = doubt(reply.text, ticket, ctx) if ticket and ticket.complaint else None
    if why is None:
        return []
    ctx.outcome = Outcome.relayed
    key = f"draft:{reply.key}"
    button = ctx.button("send_anyway_button", "send_answer", {"question": question, "key": key})
    text = ctx.say("tone_draft", question=question, why=ctx.say(why[0], words=why[1])) + "\n" + quoted(reply.text)
    return [replace(ctx.to_desk(text, [button]), key=key)]


async def draft_waits(text: Text, value: dict[str, Any], ctx: Context) -> list[OutboundMessage]:
    """A draft that an owner has tapped and that may read as dismissive needs a second tap; nothing where it is fine."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    why = doubt(text, ticket, ctx) if ticket and ticket.complaint else None
    if why is None:
        return []
    button = ctx.button("send_anyway_button", "send_draft", {**value, "anyway": True})
    return [ctx.reply(ctx.say("tone_draft_tapped", why=ctx.say(why[0], words=why[1])), [button], kind="note")]


def follows(copy: Copy, message: InboundMessage, ctx: Context, copied: int | None = None) -> OutboundMessage:
    """The customer's copy says what the owner's message says now."""
    whole = copy.key.partition("/")[0]
    return OutboundMessage(
        copy.said.to, ctx.key(), "relay", "edit", text=message.text, target=whole, copy_of=copied or ctx.inbox_id
    )


async def _unsettled(ctx: Context, decided: HeldWords | None = None) -> list[HeldWords]:
    """What waits, of the ticket that is open. What was left when an earlier one was closed goes out by its button
    alone, and holds up nothing: it is given where `decided` is of that time."""
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    rows = await complaints.unsettled(ctx.session, ctx.conversation.id)
    since = ticket.opened_at if ticket else None
    if since is None:
        return list(rows)
    left = decided is not None and decided.held_at < since
    return [row for row in rows if (row.held_at < since) == left]


async def _hold(why: Doubt | None, ctx: Context) -> HeldWords:
    assert ctx.inbox_id is not None
    held = HeldWords(
        conversation_id=ctx.conversation.id,
        customer_id=ctx.conversation.customer_id,
        inbox_id=ctx.inbox_id,
        state="held" if why else "fine",
        why=why[0] if why else "",
        held_at=ctx.now,
    )
    ctx.session.add(held)
    await ctx.session.flush()
    return held


async def _release(decided: HeldWords, ctx: Context, edited: InboundMessage | None = None) -> list[OutboundMessage]:
    """Sends what waits, in order, up to the next words on which the owner has to decide. `edited` is what the decided
    words are from now on."""
    messages: list[OutboundMessage] = []
    await ctx.session.flush()
    for row in await _unsettled(ctx, decided):
        if row.state == "held":
            break
        if found := await ctx.sent.said_in(row.inbox_id):
            ref, said = found
            if edited and row is decided:
                said = replace(said, text=edited.text)
            messages += await _sent(row, ref, said, ctx)
        row.state = "sent"
    return messages


async def _sent(row: HeldWords, ref: MessageRef, said: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    copies = [copy for copy in await ctx.sent.copies(ref) if isinstance(copy.said.to, ChatRef)]
    if copies:
        return [follows(copies[0], said, ctx, row.inbox_id)]
    if ticket := await people.open_ticket(ctx.session, ctx.conversation.id):
        _note_kindness(said.text, ticket, ctx)
    return await _goes_out(said, ctx, row.inbox_id)


def _note_kindness(text: Text, ticket: Ticket, ctx: Context) -> None:
    """Once somebody has said that they are sorry, or understand, a rule may be named without saying so again."""
    if ctx.house.phrases.found("acknowledged", text.plain):
        ticket.card = {**(ticket.card or {}), "acknowledged": True}


async def _asks(held: HeldWords, why: Doubt, message: InboundMessage, ctx: Context) -> OutboundMessage:
    """The word to the owner, with the two buttons; where it stands there already it is brought up to date."""
    text, buttons = ctx.say("tone_held", why=ctx.say(why[0], words=why[1])), _choices(held, ctx)
    if await ctx.sent.said(_name(held)):
        return _mended(held, text, ctx, buttons)
    return replace(ctx.to_desk(text, buttons), key=_name(held), quotes=ctx.ref(message))


async def _waits_behind(first: HeldWords, count: int, ctx: Context) -> OutboundMessage:
    """The word to the owner tells how much waits behind what was held back."""
    found = await ctx.sent.said_in(first.inbox_id)
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    why = (doubt(found[1].text, ticket, ctx) if found and ticket else None) or ("tone_words", "…")
    text = ctx.say("tone_held", why=ctx.say(why[0], words=why[1])) + "\n" + ctx.say("tone_behind", count=str(count))
    return _mended(first, text, ctx, _choices(first, ctx))


def _choices(held: HeldWords, ctx: Context) -> list[Button]:
    value = {"held": held.id}
    return [
        ctx.button("send_anyway_button", "send_anyway", value),
        ctx.button("change_button", "change_words", value),
    ]


def _mended(held: HeldWords, text: Text, ctx: Context, choices: Sequence[Button] = ()) -> OutboundMessage:
    """The word to the owner as it is from now on."""
    return OutboundMessage(
        tickets.desk(ctx), ctx.key(), "note", "edit", text=text, buttons=tuple(choices), target=_name(held)
    )


def _name(held: HeldWords) -> str:
    return f"held:{held.inbox_id}"
