"""A question goes to the owner, and the owner's words come back: tickets, the customer's thread, the hand-over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.database import people
from bot.database.tables import Ticket
from bot.markup import quoted
from bot.messages import Button, Desk, InboundMessage, OutboundMessage, Outcome, Text, styled
from handlers import after, marks, promises, stories
from handlers import card as cards
from handlers.closing import end
from handlers.context import Context, Private
from handlers.expectations import when
from handlers.snooze import is_snoozed

COMPLAINT = "card_complaint"
"""The card of a customer who is unhappy."""
CALM = ("card", "card_person")
"""The cards of somebody who just asks something, or for somebody."""


def desk(ctx: Context) -> Desk:
    """The customer's thread in the owners' room."""
    return Desk(ctx.conversation.id)


def close_button(ctx: Context) -> Button:
    """Ends the ticket."""
    return ctx.button("close_button", "close")


async def open_ticket(
    message: InboundMessage,
    ctx: Context,
    *,
    sentence: str = "asked",
    card: str = "card",
    tried: str = "",
    stale: str | None = None,
    answered: str = "",
) -> list[OutboundMessage]:
    """Tells the customer who will answer, and the owner what was asked. The first message is the customer's.

    Where a ticket is open already, the words are added to it. What was asked in public goes on in private.
    """
    if ctx.public:
        return await _in_private(message, ctx, sentence, card, tried, stale, answered)
    ctx.outcome = Outcome.handed_over
    ctx.conversation.last_customer_at = ctx.now
    ctx.settles = ctx.settles or (Outcome.handed_over if ctx.held else None)
    ctx.conversation.thought_due_at = None
    words, asked = message.text.plain.strip(), ctx.asked_id or ctx.inbox_id
    expected, story = await when(ctx), await stories.subject(message, ctx)
    if known := await people.open_ticket(ctx.session, ctx.conversation.id):
        known.told_at = ctx.now
        known.complaint = known.complaint or card == COMPLAINT
        more = (
            (ctx.say("card_story", story=story) + "\n" if story else Text())
            + ctx.say("more_from")
            + "\n"
            + _said(words, bool(message.media), ctx)
        )
        already = "asked_already_complaint" if card == COMPLAINT else "asked_already"
        return [ctx.reply(ctx.say(already, when=expected)), ctx.to_desk(more, (), message.media, asked)]
    ticket = Ticket(
        conversation_id=ctx.conversation.id,
        customer_id=ctx.conversation.customer_id,
        question=words,
        why=card,
        asked_in=asked,
        card={
            "tried": tried,
            "stale": stale,
            "public": not ctx.in_place,
            "media": bool(message.media),
            "answered": answered,
            "story": story,
        },
        complaint=card == COMPLAINT,
        opened_at=ctx.now,
        told_at=ctx.now,
    )
    later = await after.offer(ctx) if card in CALM else []
    ctx.session.add(ticket)
    ctx.conversation.lately = None
    if ctx.conversation.state == "bot":
        ctx.conversation.state = "waiting"
    reply = ctx.reply(ctx.say(sentence, when=expected, rest=words), later)
    return [reply, *await cards.asked(ticket, message.media, ctx)]


def _said(words: str, media: bool, ctx: Context) -> Text:
    return quoted(words) if words else ctx.say("card_picture" if media else "card_command")


async def _in_private(
    message: InboundMessage, ctx: Context, sentence: str, card: str, tried: str, stale: str | None, answered: str
) -> list[OutboundMessage]:
    """In public one sentence says that it goes on in private; ticket, card and answer belong to that conversation."""
    assert ctx.privately is not None
    await stories.meant(message, ctx)
    private = await ctx.privately(ctx)
    invited = await people.open_ticket(ctx.session, private.ctx.conversation.id) is not None
    told_before = ctx.customer.privacy_told_at if ctx.customer else None
    told, *card_and_more = await open_ticket(
        message, private.ctx, sentence=sentence, card=card, tried=tried, stale=stale, answered=answered
    )
    ctx.outcome = Outcome.handed_over
    ctx.settles = ctx.settles or (Outcome.handed_over if ctx.held else None)
    ctx.conversation.thought_due_at = None
    if ctx.about:
        return await _under_a_story(told, card_and_more, private, told_before, invited, ctx)
    if private.reachable:
        return [ctx.reply(ctx.say("goes_on_in_private")), *await _at_their_desk([told, *card_and_more], private.ctx)]
    if ctx.customer:
        ctx.customer.privacy_told_at = told_before  # nobody has read it
    way = "goes_on_by_link" if private.link else "goes_on_when_written"
    public = ctx.reply(ctx.say(way, link=styled("link", private.link, private.link)))
    return [public, *await _at_their_desk(card_and_more, private.ctx)]


async def _under_a_story(
    told: OutboundMessage,
    others: list[OutboundMessage],
    private: Private,
    told_before: datetime | None,
    invited: bool,
    ctx: Context,
) -> list[OutboundMessage]:
    """Who asks under a story is written to in private alone; where the bot can't write first, one button leads there,
    once."""
    if private.reachable:
        told = replace(told, key=f"{stories.IN_PRIVATE}{ctx.asked_id or ctx.inbox_id}:{told.key}")
        return await _at_their_desk([told, *others], private.ctx)
    if ctx.customer:
        ctx.customer.privacy_told_at = told_before  # nobody has read it
    shown = await _at_their_desk(others, private.ctx)
    if invited:
        return shown
    button = stories.go_on_button(ctx, ctx.asked_id or ctx.inbox_id)
    return [ctx.reply(ctx.say("goes_on_by_button"), [button] if private.link else []), *shown]


async def _at_their_desk(messages: list[OutboundMessage], ctx: Context) -> list[OutboundMessage]:
    return await cards.shown(ctx, [*messages, *marks.shown(ctx)])


async def pass_on(ctx: Context) -> list[OutboundMessage]:
    """The lines of an unfinished thought, into the thread as they were written."""
    return [await ctx.relay(line, desk(ctx), id) for line, id in zip(ctx.held, ctx.held_ids, strict=True)]


async def with_what_came_before(message: InboundMessage, ctx: Context) -> InboundMessage:
    """The lines of the unfinished thought and this one, as one question."""
    if ctx.held and ctx.inbox_id:
        await ctx.sent.thought((*ctx.held_ids, ctx.inbox_id))
        answers_to(ctx.held_ids[0], ctx)
    return join((*ctx.held, message))


def answers_to(inbox_id: int, ctx: Context) -> None:
    """Names the answer, and the card, by the first line of the question, so that an edit finds them."""
    ctx.asked_id, ctx.replies_as = inbox_id, f"in:{inbox_id}"


def join(lines: Sequence[InboundMessage]) -> InboundMessage:
    """Lines of one thought as one message."""
    text = Text()
    for line in lines:
        text = text + ("\n" if text and line.text else "") + line.text
    media = tuple(media for line in lines for media in line.media)
    quoting = next((line for line in lines if line.reply_to), lines[-1])
    return replace(lines[-1], text=text, media=media, reply_to=quoting.reply_to, fields=quoting.fields)


async def from_customer(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """While a human speaks, the customer's words go to the thread and the bot is silent."""
    ctx.outcome = Outcome.relayed
    ctx.conversation.last_customer_at = ctx.now
    return [await ctx.relay(message, desk(ctx))]


async def from_owner(message: InboundMessage, ctx: Context, inbox_id: int | None = None) -> list[OutboundMessage]:
    """The owner's words in the thread go to the customer; from now on a human speaks. What the customer had not
    finished saying is shown in the thread first. `inbox_id` where the words were stored before what is handled now."""
    return [*await owner_speaks(ctx), await ctx.relay(message, ctx.chat, inbox_id)]


async def owner_speaks(ctx: Context) -> list[OutboundMessage]:
    """Notes that a human speaks from now on, which answers an open ticket; what the customer had not finished saying
    goes into the thread."""
    ctx.outcome = Outcome.relayed
    unfinished = await pass_on(ctx)
    if unfinished:
        ctx.settles, ctx.conversation.thought_due_at = Outcome.relayed, None
        ctx.held, ctx.held_ids = (), ()
    ctx.conversation.state = "handoff"
    ctx.conversation.last_owner_at = ctx.now
    ctx.conversation.handoff_ends_at = ctx.now + timedelta(hours=ctx.shop.handoff_silence_h)
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    if ticket:
        ticket.answered_at = ticket.answered_at or ctx.now
        ticket.remind_at, ticket.reminded = None, 0  # whoever waits from now on is counted anew
    return unfinished


def is_note(message: InboundMessage, ctx: Context) -> bool:
    """A message whose first line begins with // stays in the room."""
    return message.kind == "text" and begins_note(message)


def begins_note(message: InboundMessage) -> bool:
    """Whether its words are for the room alone: the first line begins with //, or the caption of any part of an
    album."""
    lines = message.text.plain.lstrip().splitlines()[: None if message.album else 1]
    return any(line.lstrip().startswith("//") for line in lines)


def in_strange_thread(message: InboundMessage, ctx: Context) -> bool:
    """Whether an owner writes in a thread of the room that is no customer's."""
    return message.kind == "text" and ctx.conversation.kind == "room" and message.chat.thread_id is not None


async def strange_thread(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Said once in each: it may be a topic of the owners' own, or one that a cut call left behind."""
    name = f"strange:{message.chat.chat_id}:{message.chat.thread_id}"
    if await ctx.sent.said(name):
        return []
    return [replace(ctx.reply(ctx.say("strange_thread"), kind="note"), key=name)]


async def note(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Stays where it is; said where a later caption of an album made the whole of it a note."""
    if message.text.plain.lstrip().startswith("//"):
        return []
    return [ctx.reply(ctx.say("note_album"), kind="note")]


async def end_handoff(ctx: Context) -> list[OutboundMessage]:
    """The owner has been silent for long: the bot answers again, and both are told. Whoever waits, waits on."""
    ctx.conversation.handoff_ends_at = None
    if ctx.conversation.state != "handoff":
        return []
    ticket = await people.open_ticket(ctx.session, ctx.conversation.id)
    last_owner, last_customer = ctx.conversation.last_owner_at, ctx.conversation.last_customer_at
    unanswered = last_customer is not None and last_owner is not None and last_customer > last_owner
    suffix = "_waiting" if unanswered else ""
    hours = f"{ctx.shop.handoff_silence_h:g}"
    messages = [
        ctx.to_customer(ctx.say(f"handoff_over{suffix}"), kind="notice"),
        ctx.to_desk(ctx.say(f"handoff_over_owner{suffix}", hours=hours), [close_button(ctx)] if unanswered else []),
    ]
    if unanswered or (ticket and is_snoozed(ticket)) or await promises.any_open(ctx):
        await _wait_on(ctx, ticket)
    else:
        await end(ticket, ctx)
    return messages


async def _wait_on(ctx: Context, ticket: Ticket | None) -> None:
    ctx.conversation.state = "waiting"
    if ticket is None:
        ctx.session.add(
            Ticket(
                conversation_id=ctx.conversation.id,
                customer_id=ctx.conversation.customer_id,
                question="",
                why="card",
                opened_at=ctx.conversation.last_customer_at or ctx.now,
            )
        )
