"""/broadcast: what an owner wants to tell all subscribers, the dry run, and the buttons from then on."""

from __future__ import annotations

from typing import Any

from bot.database import broadcasts, chats, plans
from bot.database.tables import Broadcast, Story
from bot.messages import Button, ChatRef, InboundMessage, OutboundMessage, Text
from handlers.broadcasts import dry_run, reports
from handlers.broadcasts.dry_run import OTHER
from handlers.broadcasts.telling import OPEN, first_line, progress, with_state
from handlers.context import Context


async def broadcast(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/broadcast [offers] TEXT`, with or without pictures: a dry run. Without anything: how the last one stands."""
    text, kind = message.text or Text(message.fields.get("text", "")), message.fields.get("to", "").strip()
    words = text.plain.split(maxsplit=1)
    if words and words[0].casefold() in OTHER and not kind:
        kind, start = words[0].casefold(), text.plain.find(words[1]) if len(words) > 1 else len(text.plain)
        text = text.cut(start, len(text.plain))
    text = _stripped(text)
    if not text and not message.media:
        return await _stands(ctx)
    story = await plans.keep(ctx.session, text, message.media, ctx.now)
    drafted = Broadcast(story_id=story.id, kind=kind if kind in OTHER else "stories", state="draft", cursor=0, looks=0,
                        created_at=ctx.now, created_by=message.sender.id)  # fmt: skip
    ctx.session.add(drafted)
    await ctx.session.flush()
    said, choices = await _dry_run(drafted, ctx)
    look = ctx.reply(text, (), message.media)
    return [look, ctx.reply(said, choices)]


def _stripped(text: Text) -> Text:
    begins = len(text.plain) - len(text.plain.lstrip())
    return text.cut(begins, begins + len(text.plain.strip()))


async def _stands(ctx: Context) -> list[OutboundMessage]:
    """The line of the last broadcast, said anew, and how another is begun."""
    last = await broadcasts.latest(ctx.session)
    held = await broadcasts.held(ctx.session, last.id) if last else None
    if held is None:
        return [ctx.reply(ctx.say("broadcast_how"))]
    where = await _where(ctx)
    line = await first_line(ctx.session, ctx.house, held, where, ctx.now)
    key = f"{line.key}:{ctx.name}"
    held.line = (held.line or {}) | {"key": key}
    return [ctx.reply(ctx.say("broadcast_how")), ctx.named(line, key)]


async def _where(ctx: Context) -> tuple[ChatRef, int]:
    """The chat in which the line stands, and the conversation of its buttons: the room's general part for a thread."""
    if isinstance(ctx.here, ChatRef) or ctx.house.room is None:
        assert isinstance(ctx.here, ChatRef)  # a desk is in a room
        return ctx.here, ctx.conversation.id
    return ctx.house.room, await chats.room_conversation(ctx.session, ctx.house.room)


async def _dry_run(drafted: Broadcast, ctx: Context) -> tuple[Text, tuple[Button, ...]]:
    return await dry_run.begin(ctx.session, ctx.house, drafted, ctx.here, ctx.conversation.id, ctx.now)


async def pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """A button of a broadcast's; one that means nothing any more says so."""
    found, do = await broadcasts.held(ctx.session, int(value["broadcast"])), value["do"]
    fits = {"draft": ("send", "test", "kind", "cancel"), "running": ("stop", "report"), "stopped": ("resume", "report")}
    if found is None or do not in fits.get(found.state, ("report",)):
        return [ctx.reply(ctx.say("settled"))]
    match do:
        case "send":
            return await _send(found, message, ctx)
        case "test":
            return await _test(found, message, ctx)
        case "kind":
            return await _to_others(found, message, ctx)
        case "cancel":
            found.state = "cancelled"
            return [ctx.reply(ctx.say("broadcast_dropped")), _without_buttons(message, ctx)]
        case "stop":
            return await _stop(found, ctx)
        case "resume":
            found.state, found.next_at, found.ended_at, found.looks = "running", ctx.now, None, 0
            return [ctx.reply(ctx.say("broadcast_goes_on")), *await progress(ctx.session, ctx.house, found, ctx.now)]
    return await _report(found, ctx)


async def _send(found: Broadcast, message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    found.state, found.begun_at, found.next_at = "running", ctx.now, ctx.now
    found.cursor = -1
    if not await broadcasts.snapshot(ctx.session, found):
        found.state, found.next_at = "draft", None
        return [ctx.reply(ctx.say("broadcast_nobody"))]
    line = await first_line(ctx.session, ctx.house, found, await _where(ctx), ctx.now)
    return [line, _without_buttons(message, ctx)]


def _without_buttons(message: InboundMessage, ctx: Context) -> OutboundMessage:
    return OutboundMessage(ctx.here, ctx.key(), "notice", "edit", target=ctx.ref(message))


async def _test(found: Broadcast, message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """The very message to the owner who asks: in their private chat where they have one with the bot, else here."""
    text, media = plans.told(await ctx.session.get_one(Story, found.story_id))
    chat = await broadcasts.private_chat(ctx.session, message.platform, message.sender.id)
    sample = OutboundMessage(chat or ctx.here, ctx.key(), "notice", text=text, media=media)
    return [sample, ctx.reply(ctx.say("broadcast_tested" if chat else "broadcast_tested_here"))]


async def _to_others(found: Broadcast, message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    found.kind = OTHER[found.kind]
    text, choices = await _dry_run(found, ctx)
    return [OutboundMessage(ctx.here, ctx.key(), "notice", "edit", text=text, buttons=choices,
                            target=ctx.ref(message))]  # fmt: skip


async def _stop(found: Broadcast, ctx: Context) -> list[OutboundMessage]:
    """Takes back what has not begun. What is on its way just now still arrives, and the line counts it."""
    found.state, found.next_at = "stopped", ctx.now
    await broadcasts.settle(ctx.session, found.id)
    await broadcasts.withdraw(ctx.session, found, ctx.now)
    counts = await broadcasts.counts(ctx.session, found.id)
    values = {"id": str(found.id), "sent": str(with_state(counts, "sent")), "open": str(with_state(counts, *OPEN))}
    on_its_way = with_state(counts, "queued")
    text = ctx.say("broadcast_stopped_now", **values)
    if on_its_way:
        text = text + " " + ctx.say("broadcast_on_its_way", count=str(on_its_way))
    return [ctx.reply(text), *await progress(ctx.session, ctx.house, found, ctx.now)]


async def _report(found: Broadcast, ctx: Context) -> list[OutboundMessage]:
    count, media = await reports.begin(ctx.session, ctx.house, found, ctx.here, ctx.now)
    said = "broadcast_report" if media else "broadcast_reporting"
    return [ctx.reply(ctx.say(said, id=str(found.id), count=str(count)), (), media)]
