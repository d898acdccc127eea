"""The promise ledger: an owner's word to come back by a time, kept as a row until it is kept or dropped.

The owner is reminded before and when it is due; where it passes in silence, the customer hears so once, honestly. While
a promise is open, its ticket doesn't close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.database import people
from bot.database import promises as ledger
from bot.database.tables import Promise
from bot.messages import Button, InboundMessage, OutboundMessage, Outcome, Text
from handlers import moments, waking
from handlers.context import Context
from handlers.expectations import day
from handlers.preferences import next_contact
from handlers.promising import moment, promised

SOON = timedelta(minutes=20)
"""What is due sooner needs no reminder before."""
BEFORE_AT_MOST = timedelta(hours=1)
PATIENCE = timedelta(minutes=15)
"""So long after a promise was due its customer is told that it takes longer."""
ALIKE = timedelta(hours=1)
"""A second mention of a time so near to that of an open promise is the same promise."""
WORDS_AT_MOST = 200
LEADS = ("", "by", "until", "till", "before", "bis", "spätestens", "hasta", "para", "antes de")


async def promise(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/promise tomorrow 12:00 [text]`, or each by its name: keeps it."""
    words = message.fields.get("when", "").strip() or message.text.plain.strip()
    found = _begins(words, ctx)
    if ctx.conversation.kind != "customer" or found is None:
        ctx.outcome = Outcome.refused
        return [ctx.reply(ctx.say("promise_when" if words else "promise_how"))]
    text = message.fields.get("text", "").strip() or found[1].strip(" \n,;:.–—-")
    made = await _make(found[0], text, message.sender.id, ctx)
    tell = ctx.button("promise_tell_button", "promise_tell", {"promise": made.id})
    return [ctx.reply(_noted(made, ctx), [tell, *_ends(made, ctx)])]


def _begins(words: str, ctx: Context) -> tuple[datetime, str] | None:
    """The time with which the words begin, and the rest of them."""
    found = moment(words, ctx)
    if found and words[: found.start].strip().casefold() in LEADS:
        return found.at, words[found.end :]
    return moments.beginning(words, ctx)


async def _make(due_at: datetime, text: str, by: str, ctx: Context) -> Promise:
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    left = due_at - ctx.now
    made = Promise(
        ticket_id=ticket.id if ticket else None,
        conversation_id=ctx.conversation.id,
        customer_id=ctx.conversation.customer_id,
        text=" ".join(text.split())[:WORDS_AT_MOST],
        made_by=by,
        made_at=ctx.now,
        due_at=due_at,
        warn_at=due_at - min(left / 4, BEFORE_AT_MOST) if left > SOON else None,
    )
    ctx.session.add(made)
    await ctx.session.flush()
    waking.by(ctx, made.warn_at or made.due_at)
    return made


def _noted(made: Promise, ctx: Context) -> Text:
    if made.warn_at is None:
        return ctx.say("promise_noted_soon", due=day(made.due_at, ctx))
    return ctx.say("promise_noted", due=day(made.due_at, ctx), warn=day(made.warn_at, ctx))


def _ends(one: Promise, ctx: Context) -> list[Button]:
    value = {"promise": one.id}
    return [
        ctx.button("promise_kept_button", "promise_kept", value),
        ctx.button("promise_drop_button", "promise_drop", value),
    ]


def _about(one: Promise, ctx: Context) -> Text:
    return Text(" ") + ctx.say("promise_about", text=one.text) if one.text else Text()


async def heard(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """What an owner's words in a thread mean for the ledger: a new promise is offered to be kept in mind, and whether
    an open one is kept by them is asked, once before it is due and once after."""
    known, found = await ledger.open_in(ctx.session, ctx.conversation.id), promised(message.text.plain, ctx)
    if found:
        if any(abs(one.due_at - found.at) <= ALIKE for one in known):
            return []
        value = {"due": found.at.isoformat(), "text": message.text.plain[:WORDS_AT_MOST]}
        choices = [
            ctx.button("promise_make_button", "promise_make", value),
            ctx.button("promise_not_button", "promise_not"),
        ]
        return [ctx.to_desk(ctx.say("promise_heard", due=day(found.at, ctx)), choices)]
    asked = []
    for one in known[:1]:
        name = f"kept?:{one.id}:{'late' if one.due_at <= ctx.now else 'early'}"
        if not await ctx.sent.said(name):
            text = ctx.say("promise_was_that_it", due=day(one.due_at, ctx), about=_about(one, ctx))
            asked.append(replace(ctx.to_desk(text, _ends(one, ctx)), key=name))
    return asked


async def make(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner wants to be held to what they wrote."""
    due_at = datetime.fromisoformat(str(value["due"]))
    known = await ledger.open_in(ctx.session, ctx.conversation.id)
    if due_at <= ctx.now or any(abs(one.due_at - due_at) <= ALIKE for one in known):
        return [ctx.reply(ctx.say("promise_over" if due_at <= ctx.now else "settled"))]
    made = await _make(due_at, str(value["text"]), message.sender.id, ctx)
    return [_without_buttons(message, ctx), ctx.reply(_noted(made, ctx), _ends(made, ctx))]


async def leave(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """It was no promise."""
    return [_without_buttons(message, ctx)]


def _without_buttons(message: InboundMessage, ctx: Context) -> OutboundMessage:
    return OutboundMessage(ctx.here, ctx.key(), "notice", "edit", target=ctx.ref(message))


async def tell(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The customer hears of a promise that was made by a command."""
    one = await ctx.session.get(Promise, int(value["promise"]))
    name = f"promised:{value['promise']}"
    if one is None or one.kept_at or one.dropped_at or await ctx.sent.said(name):
        return [ctx.reply(ctx.say("settled"))]
    told = ctx.say("promise_told", due=day(one.due_at, ctx), about=_about(one, ctx))
    return [replace(ctx.to_customer(told), key=name), ctx.reply(ctx.say("promise_told_owner"))]


async def ended(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The buttons "Kept" and "Drop it"."""
    how: Literal["kept", "dropped"] = "kept" if message.action.startswith("promise_kept") else "dropped"
    done = await ledger.end(ctx.session, int(value["promise"]), how, ctx.now)
    return [ctx.reply(ctx.say(f"promise_{how}" if done else "settled"))]


async def kept(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/kept [number]`: without a number the next promise of this thread, or the only one there is."""
    wanted = (message.fields.get("promise", "") or message.text.plain).strip().lstrip("#")
    open_ones = await _listed(ctx)
    if wanted.isdecimal():
        open_ones = [(one, name) for one, name in await ledger.open_with_names(ctx.session) if str(one.id) == wanted]
    elif ctx.conversation.kind == "customer":
        open_ones = open_ones[:1]
    if len(open_ones) == 1 and await ledger.end(ctx.session, open_ones[0][0].id, "kept", ctx.now):
        return [ctx.reply(ctx.say("promise_kept"))]
    return await promises(message, ctx) if open_ones and not wanted else [ctx.reply(ctx.say("promises_none"))]


async def promises(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """`/promises`: what is open, the next one first; in a thread, that customer's."""
    rows = await _listed(ctx)
    text, choices = ctx.say("promises" if rows else "promises_none"), list[Button]()
    for one, name in rows:
        late = Text(" ") + ctx.say("promise_late") if one.due_at <= ctx.now else Text()
        due, about = day(one.due_at, ctx), _about(one, ctx)
        text = text + "\n" + ctx.say("promises_line", id=str(one.id), name=name, due=due, about=about) + late
        label = ctx.say("promise_kept_numbered_button", id=str(one.id)).plain
        choices.append(ctx.labelled(label, "promise_kept", {"promise": one.id}))
    return [ctx.reply(text, choices[:8])]


async def _listed(ctx: Context) -> Sequence[tuple[Promise, str]]:
    rows = await ledger.open_with_names(ctx.session)
    here = ctx.conversation.id if ctx.conversation.kind == "customer" else None
    return [(one, name) for one, name in rows if here in (None, one.conversation_id)]


async def any_open(ctx: Context) -> bool:
    """Whether a promise to this customer is open: then its ticket is, too."""
    return bool(await ledger.open_in(ctx.session, ctx.conversation.id))


async def holds_open(ctx: Context) -> list[OutboundMessage]:
    """Why the conversation's ticket can't be closed now, with the ways on; nothing where no promise is open."""
    open_ones = await ledger.open_in(ctx.session, ctx.conversation.id)
    if not open_ones:
        return []
    lines = Text()
    for one in open_ones:
        lines = lines + "\n• " + ctx.say("promise_open_line", due=day(one.due_at, ctx), about=_about(one, ctx))
    choices = [ctx.button(f"promise_{how}_close_button", f"promise_{how}_close") for how in ("kept", "drop", "stay")]
    return [ctx.to_desk(ctx.say("promise_holds") + lines, choices)]


async def end_all(ctx: Context, how: Literal["kept", "dropped"]) -> None:
    """Ends every open promise to the customer."""
    for one in await ledger.open_in(ctx.session, ctx.conversation.id):
        await ledger.end(ctx.session, one.id, how, ctx.now)


async def due(ctx: Context) -> list[OutboundMessage]:
    """Reminds the owner of what is due soon, or now, and tells the customer of what has passed in silence."""
    messages: list[OutboundMessage] = []
    for one in await ledger.open_in(ctx.session, ctx.conversation.id):
        if one.due_at <= ctx.now and one.reminded_at is None:
            one.reminded_at = ctx.now
            messages.append(_reminder("promise_due", one, ctx))
        elif one.warn_at and one.warn_at <= ctx.now and one.warned_at is None and one.due_at > ctx.now:
            one.warned_at = ctx.now
            messages.append(_reminder("promise_soon", one, ctx))
        if one.followed_up_at is None and one.due_at + PATIENCE <= ctx.now:
            messages += _follow_up(one, ctx)
    return messages


def _reminder(sentence: str, one: Promise, ctx: Context) -> OutboundMessage:
    text = ctx.say(sentence, due=day(one.due_at, ctx), about=_about(one, ctx))
    return ctx.to_desk(text, _ends(one, ctx))


def _follow_up(one: Promise, ctx: Context) -> list[OutboundMessage]:
    """Once, where the owner has said nothing since; in the customer's quiet hours not yet."""
    last = ctx.conversation.last_owner_at
    at = next_contact(ctx.customer, "promise", ctx.now, ctx.zone) if ctx.customer else None
    if at is None or (last is not None and last > one.made_at):
        one.followed_up_at = ctx.now
        return []
    if at > ctx.now:
        return []
    one.followed_up_at = ctx.now
    told = ctx.to_customer(ctx.say("promise_passed", due=day(one.due_at, ctx)), kind="notice")
    return [told, ctx.to_desk(ctx.say("promise_passed_owner"))]


async def next_at(ctx: Context) -> datetime | None:
    """When a promise to this customer wants to be looked at next."""
    instants = [_look_at(one, ctx) for one in await ledger.open_in(ctx.session, ctx.conversation.id)]
    return min((at for at in instants if at), default=None)


def _look_at(one: Promise, ctx: Context) -> datetime | None:
    if one.reminded_at is None:
        return one.warn_at if one.warn_at and one.warned_at is None else one.due_at
    if one.followed_up_at or ctx.customer is None:
        return None
    late = max(one.due_at + PATIENCE, ctx.now)
    return next_contact(ctx.customer, "promise", late, ctx.zone) or late
