"""Two tables of routes, for customers and for owners, in order: the first that matches handles the message.

Read this first. A handler is a plain use case: it reads and changes rows and *returns* messages; it never sends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.commands import Audience, find
from bot.database import buttons
from bot.messages import InboundMessage, OutboundMessage, Outcome
from handlers import (
    accounts,
    after,
    answer,
    blocks,
    broadcasts,
    card,
    changes,
    claims,
    closing,
    consents,
    corrections,
    curate,
    delivery,
    drafts,
    escalation,
    gaps,
    marks,
    pleasantries,
    preferences,
    privacy,
    promises,
    reactions,
    remarks,
    restock,
    search,
    snippets,
    snooze,
    stories,
    tickets,
    tone,
    transcripts,
    waiting,
    waking,
    welcome,
)
from handlers.context import Context

Handler = Callable[[InboundMessage, Context], Awaitable[list[OutboundMessage]]]
Press = Callable[[InboundMessage, Context, dict[str, Any]], Awaitable[list[OutboundMessage]]]


@dataclass(frozen=True)
class Route:
    """A message that `matches` is handled by `handle`."""

    matches: Callable[[InboundMessage, Context], bool]
    handle: Handler


def is_kind(*kinds: str) -> Callable[[InboundMessage, Context], bool]:
    """Whether the message is of one of these kinds."""
    return lambda message, ctx: message.kind in kinds


def in_handoff(message: InboundMessage, ctx: Context) -> bool:
    """Whether a human speaks with this customer."""
    return message.kind == "text" and ctx.conversation.state == "handoff"


def is_idle_pleasantry(message: InboundMessage, ctx: Context) -> bool:
    """A greeting or thanks while nobody waits for an answer."""
    return ctx.conversation.state == "bot" and pleasantries.is_pleasantry(message, ctx)


def in_thread(message: InboundMessage, ctx: Context) -> bool:
    """Whether an owner writes in a customer's thread."""
    return message.kind == "text" and ctx.conversation.kind == "customer"


def always(message: InboundMessage, ctx: Context) -> bool:
    """Matches everything that is left."""
    return True


COMMANDS: dict[tuple[Audience, str], Handler] = {
    ("customer", "start"): welcome.start,
    ("customer", "help"): welcome.help_customer,
    ("customer", "human"): escalation.human,
    ("customer", "sofar"): stories.so_far,
    ("customer", "stop"): consents.stop,
    ("customer", "settings"): consents.settings,
    ("customer", "mydata"): privacy.my_data,
    ("customer", "forgetme"): privacy.forget_me,
    ("thread", "close"): closing.close,
    ("thread", "reopen"): closing.reopen,
    ("thread", "snooze"): snooze.snooze,
    ("thread", "claim"): claims.claim,
    ("thread", "unclaim"): claims.unclaim,
    ("thread", "assign"): claims.assign,
    ("thread", "block"): blocks.block,
    ("thread", "unblock"): blocks.unblock,
    ("thread", "note"): remarks.note,
    ("thread", "notes"): remarks.notes,
    ("thread", "tag"): remarks.tag,
    ("thread", "untag"): remarks.untag,
    ("thread", "customer"): remarks.customer,
    ("thread", "snippet"): snippets.snippet,
    ("thread", "s"): snippets.snippet,
    ("thread", "transcript"): transcripts.transcript,
    ("thread", "delete"): corrections.delete,
    ("thread", "teach"): curate.teach,
    ("thread", "help"): welcome.help_owner,
    ("room", "story"): stories.story,
    ("room", "stories"): stories.stories,
    ("thread", "promise"): promises.promise,
    ("room", "queue"): stories.queue,
    ("room", "live"): stories.live_hour,
    ("room", "broadcast"): broadcasts.broadcast,
    ("room", "promises"): promises.promises,
    ("room", "kept"): promises.kept,
    ("room", "waiting"): waiting.waiting,
    ("room", "mine"): claims.mine,
    ("room", "snippet"): snippets.snippet,
    ("room", "blocked"): blocks.blocked,
    ("room", "search"): search.search,
    ("room", "gaps"): gaps.gaps,
    ("room", "find"): curate.find,
    ("room", "edit"): curate.edit,
    ("room", "retire"): curate.retire,
    ("room", "undo"): curate.undo,
    ("room", "help"): welcome.help_owner,
}


async def end_promises_and_close(
    message: InboundMessage, ctx: Context, how: Literal["kept", "dropped"]
) -> list[OutboundMessage]:
    """What kept the ticket open is settled, so that it closes."""
    await promises.end_all(ctx, how)
    return [*await promises.leave(message, ctx, {}), *await closing.close(message, ctx)]


CUSTOMER_BUTTONS: dict[str, Press] = {
    "suggest": curate.chosen,
    "ask_owner": answer.ask_owner,
    "ask_me_later": after.wanted,
    "helped_yes": after.helped,
    "helped_no": after.helped_not,
    "rate": after.rate,
    "why": preferences.why,
    "setting": consents.chosen,
    "forget_yes": privacy.forget,
    "forget_no": privacy.keep,
    "back_in_stock": restock.wish,
    "back_in_stock_drop": restock.drop,
    "story_so_far": stories.so_far_pressed,
    "follow": lambda message, ctx, value: welcome.follow(message, ctx),
    "unfollow": lambda message, ctx, value: welcome.unfollow(message, ctx),
}

EVERYBODYS: dict[str, Press] = {
    "more": stories.tell_more,
    "why_story": preferences.why_story,
    "why_offer": preferences.why_offer,
    "live_name": stories.live_named,
}
"""Under a post, which many people read: these carry a row's id, and what they do is safe whoever presses."""

OWNER_BUTTONS: dict[str, Press] = {
    "close": lambda message, ctx, value: closing.close(message, ctx),
    "reopen": lambda message, ctx, value: closing.reopen(message, ctx),
    "unsnooze": lambda message, ctx, value: snooze.wake_up(message, ctx),
    "claim_take": claims.take_over,
    "send_draft": drafts.send,
    **dict.fromkeys(("story_confirm", "story_change", "story_cancel"), stories.draft_pressed),
    **dict.fromkeys(("story_channel", "story_followers", "story_own", "story_missed_day"), stories.draft_pressed),
    "story_do": stories.pressed,
    "story_missed": stories.settle,
    **dict.fromkeys(("live_next", "live_end"), stories.live_pressed),
    "live_skip": stories.live_skipped,
    "queue_into": stories.into,
    "queue_drop": stories.dropped,
    "broadcast": broadcasts.pressed,
    "unblock": lambda message, ctx, value: blocks.unblock(message, ctx),
    "note_remove": remarks.remove_pressed,
    "snippet_show": snippets.show_pressed,
    "snippet_send": snippets.send_pressed,
    "teach_save": curate.save,
    "teach_merge": curate.merge,
    "teach_drop": curate.dropped,
    "tell_askers": curate.tell,
    "phrasing_take": curate.take,
    "phrasing_drop": curate.drop,
    "undo_confirm": curate.undo_pressed,
    "promise_make": promises.make,
    "promise_not": promises.leave,
    "promise_tell": promises.tell,
    "promise_kept": promises.ended,
    "promise_drop": promises.ended,
    "promise_kept_close": lambda message, ctx, value: end_promises_and_close(message, ctx, "kept"),
    "promise_drop_close": lambda message, ctx, value: end_promises_and_close(message, ctx, "dropped"),
    "promise_stay_close": promises.leave,
    "send_anyway": tone.pressed,
    "change_words": tone.pressed,
    "send_answer": escalation.send_answer,
    "resend": delivery.resend,
    "discard": delivery.discard,
}


LIVES: tuple[waking.Life, ...] = (
    (snooze.due, snooze.next_at),
    (promises.due, promises.next_at),
    (closing.due, closing.next_at),
    (blocks.due, blocks.next_at),
    (after.due, after.next_at),
)
"""What wakes a conversation by itself."""


async def command(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A command for whoever is here; one that is meant for others is unknown."""
    for audience in _audiences(message, ctx):
        if known := find(message.action, audience):
            return await (COMMANDS[audience, known.name] if known.built else welcome.not_built)(message, ctx)
    return await welcome.unknown(message, ctx)


def _audiences(message: InboundMessage, ctx: Context) -> tuple[Audience, ...]:
    if not ctx.in_room:
        return ("customer", "room") if ctx.is_owner else ("customer",)
    if ctx.conversation.kind == "room":  # in a room without threads a reply says what is meant
        return ("room", "thread") if message.action in ("delete", "teach") and message.reply_to else ("room",)
    return ("thread", "room")


async def press(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """A button: what it means is looked up, and it counts only in its own conversation and for its own side."""
    action, _, id = message.action.partition(":")
    if action in EVERYBODYS and id.isdecimal() and len(id) < 19 and not ctx.in_room:
        return await EVERYBODYS[action](message, ctx, {"id": id})
    found = await buttons.recall(ctx.session, message.action, ctx.conversation.id)
    table = OWNER_BUTTONS if ctx.is_owner else CUSTOMER_BUTTONS
    if ctx.is_owner and not ctx.in_room:
        table = OWNER_BUTTONS | CUSTOMER_BUTTONS
    if found is None or found[0] not in table:
        if ctx.public:  # somebody else's button, and others read along
            ctx.outcome = Outcome.refused
            return []
        return await welcome.stale_button(message, ctx)
    return await table[found[0]](message, ctx, found[1])


async def nothing(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Owners talking among themselves, a reaction, somebody joining: nothing is said."""
    return []


CUSTOMERS = (
    Route(blocks.is_blocked, blocks.kept),
    Route(is_kind("account"), accounts.connected),
    Route(is_kind("command"), command),
    Route(is_kind("button", "form"), press),
    Route(is_kind("edit"), changes.edited),
    Route(is_kind("delete"), changes.deleted),
    Route(is_kind("reaction"), reactions.crossed),
    Route(is_kind("joined", "left"), nothing),
    Route(stories.is_awaited, stories.awaited),
    Route(consents.says_stop, consents.stop),
    Route(after.is_comment, after.comment),
    Route(in_handoff, escalation.while_a_human_speaks),
    Route(escalation.wants_person, escalation.escalate),
    Route(escalation.is_repeated, escalation.repeated),
    Route(answer.is_own_phrasing, answer.answer),
    Route(escalation.is_upset, escalation.escalate),
    Route(escalation.is_no_help, escalation.no_help),
    Route(is_idle_pleasantry, pleasantries.answer),
    Route(always, answer.answer),
)

OWNERS = (
    Route(is_kind("command"), command),
    Route(is_kind("button", "form"), press),
    Route(is_kind("edit"), corrections.edited),
    Route(is_kind("delete"), corrections.deleted),
    Route(is_kind("reaction"), reactions.crossed),
    Route(tickets.is_note, tickets.note),
    Route(stories.may_answer, stories.quoted),
    Route(stories.is_awaited, stories.awaited),
    Route(in_thread, tone.from_owner),
    Route(tickets.in_strange_thread, tickets.strange_thread),
    Route(always, nothing),
)


WORDS = ("text", "button", "form", "command", "edit")
"""With these a customer says something that may wait for an answer; a reaction or a deletion says nothing."""


async def route(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Hands the message to the first route that matches."""
    if not ctx.in_room and (heard := await stories.overheard(message, ctx)) is not None:
        return heard  # people talk with each other under a story
    if not (message.addressed or ctx.about) and (message.kind == "command" or not ctx.in_room):
        return []  # meant for another bot, or for people
    messages = await blocks.due(ctx) if not ctx.in_room else []
    table = OWNERS if ctx.in_room else CUSTOMERS
    handler = next(r.handle for r in table if r.matches(message, ctx))
    if not ctx.in_room:
        if message.kind in WORDS:
            ctx.conversation.last_customer_at = ctx.now
            messages += await snooze.customer_writes(message, ctx)
        messages += delivery.back_again(ctx)
        ctx.held = await ctx.sent.as_now(ctx.held)
    elif message.kind != "reaction":
        await claims.meet(message.sender, message.platform, ctx)
    messages += await handler(message, ctx)
    if handler is tone.from_owner:
        messages += [*await claims.beside(message, ctx), *await blocks.beside(ctx)]
    await escalation.keep_in_mind(ctx)
    return await card.shown(ctx, messages + marks.shown(ctx))


async def wake(ctx: Context) -> list[OutboundMessage]:
    """The conversation's own alarm: an unfinished thought is complete, a handoff has been silent for long, or
    something else that was put off is due."""
    conversation = ctx.conversation
    messages: list[OutboundMessage] = []
    ctx.held = await ctx.sent.as_now(ctx.held)
    if conversation.thought_due_at and conversation.thought_due_at <= ctx.now:
        if ctx.held:
            messages += await answer.settle(ctx)
        conversation.thought_due_at = None
    if conversation.handoff_ends_at and conversation.handoff_ends_at <= ctx.now:
        messages += await tickets.end_handoff(ctx)
    if conversation.due_at and conversation.due_at <= ctx.now:
        messages += await waking.due(ctx, LIVES)
    return await card.shown(ctx, messages + marks.shown(ctx))


__all__ = ["CUSTOMERS", "OWNERS", "Handler", "Route", "route", "wake"]
