"""An owner changes or takes back what they said: the customer's copy follows, and a note never leaves the room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.messages import ChatRef, Copy, InboundMessage, OutboundMessage, Outcome
from handlers import stories, tone
from handlers.context import Context
from handlers.tickets import begins_note


async def edited(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The customer's copy says what the owner's message says now, unless that is a note, or was one."""
    ref = ctx.ref(message)
    written = await ctx.sent.written(ref, ctx.inbox_id)
    if written is None or written.this.message.text.plain == message.text.plain:
        return []
    if ctx.conversation.kind == "room" and not begins_note(message):
        told = await stories.original_edited(message, written, ctx)  # also where a command told it
        answers = [] if told else await ctx.sent.copies(ref)  # to questions of a live hour
        return told or [tone.follows(copy, message, ctx) for copy in answers[:1]]
    if written.this.kind == "command":
        return []  # what a command did is done
    if begins_note(written.this.message):
        if begins_note(message) or ctx.conversation.kind != "customer":
            return []
        return [replace(ctx.to_desk(ctx.say("note_stays")), quotes=ref)]
    copies, held = await ctx.sent.copies(ref), await tone.held_of(ref, ctx)
    if begins_note(message):
        return [*(await tone.dropped(held, ctx) if held else []), *_taken_back(copies, ctx)]
    ctx.outcome = Outcome.relayed if copies or held else Outcome.done
    if held:
        return await tone.reworded(held, message, ctx)
    if copies and (asked := await tone.edit_waits(message, ctx)):
        return asked
    return [tone.follows(copy, message, ctx) for copy in copies[:1]]


async def deleted(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """What an owner takes back disappears at the customer's."""
    held = await tone.held_of(ctx.ref(message), ctx)
    taken_back = _taken_back(await ctx.sent.copies(ctx.ref(message)), ctx)
    return [*(await tone.dropped(held, ctx) if held else []), *taken_back]


async def delete(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/delete, as a reply to a message of one's own or without: takes it, or the last one, back at the customer's."""
    held = await (
        tone.held_of(message.reply_to, ctx) if message.reply_to else tone.last_held_by(message.sender.id, ctx)
    )
    if held:
        said = await ctx.sent.copies(message.reply_to) if message.reply_to else ()
        return [ctx.reply(ctx.say("deleting")), *await tone.dropped(held, ctx), *_taken_back(said, ctx)]
    if message.reply_to:
        written = await ctx.sent.written(message.reply_to, None)
        copies = [c for c in await ctx.sent.copies(message.reply_to) if isinstance(c.said.to, ChatRef)]
        if not copies:
            return [ctx.reply(ctx.say("delete_nothing" if written else "delete_not_yours"))]
    else:
        copies = list(await ctx.sent.last_said_by(message.sender.id, ctx.conversation.id))
        if not copies:
            return [ctx.reply(ctx.say("delete_none"))]
    return [ctx.reply(ctx.say("deleting")), *_taken_back(copies, ctx)]


def _taken_back(copies: Sequence[Copy], ctx: Context) -> list[OutboundMessage]:
    return [OutboundMessage(c.said.to, ctx.key(), "relay", "delete", target=c.name) for c in copies]
