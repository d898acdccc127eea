"""The card at the head of a customer's desk: one message, edited in place, that is put together from the rows alone.

Handlers change rows. `shown`, once at the end of each message and alarm, sees to it that the card says what they say:
a first card at once, with the question; later changes a moment after, together, so that a burst of them is one edit.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import owners, people, wishes
from bot.database.tables import Conversation, Ticket
from bot.markup import from_markdown, quoted
from bot.messages import CARD, Button, Desk, Media, OutboundMessage, Span, Text, dump, load
from handlers.context import Context

SOON = timedelta(seconds=2)
"""How long changes are gathered before the card is edited."""
LATE, LATEST_LOOK = timedelta(seconds=30), timedelta(minutes=5)
"""When even the bot's own words are on their way for long, and how often at least those are looked after."""
DRAFTS, NOTES = 3, 3
LINE_LETTERS, QUESTION_LETTERS, PART_LETTERS, NOTE_LETTERS, LABEL_LETTERS = 80, 500, 200, 100, 40
"""A card is one message everywhere: what is longer stands below it in full, or where it was said."""
PLATFORMS = {"telegram": "Telegram", "discord": "Discord", "playground": "Playground"}
NO_WORDS = Text()
LOST = ""
"""Stands for what is shown where the card's message is gone."""


@dataclass(frozen=True)
class Delivery:
    """What is said of the last words to the customer; `counts`: the card is edited for that alone."""

    text: Text = NO_WORDS
    counts: bool = False


async def asked(ticket: Ticket, media: Sequence[Media], ctx: Context) -> list[OutboundMessage]:
    """What the owner hears of a new question: the card, where the desk has none; else a line with it at the bottom,
    because an edit notifies nobody. What a card can't hold follows in full."""
    conversation, words = ctx.conversation, ticket.question
    if conversation.card is not None:
        line = ctx.say(ticket.why) + "\n" + question(ticket, ctx, whole=True)
        return [ctx.to_desk(line, await _buttons(ticket, ctx), media, ticket.asked_in)]
    conversation.card = _name(ctx)
    head = OutboundMessage(Desk(conversation.id), conversation.card, "note", copy_of=ticket.asked_in)
    if not media and len(words) <= QUESTION_LETTERS:
        return [head]
    return [head, ctx.to_desk(quoted(words) if words else Text(), (), media, ticket.asked_in)]


async def shown(ctx: Context, messages: list[OutboundMessage]) -> list[OutboundMessage]:
    """The messages, and the card with them where it has to be posted or edited now."""
    conversation = ctx.conversation
    if conversation.kind != "customer" or ctx.public or conversation.card is None:
        return messages
    due = conversation.card_due_at is not None and conversation.card_due_at <= ctx.now
    posted = any(message.key == conversation.card for message in messages)
    if not (due or posted or ctx.card_tells):
        conversation.card_due_at = conversation.card_due_at or ctx.now + SOON
        conversation.wake_at = min(conversation.wake_at or conversation.card_due_at, conversation.card_due_at)
        return messages
    if conversation.card_shown == LOST and conversation.state == "bot" and not posted:
        conversation.card = conversation.card_shown = conversation.card_due_at = None
        return messages  # whoever took it away had done with it: the next question brings another
    await ctx.session.flush()
    delivery, conversation.card_due_at = await _delivery(ctx, messages)
    text, buttons = await _rendered(delivery, ctx)
    said, before = _digest(text, buttons, delivery), conversation.card_shown
    conversation.card_shown = said
    if posted:
        return [_filled(m, text, buttons) if m.key == conversation.card else m for m in messages]
    if before == LOST:
        return [*messages, _anew(text, buttons, ctx)]
    if said == before:
        return messages
    target = conversation.card
    edit = OutboundMessage(
        Desk(conversation.id), ctx.key(), "note", "edit", text=text, buttons=buttons, target=target,
        copy_of=ctx.card_tells,
    )  # fmt: skip
    return [*messages, edit]


async def gone(session: AsyncSession, name: str, now: datetime) -> None:
    """The message of that card is there no more: its conversation posts a new one."""
    values = {"card_shown": LOST, "card_due_at": now, "wake_at": now}
    await session.execute(update(Conversation).where(Conversation.card == name).values(**values))


async def stirred(session: AsyncSession, conversation_id: int, now: datetime) -> None:
    """Something that the card of another conversation shows has changed: it is edited there."""
    values = {"card_due_at": now, "wake_at": now}
    await session.execute(update(Conversation).where(Conversation.id == conversation_id).values(**values))


def _filled(message: OutboundMessage, text: Text, buttons: tuple[Button, ...]) -> OutboundMessage:
    return replace(message, text=text, buttons=buttons)


def _anew(text: Text, buttons: tuple[Button, ...], ctx: Context) -> OutboundMessage:
    """A new card, under a name of its own."""
    conversation = ctx.conversation
    conversation.card = _name(ctx)
    return OutboundMessage(
        Desk(conversation.id), conversation.card, "note", text=text, buttons=buttons, copy_of=ctx.card_tells
    )


def _name(ctx: Context) -> str:
    return f"{CARD}{ctx.conversation.id}:{ctx.name}"


def _digest(text: Text, buttons: Sequence[Button], delivery: Delivery) -> str:
    """That the bot's own words arrived is said when there is more to say: alone it is not worth a call."""
    aside = f" · {delivery.text.plain}" if delivery.text and not delivery.counts else ""
    told = text.plain.replace(aside, "") if aside else text.plain
    said = repr((told, text.spans if delivery.counts else (), [button.label for button in buttons]))
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]


# What it says.


async def _rendered(delivery: Delivery, ctx: Context) -> tuple[Text, tuple[Button, ...]]:
    ticket = await people.latest_ticket(ctx.session, ctx.conversation.id)
    head = _headline(ticket, delivery.text, ctx) if ticket else Text()
    parts = [head, *(_tried(ticket, ctx) if ticket else ()), await _person(ctx), ctx.say("card_how")]
    text = Text()
    for part in parts:
        text = text + ("\n\n" if text and part else "") + part
    return text, await _buttons(ticket, ctx) if ticket else ()


def _headline(ticket: Ticket, delivery: Text, ctx: Context) -> Text:
    """In one line what was asked, since when it waits, and whether the last words arrived; below it the question,
    where it is more than fits into that."""
    plain, marked = " ".join(ticket.question.split()), (ticket.card or {}).get("mark")
    asked_for = f"“{_short(plain, LINE_LETTERS)}”" if plain else _wordless(ticket, ctx).plain
    line = ctx.say(ticket.why) + f" {asked_for} · " + _standing(ticket, ctx)
    line = line + (" · " if delivery else "") + delivery
    if ticket.claimed_name and not ticket.closed_at:
        line = line + " · " + ctx.say("card_claimed", who=_short(ticket.claimed_name, LABEL_LETTERS))
    if marked or plain != ticket.question or len(plain) > LINE_LETTERS:
        line = line + "\n" + question(ticket, ctx)
    return line


def question(ticket: Ticket, ctx: Context, *, whole: bool = False) -> Text:
    """What was asked, as it stands now, with what became of it since."""
    known, words = ticket.card or {}, ticket.question
    words = words if whole else _short(words, QUESTION_LETTERS)
    text = quoted(words) if words else _wordless(ticket, ctx)
    if known.get("struck") and words:
        text = replace(text, spans=(*text.spans, Span("strike", 0, len(text.plain))))
    return text + "\n" + load(Text, known["mark"]) if known.get("mark") else text


def _wordless(ticket: Ticket, ctx: Context) -> Text:
    return ctx.say("card_picture" if (ticket.card or {}).get("media") else "card_command")


def _standing(ticket: Ticket, ctx: Context) -> Text:
    if ticket.closed_at:
        return ctx.say("card_closed", at=_at(ticket.closed_at, ctx))
    if ticket.snoozed_until and ticket.snoozed_until > ctx.now:
        return ctx.say("card_snoozed", until=_at(ticket.snoozed_until, ctx))
    last_owner, last_customer = ctx.conversation.last_owner_at, ctx.conversation.last_customer_at
    if ticket.answered_at is None:
        return ctx.say("card_waits", since=_at(ticket.opened_at, ctx))
    if last_owner and last_customer and last_customer > last_owner:
        return ctx.say("card_waits_again", since=_at(last_customer, ctx))
    return ctx.say("card_answered_at", at=_at(ticket.answered_at, ctx))


def _at(at: datetime, ctx: Context) -> str:
    """An instant in the shop's time; with its day where that is not today."""
    local = at.astimezone(ctx.zone)
    day = "" if local.date() == ctx.today else format_date(local.date(), "d MMM ", locale=ctx.language)
    return f"{day}{local:%H:%M}"


def _tried(ticket: Ticket, ctx: Context) -> list[Text]:
    """What the bot thought of or has answered, and where the question was asked."""
    known, parts = ticket.card or {}, list[Text]()
    if known.get("answered"):
        parts.append(ctx.say("card_answered") + "\n" + quoted(_short(str(known["answered"]), PART_LETTERS)))
    if known.get("tried"):
        parts.append(ctx.say("card_tried", tried=_short(str(known["tried"]), PART_LETTERS)))
    if (stale := known.get("stale")) and (kept := ctx.house.knowledge.stored(stale)):
        words = from_markdown(kept)
        words = words if len(words.plain) <= PART_LETTERS else words.cut(0, PART_LETTERS - 1) + "…"
        parts.append(ctx.say("card_stale", id=stale) + "\n" + quoted(words))
    if known.get("story"):
        parts.append(ctx.say("card_story", story=_short(str(known["story"]), PART_LETTERS)))
    if known.get("public"):
        parts.append(ctx.say("card_public"))
    return parts


async def _person(ctx: Context) -> Text:
    """Who it is: platform, language, since when, what they agreed to hear."""
    customer = ctx.customer
    if customer is None:
        return Text()
    since = format_date(customer.created_at.astimezone(ctx.zone).date(), "d MMMM yyyy", locale=ctx.language)
    facts = [PLATFORMS.get(customer.platform, customer.platform), _language(customer.language, ctx)]
    facts += [ctx.say("card_since", since=since).plain]
    if customer.follows_stories:
        facts.append(ctx.say("card_follows").plain)
    if customer.stopped_at:
        facts.append(ctx.say("card_stopped").plain)
    titles = await wishes.wished_by(ctx.session, customer.id)
    if titles:
        facts.append(ctx.say("card_wishes", titles=_short(", ".join(titles), LINE_LETTERS)).plain)
    if not customer.reachable:
        facts.append(ctx.say("card_unreachable").plain)
    text = Text(" · ".join(fact for fact in facts if fact))
    if customer.tags:
        text = text + "\n" + ctx.say("card_tags", tags=_short(", ".join(map(str, customer.tags)), LINE_LETTERS))
    for note in (await owners.notes_about(ctx.session, customer.id))[:NOTES]:
        text = (
            text + "\n" + ctx.say("card_note", by=note.by, at=_at(note.at, ctx), text=_short(note.text, NOTE_LETTERS))
        )
    return text


def _language(tag: str, ctx: Context) -> str:
    try:
        return Locale.parse(tag.replace("-", "_")).get_display_name(ctx.language) or tag if tag else ""
    except (ValueError, UnknownLocaleError):
        return tag


async def _delivery(ctx: Context, messages: Sequence[OutboundMessage]) -> tuple[Delivery, datetime | None]:
    """What became of the last words to the customer, and when to look again where that is open."""
    kinds = [m.kind for m in messages if m.to == ctx.chat and m.op == "send" and m.kind in ("reply", "relay")]
    known = None if kinds else await ctx.sent.last_words(ctx.chat)
    if known is None and not kinds:
        return Delivery(), None
    kind, state, reason, said_at = known or (kinds[-1], "waiting", "", ctx.now)
    owners = kind == "relay"
    if state in ("waiting", "claimed", "sending"):
        again = ctx.now + min(max(ctx.now - said_at, SOON), LATEST_LOOK)
        late = ctx.now - said_at > LATE
        return Delivery(ctx.say("card_on_its_way"), True) if owners or late else Delivery(), again
    if state == "sent":
        return Delivery(ctx.say("card_delivered"), owners), None
    why = ctx.say(REASONS.get(reason, "not_delivered_refused"))
    return Delivery(ctx.say("card_not_delivered", reason=why), True), None


REASONS = {"blocked": "not_delivered_blocked", "unauthorised": "not_delivered_rights"} | dict.fromkeys(
    ("unreachable", "limited", "uncertain"), "not_delivered_line"
)


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


# Its buttons.


async def _buttons(ticket: Ticket, ctx: Context) -> tuple[Button, ...]:
    """The draft answers while nobody has answered, and Close while it is open; made once for a ticket."""
    if ticket.closed_at:
        return ()
    await ctx.session.flush()
    known: dict[str, Any] = dict(ticket.card or {})
    if "buttons" not in known:
        made = [_draft_button(ticket, entry, ctx) for entry in await drafts(ticket, ctx)]
        made.append(ctx.button("close_button", "close"))
        known["buttons"] = [dump(button) for button in made]
        ticket.card = known
    kept = [load(Button, button) for button in known["buttons"]]
    return tuple(kept if ticket.answered_at is None else kept[-1:])


def _draft_button(ticket: Ticket, entry: str, ctx: Context) -> Button:
    title = _short(" ".join(ctx.house.knowledge.title(entry).split()), LABEL_LETTERS)
    return ctx.labelled(ctx.say("draft_button", title=title).plain, "send_draft", {"ticket": ticket.id, "entry": entry})


async def drafts(ticket: Ticket, ctx: Context) -> list[str]:
    """The answers that come nearest to the question; those that only the owner may give come first."""
    known = ctx.house.knowledge
    if not ticket.question:
        return []
    found = await asyncio.to_thread(ctx.ask, ticket.question)  # a sentence model may have these words to read still
    near = [found.stale, *(candidate.entry for candidate in found.candidates if candidate.score > 0)]
    able = [entry for entry in dict.fromkeys(near) if entry and known.stored(entry)]
    return sorted(able, key=lambda id: id not in known.entries or known.entries[id].mode != "draft")[:DRAFTS]


__all__ = ["asked", "drafts", "gone", "question", "shown"]
