"""What owners keep about a customer, for themselves: /note, /notes, /tag, /untag, /customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel.dates import format_date

from bot.database import blocks, owners, people
from bot.database.tables import Customer, Note
from bot.messages import InboundMessage, OutboundMessage, Text
from handlers import moments
from handlers.context import Context

LONGEST, SHOWN, ON_CARD = 1000, 15, 5
LONGEST_TAG, TAGS_AT_MOST = 40, 20


async def note(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/note TEXT, or as a reply to words that are to be kept."""
    words = " ".join(message.text.plain.split())
    if not words and message.reply_to and (quoted := await ctx.sent.words(message.reply_to)):
        words = " ".join(quoted.plain.removeprefix("//").split())
    if not words or ctx.customer is None:
        return [ctx.reply(ctx.say("note_how"))]
    ctx.session.add(Note(customer_id=ctx.customer.id, text=words[:LONGEST], by=message.sender.name, at=ctx.now))
    return [ctx.reply(ctx.say("noted"))]


async def notes(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/notes: what is kept about this customer, each with a button to remove it; /notes remove 3 does the same."""
    if ctx.customer is None:
        return [ctx.reply(ctx.say("notes_none"))]
    words = message.text.plain.split()
    wanted = message.fields.get("remove", "").strip() or (words[-1] if words[:1] == ["remove"] else "")
    if wanted:
        return await _removed(wanted, ctx)
    rows = await owners.notes_about(ctx.session, ctx.customer.id)
    if not rows:
        return [ctx.reply(ctx.say("notes_none"))]
    buttons = [ctx.button("note_remove_button", "note_remove", {"id": row.id}) for row in rows[:SHOWN]]
    return [ctx.reply(ctx.say("notes") + _lines(rows, SHOWN, ctx), buttons)]


def _lines(rows: Sequence[Note], most: int, ctx: Context) -> Text:
    text = Text()
    for row in rows[:most]:
        day = f"{row.at.astimezone(ctx.zone):%d.%m.%Y}"
        text = text + "\n" + ctx.say("note_line", id=str(row.id), text=row.text, by=row.by, day=day)
    if len(rows) > most:
        text = text + "\n" + ctx.say("gaps_more", count=str(len(rows) - most))
    return text


async def remove_pressed(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The button under a list of notes."""
    return await _removed(str(value["id"]), ctx)


async def _removed(wanted: str, ctx: Context) -> list[OutboundMessage]:
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 16 else 0
    row = await owners.note_of(ctx.session, ctx.customer.id, number) if ctx.customer else None
    if row is None:
        return [ctx.reply(ctx.say("note_unknown", id=wanted[:20]))]
    await ctx.session.delete(row)
    return [ctx.reply(ctx.say("note_removed", text=row.text))]


def tags_of(customer: Customer) -> list[str]:
    """The owners' own words for a customer."""
    return [str(tag) for tag in customer.tags or ()]


async def tag(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/tag NAME; without one it shows the tags."""
    if ctx.customer is None:
        return [ctx.reply(ctx.say("tags_none"))]
    name, known = _tag_in(message), tags_of(ctx.customer)
    if name and len(known) >= TAGS_AT_MOST:
        return [ctx.reply(ctx.say("tags_many", count=str(TAGS_AT_MOST)))]
    if name and name.casefold() not in (one.casefold() for one in known):
        known = [*known, name]
        ctx.customer.tags = known
    return [_shown(known, ctx)]


async def untag(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/untag NAME."""
    known = tags_of(ctx.customer) if ctx.customer else []
    name = _tag_in(message).casefold()
    left = [one for one in known if one.casefold() != name]
    if ctx.customer and len(left) < len(known):
        ctx.customer.tags = left
    return [_shown(left, ctx)]


def _tag_in(message: InboundMessage) -> str:
    words = (message.fields.get("tag") or message.text.plain).strip()
    return " ".join(words.removeprefix("#").split())[:LONGEST_TAG]


def _shown(tags: Sequence[str], ctx: Context) -> OutboundMessage:
    return ctx.reply(ctx.say("tags", tags=", ".join(tags)) if tags else ctx.say("tags_none"))


async def customer(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/customer: who this is, as far as we know, with tags and notes."""
    who = ctx.customer
    if who is None:
        return [ctx.reply(ctx.say("customer_unknown"))]
    tickets = await people.count_tickets(ctx.session, who.id)
    since = format_date(who.created_at.astimezone(ctx.zone).date(), "d MMMM y", locale=ctx.language)
    username = f"@{who.username}" if who.username else "–"
    text = ctx.say(
        "customer", username=username, platform=who.platform.capitalize(), language=who.language or "–",
        since=since, tickets=str(tickets),
    )  # fmt: skip
    for sentence, is_so in (("customer_follows", who.follows_stories), ("customer_unreachable", not who.reachable)):
        if is_so:
            text = text + "\n" + ctx.say(sentence)
    if known := await blocks.open_block(ctx.session, who.id):
        until = ctx.say("blocked_line_until", when=moments.told(known.until, ctx)) if known.until else Text()
        why = known.reason or ctx.say("blocked_no_reason").plain
        text = text + "\n" + ctx.say("customer_blocked", until=until, why=why)
    if tags := tags_of(who):
        text = text + "\n" + ctx.say("tags", tags=", ".join(tags))
    rows = await owners.notes_about(ctx.session, who.id)
    if rows:
        text = text + "\n" + ctx.say("notes") + _lines(rows, ON_CARD, ctx)
    return [ctx.reply(text)]
