"""What people hear when a message could not be delivered, or when nobody knows; and what broke on our side."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import buttons, people
from bot.database.broadcasts import unsure
from bot.database.tables import Conversation, Customer
from bot.messages import CARD, STORIES, Button, ChatRef, Desk, InboundMessage, Media, OutboundMessage, Outcome, Text
from handlers import card, stories
from handlers.broadcasts import is_told_together
from handlers.context import Context, House
from handlers.preferences import Contact, obstacle
from handlers.texts import best_language, say

QUOTED_AT_MOST = 300
ICONS = defaultdict(lambda: "📎", photo="🖼️", video="🎬", voice="🎤", audio="🎵", document="📄", animation="🎞️")


async def resend(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner has looked, and it had not arrived. What nobody asked for needs the customer's yes of today; a story
    goes out as it stands now, and not after it was taken back."""
    key = str(value["key"])
    if await stories.was_recalled(key, ctx):
        return [ctx.reply(ctx.say("resend_recalled" if await ctx.sent.discard(key) else "settled"))]
    if not await _may_go(key, ctx):
        return [ctx.reply(ctx.say("resend_unwanted"))]
    if not await ctx.sent.resend(key):
        return [ctx.reply(ctx.say("settled"))]
    return [ctx.reply(ctx.say("resent")), *await stories.as_told_now(key, ctx)]


async def _may_go(key: str, ctx: Context) -> bool:
    """Whether a message may be sent once more now. It has been counted, so that the week's cap says nothing of it."""
    found = await people.unasked_for(ctx.session, key)
    if found is None:
        return True
    by_name: dict[str, Contact] = {"restock": "restock", "helped": "follow_up"}
    kind: Contact = "stories" if found[0] == "post" else by_name.get(key.partition(":")[0], "offers")
    return obstacle(found[1], kind, ctx.now, ctx.zone) in (None, "cap")


async def discard(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner has looked, and it had arrived, or is not wanted any more."""
    done = await ctx.sent.discard(str(value["key"]))
    return [ctx.reply(ctx.say("discarded" if done else "settled"))]


def back_again(ctx: Context) -> list[OutboundMessage]:
    """A customer who could not be reached writes: the owner hears it once, if they were speaking."""
    if ctx.customer is None or ctx.customer.reachable or ctx.public:
        return []
    ctx.customer.reachable = True
    return [ctx.to_desk(ctx.say("back_again"))] if ctx.conversation.state != "bot" else []


async def broken(message: InboundMessage | None, ctx: Context) -> list[OutboundMessage]:
    """A message broke its handler three times: one honest sentence to whoever wrote it, a notice to the owner."""
    ctx.outcome = Outcome.failed
    name = str(ctx.inbox_id or ctx.name)
    if ctx.in_room:
        return [ctx.reply(ctx.say("broken_own", id=name))]
    words = message.text if message and message.text else ctx.say("unreadable")
    return [
        ctx.to_customer(ctx.say("broken_customer")),
        *ctx.notice(ctx.say("broken_owner", id=name, words=words)),
    ]


def unreadable(house: House, name: str) -> list[OutboundMessage]:
    """A notice that something came in which says not even from which chat it is. `name` is the stored update's."""
    if house.room is None:
        return []
    text = _say(house, "unreadable_update", name=name)
    return [OutboundMessage(house.room, f"unreadable:{name}", "notice", text=text)]


@dataclass(frozen=True)
class Failure:
    """A message that is dead or uncertain. `room_id` is the conversation of the owners' general part."""

    message: OutboundMessage
    key: str
    state: str
    reason: str
    at: datetime
    room_id: int


async def undelivered(session: AsyncSession, house: House, failure: Failure) -> list[OutboundMessage]:
    """Who is told of it: the thread of the customer whom it did not reach, else the owners' general part."""
    message = failure.message
    if message.op == "edit" and str(message.target).startswith(CARD):
        await card.gone(session, str(message.target), failure.at)
        return []
    if house.room is None or message.to == house.room:
        return []  # what can't be said in the room can't be said there
    if message.kind == "post" and message.op in ("edit", "delete"):
        return await stories.unreached(session, house, message, failure.reason, failure.at)
    if message.op in ("edit", "delete") and message.kind in ("relay", "note"):
        return await _unchanged(session, house, failure)
    if message.op != "send":
        return []
    if failure.state == "uncertain":
        if message.broadcast_id and is_told_together(message, await unsure(session, message.broadcast_id)):
            return []
        return [_notice(house, failure, "uncertain", _choices(session, house, failure))]
    if isinstance(message.to, ChatRef) and message.to.chat_id.startswith(STORIES):
        return await stories.refused(session, house, message, failure.reason, _name(failure))
    said = list[OutboundMessage]()
    if message.key.startswith(stories.IN_PRIVATE) and failure.reason == "blocked":
        said = await stories.shut_out(session, house, message, failure.at)
    found = await people.customer_at(session, message.to) if isinstance(message.to, ChatRef) else None
    return said + (_to_thread(house, failure, *found) if found else [_notice(house, failure, "undelivered_general")])


def _to_thread(house: House, failure: Failure, customer: Customer, conversation: Conversation) -> list[OutboundMessage]:
    blocked = failure.reason == "blocked"
    told_before = blocked and not customer.reachable
    customer.reachable = customer.reachable and not blocked
    if told_before or (conversation.state == "bot" and failure.message.kind != "relay"):
        return []  # said once, until they return; and nobody is speaking with them
    text = _say(house, "blocked" if blocked else "undelivered", failure, name=customer.name)
    return [OutboundMessage(Desk(conversation.id), _name(failure), "note", text=text)]


async def _unchanged(session: AsyncSession, house: House, failure: Failure) -> list[OutboundMessage]:
    """A change that the platform takes no more: the owner hears it; a customer's is said anew in the thread."""
    message, gone = failure.message, failure.reason == "target_gone"
    if isinstance(message.to, Desk):
        if message.op == "delete" or not message.text or message.copy_of is None:
            return []
        return [OutboundMessage(message.to, _name(failure), "note", text=message.text, copy_of=message.copy_of)]
    found = await people.customer_at(session, message.to)
    if found is None or (gone and message.op == "delete"):
        return []
    sentence = "too_late_to_delete" if message.op == "delete" else "too_late_to_edit"
    text = _say(house, sentence, failure, name=found[0].name)
    return [OutboundMessage(Desk(found[1].id), _name(failure), "note", text=text)]


def _name(failure: Failure) -> str:
    """A name of its own each time: what was sent once more may be cut once more."""
    return f"undelivered:{failure.key}:{failure.at.timestamp():.3f}"


def _choices(session: AsyncSession, house: House, failure: Failure) -> tuple[Button, ...]:
    value = {"key": failure.key}
    return tuple(
        buttons.remember(session, _say(house, f"{action}_button").plain, action, failure.room_id, value, failure.at)
        for action in ("resend", "discard")
    )


def _notice(house: House, failure: Failure, sentence: str, choices: tuple[Button, ...] = ()) -> OutboundMessage:
    assert house.room is not None
    text = _say(house, sentence, failure)
    return OutboundMessage(house.room, _name(failure), "notice", text=text, buttons=choices)


def not_carried(house: House, media: Media, why: str, most_mb: int) -> Text:
    """The words that stand for a file that can't be shown on the other side: what it was, and the reason."""
    language = best_language(*house.shop.languages)
    name = media.name if "." in media.name else say(language, f"media_{media.kind}").plain
    if media.kind == "sticker":
        return Text(f"{media.alt} ({name})".strip())
    size = f" ({_size(media.size)})" if media.size else ""
    return say(language, f"not_carried_{why}", what=f"{ICONS[media.kind]} {name}{size}", most=str(most_mb))


def _size(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} kB"


def _say(house: House, sentence: str, failure: Failure | None = None, /, **values: str) -> Text:
    if failure:
        plain = failure.message.text.plain.strip()
        values["words"] = plain if len(plain) <= QUOTED_AT_MOST else plain[: QUOTED_AT_MOST - 1] + "…"
        values["reason"] = failure.reason.replace("_", " ")
    return say(best_language(*house.shop.languages), sentence, **values)
