"""A customer changes or takes back what they wrote: the thread shows both versions, the bot's answer follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.database import people
from bot.database.tables import Ticket
from bot.markup import quoted
from bot.messages import (
    CARD,
    Copy,
    Desk,
    InboundMessage,
    Line,
    Media,
    OutboundMessage,
    Outcome,
    Span,
    Text,
    Written,
    dump,
)
from handlers import answer, card, escalation, pleasantries, tickets
from handlers.context import Context

WORDLESS = ("sticker", "location", "contact", "poll")
"""What is shown without words, and so can't say by itself that it changed."""


async def edited(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """New words stand in the thread above what stood there before; what the bot answered to them is mended."""
    written = await ctx.sent.written(ctx.ref(message), ctx.inbox_id)
    if written is None:
        return await _afresh(replace(message, kind="text"), ctx)  # such as the first mention of us, put in later
    line, fresh = written.this, _fresh(message, written.this)
    now = replace(line.message, text=_words(message, line), media=message.media or line.message.media)
    if now.text.plain == line.message.text.plain and not fresh:
        return []
    if line.held:
        ctx.conversation.thought_due_at = ctx.now + answer.THOUGHT
        return []
    lines = [one.message for one in written.lines]
    whole = tickets.join([*lines[: written.place], now, *lines[written.place + 1 :]])
    copies = _whole(await ctx.sent.copies(ctx.ref(message)))
    marked = ctx.say("edited_before", before=line.message.text or ctx.say("no_words"))
    ticket = await _asked_otherwise(whole.text, marked, written, ctx) if copies else None
    changed = [await _changed(copy, now, whole, marked, ticket, ctx) for copy in copies]
    shown = [message for message in changed if message]
    if copies and fresh:
        shown.append(await ctx.relay(replace(now, text=Text(), media=fresh, reply_to=None), copies[0].said.to))
    ctx.outcome = Outcome.relayed if copies else Outcome.done
    return [*shown, *await _answer_again(whole, now, written, copies, ctx)]


def _words(message: InboundMessage, line: Line) -> Text:
    """The new words; those of a command without its name, as they were read before."""
    if line.kind != "command" or not message.text.plain.startswith("/"):
        return message.text
    name = message.text.plain.split(maxsplit=1)[0]
    rest = message.text.plain[len(name) :].lstrip()
    return message.text.cut(len(message.text.plain) - len(rest), len(message.text.plain))


def _fresh(message: InboundMessage, line: Line) -> tuple[Media, ...]:
    """Files that were put in the place of others."""
    known = {media.file_id for media in line.message.media}
    return tuple(media for media in message.media if known and media.file_id and media.file_id not in known)


def _whole(copies: Sequence[Copy]) -> list[Copy]:
    """One for each message of ours, whichever part of it bears the words."""
    return list({copy.key.partition("/")[0]: copy for copy in reversed(copies)}.values())[::-1]


async def _asked_otherwise(
    words: Text, mark: Text, written: Written, ctx: Context, *, struck: bool = False
) -> Ticket | None:
    """Notes in the ticket that was asked in these lines, if there is one, what they say now; the card shows it."""
    ticket = await people.ticket_asked_in(ctx.session, written.first_id)
    if ticket:
        ticket.question = words.plain.strip()
        ticket.card = (ticket.card or {}) | {"mark": dump(mark), "struck": struck}
        ctx.card_tells = ctx.inbox_id
        if ctx.public:
            await card.stirred(ctx.session, ticket.conversation_id, ctx.now)
    return ticket


async def _changed(
    copy: Copy, now: InboundMessage, whole: InboundMessage, mark: Text, ticket: Ticket | None, ctx: Context
) -> OutboundMessage | None:
    """The copy in the thread with the new words, and below them what stood there before; the card follows by itself."""
    if copy.said.kind == "relay":
        return _rewrite(copy, now.text + "\n\n" + mark, ctx)
    return await _in_note(copy, quoted(whole.text.plain.strip()) + "\n" + mark, ticket, ctx)


async def _in_note(copy: Copy, words: Text, ticket: Ticket | None, ctx: Context) -> OutboundMessage | None:
    """A note that carries a question, with these words; None for a card that shows them itself. One that shows a later
    question by now leaves them to a note of their own."""
    if not copy.key.startswith(CARD):
        return _rewrite(copy, ctx.say(ticket.why if ticket else "more_from") + "\n" + words, ctx)
    there = copy.said.to.conversation_id if isinstance(copy.said.to, Desk) else ctx.conversation.id
    if ticket is not None and await people.latest_ticket(ctx.session, there) is ticket:
        return None
    later = ctx.to_desk(ctx.say("more_from") + "\n" + words, copy_of=ctx.inbox_id)
    return replace(later, to=copy.said.to)  # what was asked in public has its thread with the private conversation


def _rewrite(copy: Copy, text: Text, ctx: Context) -> OutboundMessage:
    if copy.said.media and all(media.kind in WORDLESS for media in copy.said.media):
        note = OutboundMessage(copy.said.to, ctx.key(), "note", text=text, quotes=copy.key)
        return replace(note, copy_of=ctx.inbox_id)
    key = copy.key.partition("/")[0]
    return OutboundMessage(
        copy.said.to, ctx.key(), copy.said.kind, "edit", text=text, buttons=copy.said.buttons, target=key,
        copy_of=ctx.inbox_id,
    )  # fmt: skip


async def _answer_again(
    whole: InboundMessage, now: InboundMessage, written: Written, copies: Sequence[Copy], ctx: Context
) -> list[OutboundMessage]:
    """What the bot says to the question as it is now, in the place of what it said before."""
    state = ctx.conversation.state
    if state == "handoff" and not copies:
        ctx.outcome = Outcome.relayed
        before = written.this.message.text or ctx.say("no_words")
        return [ctx.to_desk(ctx.say("changed", before=before, after=now.text), copy_of=ctx.inbox_id)]
    over = state == "handoff" or (state == "bot" and copies and not ctx.public)
    if over or not whole.text or (written.this.kind != "text" and not copies):
        return []  # a human answers or has answered, or it was a command
    tickets.answers_to(written.first_id, ctx)
    if copies:
        return await _mended(await answer.sure_now(whole, copies[0].said.to, ctx), written.first_id, ctx)
    return await _mended(await _afresh(whole, ctx), written.first_id, ctx)


async def _afresh(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The routes of a customer's words, without a wait for the rest of the thought."""
    kind = ctx.house.phrases.escalation(message.text.plain)
    if kind == "person" or (kind and not answer.is_own_phrasing(message, ctx)):
        messages = await escalation.hand_over(message, kind, ctx)
    elif pleasantries.is_pleasantry(message, ctx):
        messages = await pleasantries.answer(message, ctx)
    else:
        messages = await answer.conclude(message, ctx)
    if ctx.held and ctx.settles and not ctx.public:
        messages += await tickets.pass_on(ctx)  # what else was being said belongs to the same ticket
    return messages


async def _mended(messages: list[OutboundMessage], first_id: int, ctx: Context) -> list[OutboundMessage]:
    """The answer among the messages takes the place of the one that was given before."""
    place = next((i for i, m in enumerate(messages) if m.kind == "reply" and m.op == "send"), None)
    if place is None:
        return messages
    reply, others = messages[place], [*messages[:place], *messages[place + 1 :]]
    known = await ctx.sent.reply_to(first_id)
    if known is None:
        key = await ctx.sent.free_key(first_id)
        return [replace(reply, key=key), *[await _told_of(m, key, ctx) for m in others]]
    key, before = known
    privacy = ctx.say("privacy")
    if before.text.plain.endswith(privacy.plain) and not reply.text.plain.endswith(privacy.plain):
        reply = replace(reply, text=reply.text + "\n\n" + privacy)
    if before.text.plain == reply.text.plain:
        return [m for m in others if m.op != "send" or not m.key.startswith(answer.TOLD)]
    if before.media or reply.media:  # a picture can't be put under words, or taken away from them
        anew = await ctx.sent.free_key(first_id)
        gone = OutboundMessage(before.to, ctx.key(), "reply", "delete", target=key)
        return [gone, replace(reply, key=anew), *[await _told_of(m, anew, ctx) for m in others]]
    edit = replace(reply, to=before.to, key=ctx.key(), op="edit", target=key, quotes=None, in_answer_to=None)
    return [edit, *[await _told_of(m, key, ctx) for m in others]]


async def _told_of(message: OutboundMessage, key: str, ctx: Context) -> OutboundMessage:
    """The note that tells the owners of an answer bears its name, and changes with it."""
    if not message.key.startswith(answer.TOLD):
        return message
    name = f"{answer.TOLD}{key}"
    if await ctx.sent.said(name):
        return replace(message, key=ctx.key(), op="edit", target=name)
    return replace(message, key=name)


async def deleted(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """What a customer takes back stays to be read in the thread, struck out and marked."""
    written = await ctx.sent.written(ctx.ref(message), ctx.inbox_id)
    copies = _whole(await ctx.sent.copies(ctx.ref(message))) if written else []
    if written is None or not copies:
        return []  # a line that was still being thought about is left out of the question
    ctx.outcome = Outcome.relayed
    mark = ctx.say("took_back_mark")
    lines = [one.message.text for one in written.lines]
    whole, words = Text("\n".join(text.plain for text in lines if text)), written.this.message.text
    ticket = await _asked_otherwise(whole, mark, written, ctx, struck=True)
    found = list[OutboundMessage | None]()
    for copy in copies:
        if copy.said.kind == "relay":
            found.append(_rewrite(copy, _struck(words) + ("\n" if words else "") + mark, ctx))
        else:
            found.append(await _in_note(copy, _struck(whole) + "\n" + mark, ticket, ctx))
    return [message for message in found if message]


def _struck(text: Text) -> Text:
    return replace(text, spans=(*text.spans, Span("strike", 0, len(text.plain)))) if text else text
